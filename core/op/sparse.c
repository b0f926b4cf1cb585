/* A sparse matrix, given by its entries, times a dense one: what layers on sparse inputs are. Its
 * gradients are a product of the same kind and, for the values, dot products at the entries. */
#include "kernel/sparse.h"

#include "op/dense.h"
#include "op/positions.h"

static const wick__arg product_args[] = {TENSOR("values"), TENSOR("rows"), TENSOR("columns"),
                                         TENSOR("dense"),  INTEGER("n"),   END};
static const wick__arg dots_args[] = {TENSOR("a"), TENSOR("b"), TENSOR("rows"), TENSOR("columns"),
                                      END};

static wick_status check_matrix(const char *name, const wick_tensor *t)
{
    if (t->ndim == 2)
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "%s: a dense matrix is two-dimensional, not %s", name,
                      wick__shape(t));
}

/* One of `count` positions in dimension 0 of x, kept by the scope. */
static const int64_t *read_positions(wick__scope *s, const char *name, const wick_tensor *x,
                                     wick_tensor *given, int64_t count)
{
    wick_tensor *positions = NULL;
    if (s->status)
        return NULL;
    if (given->ndim > 1 || wick__count(given) != count) {
        s->status = wick__fail(WICK_ESHAPE,
                               "%s: %s positions for %lld entries; values, rows and columns are "
                               "vectors of one length",
                               name, wick__shape(given), (long long)count);
        return NULL;
    }
    wick_status status = wick__positions(name, x, 0, given, &positions);
    positions = wick__keep(s, status, positions);
    return positions ? wick__read(s, positions) : NULL;
}

static wick__matrix read_matrix(wick__scope *s, const wick_tensor *t)
{
    void *data = NULL;
    if (!s->status)
        s->status = wick__dense(t, &data);
    return (wick__matrix){data, t->stride[0], t->stride[1]};
}

/* ---- sparseMM ---- */

static wick_status check_product(const wick_call *call)
{
    wick_tensor *floating[] = {call->in[0], call->in[3]};
    wick_status status = wick__check_one_type("sparseMM", 2, floating);
    if (!status)
        status = check_matrix("sparseMM", call->in[3]);
    if (!status && call->in[0]->ndim > 1)
        status = wick__fail(WICK_ESHAPE, "sparseMM: values are a vector, not %s",
                            wick__shape(call->in[0]));
    if (!status && call->value[0].integer < 0)
        status = wick__fail(WICK_EVALUE, "sparseMM: a result of %lld rows cannot be",
                            (long long)call->value[0].integer);
    return status;
}

static wick_status sparse_mm_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *values = call->in[0], *dense = call->in[3];
    wick__scope s;
    wick_status status = check_product(call);
    if (status)
        return status;
    int64_t n = call->value[0].integer;
    wick_sizes shape = {2, {n, dense->size[1]}};
    wick__entries entries = {.dtype = values->dtype, .count = wick__count(values)};
    wick__scope_open(&s, values->context);
    void *result = wick__make(&s, values->dtype, &shape, out);
    entries.row =
        s.status ? NULL : read_positions(&s, "sparseMM", *out, call->in[1], entries.count);
    entries.column = read_positions(&s, "sparseMM", dense, call->in[2], entries.count);
    wick__matrix matrix = read_matrix(&s, dense);
    const void *value = wick__read(&s, values);
    if (!s.status)
        wick__sparse_product(values->context, &entries, value, &matrix, n, dense->size[1], result);
    return wick__scope_close(&s);
}

static wick_tensor *product(wick__scope *s, wick_tensor *values, wick_tensor *rows,
                            wick_tensor *columns, wick_tensor *dense, int64_t n)
{
    wick_tensor *in[] = {values, rows, columns, dense};
    if (!values || !rows || !columns || !dense)
        return NULL;
    return wick__run(s, &wick_op_sparse_mm, 4, in, (wick_value[]){{.integer = n}});
}

static void sparse_mm_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *rows = wick__input(r, 1), *columns = wick__input(r, 2);
    wick_tensor *dots[] = {G, r->wants[0] ? wick__input(r, 3) : NULL, rows, columns};
    if (r->wants[0] && dots[1] && rows && columns)
        r->dx[0] = wick__run(s, &wick_op_sparse_dots, 4, dots, NULL);
    if (r->wants[3])
        r->dx[3] = product(s, wick__input(r, 0), columns, rows, G, wick__shape_of(r, 3)->size[0]);
}

const wick_op wick_op_sparse_mm = {
    .name = "sparseMM",
    .args = product_args,
    .saves = WICK__SAVE_IN(0) | WICK__SAVE_IN(1) | WICK__SAVE_IN(2) | WICK__SAVE_IN(3),
    .method = WICK__METHOD_NONE,
    .forward = sparse_mm_forward,
    .backward = sparse_mm_backward,
    .doc = "The product of a sparse matrix of n rows and a dense one, m x p; the values of "
           "the sparse one stand at rows and columns (from 1), in any order, and add up where they "
           "meet",
    .example = "local rows, columns = torch.LongTensor{1, 2}, torch.LongTensor{3, 1}\n"
               "print(torch.sparseMM(torch.Tensor{10, 1}, rows, columns, torch.eye(3), 2))"};

/* ---- its gradient for the values ---- */

static wick_status sparse_dots_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0], *b = call->in[1];
    wick__scope s;
    wick_status status = wick__check_one_type("sparse_dots", 2, call->in);
    if (!status)
        status = check_matrix("sparse_dots", a);
    if (!status)
        status = check_matrix("sparse_dots", b);
    if (!status && a->size[1] != b->size[1])
        status = wick__fail(WICK_ESHAPE, "sparse_dots: rows of %s and %s have no dot product",
                            wick__shape(a), wick__shape(b));
    if (status)
        return status;
    wick_sizes shape = {1, {wick__count(call->in[2])}};
    wick__entries entries = {.dtype = a->dtype, .count = shape.v[0]};
    wick__scope_open(&s, a->context);
    void *result = wick__make(&s, a->dtype, &shape, out);
    entries.row = read_positions(&s, "sparse_dots", a, call->in[2], entries.count);
    entries.column = read_positions(&s, "sparse_dots", b, call->in[3], entries.count);
    wick__matrix left = read_matrix(&s, a), right = read_matrix(&s, b);
    if (!s.status)
        wick__sparse_dots(a->context, &entries, &left, &right, a->size[1], result);
    return wick__scope_close(&s);
}

static void sparse_dots_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *rows = wick__input(r, 2), *columns = wick__input(r, 3);
    if (r->wants[0])
        r->dx[0] = product(s, G, rows, columns, wick__input(r, 1), wick__shape_of(r, 0)->size[0]);
    if (r->wants[1])
        r->dx[1] = product(s, G, columns, rows, wick__input(r, 0), wick__shape_of(r, 1)->size[0]);
}

const wick_op wick_op_sparse_dots = {
    .name = "sparse_dots",
    .args = dots_args,
    .saves = WICK__SAVE_IN(0) | WICK__SAVE_IN(1) | WICK__SAVE_IN(2) | WICK__SAVE_IN(3),
    .method = WICK__METHOD_NONE,
    .internal = true,
    .forward = sparse_dots_forward,
    .backward = sparse_dots_backward,
    .doc = "The dot products of a's rows at rows and b's rows at columns; sparseMM's gradient for "
           "its values"};
