/* The loops of softmax.c, compiled for every instruction set. */
#ifndef WICK_KERNEL_SOFTMAX_LOOPS_H
#define WICK_KERNEL_SOFTMAX_LOOPS_H

#include "kernel/log.h"
#include "wick.h"

/* The most neighbouring rows worked on together; the columns as which a row alone is taken; rows
 * of exponentials added up before they go to a sum in double. */
enum { WIDTH = 128, BLOCK = 32, CHAIN = 16 };

#define WICK__JOIN_(a, b) a##_##b
#define WICK__JOIN(a, b) WICK__JOIN_(a, b)
#define WICK__INLINE static inline __attribute__((always_inline))
#define EXP(value) _Generic((value), float : wick__exp, double : exp)(value)
#define LOG(value) _Generic((value), float : wick__log, double : log)(value)

/* `count` rows of n values, `inner` apart, from a (and b) to out. */
typedef void wick__softmax_loop(int64_t n, int64_t inner, int64_t count, const void *a,
                                const void *b, void *out);

typedef struct wick__softmax_loops {
    wick__softmax_loop *forward, *backward, *log_forward, *log_backward;
} wick__softmax_loops;

#define WICK__SOFTMAX_LOOPS(T)                                                                     \
    {                                                                                              \
        softmax_##T, softmax_backward_##T, log_softmax_##T, log_softmax_backward_##T               \
    }

/* For float, then double. */
extern const wick__softmax_loops wick__softmax_loops_plain[2];
extern const wick__softmax_loops wick__softmax_loops_avx2[2];
extern const wick__softmax_loops wick__softmax_loops_avx512[2];

#endif
