/* A network that is planned asks for no memory: a host that counts what it is asked for. Reads a
 * model that a script saved by model:export and a safetensors file with a tensor "input", and
 * prints the network's numbers in all their digits, then how often ten more runs asked.
 *
 *   planned MODEL INPUT */
#include <stdio.h>
#include <stdlib.h>

#include "wick.h"

/* Counts what the library asks its host for. */
static void *take(void *host, size_t bytes)
{
    ++*(int *)host;
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static void give_back(void *host, void *memory, size_t bytes)
{
    (void)host;
    (void)bytes;
    free(memory);
}

static wick_status run(wick_context *context, const char *path, wick_tensor *input,
                       wick_model **model, wick_tensor **answer)
{
    wick_status status = wick_model_load(context, path, model);
    if (!status)
        status = wick_model_plan(*model, wick_tensor_size(input, 0), NULL);
    if (!status)
        status = wick_model_run(*model, input, answer);
    return status;
}

static wick_status read_input(wick_context *context, const char *path, wick_tensor **input)
{
    wick_safetensors *file = NULL;
    size_t index = 0;
    wick_status status = wick_safetensors_open(context, path, &file);
    if (!status && wick_safetensors_find(file, "input", &index))
        status = wick_safetensors_get(file, index, input);
    wick_safetensors_close(file);
    return status;
}

static void print_answer(wick_tensor *answer)
{
    const void *memory;
    if (wick_tensor_read(answer, &memory) == WICK_OK)
        for (int64_t i = 0; i < wick_tensor_count(answer); i++)
            printf("%a\n", (double)((const float *)memory)[i]);
}

/* How often ten more runs ask the host for memory. */
static int asked_by_runs(wick_model *model, wick_tensor *input, const int *asked)
{
    int before = *asked;
    for (int i = 0; i < 10; i++) {
        wick_tensor *answer = NULL;
        if (wick_model_run(model, input, &answer))
            return -1;
        wick_tensor_release(answer);
    }
    return *asked - before;
}

int main(int count, char **arguments)
{
    int asked = 0;
    wick_context *context = NULL;
    wick_tensor *input = NULL, *answer = NULL;
    wick_model *model = NULL;
    wick_allocator allocator = {.allocate = take, .release = give_back, .host = &asked};
    if (count < 3 || wick_context_new(&allocator, &context))
        return EXIT_FAILURE;
    wick_status status = read_input(context, arguments[2], &input);
    if (!status && input)
        status = run(context, arguments[1], input, &model, &answer);
    if (status || !answer) {
        printf("%s\n", wick_message());
    } else {
        print_answer(answer);
        printf("allocations by ten more runs: %d\n", asked_by_runs(model, input, &asked));
    }
    wick_tensor_release(answer);
    wick_tensor_release(input);
    wick_model_release(model);
    printf("bytes left: %zu\n", wick_context_memory(context).live);
    wick_context_release(context);
    return answer ? EXIT_SUCCESS : EXIT_FAILURE;
}
