/* QR factors, and their raw form: reflectors. */
#include "op/lapack.h"

#include <string.h>

#include "op/region.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- qr ---- */

static const wick__arg matrix_args[] = {TENSOR("a"), END};

/* The upper triangle of the first k rows of a (m x n), k x n. */
static void copy_upper(const char *a, int64_t m, int64_t n, int64_t k, size_t element, char *r)
{
    for (int64_t j = 0; j < n; j++) {
        size_t filled = (size_t)least(j + 1, k) * element, column = (size_t)k * element;
        memcpy(r + (size_t)j * column, a + (size_t)(j * m) * element, filled);
        memset(r + (size_t)j * column + filled, 0, column - filled);
    }
}

static wick_status qr_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0];
    wick__lapack l = WICK__LAPACK_OF(a);
    wick__scope s;
    wick_status status = wick__check_matrix("qr", "A", a);
    if (status)
        return status;
    int64_t m = a->size[0], n = a->size[1], k = least(m, n);
    size_t element = wick_dtype_size(a->dtype);
    wick__scope_open(&s, a->context);
    void *q = wick__make_columns(&s, a->dtype, m, k, &out[0]);
    void *r = wick__make_columns(&s, a->dtype, k, n, &out[1]);
    void *factors = wick__read_columns(&s, a), *tau = wick__scratch(&s, a->dtype, k);
    if (!s.status)
        s.status = wick__lapack_geqrf(&l, m, n, factors, tau);
    if (!s.status) {
        copy_upper(factors, m, n, k, element, r);
        memcpy(q, factors, (size_t)(m * k) * element);
        s.status = wick__lapack_orgqr(&l, m, k, k, q, tau);
    }
    if (!s.status)
        s.status = wick__lapack_taken("qr", l.info);
    return wick__scope_close(&s);
}

/* A tall (or square) matrix: with M = R gR^T - gQ^T Q and C its lower triangle mirrored,
 * (gQ + Q C) R^-T. NULL gradients count as zero. */
static wick_tensor *tall_gradient(wick__scope *s, wick_tensor *q, wick_tensor *r, wick_tensor *gq,
                                  wick_tensor *gr)
{
    wick_tensor *m = NULL, *turned = wick__transposed(s, r);
    if (gr)
        m = wick__matmul(s, r, wick__transposed(s, wick__kept_triangle(s, false, 0, gr)));
    if (gq) {
        wick_tensor *w = wick__matmul(s, wick__transposed(s, gq), q);
        m = m ? wick__subtract(s, m, w) : wick__negate(s, w);
    }
    wick_tensor *below = wick__kept_triangle(s, true, 1, m);
    wick_tensor *mirrored =
        wick__add(s, wick__kept_triangle(s, true, 0, m), wick__transposed(s, below));
    wick_tensor *sum = wick__matmul(s, q, mirrored);
    sum = gq ? wick__add(s, gq, sum) : sum;
    /* x R^-T = (R^-1 x^T)^T */
    wick_tensor *solved = wick__triangle_solve(s, true, true, wick__transposed(s, sum), turned);
    return wick__transposed(s, solved);
}

static wick_tensor *columns(wick__scope *s, wick_tensor *x, int64_t first, int64_t count)
{
    wick_value value[] = {{.integer = 1}, {.integer = first}, {.integer = count}};
    return x ? wick__run(s, &wick_op_narrow, 1, &x, value) : NULL;
}

/* A wide one is [X Y] with X square, X = Q U, and R = [U V], V = Q^T Y. */
static wick_tensor *wide_gradient(wick__rule *r, wick_tensor *q, wick_tensor *upper)
{
    wick__scope *s = r->scope;
    wick_tensor *gq = r->g[0], *gr = r->g[1], *x = X, *parts[2];
    if (!x)
        return NULL;
    int64_t m = x->size[0], more = x->size[1] - m;
    wick_tensor *gv = gr ? columns(s, gr, m, more) : NULL;
    if (gv) {
        wick_tensor *y = columns(s, x, m, more);
        wick_tensor *w = wick__matmul(s, y, wick__transposed(s, gv));
        gq = gq ? wick__add(s, gq, w) : w;
    }
    parts[0] = tall_gradient(s, q, columns(s, upper, 0, m), gq, gr ? columns(s, gr, 0, m) : NULL);
    if (!gv)
        return wick__padded(s, parts[0], 1, 0, more);
    parts[1] = wick__matmul(s, q, gv);
    wick_value dim[] = {{.integer = 1}};
    return s->status ? NULL : wick__run(s, &wick_op_cat, 2, parts, dim);
}

static void qr_backward(wick__rule *r)
{
    const wick__geometry *a = wick__shape_of(r, 0);
    wick_tensor *q = wick__result(r, 0), *upper = wick__result(r, 1);
    if (a->size[0] < a->size[1])
        r->dx[0] = wide_gradient(r, q, upper);
    else
        r->dx[0] = tall_gradient(r->scope, q, upper, r->g[0], r->g[1]);
}

const wick_op wick_op_qr = {
    .name = "qr",
    .args = matrix_args,
    .outputs = 2,
    .saves = WICK__SAVE_IN(0) | WICK__SAVE_OUT(0) | WICK__SAVE_OUT(1),
    .method = WICK__METHOD_NONE,
    .forward = qr_forward,
    .backward = qr_backward,
    .doc = "Q (m x k, orthonormal columns) and R (k x n, upper) with Q R = a, k the smaller of m "
           "and n",
    .example = "print(torch.qr(torch.Tensor{{1, 2}, {3, 4}, {5, 6}}))"};

/* ---- geqrf ---- */

static wick_status geqrf_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0];
    wick__lapack l = WICK__LAPACK_OF(a);
    wick__scope s;
    wick_status status = wick__check_matrix("geqrf", "A", a);
    if (status)
        return status;
    int64_t m = a->size[0], n = a->size[1];
    wick__scope_open(&s, a->context);
    void *factors = wick__copy_columns(&s, a, &out[0]);
    void *tau = wick__make_vector(&s, a->dtype, least(m, n), &out[1]);
    if (!s.status)
        s.status = wick__lapack_geqrf(&l, m, n, factors, tau);
    if (!s.status)
        s.status = wick__lapack_taken("geqrf", l.info);
    return wick__scope_close(&s);
}

const wick_op wick_op_geqrf = {
    .name = "geqrf",
    .args = matrix_args,
    .outputs = 2,
    .method = WICK__METHOD_NONE,
    .forward = geqrf_forward,
    .doc = "QR factors as LAPACK keeps them: R on and above the diagonal with the directions of "
           "the reflectors below it, and the reflectors' factors; for torch.orgqr and torch.ormqr",
    .example = "local m, tau = torch.geqrf(torch.Tensor{{1, 2}, {3, 4}})\n"
               "print(torch.orgqr(m, tau))"};

/* ---- orgqr, ormqr ---- */

static wick_status check_reflectors(const char *name, wick_tensor *m, wick_tensor *tau)
{
    wick_status status = wick__check_one_type(name, 2, (wick_tensor *[]){m, tau});
    if (!status)
        status = wick__check_matrix(name, "the matrix of reflectors", m);
    if (status)
        return status;
    if (tau->ndim > 1 || wick__count(tau) > least(m->size[0], m->size[1]))
        return wick__fail(WICK_ESHAPE,
                          "%s: tau, %s, has to hold one factor for each reflector, at most %lld "
                          "for a matrix of %s",
                          name, wick__shape(tau), (long long)least(m->size[0], m->size[1]),
                          wick__shape(m));
    return WICK_OK;
}

static const wick__arg orgqr_args[] = {TENSOR("m"), TENSOR("tau"), END};

static wick_status orgqr_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *m = call->in[0], *tau = call->in[1];
    wick__lapack l = WICK__LAPACK_OF(m);
    wick__scope s;
    wick_status status = check_reflectors("orgqr", m, tau);
    if (status)
        return status;
    int64_t rows = m->size[0], k = wick__count(tau);
    wick__scope_open(&s, m->context);
    const void *factors = wick__read(&s, tau), *whole = wick__read_columns(&s, m);
    void *q = wick__make_columns(&s, m->dtype, rows, k, &out[0]);
    if (!s.status) {
        memcpy(q, whole, (size_t)(rows * k) * wick_dtype_size(m->dtype));
        s.status = wick__lapack_orgqr(&l, rows, k, k, q, factors);
    }
    if (!s.status)
        s.status = wick__lapack_taken("orgqr", l.info);
    return wick__scope_close(&s);
}

const wick_op wick_op_orgqr = {
    .name = "orgqr",
    .args = orgqr_args,
    .method = WICK__METHOD_NONE,
    .forward = orgqr_forward,
    .doc = "The Q of reflectors that torch.geqrf gave: as many columns as tau has factors",
    .example = "print(torch.orgqr(torch.geqrf(torch.Tensor{{1, 2}, {3, 4}})))"};

static const wick__arg ormqr_args[] = {TENSOR("m"),
                                       TENSOR("tau"),
                                       TENSOR("c"),
                                       CHOICE_OR("side", "L|R", 0),
                                       CHOICE_OR("trans", "N|T", 0),
                                       END};

static wick_status check_ormqr(wick_tensor *m, wick_tensor *tau, wick_tensor *c, bool right)
{
    wick_status status = check_reflectors("ormqr", m, tau);
    if (!status)
        status = wick__check_one_type("ormqr", 2, (wick_tensor *[]){m, c});
    if (!status)
        status = wick__check_matrix("ormqr", "C", c);
    if (status || c->size[right] == m->size[0])
        return status;
    return wick__fail(WICK_ESHAPE,
                      "ormqr: C, %s, has to have as many %s as the matrix of reflectors, %s, has "
                      "rows",
                      wick__shape(c), right ? "columns" : "rows", wick__shape(m));
}

static wick_status ormqr_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *m = call->in[0], *tau = call->in[1], *c = call->in[2];
    wick__lapack l = WICK__LAPACK_OF(m);
    bool right = call->value[0].integer, transpose = call->value[1].integer;
    wick__scope s;
    wick_status status = check_ormqr(m, tau, c, right);
    if (status)
        return status;
    wick__scope_open(&s, m->context);
    const void *factors = wick__read(&s, tau), *whole = wick__read_columns(&s, m);
    void *y = wick__copy_columns(&s, c, &out[0]);
    if (!s.status)
        s.status = wick__lapack_ormqr(&l, right, transpose, c->size[0], c->size[1],
                                      wick__count(tau), m->size[0], whole, factors, y);
    if (!s.status)
        s.status = wick__lapack_taken("ormqr", l.info);
    return wick__scope_close(&s);
}

/* c alone is looked at as a variable: Q is as it is. */
static void ormqr_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *m = X, *tau = Z;
    wick_value value[] = {{.integer = wick__integer(r, 0)}, {.integer = !wick__integer(r, 1)}};
    if (r->wants[0] || r->wants[1])
        wick__refuse_gradient(r, "the matrix of reflectors");
    else if (m && tau)
        r->dx[2] = wick__run(s, &wick_op_ormqr, 3, (wick_tensor *[]){m, tau, G}, value);
}

const wick_op wick_op_ormqr = {
    .name = "ormqr",
    .args = ormqr_args,
    .saves = WICK__SAVE_IN(0) | WICK__SAVE_IN(1),
    .method = WICK__METHOD_NONE,
    .forward = ormqr_forward,
    .backward = ormqr_backward,
    .doc = "Q c, or with \"R\" c Q, with the square Q of reflectors that torch.geqrf gave, or its "
           "transpose with \"T\"; has a gradient of c alone",
    .example = "local m, tau = torch.geqrf(torch.Tensor{{1, 2}, {3, 4}})\n"
               "print(torch.ormqr(m, tau, torch.eye(2), \"L\", \"T\"))"};
