/* What this build is and how it computes on this machine. Stands with the kernels, since it asks
 * the BLAS they call. */
#include <pthread.h>
#include <stdio.h>

#ifndef WICK_WITHOUT_OPENBLAS
#include <cblas.h>
#endif

#include "base/cpu.h"
#include "wick.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char info[256];

#ifdef WICK_WITHOUT_OPENBLAS

static void describe_blas(char *text, size_t bytes)
{
    snprintf(text, bytes, "no BLAS");
}

#else

static const char *blas_threading(void)
{
    static const char *const kinds[] = {"sequential", "pthread", "OpenMP"};
    int kind = openblas_get_parallel();
    return kind >= 0 && kind <= 2 ? kinds[kind] : "unknown threading";
}

/* The configuration begins with "OpenBLAS 0.3.21 ". */
static void describe_blas(char *text, size_t bytes)
{
    char name[16] = "OpenBLAS", version[16] = "";
    sscanf(openblas_get_config(), "%15s %15s", name, version);
    snprintf(text, bytes, "%s %s (%s, %s)", name, version, blas_threading(),
             openblas_get_corename());
}

#endif

static const char left_out[] = ""
#ifdef WICK_WITHOUT_PNG
                               ", no PNG"
#endif
#ifdef WICK_WITHOUT_JPEG
                               ", no JPEG"
#endif
    ;

static void describe(void)
{
    char blas[128];
    int cores = wick_cores();
    describe_blas(blas, sizeof blas);
    snprintf(info, sizeof info, "Wick %s, %s kernels, %d thread%s, %s%s", wick_version(),
             wick__cpu_isa_name(), cores, cores == 1 ? "" : "s", blas, left_out);
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
