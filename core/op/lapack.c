/* The frame around LAPACK. */
#include "op/lapack.h"

#include <string.h>

/* ---- checks ---- */

wick_status wick__check_matrix(const char *name, const char *what, wick_tensor *a)
{
    wick_status status = wick__check_one_type(name, 1, &a);
    if (status)
        return status;
    if (!wick__lapack_is_there())
        return wick__fail(WICK_EVALUE,
                          "%s: this build of Wick has no LAPACK; it was made with WITH_OPENBLAS=0",
                          name);
    if (a->ndim != 2)
        return wick__fail(WICK_ESHAPE, "%s: %s should be 2 dimensional, but is %s", name, what,
                          wick__shape(a));
    if (!wick__lapack_fits(a->size[0], a->size[1]))
        return wick__fail(WICK_ESHAPE, "%s: %s, %s, is larger than LAPACK can count", name, what,
                          wick__shape(a));
    return WICK_OK;
}

wick_status wick__check_square(const char *name, const char *what, wick_tensor *a)
{
    wick_status status = wick__check_matrix(name, what, a);
    if (status || a->size[0] == a->size[1])
        return status;
    return wick__fail(WICK_ESHAPE, "%s: %s should be square, but is %s", name, what,
                      wick__shape(a));
}

wick_status wick__check_equation(const char *name, const char *what, bool square, wick_tensor *b,
                                 wick_tensor *a)
{
    wick_status status = wick__check_one_type(name, 2, (wick_tensor *[]){b, a});
    if (!status)
        status = wick__check_matrix(name, what, a);
    if (status)
        return status;
    if (square && a->size[0] != a->size[1])
        return wick__fail(WICK_ESHAPE, "%s: %s should be square, but is %s (B is %s)", name, what,
                          wick__shape(a), wick__shape(b));
    if (b->ndim < 1 || b->ndim > 2)
        return wick__fail(WICK_ESHAPE, "%s: B should have 1 or 2 dimensions, but is %s", name,
                          wick__shape(b));
    if (a->size[0] != b->size[0])
        return wick__fail(
            WICK_ESHAPE, "%s: A,B size incompatible: %s, %s, has %lld rows, B, %s, has %lld", name,
            what, wick__shape(a), (long long)a->size[0], wick__shape(b), (long long)b->size[0]);
    if (!wick__lapack_fits(b->size[0], b->ndim == 2 ? b->size[1] : 1))
        return wick__fail(WICK_ESHAPE, "%s: B, %s, is larger than LAPACK can count", name,
                          wick__shape(b));
    return WICK_OK;
}

wick_status wick__check_finite_elements(const char *name, const wick_tensor *a, const void *data)
{
    if (wick__lapack_finite(a->dtype, wick__count(a), data))
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "%s: A, %s, holds NaN or infinity", name, wick__shape(a));
}

wick_status wick__lapack_taken(const char *name, int info)
{
    if (info >= 0)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "%s: Lapack Error in %s : Illegal Argument %d", name, name,
                      -info);
}

/* ---- memory ---- */

void *wick__make_columns(wick__scope *s, wick_dtype dtype, int64_t rows, int64_t columns,
                         wick_tensor **out)
{
    void *data = NULL;
    wick_tensor *turned = NULL;
    if (s->status)
        return NULL;
    wick_status status = wick_tensor_new(s->context, dtype, 2, (int64_t[]){columns, rows}, &turned);
    turned = wick__keep(s, status, turned);
    if (!s->status)
        s->status = wick__view(turned, 0, 2, (int64_t[]){rows, columns},
                               (int64_t[]){1, rows > 1 ? rows : 1}, out);
    if (!s->status)
        s->status = wick__writable(*out, &data);
    return data;
}

void *wick__copy_columns(wick__scope *s, wick_tensor *x, wick_tensor **out)
{
    void *data = wick__make_columns(s, x->dtype, x->size[0], x->ndim == 2 ? x->size[1] : 1, out);
    if (!s->status)
        s->status = wick_tensor_copy(*out, x);
    return s->status ? NULL : data;
}

void *wick__read_columns(wick__scope *s, wick_tensor *x)
{
    wick_tensor *copy = NULL;
    void *data = wick__copy_columns(s, x, &copy);
    return wick__keep(s, WICK_OK, copy) ? data : NULL;
}

void *wick__make_vector(wick__scope *s, wick_dtype dtype, int64_t n, wick_tensor **out)
{
    return wick__make(s, dtype, &(wick_sizes){1, {n}}, out);
}

void *wick__scratch(wick__scope *s, wick_dtype dtype, int64_t n)
{
    wick_tensor *t = NULL;
    void *data = wick__make_vector(s, dtype, n, &t);
    return wick__keep(s, WICK_OK, t) ? data : NULL;
}

void wick__clear_triangle(bool lower, int64_t n, size_t element, void *a)
{
    for (int64_t j = 0; j < n; j++) {
        int64_t from = lower ? 0 : j + 1, to = lower ? j : n;
        memset((char *)a + (size_t)(j * n + from) * element, 0, (size_t)(to - from) * element);
    }
}

void wick__mirror_triangle(bool lower, int64_t n, size_t element, void *a)
{
    char *data = a;
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = j + 1; i < n; i++) {
            char *below = data + (size_t)(j * n + i) * element;
            char *above = data + (size_t)(i * n + j) * element;
            memcpy(lower ? above : below, lower ? below : above, element);
        }
}

/* ---- gradients ---- */

wick_tensor *wick__transposed(wick__scope *s, wick_tensor *x)
{
    return wick__transpose(s, x, 0, 1);
}

wick_tensor *wick__kept_triangle(wick__scope *s, bool lower, int64_t k, wick_tensor *x)
{
    wick_value value[] = {{.integer = lower ? -k : k}};
    return x ? wick__run(s, lower ? &wick_op_tril : &wick_op_triu, 1, &x, value) : NULL;
}

/* An element off the diagonal stands for two of the matrix. */
wick_tensor *wick__symmetric_gradient(wick__scope *s, bool lower, wick_tensor *x)
{
    return wick__add(s, wick__kept_triangle(s, lower, 0, x),
                     wick__kept_triangle(s, lower, 1, wick__transposed(s, x)));
}

wick_tensor *wick__triangle_solve(wick__scope *s, bool lower, bool transpose, wick_tensor *b,
                                  wick_tensor *x)
{
    wick_value value[] = {{.integer = lower}, {.integer = transpose}, {.integer = 0}};
    return b && x ? wick__run(s, &wick_op_trtrs, 2, (wick_tensor *[]){b, x}, value) : NULL;
}

wick_tensor *wick__as_input(wick__rule *r, int i, wick_tensor *g)
{
    wick_sizes shape = wick__sizes_of(r, i);
    return wick__reshape(r->scope, g, &shape);
}

void wick__refuse_gradient(wick__rule *r, const char *which)
{
    const char *name = r->node->op->name;
    wick__keep(r->scope,
               wick__fail(WICK_EGRAD, "%s: %s has no derivative; detach() it to go on without one",
                          name, which),
               NULL);
}
