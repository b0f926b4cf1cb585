/* The floating point rate of this machine: independent multiply-adds in registers. Prints GFLOP/s
 * of as many threads as asked for. Compiled for the processor it runs on. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __AVX512F__
enum { LANES = 16 };
#else
enum { LANES = 8 };
#endif

enum { CHAINS = 12, ROUNDS = 6000000, MOST_THREADS = 256 };

/* Every chain is a variable of its own, as compilers leave arrays in memory, and starts at a value
 * of its own (its name's character), as they compute equal ones once. */
#define EACH_CHAIN(f) f(a) f(b) f(c) f(d) f(e) f(g) f(h) f(i) f(j) f(k) f(l) f(m)

typedef float vector __attribute__((vector_size(4 * LANES)));

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *multiply_add(void *rate)
{
    vector factor = {0}, term = {0}, sum = {0};
    factor += 0.999f, term += 0.001f;
#define START(x) vector x = factor * (float)#x[0];
    EACH_CHAIN(START)
    double start = seconds();
    for (int r = 0; r < ROUNDS; r++) {
#define STEP(x) x = x * factor + term;
        EACH_CHAIN(STEP)
    }
    double time = seconds() - start;
#define ADD(x) sum += x;
    EACH_CHAIN(ADD)
    *(double *)rate = 2.0 * LANES * CHAINS * ROUNDS / time / 1e9 + 0 * (double)sum[0];
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    pthread_t thread[MOST_THREADS];
    double rate[MOST_THREADS], total = 0;
    if (threads < 1 || threads > MOST_THREADS)
        return 2;
    for (int i = 0; i < threads; i++) {
        if (pthread_create(&thread[i], NULL, multiply_add, &rate[i]) != 0)
            return 1;
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        total += rate[i];
    }
    printf("%.1f\n", total);
    return 0;
}
