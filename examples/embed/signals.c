/* A host with signal handlers and floating-point traps of its own. The library leaves both alone:
 * here SIGINT asks it to stop what it is doing, two hundred times, and divisions by zero, overflows
 * and invalid operations would end the process. Prints how long the library took to stop at most.
 * Reads a model that a script saved by model:export.
 *
 *   signals MODEL */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* feenableexcept */
#endif
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wick.h"

enum { TIMES = 200, TRAPS = FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW };

static wick_context *context;
static pthread_t worker;
static volatile double sent; /* when the last signal was */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the host's handlers ---- */

static void stop(int number)
{
    (void)number;
    sent = now();
    wick_context_interrupt(context);
}

static const int handled[] = {SIGINT, SIGTERM, SIGSEGV, SIGPIPE, SIGCHLD};
enum { HANDLED = sizeof handled / sizeof *handled };

static void handle_all(void)
{
    struct sigaction action = {.sa_handler = stop};
    for (int i = 0; i < HANDLED; i++)
        sigaction(handled[i], &action, NULL);
}

static bool handles_all(void)
{
    struct sigaction action;
    for (int i = 0; i < HANDLED; i++)
        if (sigaction(handled[i], NULL, &action) || action.sa_handler != stop)
            return false;
    return true;
}

/* Sends SIGINT to the thread that works, some milliseconds from now. */
static void *send_later(void *argument)
{
    const struct timespec wait = {.tv_nsec = *(const int *)argument * 1000000L};
    nanosleep(&wait, NULL);
    pthread_kill(worker, SIGINT);
    return NULL;
}

/* ---- the work ---- */

/* A tensor of one sample's shape, all elements 0.5. */
static wick_status make_input(const wick_model *model, wick_tensor **input)
{
    wick_sizes shape = *wick_model_sample(model);
    int64_t size[WICK_MAX_DIM] = {1};
    memcpy(size + 1, shape.v, sizeof *size * (size_t)shape.count);
    wick_call fill = {.context = context, .value = {{.number = 0.5}}};
    wick_status status = wick_tensor_new(context, WICK_FLOAT32, shape.count + 1, size, input);
    return status ? status : wick_apply_into(wick_op_find("fill"), &fill, input);
}

static wick_status run(wick_model *model, wick_tensor *input)
{
    const void *numbers;
    wick_tensor *answer = NULL;
    wick_status status = wick_model_run(model, input, &answer);
    if (!status)
        status = wick_tensor_read(answer, &numbers);
    wick_tensor_release(answer);
    return status;
}

/* Works until a signal stops it; the seconds that took. Negative: something else stopped it. */
static double work_until_stopped(wick_model *model, wick_tensor *input, int milliseconds)
{
    pthread_t sender;
    if (pthread_create(&sender, NULL, send_later, &milliseconds))
        return -1;
    wick_status status = WICK_OK;
    while (!status)
        status = run(model, input);
    double taken = now() - sent;
    pthread_join(sender, NULL);
    return status == WICK_EINTERRUPT ? taken : -1;
}

static int work(wick_model *model, wick_tensor *input, double *longest)
{
    int stopped = 0;
    for (; stopped < TIMES; stopped++) {
        double taken = work_until_stopped(model, input, 1 + stopped % 7);
        if (taken < 0)
            break;
        *longest = taken > *longest ? taken : *longest;
    }
    return stopped;
}

int main(int count, char **arguments)
{
    double longest = 0;
    int stopped = 0;
    wick_model *model = NULL;
    wick_tensor *input = NULL;
    handle_all();
    feenableexcept(TRAPS);
    worker = pthread_self();
    if (count < 2 || wick_context_new(NULL, &context))
        return EXIT_FAILURE;
    if (!wick_model_load(context, arguments[1], &model) && !wick_model_plan(model, 1, NULL) &&
        !make_input(model, &input))
        stopped = work(model, input, &longest);
    bool works = stopped == TIMES && run(model, input) == WICK_OK;
    if (!works)
        printf("%s\n", wick_message());
    printf("stopped %d times, within %.1f ms; then it %s\n", stopped, 1e3 * longest,
           works ? "ran" : "did not run");
    printf("handlers and traps are %s\n",
           handles_all() && fegetexcept() == TRAPS ? "the host's" : "others");
    wick_tensor_release(input);
    wick_model_release(model);
    wick_context_release(context);
    return works ? EXIT_SUCCESS : EXIT_FAILURE;
}
