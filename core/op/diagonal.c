/* Diagonals and triangles of matrices. Diagonal k lies k places to the right of the main one. */
#include "kernel/triangle.h"
#include "op/positions.h"

static const wick__arg diagonal_args[] = {TENSOR("x"), INTEGER_OR("k", 0), END};

#define K (call->value[0].integer)

/* Farther than any matrix reaches, and sums with it fit. */
static const int64_t farthest = INT64_MAX / 4;

static int64_t cut(int64_t k)
{
    return k > farthest ? farthest : k < -farthest ? -farthest : k;
}

/* ---- diag ---- */

/* The diagonal of a matrix as a view, without history; of no element when k lies outside. */
static wick_status diagonal_of(const wick_tensor *x, int64_t k, wick_tensor **diagonal)
{
    int64_t rows = k < 0 ? x->size[0] + k : x->size[0];
    int64_t columns = k > 0 ? x->size[1] - k : x->size[1];
    int64_t length = rows < columns ? rows : columns, offset = x->offset;
    int64_t stride = x->stride[0] + x->stride[1];
    if (length <= 0)
        length = 0;
    else
        offset += k < 0 ? -k * x->stride[0] : k * x->stride[1];
    return wick__view(x, offset, 1, &length, &stride, diagonal);
}

static wick_status read_diagonal(wick_tensor *x, int64_t k, wick_tensor **out)
{
    wick_tensor *diagonal = NULL;
    wick_status status = diagonal_of(x, k, &diagonal);
    if (!status)
        status = wick__output(x->context, x->dtype, 1, diagonal->size, out);
    if (!status)
        status = wick_tensor_copy(*out, diagonal);
    wick_tensor_release(diagonal);
    return status;
}

static wick_status write_diagonal(wick_tensor *x, int64_t k, const wick_sizes *shape,
                                  wick_tensor **out)
{
    wick_tensor *diagonal = NULL;
    wick_status status = wick__zeros(x->context, x->dtype, shape, out);
    if (!status)
        status = diagonal_of(*out, k, &diagonal);
    if (!status)
        status = wick_tensor_copy(diagonal, x);
    wick_tensor_release(diagonal);
    return status;
}

static wick_status diag_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    int64_t k = cut(K), far = k < 0 ? -k : k;
    if (x->ndim == 2)
        return read_diagonal(x, k, out);
    if (x->ndim != 1)
        return wick__fail(WICK_ESHAPE, "diag: matrix or a vector expected, got %s", wick__shape(x));
    if (!wick__add_fits(x->size[0], far, &far))
        return wick__fail(WICK_EVALUE, "diag: diagonal %lld is too far off", (long long)K);
    return write_diagonal(x, k, &(wick_sizes){2, {far, far}}, out);
}

static void diag_backward(wick__rule *r)
{
    wick_sizes x = wick__sizes_of(r, 0);
    wick_value value[] = {{.integer = cut(wick__integer(r, 0))}, {.sizes = &x}};
    const wick_op *op = x.count == 1 ? &wick_op_diag : &wick_op_diagonal_matrix;
    r->dx[0] = wick__run(r->scope, op, 1, &G, value);
}

const wick_op wick_op_diag = {
    .name = "diag",
    .args = diagonal_args,
    .forward = diag_forward,
    .backward = diag_backward,
    .doc = "A square matrix with the vector x on its diagonal k, or diagonal k of the matrix x as "
           "a vector; k counts to the right of the main diagonal",
    .example = "print(torch.diag(torch.Tensor{1, 2}))\n"
               "print(torch.diag(torch.Tensor{{1, 2}, {3, 4}}, 1))"};

static const wick__arg matrix_args[] = {TENSOR("x"), INTEGER("k"), SIZES("sizes"), END};

static wick_status diagonal_matrix_forward(const wick_call *call, wick_tensor **out)
{
    return write_diagonal(call->in[0], K, call->value[1].sizes, out);
}

static void diagonal_matrix_backward(wick__rule *r)
{
    r->dx[0] = wick__run(r->scope, &wick_op_diag, 1, &G, r->node->value);
}

const wick_op wick_op_diagonal_matrix = {
    .name = "diagonal_matrix",
    .args = matrix_args,
    .method = WICK__METHOD_NONE,
    .internal = true,
    .forward = diagonal_matrix_forward,
    .backward = diagonal_matrix_backward,
    .doc = "Zeros of the sizes given, with the vector x on diagonal k"};

/* ---- tril, triu ---- */

static wick_status copy_triangle(const wick_tensor *x, int64_t k, bool upper, wick_tensor *y)
{
    void *from, *to;
    wick_status status = wick__dense(x, &from);
    if (!status)
        status = wick__writable(y, &to);
    if (status || wick__count(x) == 0)
        return status;
    wick__triangle triangle = {.rows = x->size[x->ndim - 2],
                               .columns = x->size[x->ndim - 1],
                               .diagonal = k,
                               .upper = upper,
                               .bytes = wick_dtype_size(x->dtype)};
    triangle.matrices = wick__count(x) / triangle.rows / triangle.columns;
    wick__triangle_copy(x->context, &triangle, from, to);
    return WICK_OK;
}

static wick_status keep_triangle(const char *name, bool upper, const wick_call *call,
                                 wick_tensor **out)
{
    wick_tensor *x = call->in[0], *dense = NULL;
    if (x->ndim < 2)
        return wick__fail(WICK_ESHAPE,
                          "%s: expected a matrix, or several in more dimensions, got "
                          "%s",
                          name, wick__shape(x));
    wick_status status = wick__contiguous(x, &dense);
    if (!status)
        status = wick_tensor_new(x->context, x->dtype, x->ndim, x->size, out);
    if (!status)
        status = copy_triangle(dense, cut(K), upper, *out);
    wick_tensor_release(dense);
    return status;
}

#define TRIANGLE(WORD, UPPER, DOC)                                                                 \
    static wick_status WORD##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return keep_triangle(#WORD, UPPER, call, out);                                             \
    }                                                                                              \
    static void WORD##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        r->dx[0] = wick__run(r->scope, &wick_op_##WORD, 1, &G, r->node->value);                    \
    }                                                                                              \
    const wick_op wick_op_##WORD = {.name = #WORD,                                                 \
                                    .args = diagonal_args,                                         \
                                    .forward = WORD##_forward,                                     \
                                    .backward = WORD##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example =                                                     \
                                        "print(torch." #WORD "(torch.Tensor{{1, 2}, {3, 4}}))"};

TRIANGLE(tril, false,
         "The matrix x (or several, in the last two dimensions) with zeros to the right of its "
         "diagonal k, which counts to the right of the main one")
TRIANGLE(triu, true,
         "The matrix x (or several, in the last two dimensions) with zeros to the left of its "
         "diagonal k, which counts to the right of the main one")
