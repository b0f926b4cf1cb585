/* The frame around matrix products: every operand becomes rows x columns with a leading dimension,
 * transposed or not, without a copy where BLAS can read it as it lies. */
#include "op/matmul.h"

#include "kernel/matmul.h"
#include "op/dense.h"

const wick__product wick__products[] = {
    [WICK__MM] = {"mm", 2, 2, 2, false},        [WICK__MV] = {"mv", 2, 1, 1, false},
    [WICK__GER] = {"ger", 1, 1, 2, false},      [WICK__BMM] = {"bmm", 3, 3, 3, false},
    [WICK__ADDMM] = {"addmm", 2, 2, 2, false},  [WICK__ADDMV] = {"addmv", 2, 1, 1, false},
    [WICK__ADDR] = {"addr", 1, 1, 2, false},    [WICK__BADDBMM] = {"baddbmm", 3, 3, 3, false},
    [WICK__ADDBMM] = {"addbmm", 3, 3, 2, true},
};

/* An operand: `step` elements from matrix to matrix, `row` and `column` from element to element;
 * ld and transposed once BLAS has been asked. */
typedef struct matrix {
    int64_t batch, rows, columns;
    int64_t step, row, column, ld;
    bool transposed;
    char *data;
} matrix;

static matrix look(const wick_tensor *t, bool as_row)
{
    const int64_t *size = t->size, *stride = t->stride;
    if (t->ndim == 3)
        return (matrix){.batch = size[0],
                        .rows = size[1],
                        .columns = size[2],
                        .step = stride[0],
                        .row = stride[1],
                        .column = stride[2]};
    if (t->ndim == 2)
        return (matrix){
            .batch = 1, .rows = size[0], .columns = size[1], .row = stride[0], .column = stride[1]};
    if (as_row)
        return (matrix){.batch = 1, .rows = 1, .columns = size[0], .row = 1, .column = stride[0]};
    return (matrix){.batch = 1, .rows = size[0], .columns = 1, .row = stride[0], .column = 1};
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Finds the leading dimension; false: BLAS cannot read the matrix as it lies. */
static bool lies_well(matrix *m)
{
    bool one_row = m->rows <= 1, one_column = m->columns <= 1;
    if ((one_column || m->column == 1) && (one_row || m->row >= most(m->columns, 1))) {
        m->transposed = false;
        m->ld = one_row ? most(m->columns, 1) : m->row;
        return true;
    }
    m->transposed = true;
    m->ld = one_column ? most(m->rows, 1) : m->column;
    return (one_row || m->row == 1) && (one_column || m->column >= most(m->rows, 1));
}

/* The same memory read as the transposed matrix. */
static void transpose(matrix *m)
{
    matrix was = *m;
    m->rows = was.columns;
    m->columns = was.rows;
    m->transposed = !was.transposed;
}

/* The bytes of t, which m looks at; copies t once where it has to be; the scope keeps the copy. */
static void read(wick__scope *s, wick_tensor *t, bool as_row, matrix *m)
{
    if (!lies_well(m)) {
        wick_tensor *copy = NULL;
        wick_status status = wick__contiguous(t, &copy);
        t = wick__keep(s, status, copy);
        if (!t)
            return;
        *m = look(t, as_row);
        lies_well(m);
    }
    if (!s->status)
        s->status = wick__dense(t, (void **)&m->data);
}

/* ---- checks ---- */

wick_status wick__check_factors(const char *name, int n, wick_tensor *const *t)
{
    for (int i = 1; i < n; i++)
        if (t[i] && t[i]->dtype != t[0]->dtype)
            return wick__fail(WICK_EDTYPE,
                              "%s: %s and %s tensors do not multiply; convert one with :float() or "
                              ":double()",
                              name, wick_dtype_name(t[0]->dtype), wick_dtype_name(t[i]->dtype));
    if (t[0]->dtype == WICK_FLOAT32 || t[0]->dtype == WICK_FLOAT64)
        return WICK_OK;
    return wick__fail(WICK_EDTYPE,
                      "%s: not defined for %s tensors; convert with :float() or :double() first",
                      name, wick_dtype_name(t[0]->dtype));
}

static wick_status wrong_ranks(const wick__product *p, const wick_tensor *a, const wick_tensor *b)
{
    static const char *const words[] = {"", "vector and vector", "matrix and vector", "matrices",
                                        "batches of matrices"};
    int word = p->a == 3 ? 4 : p->a + (p->a == 2 && p->b == 2);
    return wick__fail(WICK_ESHAPE, "%s: %s expected, got %dD, %dD tensors: %s and %s", p->name,
                      words[word], a->ndim, b->ndim, wick__shape(a), wick__shape(b));
}

static wick_sizes result_shape(const wick__product *p, const matrix *a, const matrix *b)
{
    if (p->c == 3)
        return (wick_sizes){3, {a->batch, a->rows, b->columns}};
    return (wick_sizes){p->c, {a->rows, b->columns}};
}

/* `left` and `right` are what a and b are as matrices. */
static wick_status check_sizes(const wick__product *p, const wick_tensor *a, const wick_tensor *b,
                               const wick_tensor *c, const matrix *left, const matrix *right,
                               const wick_sizes *shape)
{
    char text[WICK__SHAPE_TEXT];
    if (left->columns != right->rows || left->batch != right->batch)
        return wick__fail(WICK_ESHAPE, "%s: size mismatch, m1: [%s], m2: [%s]", p->name,
                          wick__shape(a), wick__shape(b));
    if (!c || wick__has_shape(c, shape))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "%s: size mismatch, t: [%s], m1: [%s], m2: [%s]; t has to be %s",
                      p->name, wick__shape(c), wick__shape(a), wick__shape(b),
                      wick__sizes_text(shape->count, shape->v, text, sizeof text));
}

/* ---- the product ---- */

static void multiply(wick__scope *s, wick_dtype dtype, bool sums, double alpha, const matrix *a,
                     const matrix *b, double beta, const matrix *c)
{
    int64_t size = (int64_t)wick_dtype_size(dtype);
    if (!sums && c->batch != 1) {
        wick__gemm_batch(s->context, dtype, a->transposed, b->transposed, c->batch, c->rows,
                         c->columns, a->columns, alpha, a->data, a->ld, a->step, b->data, b->ld,
                         b->step, beta, c->data, c->ld, c->step);
        return;
    }
    int64_t k = a->batch == 0 ? 0 : a->columns;
    for (int64_t i = 0; i < most(a->batch, 1); i++)
        wick__gemm(s->context, dtype, a->transposed, b->transposed, c->rows, c->columns, k, alpha,
                   a->data + i * a->step * size, a->ld, b->data + i * b->step * size, b->ld,
                   i == 0 ? beta : 1, c->data, c->ld);
}

/* BLAS writes rows; columns are written as the product of the transposed, in the other order. */
static void multiply_into(wick__scope *s, wick_dtype dtype, bool sums, double alpha, matrix a,
                          matrix b, double beta, matrix c)
{
    if (!c.transposed) {
        multiply(s, dtype, sums, alpha, &a, &b, beta, &c);
        return;
    }
    transpose(&a);
    transpose(&b);
    transpose(&c);
    multiply(s, dtype, sums, alpha, &b, &a, beta, &c);
}

/* out = alpha a b + beta out, where out may lie in any way. */
static void finish(wick__scope *s, bool sums, double alpha, const matrix *a, const matrix *b,
                   double beta, wick_tensor *out, bool as_row)
{
    wick_tensor *to = out;
    matrix c = look(to, as_row);
    if (s->status)
        return;
    if (!lies_well(&c)) {
        wick_tensor *copy = NULL;
        wick_status status = wick__clone(out, &copy);
        to = wick__keep(s, status, copy);
        if (!to)
            return;
        c = look(to, as_row);
        lies_well(&c);
    }
    s->status = wick__writable(to, (void **)&c.data);
    if (!s->status)
        multiply_into(s, out->dtype, sums, alpha, *a, *b, beta, c);
    if (!s->status && to != out)
        s->status = wick_tensor_copy(out, to);
}

wick_status wick__product_run(const wick__product *p, double alpha, wick_tensor *a, wick_tensor *b,
                              double beta, wick_tensor *c, wick_tensor **out)
{
    wick__scope s;
    wick_status status = wick__check_factors(p->name, 3, (wick_tensor *[]){a, b, c});
    if (!status && (a->ndim != p->a || b->ndim != p->b))
        status = wrong_ranks(p, a, b);
    if (status)
        return status;
    matrix left = look(a, false), right = look(b, p->a == 1);
    wick_sizes shape = result_shape(p, &left, &right);
    status = check_sizes(p, a, b, c, &left, &right, &shape);
    if (!status)
        status = wick__output(a->context, a->dtype, shape.count, shape.v, out);
    if (status)
        return status;
    wick__scope_open(&s, a->context);
    beta = c ? beta : 0;
    if (beta != 0 && !wick__same_elements(*out, c))
        s.status = wick_tensor_copy(*out, c);
    read(&s, a, false, &left);
    read(&s, b, p->a == 1, &right);
    finish(&s, p->sums, alpha, &left, &right, beta, *out, false);
    return wick__scope_close(&s);
}

/* ---- linear ---- */

static wick_status check_linear(wick_tensor *x, wick_tensor *weight, wick_tensor *bias)
{
    wick_status status = wick__check_factors("linear", 3, (wick_tensor *[]){x, weight, bias});
    if (status)
        return status;
    if (x->ndim < 1 || x->ndim > 2)
        return wick__fail(WICK_ESHAPE, "linear: input must be vector or matrix, got %s",
                          wick__shape(x));
    if (weight->ndim != 2)
        return wick__fail(WICK_ESHAPE, "linear: weight must be a matrix, outputs x inputs, got %s",
                          wick__shape(weight));
    if (x->size[x->ndim - 1] != weight->size[1])
        return wick__fail(WICK_ESHAPE,
                          "linear: size mismatch, m1: [%s], m2: [%lld x %lld]: input %s has %lld "
                          "features, weight %s takes %lld",
                          wick__shape(x), (long long)weight->size[1], (long long)weight->size[0],
                          wick__shape(x), (long long)x->size[x->ndim - 1], wick__shape(weight),
                          (long long)weight->size[1]);
    if (bias && (bias->ndim != 1 || bias->size[0] != weight->size[0]))
        return wick__fail(WICK_ESHAPE, "linear: bias %s does not fit weight %s; it has to be %lld",
                          wick__shape(bias), wick__shape(weight), (long long)weight->size[0]);
    return WICK_OK;
}

/* Every row of y = bias. */
static void spread_bias(wick__scope *s, wick_tensor *y, const wick_tensor *bias)
{
    wick_tensor *rows = NULL;
    int64_t stride[2] = {y->ndim == 1 ? bias->stride[0] : 0, bias->stride[0]};
    wick_status status = wick__view(bias, bias->offset, y->ndim, y->size, stride, &rows);
    if (wick__keep(s, status, rows))
        s->status = wick_tensor_copy(y, rows);
}

wick_status wick__linear_run(wick_tensor *x, wick_tensor *weight, wick_tensor *bias,
                             wick_tensor **out)
{
    wick__scope s;
    wick_status status = check_linear(x, weight, bias);
    if (status)
        return status;
    int64_t size[2] = {x->size[0], weight->size[0]};
    status = wick__output(x->context, x->dtype, x->ndim, x->ndim == 1 ? size + 1 : size, out);
    if (status)
        return status;
    wick__scope_open(&s, x->context);
    matrix left = look(x, true), right = look(weight, false);
    read(&s, x, true, &left);
    read(&s, weight, false, &right);
    transpose(&right);
    if (bias && !s.status)
        spread_bias(&s, *out, bias);
    finish(&s, false, 1, &left, &right, bias ? 1 : 0, *out, true);
    return wick__scope_close(&s);
}
