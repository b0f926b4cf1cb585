/* A trained network in a C program, without Lua: `classify` is all that it takes. Reads a model
 * that a script saved by model:export and a safetensors file with a tensor "input", one sample, and
 * prints the number of its class, from 1 as Lua counts.
 *
 *   classify MODEL INPUT */
#include <stdio.h>
#include <stdlib.h>

#include "wick.h"

/* Where the largest of the scores stands, from 1; 0: they cannot be read. */
static int largest(wick_tensor *scores)
{
    const void *memory;
    if (wick_tensor_read(scores, &memory))
        return 0;
    const float *score = memory;
    int best = 0;
    for (int i = 1; i < wick_tensor_count(scores); i++)
        best = score[i] > score[best] ? i : best;
    return best + 1;
}

/* The class of a picture; 0: wick_message() says why there is none. */
static int classify(wick_context *context, const char *path, wick_tensor *picture)
{
    int class = 0;
    wick_model *model = NULL;
    wick_tensor *scores = NULL;
    if (!wick_model_load(context, path, &model) && !wick_model_plan(model, 1, NULL) &&
        !wick_model_run(model, picture, &scores))
        class = largest(scores);
    wick_tensor_release(scores);
    wick_model_release(model);
    return class;
}

static wick_tensor *read_input(wick_context *context, const char *path)
{
    wick_safetensors *file = NULL;
    wick_tensor *input = NULL;
    size_t index = 0;
    if (!wick_safetensors_open(context, path, &file) &&
        wick_safetensors_find(file, "input", &index))
        wick_safetensors_get(file, index, &input);
    wick_safetensors_close(file);
    return input;
}

int main(int count, char **arguments)
{
    wick_context *context = NULL;
    if (count < 3 || wick_context_new(NULL, &context))
        return EXIT_FAILURE;
    wick_tensor *picture = read_input(context, arguments[2]);
    int class = picture ? classify(context, arguments[1], picture) : 0;
    if (class)
        printf("class %d\n", class);
    else
        printf("%s\n", wick_message());
    wick_tensor_release(picture);
    wick_context_release(context);
    return class ? EXIT_SUCCESS : EXIT_FAILURE;
}
