/* The element-wise exponentials of floats, compiled for every instruction set. */
#ifndef WICK_KERNEL_EXP_LINES_H
#define WICK_KERNEL_EXP_LINES_H

#include "kernel/line.h"

typedef struct wick__exponentials {
    wick__line *exp, *tanh, *sigmoid;
} wick__exponentials;

extern const wick__exponentials wick__exp_lines_plain;
extern const wick__exponentials wick__exp_lines_avx2;
extern const wick__exponentials wick__exp_lines_avx512;

/* Those of this processor. */
const wick__exponentials *wick__exp_lines_best(void);

#endif
