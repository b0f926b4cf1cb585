/* Systems of linear equations: exact, triangular and least squares ones, and inverses. */
#include "op/lapack.h"

#define BOTH (WICK__SAVE_IN(0) | WICK__SAVE_IN(1))

/* ---- gesv ---- */

static const wick__arg equation_args[] = {TENSOR("b"), TENSOR("a"), END};

static wick_status gesv_info(const wick__lapack *l)
{
    if (l->info > 0)
        return wick__fail(WICK_EVALUE, "gesv: Lapack Error in gesv : U(%d,%d) is zero, singular U.",
                          l->info, l->info);
    return wick__lapack_taken("gesv", l->info);
}

static wick_status gesv_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *b = call->in[0], *a = call->in[1];
    wick__lapack l = WICK__LAPACK_OF(a);
    wick__scope s;
    wick_status status = wick__check_equation("gesv", "A", true, b, a);
    if (status)
        return status;
    wick__scope_open(&s, a->context);
    void *x = wick__copy_columns(&s, b, &out[0]), *lu = wick__copy_columns(&s, a, &out[1]);
    if (!s.status)
        s.status = wick__lapack_gesv(&l, a->size[0], out[0]->size[1], lu, x);
    if (!s.status)
        s.status = gesv_info(&l);
    return wick__scope_close(&s);
}

static void gesv_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    if (r->g[1])
        wick__refuse_gradient(r, "the second result, LU factors with pivots,");
    wick_tensor *turned = wick__transposed(s, Z);
    wick_tensor *b = wick__binary(s, &wick_op_gesv, G, turned);
    if (r->wants[0])
        r->dx[0] = wick__as_input(r, 0, b);
    if (r->wants[1])
        r->dx[1] = wick__negate(s, wick__matmul(s, b, wick__transposed(s, Y)));
}

const wick_op wick_op_gesv = {
    .name = "gesv",
    .args = equation_args,
    .outputs = 2,
    .saves = WICK__SAVE_IN(1) | WICK__SAVE_OUT(0),
    .method = WICK__METHOD_NONE,
    .forward = gesv_forward,
    .backward = gesv_backward,
    .doc = "X with a X = b, for a square a (n x n) and b of n or n x k, and the LU factors of a; X "
           "is n x k, both by columns. Raises where a is singular",
    .example =
        "local a = torch.Tensor{{2, 1}, {1, 3}}\nprint((torch.gesv(torch.Tensor{3, 5}, a)))"};

/* ---- inverse ---- */

static const wick__arg inverse_args[] = {TENSOR("a"), END};

static wick_status inverse_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0];
    wick__lapack l = WICK__LAPACK_OF(a);
    wick__scope s;
    wick_status status = wick__check_square("inverse", "A", a);
    if (status)
        return status;
    wick__scope_open(&s, a->context);
    void *y = wick__copy_columns(&s, a, &out[0]);
    if (!s.status)
        s.status = wick__lapack_inverse(&l, a->size[0], y);
    if (!s.status && l.info > 0)
        s.status =
            wick__fail(WICK_EVALUE, "inverse: Lapack Error getrf : U(%d,%d) is 0, U is singular",
                       l.info, l.info);
    if (!s.status)
        s.status = wick__lapack_taken("inverse", l.info);
    return wick__scope_close(&s);
}

static void inverse_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *turned = wick__transposed(s, Y);
    r->dx[0] = wick__negate(s, wick__matmul(s, wick__matmul(s, turned, G), turned));
}

const wick_op wick_op_inverse = {.name = "inverse",
                                 .args = inverse_args,
                                 .saves = WICK__SAVE_OUT(0),
                                 .method = WICK__METHOD_NONE,
                                 .forward = inverse_forward,
                                 .backward = inverse_backward,
                                 .doc =
                                     "The inverse of a square matrix. Raises where it is singular",
                                 .example = "print(torch.inverse(torch.Tensor{{2, 0}, {0, 4}}))"};

/* ---- trtrs ---- */

static const wick__arg trtrs_args[] = {TENSOR("b"),
                                       TENSOR("a"),
                                       UPLO_OPTION,
                                       CHOICE_OR("trans", "N|T", 0),
                                       CHOICE_OR("diag", "N|U", 0),
                                       END};

static wick_status trtrs_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *b = call->in[0], *a = call->in[1];
    wick__lapack l = WICK__LAPACK_OF(a);
    wick__scope s;
    wick_status status = wick__check_equation("trtrs", "A", true, b, a);
    if (status)
        return status;
    wick__scope_open(&s, a->context);
    void *x = wick__copy_columns(&s, b, &out[0]), *copy = wick__copy_columns(&s, a, &out[1]);
    if (!s.status)
        s.status = wick__lapack_trtrs(&l, call->value[0].integer, call->value[1].integer,
                                      call->value[2].integer, a->size[0], out[0]->size[1], copy, x);
    if (!s.status && l.info > 0)
        s.status =
            wick__fail(WICK_EVALUE, "trtrs: Lapack Error in trtrs : A(%d,%d) is zero, singular A",
                       l.info, l.info);
    if (!s.status)
        s.status = wick__lapack_taken("trtrs", l.info);
    return wick__scope_close(&s);
}

/* The triangle's gradient; a diagonal that counts as ones is no part of it. */
static wick_tensor *triangle_gradient(wick__rule *r, wick_tensor *b)
{
    wick__scope *s = r->scope;
    bool lower = wick__integer(r, 0), transpose = wick__integer(r, 1), unit = wick__integer(r, 2);
    wick_tensor *x = Y;
    wick_tensor *product = transpose ? wick__matmul(s, x, wick__transposed(s, b))
                                     : wick__matmul(s, b, wick__transposed(s, x));
    return wick__negate(s, wick__kept_triangle(s, lower, unit, product));
}

static void trtrs_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *b = NULL;
    if (G) {
        wick_value value[] = {{.integer = wick__integer(r, 0)},
                              {.integer = !wick__integer(r, 1)},
                              {.integer = wick__integer(r, 2)}};
        wick_tensor *a = Z;
        b = a ? wick__run(s, &wick_op_trtrs, 2, (wick_tensor *[]){G, a}, value) : NULL;
    }
    if (r->wants[0])
        r->dx[0] = wick__as_input(r, 0, b);
    if (!r->wants[1])
        return;
    wick_tensor *a = b ? triangle_gradient(r, b) : NULL;
    r->dx[1] = a && r->g[1] ? wick__add(s, a, r->g[1]) : a ? a : r->g[1];
}

const wick_op wick_op_trtrs = {
    .name = "trtrs",
    .args = trtrs_args,
    .outputs = 2,
    .saves = WICK__SAVE_IN(1) | WICK__SAVE_OUT(0),
    .method = WICK__METHOD_NONE,
    .forward = trtrs_forward,
    .backward = trtrs_backward,
    .doc = "X with op(a) X = b, where only the upper (or, with \"L\", the lower) triangle of a "
           "(n x n) is read, op transposes with \"T\", and the diagonal counts as ones with \"U\"; "
           "and a copy of a",
    .example = "local a = torch.Tensor{{2, 1}, {0, 3}}\n"
               "print((torch.trtrs(torch.Tensor{3, 3}, a, \"U\")))"};

/* ---- gels ---- */

/* Makes the n x k result: the first rows of the column-major `from`, which has `rows`. */
static void first_rows(wick__scope *s, wick_tensor *from, int64_t rows, wick_tensor **out)
{
    wick_tensor *top = NULL;
    if (s->status)
        return;
    wick_status status =
        wick__view(from, from->offset, 2, (int64_t[]){rows, from->size[1]}, from->stride, &top);
    if (wick__keep(s, status, top))
        wick__copy_columns(s, top, out);
}

/* b with as many rows as LAPACK wants, the additional ones 0. */
static wick_tensor *lengthened(wick__scope *s, wick_tensor *b, int64_t rows, void **data)
{
    wick_tensor *column = b, *copy = NULL;
    if (b->ndim == 1)
        column = wick__reshape(s, b, &(wick_sizes){2, {b->size[0], 1}});
    if (column && rows > b->size[0])
        column = wick__run(
            s, &wick_op_pad, 1, &column,
            (wick_value[]){
                {.integer = 0}, {.integer = 0}, {.integer = rows - b->size[0]}, {.number = 0}});
    if (!column)
        return NULL;
    *data = wick__copy_columns(s, column, &copy);
    return wick__keep(s, WICK_OK, copy);
}

static wick_status gels_info(const wick__lapack *l)
{
    if (l->info > 0)
        return wick__fail(WICK_EVALUE,
                          "gels: Lapack Error in gels : The %d-th diagonal element of the "
                          "triangular factor of A is zero",
                          l->info);
    return wick__lapack_taken("gels", l->info);
}

static wick_status gels_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *b = call->in[0], *a = call->in[1];
    wick__lapack l = WICK__LAPACK_OF(a);
    wick__scope s;
    void *x = NULL;
    wick_status status = wick__check_equation("gels", "A", false, b, a);
    if (status)
        return status;
    int64_t m = a->size[0], n = a->size[1];
    wick__scope_open(&s, a->context);
    wick_tensor *solution = lengthened(&s, b, m > n ? m : n, &x);
    void *factors = wick__copy_columns(&s, a, &out[1]);
    if (!s.status)
        s.status = wick__check_finite_elements("gels", a, factors);
    if (!s.status)
        s.status = wick__check_finite_elements("gels", solution, x);
    if (!s.status)
        s.status = wick__lapack_gels(&l, m, n, solution->size[1], factors, x);
    if (!s.status)
        s.status = gels_info(&l);
    first_rows(&s, solution, n, &out[0]);
    return wick__scope_close(&s);
}

/* (a^T a)^-1 g, or (a a^T)^-1 g for a wide a, by the R of its QR factors. */
static wick_tensor *normal_solve(wick__scope *s, wick_tensor *a, wick_tensor *g)
{
    bool wide = a && a->size[0] < a->size[1];
    wick_tensor *q = wick__unary(s, &wick_op_qr, wide ? wick__transposed(s, a) : a);
    wick_tensor *tall = wide ? wick__transposed(s, a) : a;
    wick_tensor *upper = wick__matmul(s, wick__transposed(s, q), tall);
    return wick__triangle_solve(s, false, false, wick__triangle_solve(s, false, true, g, upper),
                                upper);
}

/* x = (a^T a)^-1 a^T b. */
static void tall_gradients(wick__rule *r, wick_tensor *a, wick_tensor *b, wick_tensor *x)
{
    wick__scope *s = r->scope;
    wick_tensor *z = normal_solve(s, a, G), *gb = wick__matmul(s, a, z);
    if (r->wants[0])
        r->dx[0] = wick__as_input(r, 0, gb);
    if (!r->wants[1])
        return;
    wick_tensor *rest = wick__subtract(s, b, wick__matmul(s, a, x));
    r->dx[1] = wick__subtract(s, wick__matmul(s, rest, wick__transposed(s, z)),
                              wick__matmul(s, gb, wick__transposed(s, x)));
}

/* x = a^T (a a^T)^-1 b. */
static void wide_gradients(wick__rule *r, wick_tensor *a, wick_tensor *b, wick_tensor *x)
{
    wick__scope *s = r->scope;
    wick_tensor *gb = normal_solve(s, a, wick__matmul(s, a, G));
    if (r->wants[0])
        r->dx[0] = wick__as_input(r, 0, gb);
    if (!r->wants[1])
        return;
    wick_tensor *rest = wick__subtract(s, G, wick__matmul(s, wick__transposed(s, a), gb));
    wick_tensor *p = normal_solve(s, a, b);
    r->dx[1] = wick__subtract(s, wick__matmul(s, p, wick__transposed(s, rest)),
                              wick__matmul(s, gb, wick__transposed(s, x)));
}

static void gels_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    if (r->g[1])
        wick__refuse_gradient(r, "the second result, factors as LAPACK packs them,");
    wick_tensor *b = X, *a = Z, *x = Y;
    if (b && b->ndim == 1)
        b = wick__reshape(s, b, &(wick_sizes){2, {b->size[0], 1}});
    if (!a || !b || !x)
        return;
    if (a->size[0] < a->size[1])
        wide_gradients(r, a, b, x);
    else
        tall_gradients(r, a, b, x);
}

const wick_op wick_op_gels = {
    .name = "gels",
    .args = equation_args,
    .outputs = 2,
    .saves = BOTH | WICK__SAVE_OUT(0),
    .method = WICK__METHOD_NONE,
    .forward = gels_forward,
    .backward = gels_backward,
    .doc = "The X, n x k, with the least |a X - b| for an a of m x n, m >= n, or the shortest with "
           "a X = b for m < n, and LAPACK's factors of a; a has full rank, b is m or m x k",
    .example = "local a = torch.Tensor{{1, 1}, {1, 2}, {1, 3}}\n"
               "print((torch.gels(torch.Tensor{2, 3, 4}, a)))"};
