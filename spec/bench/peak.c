/* The floating point rate of this machine: independent multiply-adds in registers. Prints GFLOP/s of
 * as many threads as asked for. Compiled for the processor it runs on. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LANES = 16, CHAINS = 24, ROUNDS = 4000000, MOST_THREADS = 256 };

typedef float vector __attribute__((vector_size(4 * LANES)));

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *multiply_add(void *rate)
{
    vector chain[CHAINS], factor, term;
    for (int i = 0; i < LANES; i++)
        factor[i] = 0.999f, term[i] = 0.001f;
    for (int c = 0; c < CHAINS; c++)
        chain[c] = factor;
    double start = seconds();
    for (int r = 0; r < ROUNDS; r++) {
#pragma GCC unroll 24
        for (int c = 0; c < CHAINS; c++)
            chain[c] = chain[c] * factor + term;
        __asm__ volatile("" : "+v"(chain[0]));
    }
    double time = seconds() - start, sum = 0;
    for (int c = 0; c < CHAINS; c++)
        sum += chain[c][0];
    *(double *)rate = 2.0 * LANES * CHAINS * ROUNDS / time / 1e9 + 0 * sum;
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    pthread_t thread[MOST_THREADS];
    double rate[MOST_THREADS], total = 0;
    if (threads < 1 || threads > MOST_THREADS)
        return 2;
    for (int i = 0; i < threads; i++)
        pthread_create(&thread[i], NULL, multiply_add, &rate[i]);
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        total += rate[i];
    }
    printf("%.1f\n", total);
    return 0;
}
