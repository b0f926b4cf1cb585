/* How long a network takes for one sample in a program without Lua, for embed.lua:
 *
 *   latency COUNT MODEL   the median and the least milliseconds of so many runs
 *
 * Compiled with NET the network is the C file net.c beside it, else MODEL is read by the library.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

#ifdef NET
#define NET_DECLARATIONS
#include "net.c"

static float input[NET_INPUTS], output[NET_OUTPUTS];

static int prepare(const char *path)
{
    return path == NULL;
}

static int run(void)
{
    net_run(input, output);
    return 0;
}
#else
#include "wick.h"

static wick_model *model;
static wick_tensor *input;

static int prepare(const char *path)
{
    wick_context *context;
    if (wick_context_new(NULL, &context) || wick_model_load(context, path, &model) ||
        wick_model_plan(model, 1, NULL))
        return 1;
    wick_sizes shape = *wick_model_sample(model);
    int64_t size[WICK_MAX_DIM] = {1};
    for (int i = 0; i < shape.count; i++)
        size[i + 1] = shape.v[i];
    wick_call fill = {.context = context, .value = {{.number = 0.5}}};
    return wick_tensor_new(context, WICK_FLOAT32, shape.count + 1, size, &input) ||
           wick_apply_into(wick_op_find("fill"), &fill, &input);
}

static int run(void)
{
    const void *numbers;
    wick_tensor *answer = NULL;
    int failed = wick_model_run(model, input, &answer) || wick_tensor_read(answer, &numbers);
    wick_tensor_release(answer);
    return failed;
}
#endif

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int count, char **arguments)
{
    size_t runs = count > 2 ? strtoul(arguments[1], NULL, 10) : 0;
    double *taken = calloc(runs + 1, sizeof *taken);
    if (!taken || runs == 0 || prepare(arguments[2]))
        return 1;
    for (int i = 0; i < 3; i++)
        run();
    for (size_t i = 0; i < runs; i++) {
        double begin = now();
        if (run())
            return 1;
        taken[i] = now() - begin;
    }
    qsort(taken, runs, sizeof *taken, by_size);
    printf("%.4f %.4f\n", taken[runs / 2], taken[0]);
    return 0;
}
