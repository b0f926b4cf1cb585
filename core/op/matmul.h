/* What the products share: their ranks, their checks, and carrying them out. */
#ifndef WICK_OP_MATMUL_H
#define WICK_OP_MATMUL_H

#include "op/describe.h"

/* A product a b by its operands' ranks: 2 a matrix, 3 a batch of matrices, 1 a vector, which is a
 * column, but a row where two of them make a matrix. */
typedef struct wick__product {
    const char *name;
    int a, b, c;
    bool sums; /* the products of a batch are added up */
} wick__product;

/* Refuses tensors that are not all float32 or all float64, which then do not multiply; NULL ones
 * after the first do not count. */
wick_status wick__check_factors(const char *name, int n, wick_tensor *const *t);

/* *out = alpha a b + beta c. c NULL: no such term. Fails when ranks, sizes or types do not fit. */
wick_status wick__product_run(const wick__product *p, double alpha, wick_tensor *a, wick_tensor *b,
                              double beta, wick_tensor *c, wick_tensor **out);

/* *out = x weight^T + bias, for x of inputs or n x inputs; bias may be NULL. */
wick_status wick__linear_run(wick_tensor *x, wick_tensor *weight, wick_tensor *bias,
                             wick_tensor **out);

/* By kind. */
extern const wick__product wick__products[];
enum {
    WICK__MM,
    WICK__MV,
    WICK__GER,
    WICK__BMM,
    WICK__ADDMM,
    WICK__ADDMV,
    WICK__ADDR,
    WICK__BADDBMM,
    WICK__ADDBMM
};

#endif
