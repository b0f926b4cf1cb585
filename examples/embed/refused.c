/* An allocator that says no: first to the first request, then to the second, and so on, until a
 * network can be loaded, planned and run. Each time the library answers with a status and gives
 * back what it had got. Reads a model that a script saved by model:export and a safetensors file
 * with a tensor "input".
 *
 *   refused MODEL INPUT */
#include <stdio.h>
#include <stdlib.h>

#include "wick.h"

/* Requests that are still granted, and bytes that have not come back. */
typedef struct purse {
    long granted;
    size_t held;
} purse;

static void *take(void *host, size_t bytes)
{
    purse *p = host;
    if (p->granted == 0)
        return NULL;
    p->granted--;
    p->held += bytes;
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static void give_back(void *host, void *memory, size_t bytes)
{
    ((purse *)host)->held -= memory ? bytes : 0;
    free(memory);
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

static wick_status use(wick_context *context, char **paths)
{
    wick_model *model = NULL;
    wick_tensor *input = NULL, *answer = NULL;
    wick_status status = read_input(context, paths[1], &input);
    if (!status)
        status = wick_model_load(context, paths[0], &model);
    if (!status)
        status = wick_model_plan(model, wick_tensor_size(input, 0), NULL);
    if (!status)
        status = wick_model_run(model, input, &answer);
    wick_tensor_release(answer);
    wick_tensor_release(input);
    wick_model_release(model);
    return status;
}

/* A life of a context with that many requests granted. */
static wick_status live(long granted, char **paths, size_t *held)
{
    purse p = {.granted = granted};
    wick_allocator allocator = {.allocate = take, .release = give_back, .host = &p};
    wick_context *context = NULL;
    wick_status status = wick_context_new(&allocator, &context);
    if (!status)
        status = use(context, paths);
    wick_context_release(context);
    *held = p.held;
    return status;
}

int main(int count, char **arguments)
{
    long granted = 0;
    size_t held = 0;
    wick_status status = WICK_ENOMEM;
    if (count < 3)
        return EXIT_FAILURE;
    while (status == WICK_ENOMEM && held == 0)
        status = live(granted++, arguments + 1, &held);
    if (status)
        printf("%s\n", wick_message());
    printf("refused %ld times, %zu bytes held\n", granted - 1, held);
    return status || held ? EXIT_FAILURE : EXIT_SUCCESS;
}
