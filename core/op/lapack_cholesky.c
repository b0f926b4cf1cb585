/* Cholesky factors of symmetric positive definite matrices, and what is solved with them. Only one
 * triangle of a matrix is read: its gradient is that of this triangle. */
#include "op/lapack.h"

static const wick__arg factor_args[] = {TENSOR("a"), UPLO_OPTION, END};

/* ---- potrf ---- */

static wick_status potrf_info(const wick__lapack *l)
{
    if (l->info > 0)
        return wick__fail(WICK_EVALUE,
                          "potrf: Lapack Error in potrf : the leading minor of order %d is not "
                          "positive definite",
                          l->info);
    return wick__lapack_taken("potrf", l->info);
}

static wick_status potrf_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0];
    wick__lapack l = WICK__LAPACK_OF(a);
    bool lower = call->value[0].integer;
    wick__scope s;
    wick_status status = wick__check_square("potrf", "A", a);
    if (status)
        return status;
    wick__scope_open(&s, a->context);
    void *y = wick__copy_columns(&s, a, &out[0]);
    if (!s.status)
        s.status = wick__lapack_potrf(&l, lower, a->size[0], y);
    if (!s.status)
        s.status = potrf_info(&l);
    if (!s.status)
        wick__clear_triangle(lower, a->size[0], wick_dtype_size(a->dtype), y);
    return wick__scope_close(&s);
}

/* With L the lower factor and P the lower triangle of L^T dL, its diagonal halved: L^-T P L^-1. */
static void potrf_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    bool lower = wick__integer(r, 0);
    wick_tensor *l = lower ? Y : wick__transposed(s, Y);
    wick_tensor *g = lower ? G : wick__transposed(s, G);
    wick_tensor *p = wick__matmul(s, wick__transposed(s, l), wick__kept_triangle(s, true, 0, g));
    p = wick__scale(
        s, wick__add(s, wick__kept_triangle(s, true, 0, p), wick__kept_triangle(s, true, 1, p)),
        0.5);
    wick_tensor *left = wick__triangle_solve(s, true, true, p, l);
    wick_tensor *both = wick__triangle_solve(s, true, true, wick__transposed(s, left), l);
    r->dx[0] = wick__symmetric_gradient(s, lower, wick__transposed(s, both));
}

const wick_op wick_op_potrf = {
    .name = "potrf",
    .args = factor_args,
    .saves = WICK__SAVE_OUT(0),
    .method = WICK__METHOD_NONE,
    .forward = potrf_forward,
    .backward = potrf_backward,
    .doc = "The Cholesky factor of a symmetric positive definite matrix: the upper U with "
           "U^T U = a, or with \"L\" the lower L with L L^T = a; only that triangle of a is read. "
           "Raises where a is not positive definite",
    .example = "print(torch.potrf(torch.Tensor{{4, 2}, {2, 5}}))"};

/* ---- potri ---- */

static wick_status potri_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0];
    wick__lapack l = WICK__LAPACK_OF(a);
    bool lower = call->value[0].integer;
    wick__scope s;
    wick_status status = wick__check_square("potri", "the factor", a);
    if (status)
        return status;
    wick__scope_open(&s, a->context);
    void *y = wick__copy_columns(&s, a, &out[0]);
    if (!s.status)
        s.status = wick__lapack_potri(&l, lower, a->size[0], y);
    if (!s.status && l.info > 0)
        s.status = wick__fail(WICK_EVALUE,
                              "potri: Lapack Error potri : A(%d,%d) is 0, A cannot be factorized",
                              l.info, l.info);
    if (!s.status)
        s.status = wick__lapack_taken("potri", l.info);
    if (!s.status)
        wick__mirror_triangle(lower, a->size[0], wick_dtype_size(a->dtype), y);
    return wick__scope_close(&s);
}

/* The gradient of a factor, from the gradient `g` of the matrix it is of: U (g + g^T), or
 * (g + g^T) L. */
static wick_tensor *factor_gradient(wick__scope *s, bool lower, wick_tensor *factor, wick_tensor *g)
{
    wick_tensor *triangle = wick__kept_triangle(s, lower, 0, factor);
    wick_tensor *both = wick__add(s, g, wick__transposed(s, g));
    wick_tensor *product =
        lower ? wick__matmul(s, both, triangle) : wick__matmul(s, triangle, both);
    return wick__kept_triangle(s, lower, 0, product);
}

static void potri_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *y = Y;
    wick_tensor *g = wick__negate(s, wick__matmul(s, wick__matmul(s, y, G), y));
    r->dx[0] = factor_gradient(s, wick__integer(r, 0), X, g);
}

const wick_op wick_op_potri = {
    .name = "potri",
    .args = factor_args,
    .saves = WICK__SAVE_IN(0) | WICK__SAVE_OUT(0),
    .method = WICK__METHOD_NONE,
    .forward = potri_forward,
    .backward = potri_backward,
    .doc = "The inverse of the matrix whose Cholesky factor is given, the upper one or, with "
           "\"L\", the lower",
    .example = "local u = torch.potrf(torch.Tensor{{4, 2}, {2, 5}})\nprint(torch.potri(u))"};

/* ---- potrs ---- */

static const wick__arg potrs_args[] = {TENSOR("b"), TENSOR("a"), UPLO_OPTION, END};

static wick_status potrs_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *b = call->in[0], *a = call->in[1];
    wick__lapack l = WICK__LAPACK_OF(a);
    wick__scope s;
    wick_status status = wick__check_equation("potrs", "the factor", true, b, a);
    if (status)
        return status;
    wick__scope_open(&s, a->context);
    void *x = wick__copy_columns(&s, b, &out[0]), *factor = wick__read_columns(&s, a);
    if (!s.status)
        s.status =
            wick__lapack_potrs(&l, call->value[0].integer, a->size[0], out[0]->size[1], factor, x);
    if (!s.status)
        s.status = wick__lapack_taken("potrs", l.info);
    return wick__scope_close(&s);
}

static void potrs_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *factor = Z;
    wick_value value[] = {{.integer = wick__integer(r, 0)}};
    wick_tensor *b =
        factor ? wick__run(s, &wick_op_potrs, 2, (wick_tensor *[]){G, factor}, value) : NULL;
    if (r->wants[0])
        r->dx[0] = wick__as_input(r, 0, b);
    if (!r->wants[1])
        return;
    wick_tensor *g = wick__negate(s, wick__matmul(s, b, wick__transposed(s, Y)));
    r->dx[1] = factor_gradient(s, wick__integer(r, 0), factor, g);
}

const wick_op wick_op_potrs = {
    .name = "potrs",
    .args = potrs_args,
    .saves = WICK__SAVE_IN(1) | WICK__SAVE_OUT(0),
    .method = WICK__METHOD_NONE,
    .forward = potrs_forward,
    .backward = potrs_backward,
    .doc = "X with A X = b (n or n x k), where a is the Cholesky factor of A, the upper one or, "
           "with \"L\", the lower",
    .example = "local u = torch.potrf(torch.Tensor{{4, 2}, {2, 5}})\n"
               "print(torch.potrs(torch.Tensor{1, 2}, u))"};

/* ---- pstrf ---- */

static const wick__arg pstrf_args[] = {TENSOR("a"), UPLO_OPTION, NUMBER_OR("tolerance", -1), END};

static wick_status pstrf_info(const wick__lapack *l, int rank)
{
    if (l->info > 0)
        return wick__fail(WICK_EVALUE,
                          "pstrf: Lapack Error pstrf : matrix is rank deficient or not positive "
                          "semidefinite (rank %d)",
                          rank);
    return wick__lapack_taken("pstrf", l->info);
}

static wick_status pstrf_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0];
    wick__lapack l = WICK__LAPACK_OF(a);
    bool lower = call->value[0].integer;
    int rank = 0;
    wick__scope s;
    wick_status status = wick__check_square("pstrf", "A", a);
    if (status)
        return status;
    wick__scope_open(&s, a->context);
    void *y = wick__copy_columns(&s, a, &out[0]);
    void *pivots = wick__make_vector(&s, WICK_INT32, a->size[0], &out[1]);
    if (!s.status)
        s.status = wick__check_finite_elements("pstrf", a, y);
    if (!s.status)
        s.status =
            wick__lapack_pstrf(&l, lower, a->size[0], y, pivots, call->value[1].number, &rank);
    if (!s.status)
        s.status = pstrf_info(&l, rank);
    if (!s.status)
        wick__clear_triangle(lower, a->size[0], wick_dtype_size(a->dtype), y);
    return wick__scope_close(&s);
}

const wick_op wick_op_pstrf = {
    .name = "pstrf",
    .args = pstrf_args,
    .outputs = 2,
    .method = WICK__METHOD_NONE,
    .forward = pstrf_forward,
    .doc = "The Cholesky factor of a with its rows and columns in the order of the second result, "
           "an IntTensor of places from 1: the largest pivots come first. Raises where a pivot is "
           "at most the tolerance (left out: n eps times the largest)",
    .example = "local a = torch.Tensor{{1, 0}, {0, 4}}\nprint(torch.pstrf(a))"};
