/* What this build is and how it computes on this machine. Stands with the kernels, since it asks
 * the BLAS they call. */
#include <cblas.h>
#include <pthread.h>
#include <stdio.h>

#include "base/cpu.h"
#include "wick.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char info[256];

static const char *blas_threading(void)
{
    static const char *const kinds[] = {"sequential", "pthread", "OpenMP"};
    int kind = openblas_get_parallel();
    return kind >= 0 && kind <= 2 ? kinds[kind] : "unknown threading";
}

/* The configuration begins with "OpenBLAS 0.3.21 ". */
static void describe(void)
{
    char name[16] = "OpenBLAS", version[16] = "";
    int cores = wick_cores();
    sscanf(openblas_get_config(), "%15s %15s", name, version);
    snprintf(info, sizeof info, "Wick %s, %s kernels, %d thread%s, %s %s (%s, %s)", wick_version(),
             wick__cpu_isa_name(), cores, cores == 1 ? "" : "s", name, version, blas_threading(),
             openblas_get_corename());
}

const char *wick_build_info(void)
{
    pthread_once(&once, describe);
    return info;
}

#define TEXT(NUMBER) #NUMBER
#define JOINED(MAJOR, MINOR, PATCH) TEXT(MAJOR) "." TEXT(MINOR) "." TEXT(PATCH)

const char *wick_version(void)
{
    return JOINED(WICK_VERSION_MAJOR, WICK_VERSION_MINOR, WICK_VERSION_PATCH);
}
