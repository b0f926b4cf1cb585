/* Pixels whose samples lie side by side, put apart into planes. */
#ifndef WICK_KERNEL_SPLIT_H
#define WICK_KERNEL_SPLIT_H

#include <stdint.h>

/* n pixels of three bytes each: the first of them to `a`, the others to `b` and `c`. */
typedef void wick__split_loop(int64_t n, const uint8_t *restrict pixels, uint8_t *restrict a,
                              uint8_t *restrict b, uint8_t *restrict c);

extern wick__split_loop wick__split_plain, wick__split_avx2;

/* That of this processor. */
wick__split_loop *wick__split_best(void);

#endif
