/* Arithmetic on tensors as backward rules and composite operations write it: lent results, errors
 * kept by the scope, NULL in gives NULL out. */
#ifndef WICK_OP_MATH_H
#define WICK_OP_MATH_H

#include "op/list.h"

/* An operation of one tensor, or of two, and nothing else. */
wick_tensor *wick__unary(wick__scope *s, const wick_op *op, wick_tensor *x);
wick_tensor *wick__binary(wick__scope *s, const wick_op *op, wick_tensor *x, wick_tensor *z);
/* An operation of one tensor and one or two numbers. */
wick_tensor *wick__with_number(wick__scope *s, const wick_op *op, wick_tensor *x, double a);
wick_tensor *wick__with_numbers(wick__scope *s, const wick_op *op, wick_tensor *x, double a,
                                double b);

/* Element by element, with broadcasting. */
wick_tensor *wick__add(wick__scope *s, wick_tensor *x, wick_tensor *z);
wick_tensor *wick__subtract(wick__scope *s, wick_tensor *x, wick_tensor *z);
wick_tensor *wick__multiply(wick__scope *s, wick_tensor *x, wick_tensor *z);
wick_tensor *wick__divide(wick__scope *s, wick_tensor *x, wick_tensor *z);
wick_tensor *wick__scale(wick__scope *s, wick_tensor *x, double a); /* a x */
wick_tensor *wick__shift(wick__scope *s, wick_tensor *x, double a); /* x + a */
wick_tensor *wick__minus(wick__scope *s, double a, wick_tensor *x); /* a - x */
wick_tensor *wick__power(wick__scope *s, wick_tensor *x, double a); /* x to the power a */
wick_tensor *wick__negate(wick__scope *s, wick_tensor *x);
wick_tensor *wick__square(wick__scope *s, wick_tensor *x);
/* Sums down to a shape, or reshapes to one of equal count. */
wick_tensor *wick__sum_to(wick__scope *s, wick_tensor *x, const wick_sizes *shape);
/* Another view of x, made row-major first where it has to be. */
wick_tensor *wick__reshape(wick__scope *s, wick_tensor *x, const wick_sizes *shape);
/* A view of x, of stride 0 where a dimension of size 1 becomes a larger one. */
wick_tensor *wick__expand(wick__scope *s, wick_tensor *x, const wick_sizes *shape);
/* A view of x with two dimensions exchanged. */
wick_tensor *wick__transpose(wick__scope *s, wick_tensor *x, int dim, int other);
wick_tensor *wick__sum(wick__scope *s, wick_tensor *x, int dim); /* keeps the dimension */
/* The product of two matrices. */
wick_tensor *wick__matmul(wick__scope *s, wick_tensor *x, wick_tensor *z);
wick_tensor *wick__matmul_into(wick__scope *s, wick_tensor *x, wick_tensor *z, wick_tensor *into);

/* The shape of input i of the rule's node, as a list of sizes. */
wick_sizes wick__sizes_of(const wick__rule *r, int i);
/* The shape of t, likewise. */

#endif
