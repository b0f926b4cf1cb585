/* The arithmetic of rules, each a call of one operation. */
#include "op/math.h"

#include <string.h>

wick_tensor *wick__unary(wick__scope *s, const wick_op *op, wick_tensor *x)
{
    return x ? wick__run(s, op, 1, &x, NULL) : NULL;
}

wick_tensor *wick__binary(wick__scope *s, const wick_op *op, wick_tensor *x, wick_tensor *z)
{
    return x && z ? wick__run(s, op, 2, (wick_tensor *[]){x, z}, NULL) : NULL;
}

wick_tensor *wick__with_number(wick__scope *s, const wick_op *op, wick_tensor *x, double a)
{
    return x ? wick__run(s, op, 1, &x, (wick_value[]){{.number = a}}) : NULL;
}

wick_tensor *wick__with_numbers(wick__scope *s, const wick_op *op, wick_tensor *x, double a,
                                double b)
{
    return x ? wick__run(s, op, 1, &x, (wick_value[]){{.number = a}, {.number = b}}) : NULL;
}

static wick_tensor *with_factor(wick__scope *s, const wick_op *op, wick_tensor *x, wick_tensor *z)
{
    if (!x || !z)
        return NULL;
    return wick__run(s, op, 2, (wick_tensor *[]){x, z}, (wick_value[]){{.number = 1}});
}

wick_tensor *wick__add(wick__scope *s, wick_tensor *x, wick_tensor *z)
{
    return with_factor(s, &wick_op_add, x, z);
}

wick_tensor *wick__subtract(wick__scope *s, wick_tensor *x, wick_tensor *z)
{
    return with_factor(s, &wick_op_csub, x, z);
}

wick_tensor *wick__multiply(wick__scope *s, wick_tensor *x, wick_tensor *z)
{
    return wick__binary(s, &wick_op_cmul, x, z);
}

wick_tensor *wick__divide(wick__scope *s, wick_tensor *x, wick_tensor *z)
{
    return wick__binary(s, &wick_op_cdiv, x, z);
}

wick_tensor *wick__scale(wick__scope *s, wick_tensor *x, double a)
{
    return wick__with_number(s, &wick_op_mul, x, a);
}

wick_tensor *wick__shift(wick__scope *s, wick_tensor *x, double a)
{
    return wick__with_number(s, &wick_op_add_number, x, a);
}

wick_tensor *wick__minus(wick__scope *s, double a, wick_tensor *x)
{
    return wick__with_number(s, &wick_op_subtract_from, x, a);
}

wick_tensor *wick__power(wick__scope *s, wick_tensor *x, double a)
{
    return wick__with_number(s, &wick_op_pow, x, a);
}

wick_tensor *wick__negate(wick__scope *s, wick_tensor *x)
{
    return wick__unary(s, &wick_op_neg, x);
}

wick_tensor *wick__square(wick__scope *s, wick_tensor *x)
{
    return wick__unary(s, &wick_op_square, x);
}

static wick_tensor *with_sizes(wick__scope *s, const wick_op *op, wick_tensor *x,
                               const wick_sizes *shape)
{
    return x ? wick__run(s, op, 1, &x, (wick_value[]){{.sizes = shape}}) : NULL;
}

wick_tensor *wick__sum_to(wick__scope *s, wick_tensor *x, const wick_sizes *shape)
{
    return with_sizes(s, &wick_op_sum_to, x, shape);
}

wick_tensor *wick__reshape(wick__scope *s, wick_tensor *x, const wick_sizes *shape)
{
    return with_sizes(s, &wick_op_reshape, x, shape);
}

wick_tensor *wick__expand(wick__scope *s, wick_tensor *x, const wick_sizes *shape)
{
    return with_sizes(s, &wick_op_expand, x, shape);
}

wick_tensor *wick__transpose(wick__scope *s, wick_tensor *x, int dim, int other)
{
    wick_value dims[] = {{.integer = dim}, {.integer = other}};
    return x ? wick__run(s, &wick_op_transpose, 1, &x, dims) : NULL;
}

wick_tensor *wick__sum(wick__scope *s, wick_tensor *x, int dim)
{
    return x ? wick__run(s, &wick_op_sum, 1, &x, (wick_value[]){{.integer = dim}}) : NULL;
}

wick_tensor *wick__matmul(wick__scope *s, wick_tensor *x, wick_tensor *z)
{
    return wick__binary(s, &wick_op_mm, x, z);
}

wick_tensor *wick__matmul_into(wick__scope *s, wick_tensor *x, wick_tensor *z, wick_tensor *into)
{
    return wick__run_into(s, &wick_op_mm, 2, (wick_tensor *[]){x, z}, into);
}

wick_sizes wick__sizes_of(const wick__rule *r, int i)
{
    const wick__geometry *g = wick__shape_of(r, i);
    wick_sizes sizes = {.count = g->ndim};
    memcpy(sizes.v, g->size, sizeof(int64_t) * (size_t)g->ndim);
    return sizes;
}
