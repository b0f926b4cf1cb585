/* Asks the processor once, and the environment whether less is wanted. */
#include "base/cpu.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wick.h"

static const char *const names[] = {[WICK__PLAIN] = "plain",
                                    [WICK__NEON] = "neon",
                                    [WICK__AVX2] = "avx2",
                                    [WICK__AVX512] = "avx512"};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static wick__isa isa;
static int cores;

static wick__isa best_isa(void)
{
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return WICK__PLAIN;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return WICK__AVX512;
    return WICK__AVX2;
#elif defined(__aarch64__)
    return WICK__NEON;
#else
    return WICK__PLAIN;
#endif
}

/* A family that this processor has not got, or a name that is none, changes nothing. */
static wick__isa wanted_isa(wick__isa best)
{
    const char *name = getenv("WICK_ISA");
    for (wick__isa i = WICK__PLAIN; name && i <= best; i++)
        if (strcmp(name, names[i]) == 0 && (i != WICK__NEON || best == WICK__NEON))
            return i;
    return best;
}

/* The processors this process may run on, which can be fewer than there are. */
static int count_cores(void)
{
    cpu_set_t set;
    long n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                         : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (int)n;
}

static void find_out(void)
{
    isa = wanted_isa(best_isa());
    cores = count_cores();
}

wick__isa wick__cpu_isa(void)
{
    pthread_once(&once, find_out);
    return isa;
}

const char *wick__cpu_isa_name(void)
{
    return names[wick__cpu_isa()];
}

int wick_cores(void)
{
    pthread_once(&once, find_out);
    return cores;
}
