/* Eigenvalues and singular values. */
#include "op/lapack.h"

#include "op/reduce.h"

/* A matrix of zeros and ones that a gradient needs: the identity, or all but it. */
static wick_tensor *identity(wick__scope *s, int64_t n, wick_dtype dtype)
{
    wick_value value[] = {{.integer = n}, {.integer = n}, {.integer = dtype}};
    return wick__run(s, &wick_op_eye, 0, NULL, value);
}

/* A vector as rows (or columns) of a square matrix: e_ij = v_j (or v_i). */
static wick_tensor *spread(wick__scope *s, wick_tensor *v, bool rows)
{
    if (!v)
        return NULL;
    int64_t n = v->size[0];
    wick_sizes line = {2, {rows ? 1 : n, rows ? n : 1}}, square = {2, {n, n}};
    return wick__expand(s, wick__reshape(s, v, &line), &square);
}

/* x_ij / (v_j - v_i), 0 on the diagonal. Raises where two of the values are the same. */
static wick_tensor *by_differences(wick__rule *r, wick_tensor *v, wick_tensor *x)
{
    wick__scope *s = r->scope;
    if (!v || !x)
        return NULL;
    wick_tensor *eye = identity(s, v->size[0], v->dtype);
    wick_tensor *gaps = wick__subtract(s, spread(s, v, true), spread(s, v, false));
    gaps = wick__add(s, gaps, eye);
    if (wick__has_zero(s, gaps))
        wick__refuse_gradient(r, "a vector that belongs to one of several equal values");
    return wick__divide(s, wick__multiply(s, x, wick__minus(s, 1, eye)), gaps);
}

static wick_tensor *diagonal(wick__scope *s, wick_tensor *v)
{
    return v ? wick__run(s, &wick_op_diag, 1, &v, (wick_value[]){{.integer = 0}}) : NULL;
}

/* The sum of two of which either may be missing. */
static wick_tensor *sum_of(wick__scope *s, wick_tensor *a, wick_tensor *b)
{
    return a && b ? wick__add(s, a, b) : a ? a : b;
}

static wick_status not_converged(const char *name, const wick__lapack *l)
{
    if (l->info > 0)
        return wick__fail(WICK_EVALUE, "%s: Lapack Error in %s : %d of the values did not converge",
                          name, name, l->info);
    return wick__lapack_taken(name, l->info);
}

/* ---- symeig ---- */

static const wick__arg symeig_args[] = {TENSOR("a"), CHOICE_OR("job", "N|V", 0), UPLO_OPTION, END};

static wick_status symeig_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0];
    wick__lapack l = WICK__LAPACK_OF(a);
    bool vectors = call->value[0].integer, lower = call->value[1].integer;
    wick__scope s;
    wick_status status = wick__check_square("symeig", "A", a);
    if (status)
        return status;
    wick__scope_open(&s, a->context);
    void *values = wick__make_vector(&s, a->dtype, a->size[0], &out[0]);
    void *y = wick__copy_columns(&s, a, &out[1]);
    if (!s.status)
        s.status = wick__check_finite_elements("symeig", a, y);
    if (!s.status)
        s.status = wick__lapack_syevd(&l, vectors, lower, a->size[0], y, values);
    if (!s.status)
        s.status = not_converged("symeig", &l);
    if (!s.status && !vectors)
        s.status = wick_tensor_copy(out[1], a);
    return wick__scope_close(&s);
}

/* Eigenvectors for a gradient of values that were computed alone. */
static wick_tensor *vectors_of(wick__scope *s, wick_tensor *a, bool lower)
{
    wick_tensor *out[2] = {NULL};
    if (s->status || !a)
        return NULL;
    wick_call call = {.context = s->context,
                      .inputs = 1,
                      .in = &a,
                      .value = {{.integer = 1}, {.integer = lower}}};
    wick_status status = wick_apply(&wick_op_symeig, &call, out);
    wick__keep(s, WICK_OK, out[0]);
    return wick__keep(s, status, out[1]);
}

/* V (diag(ge) + (V^T gV) / gaps) V^T, of which the triangle counts that was read. */
static void symeig_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    bool has_vectors = wick__integer(r, 0), lower = wick__integer(r, 1);
    wick_tensor *inner = r->g[0] ? diagonal(s, r->g[0]) : NULL;
    wick_tensor *v = has_vectors ? wick__result(r, 1) : vectors_of(s, X, lower);
    if (has_vectors && r->g[1]) {
        wick_tensor *turning = wick__matmul(s, wick__transposed(s, v), r->g[1]);
        inner = sum_of(s, inner, by_differences(r, wick__result(r, 0), turning));
    }
    wick_tensor *g = NULL;
    if (inner)
        g = wick__matmul(s, wick__matmul(s, v, inner), wick__transposed(s, v));
    g = g ? wick__symmetric_gradient(s, lower, g) : NULL;
    r->dx[0] = has_vectors || !r->g[1] ? g : sum_of(s, g, r->g[1]);
}

const wick_op wick_op_symeig = {
    .name = "symeig",
    .args = symeig_args,
    .outputs = 2,
    .saves = WICK__SAVE_IN(0) | WICK__SAVE_OUT(0) | WICK__SAVE_OUT(1),
    .method = WICK__METHOD_NONE,
    .forward = symeig_forward,
    .backward = symeig_backward,
    .doc = "The eigenvalues of a symmetric matrix, ascending, and with \"V\" its eigenvectors in "
           "columns (with \"N\" a copy of a); only the upper or, with \"L\", the lower triangle is "
           "read. Eigenvectors have a gradient where the values differ",
    .example = "print(torch.symeig(torch.Tensor{{2, 1}, {1, 2}}, \"V\"))"};

/* ---- eig ---- */

static const wick__arg eig_args[] = {TENSOR("a"), CHOICE_OR("job", "N|V", 0), END};

/* The two parts of the values as the columns of n x 2. */
static void join_parts(wick__scope *s, wick_tensor *parts, wick_tensor **out)
{
    if (s->status)
        return;
    wick_sizes shape = {2, {parts->size[1], 2}};
    wick_tensor *columns = wick__transposed(s, parts);
    wick__make(s, parts->dtype, &shape, out);
    if (!s->status)
        s->status = wick_tensor_copy(*out, columns);
}

static wick_status eig_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0], *parts = NULL;
    wick__lapack l = WICK__LAPACK_OF(a);
    bool vectors = call->value[0].integer;
    wick__scope s;
    wick_status status = wick__check_square("eig", "A", a);
    if (status)
        return status;
    int64_t n = a->size[0];
    wick__scope_open(&s, a->context);
    void *copy = wick__read_columns(&s, a), *y = NULL;
    char *values = wick__make(&s, a->dtype, &(wick_sizes){2, {2, n}}, &parts);
    parts = wick__keep(&s, WICK_OK, parts);
    if (!s.status && vectors)
        y = wick__make_columns(&s, a->dtype, n, n, &out[1]);
    else if (!s.status)
        s.status = wick_tensor_new(a->context, a->dtype, 0, NULL, &out[1]);
    if (!s.status)
        s.status = wick__check_finite_elements("eig", a, copy);
    if (!s.status)
        s.status = wick__lapack_geev(&l, n, copy, values,
                                     values + (size_t)n * wick_dtype_size(a->dtype), y);
    if (!s.status)
        s.status = not_converged("eig", &l);
    join_parts(&s, parts, &out[0]);
    return wick__scope_close(&s);
}

const wick_op wick_op_eig = {
    .name = "eig",
    .args = eig_args,
    .outputs = 2,
    .method = WICK__METHOD_NONE,
    .forward = eig_forward,
    .doc = "The eigenvalues of a square matrix, n x 2: real and imaginary parts; and with \"V\" "
           "its eigenvectors in columns, a pair of conjugates as real and imaginary part (with "
           "\"N\" nothing)",
    .example = "print(torch.eig(torch.Tensor{{0, 1}, {-1, 0}}))"};

/* ---- svd ---- */

static const wick__arg svd_args[] = {TENSOR("a"), CHOICE_OR("job", "S|A", 0), END};

/* Without elements LAPACK writes nothing: the square factors are identities then. */
static void write_identity(wick__scope *s, wick_tensor *to)
{
    wick_tensor *eye = s->status ? NULL : identity(s, to->size[0], to->dtype);
    if (eye)
        s->status = wick_tensor_copy(to, eye);
}

/* What LAPACK calls V^T by columns is V by rows. */
static wick_status svd_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0];
    wick__lapack l = WICK__LAPACK_OF(a);
    bool all = call->value[0].integer;
    wick__scope s;
    wick_status status = wick__check_matrix("svd", "A", a);
    if (status)
        return status;
    int64_t m = a->size[0], n = a->size[1], k = m < n ? m : n;
    wick__scope_open(&s, a->context);
    void *copy = wick__read_columns(&s, a);
    void *u = wick__make_columns(&s, a->dtype, m, all ? m : k, &out[0]);
    void *values = wick__make_vector(&s, a->dtype, k, &out[1]);
    void *v = wick__make(&s, a->dtype, &(wick_sizes){2, {n, all ? n : k}}, &out[2]);
    if (!s.status)
        s.status = wick__check_finite_elements("svd", a, copy);
    if (!s.status && k > 0)
        s.status = wick__lapack_gesdd(&l, all, m, n, copy, u, values, v);
    if (!s.status && l.info > 0) {
        copy = wick__read_columns(&s, a);
        if (!s.status)
            s.status = wick__lapack_gesvd(&l, all, m, n, copy, u, values, v);
    }
    if (!s.status)
        s.status = not_converged("svd", &l);
    if (all && k == 0) {
        write_identity(&s, out[0]);
        write_identity(&s, out[2]);
    }
    return wick__scope_close(&s);
}

/* (x^T gx - its transpose) / (s_j^2 - s_i^2): how the vectors turn among each other. */
static wick_tensor *turning(wick__rule *r, wick_tensor *x, wick_tensor *gx, wick_tensor *values)
{
    wick__scope *s = r->scope;
    wick_tensor *inner = wick__matmul(s, wick__transposed(s, x), gx);
    inner = wick__subtract(s, inner, wick__transposed(s, inner));
    return by_differences(r, wick__square(s, values), inner);
}

/* (gx - x x^T gx) / s: how the vectors leave the space they span; s divides columns. */
static wick_tensor *leaving(wick__scope *s, wick_tensor *x, wick_tensor *gx, wick_tensor *values)
{
    wick_tensor *inside = wick__matmul(s, x, wick__matmul(s, wick__transposed(s, x), gx));
    return wick__divide(s, wick__subtract(s, gx, inside), values);
}

/* U (diag(gs) + turning(U) s + s turning(V)) V^T, and what leaves the spaces. */
static wick_tensor *svd_gradient(wick__rule *r, wick_tensor *u, wick_tensor *values, wick_tensor *v)
{
    wick__scope *s = r->scope;
    wick_tensor *gu = r->g[0], *gv = r->g[2], *inner = r->g[1] ? diagonal(s, r->g[1]) : NULL;
    if (gu)
        inner =
            sum_of(s, inner, wick__multiply(s, turning(r, u, gu, values), spread(s, values, true)));
    if (gv)
        inner = sum_of(s, inner,
                       wick__multiply(s, turning(r, v, gv, values), spread(s, values, false)));
    wick_tensor *g = wick__matmul(s, wick__matmul(s, u, inner), wick__transposed(s, v));
    if (gu && u && u->size[0] > u->size[1])
        g = wick__add(s, g, wick__matmul(s, leaving(s, u, gu, values), wick__transposed(s, v)));
    if (gv && v && v->size[0] > v->size[1])
        g = wick__add(s, g, wick__matmul(s, u, wick__transposed(s, leaving(s, v, gv, values))));
    return g;
}

/* The factors that the gradient needs: of a matrix that is not square those without the additional
 * columns of job "A", computed anew so that they can be differentiated themselves. */
static void thin_factors(wick__rule *r, wick_tensor **factor)
{
    wick__scope *s = r->scope;
    wick_tensor *a = X, *out[3] = {NULL};
    if (s->status || !a)
        return;
    wick_call call = {.context = s->context, .inputs = 1, .in = &a};
    wick_status status = wick_apply(&wick_op_svd, &call, out);
    for (int i = 0; i < 3; i++)
        factor[i] = wick__keep(s, status, out[i]);
}

static void svd_backward(wick__rule *r)
{
    const wick__geometry *a = wick__shape_of(r, 0);
    bool all = wick__integer(r, 0) && a->size[0] != a->size[1];
    wick_tensor *factor[3] = {NULL};
    if (all && (r->g[0] || r->g[2]))
        wick__refuse_gradient(r, "a square factor of a matrix that is not (job \"A\")");
    for (int i = 0; i < 3 && !all; i++)
        factor[i] = wick__result(r, i);
    if (all)
        thin_factors(r, factor);
    r->dx[0] = svd_gradient(r, factor[0], factor[1], factor[2]);
}

const wick_op wick_op_svd = {
    .name = "svd",
    .args = svd_args,
    .outputs = 3,
    .saves = WICK__SAVE_IN(0) | WICK__SAVE_OUT(0) | WICK__SAVE_OUT(1) | WICK__SAVE_OUT(2),
    .method = WICK__METHOD_NONE,
    .forward = svd_forward,
    .backward = svd_backward,
    .doc = "U, S and V with a = U diag(S) V^T, the singular values S descending: for an a of m x n "
           "U is m x k and V n x k, k the smaller of m and n, or both are square with \"A\". "
           "Vectors have a gradient where the values differ",
    .example = "print(torch.svd(torch.Tensor{{3, 0}, {0, 4}, {0, 0}}))"};
