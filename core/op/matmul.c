/* Products of matrices, vectors and batches of matrices, with Torch7's names and factors, and
 * linear, which networks are made of. Gradients are products themselves. */
#include "op/matmul.h"

#include "kernel/matmul.h"

#define FIRST WICK__SAVE_IN(0)
#define SECOND WICK__SAVE_IN(1)
#define THIRD WICK__SAVE_IN(2)

/* ---- gradients ---- */

static void matrix_gradients(wick__rule *r, int i, wick_tensor *g)
{
    wick__scope *s = r->scope;
    if (r->wants[i])
        r->dx[i] = wick__matmul(s, g, wick__transpose(s, wick__input(r, i + 1), 0, 1));
    if (r->wants[i + 1])
        r->dx[i + 1] = wick__matmul(s, wick__transpose(s, wick__input(r, i), 0, 1), g);
}

static void vector_gradients(wick__rule *r, int i, wick_tensor *g)
{
    wick__scope *s = r->scope;
    if (r->wants[i])
        r->dx[i] = wick__binary(s, &wick_op_ger, g, wick__input(r, i + 1));
    if (r->wants[i + 1])
        r->dx[i + 1] = wick__binary(s, &wick_op_mv, wick__transpose(s, wick__input(r, i), 0, 1), g);
}

static void outer_gradients(wick__rule *r, int i, wick_tensor *g)
{
    wick__scope *s = r->scope;
    if (r->wants[i])
        r->dx[i] = wick__binary(s, &wick_op_mv, g, wick__input(r, i + 1));
    if (r->wants[i + 1])
        r->dx[i + 1] = wick__binary(s, &wick_op_mv, wick__transpose(s, g, 0, 1), wick__input(r, i));
}

static void batch_gradients(wick__rule *r, int i, wick_tensor *g)
{
    wick__scope *s = r->scope;
    if (r->wants[i])
        r->dx[i] =
            wick__binary(s, &wick_op_bmm, g, wick__transpose(s, wick__input(r, i + 1), 1, 2));
    if (r->wants[i + 1])
        r->dx[i + 1] =
            wick__binary(s, &wick_op_bmm, wick__transpose(s, wick__input(r, i), 1, 2), g);
}

/* The gradient of a sum of products, once for each of them. */
static wick_tensor *for_each_product(wick__rule *r, int first, wick_tensor *g)
{
    const wick__geometry *a = wick__shape_of(r, first), *b = wick__shape_of(r, first + 1);
    wick_sizes one = {3, {1, a->size[1], b->size[2]}};
    wick_sizes all = {3, {a->size[0], a->size[1], b->size[2]}};
    return wick__expand(r->scope, wick__reshape(r->scope, g, &one), &all);
}

/* The gradients of alpha a b, where a is input `first` of the rule and b the next. */
static void product_gradients(wick__rule *r, const wick__product *p, int first, double alpha)
{
    wick_tensor *g = alpha == 1 ? G : wick__scale(r->scope, G, alpha);
    if (!r->wants[first] && !r->wants[first + 1])
        return;
    if (p->sums)
        g = for_each_product(r, first, g);
    if (p->a == 3)
        batch_gradients(r, first, g);
    else if (p->a == 1)
        outer_gradients(r, first, g);
    else if (p->b == 1)
        vector_gradients(r, first, g);
    else
        matrix_gradients(r, first, g);
}

/* ---- mm, mv, ger, bmm ---- */

static const wick__arg matrices_args[] = {TENSOR("a"), TENSOR("b"), END};
static const wick__arg matrix_vector_args[] = {TENSOR("a"), TENSOR("x"), END};
static const wick__arg vectors_args[] = {TENSOR("x"), TENSOR("z"), END};

#define PRODUCT(NAME, KIND, ARGS, DOC, EXAMPLE)                                                    \
    static wick_status NAME##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return wick__product_run(&wick__products[KIND], 1, call->in[0], call->in[1], 0, NULL,      \
                                 out);                                                             \
    }                                                                                              \
    static void NAME##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        product_gradients(r, &wick__products[KIND], 0, 1);                                         \
    }                                                                                              \
    const wick_op wick_op_##NAME = {.name = #NAME,                                                 \
                                    .args = ARGS,                                                  \
                                    .saves = FIRST | SECOND,                                       \
                                    .method = WICK__METHOD_INTO,                                   \
                                    .into = true,                                                  \
                                    .forward = NAME##_forward,                                     \
                                    .backward = NAME##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

PRODUCT(mm, WICK__MM, matrices_args, "The matrix product of a, n x m, and b, m x p: n x p",
        "local a = torch.Tensor{{1, 2}, {3, 4}}\nprint(torch.mm(a, a))")
PRODUCT(mv, WICK__MV, matrix_vector_args, "The product of a matrix, n x m, and a vector, m: n",
        "print(torch.mv(torch.Tensor{{1, 2}, {3, 4}}, torch.Tensor{1, 10}))")
PRODUCT(ger, WICK__GER, vectors_args, "The outer product of two vectors, n and m: n x m",
        "print(torch.ger(torch.Tensor{1, 2}, torch.Tensor{3, 4, 5}))")
PRODUCT(bmm, WICK__BMM, matrices_args,
        "The matrix products of two batches, b x n x m and b x m x p: b x n x p",
        "print(torch.bmm(torch.Tensor(2, 2, 3):fill(1), torch.Tensor(2, 3, 2):fill(2)))")

/* ---- with a term and factors ---- */

/* Torch7's `C, [alpha,] A, B`, where a number in front of C is beta; a method's receiver is C, so
 * that a single number in front of A is alpha. */
static const wick__arg add_args[] = {TENSOR("c"),
                                     NUMBER_OR("alpha", 1),
                                     TENSOR("a"),
                                     TENSOR("b"),
                                     {"beta", WICK__NUMBER, true, 1, NULL, true},
                                     END};
static const wick__arg beta_first_args[] = {NUMBER("beta"), TENSOR("c"), NUMBER_OR("alpha", 1),
                                            TENSOR("a"),    TENSOR("b"), END};

static wick_status add_forward(int kind, double alpha, double beta, const wick_call *call,
                               wick_tensor **out)
{
    return wick__product_run(&wick__products[kind], alpha, call->in[1], call->in[2], beta,
                             call->in[0], out);
}

static void add_backward(wick__rule *r, int kind, double alpha, double beta)
{
    if (r->wants[0])
        r->dx[0] = beta == 1 ? G : wick__scale(r->scope, G, beta);
    product_gradients(r, &wick__products[kind], 1, alpha);
}

/* ALPHA and BETA: where the factors stand among the call's numbers. */
#define ONE_ADD(WORD, LUA, KIND, ARGS, ALPHA, BETA, DOC, EXAMPLE)                                  \
    static wick_status WORD##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return add_forward(KIND, call->value[ALPHA].number, call->value[BETA].number, call, out);  \
    }                                                                                              \
    static void WORD##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        add_backward(r, KIND, wick__number(r, ALPHA), wick__number(r, BETA));                      \
    }                                                                                              \
    const wick_op wick_op_##WORD = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .saves = SECOND | THIRD,                                       \
                                    .method = WICK__METHOD_IN_PLACE,                               \
                                    .into = true,                                                  \
                                    .into_first = true,                                            \
                                    .forward = WORD##_forward,                                     \
                                    .backward = WORD##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#define ADD(NAME, KIND, DOC, OPERANDS)                                                             \
    ONE_ADD(NAME, #NAME, KIND, add_args, 0, 1, DOC, OPERANDS "print(torch." #NAME "(c, 2, a, b))") \
    ONE_ADD(NAME##_beta, #NAME, KIND, beta_first_args, 1, 0, DOC,                                  \
            OPERANDS "print(torch." #NAME "(0.5, c, 2, a, b))")

ADD(addmm, WICK__ADDMM, "beta c + alpha a b, with c n x p, a n x m and b m x p",
    "local c, a, b = torch.ones(2, 2), torch.ones(2, 3), torch.ones(3, 2)\n")
ADD(addmv, WICK__ADDMV, "beta c + alpha a b, with c n, a n x m and b m",
    "local c, a, b = torch.ones(2), torch.ones(2, 3), torch.ones(3)\n")
ADD(addr, WICK__ADDR, "beta c + alpha times the outer product of a and b: c n x m, a n, b m",
    "local c, a, b = torch.ones(2, 3), torch.ones(2), torch.ones(3)\n")
ADD(baddbmm, WICK__BADDBMM,
    "beta c + alpha a b, batches of products: c k x n x p, a k x n x m, "
    "b k x m x p",
    "local c, a, b = torch.ones(4, 2, 2), torch.ones(4, 2, 3), torch.ones(4, 3, 2)\n")
ADD(addbmm, WICK__ADDBMM,
    "beta c + alpha times the sum of a batch of products: c n x p, "
    "a k x n x m, b k x m x p",
    "local c, a, b = torch.ones(2, 2), torch.ones(4, 2, 3), torch.ones(4, 3, 2)\n")

/* ---- dot ---- */

/* t as one line of memory; copied where it is none. */
static wick_status line_of(wick_tensor *t, wick_tensor **line, void **data, int64_t *stride)
{
    wick_status status = WICK_OK;
    *stride = t->ndim == 1 ? t->stride[0] : 1;
    if (t->ndim == 1) {
        wick_tensor_retain(t);
        *line = t;
    } else
        status = wick__contiguous(t, line);
    return status ? status : wick__dense(*line, data);
}

static wick_status check_dot(wick_tensor *x, wick_tensor *z)
{
    wick_status status = wick__check_factors("dot", 2, (wick_tensor *[]){x, z});
    if (status || wick__count(x) == wick__count(z))
        return status;
    return wick__fail(WICK_ESHAPE,
                      "dot: inconsistent tensor size: %s and %s need equally many elements",
                      wick__shape(x), wick__shape(z));
}

static wick_status dot_forward(const wick_call *call, wick_tensor **out)
{
    static const int64_t one = 1, first = 0;
    wick_tensor *x = call->in[0], *lines[2] = {NULL};
    void *data[2];
    int64_t stride[2];
    wick_status status = check_dot(x, call->in[1]);
    for (int i = 0; i < 2 && !status; i++)
        status = line_of(call->in[i], &lines[i], &data[i], &stride[i]);
    if (!status)
        status = wick__output(x->context, x->dtype, 1, &one, out);
    if (!status)
        status = wick_tensor_set_element(*out, &first,
                                         wick__dot(x->context, x->dtype, wick__count(x), data[0],
                                                   stride[0], data[1], stride[1]));
    wick_tensor_release(lines[0]);
    wick_tensor_release(lines[1]);
    return status;
}

static void dot_backward(wick__rule *r)
{
    if (wick__shape_of(r, 0)->ndim == 0 || wick__shape_of(r, 1)->ndim == 0)
        return;
    if (r->wants[0])
        r->dx[0] = wick__multiply(r->scope, Z, G);
    if (r->wants[1])
        r->dx[1] = wick__multiply(r->scope, X, G);
}

const wick_op wick_op_dot = {
    .name = "dot",
    .args = vectors_args,
    .saves = FIRST | SECOND,
    .number = WICK__NUMBER_OF_ONE,
    .forward = dot_forward,
    .backward = dot_backward,
    .doc = "The sum of the products of the elements of two tensors with equally many",
    .example = "print(torch.dot(torch.Tensor{1, 2}, torch.Tensor{3, 4}))"};

/* ---- linear ---- */

static const wick__arg linear_args[] = {TENSOR("x"), TENSOR("weight"), OPTIONAL_TENSOR("bias"),
                                        END};

static wick_status linear_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *bias = call->inputs > 2 ? call->in[2] : NULL;
    return wick__linear_run(call->in[0], call->in[1], bias, out);
}

/* A single sample's gradients are those of a batch of one. */
static void linear_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    const wick__geometry *x = wick__shape_of(r, 0), *w = wick__shape_of(r, 1);
    wick_tensor *g = G, *input = r->wants[1] ? X : NULL;
    if (x->ndim == 1) {
        g = wick__reshape(s, g, &(wick_sizes){2, {1, w->size[0]}});
        input = wick__reshape(s, input, &(wick_sizes){2, {1, w->size[1]}});
    }
    if (r->wants[0])
        r->dx[0] = wick__matmul(s, g, Z);
    if (r->wants[1])
        r->dx[1] = wick__matmul_into(s, wick__transpose(s, g, 0, 1), input, r->into[1]);
    if (r->node->inputs > 2 && r->wants[2])
        r->dx[2] = wick__sum(s, g, 0);
}

const wick_op wick_op_linear = {
    .name = "linear",
    .args = linear_args,
    .saves = FIRST | SECOND,
    .into = true,
    .forward = linear_forward,
    .backward = linear_backward,
    .doc = "x times the transposed weight, plus the bias (nn.Linear): x inputs or n x inputs, "
           "weight outputs x inputs, bias outputs",
    .example = "local x, weight = torch.ones(4, 3), torch.ones(2, 3)\n"
               "print(torch.linear(x, weight, torch.ones(2)))"};
