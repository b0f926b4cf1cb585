/* Comparison: bytes of 0 and 1, without gradients, and the choice by such a mask. */
#include "op/describe.h"

static const wick__arg tensor_args[] = {TENSOR("x"), TENSOR("z"), END};
static const wick__arg number_args[] = {TENSOR("x"), NUMBER("value"), END};

#define COMPARISON(NAME, LUA, ARGS, DOC, EXAMPLE)                                                  \
    static wick_status NAME##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        static const wick__map map = {.name = LUA, .lines = &wick__##NAME##_lines, .mask = true};  \
        return wick__elementwise(&map, call, out);                                                 \
    }                                                                                              \
    const wick_op wick_op_##NAME = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .elementwise = true,                                           \
                                    .constant = true,                                              \
                                    .forward = NAME##_forward,                                     \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#define PAIR(NAME, WORDS)                                                                          \
    COMPARISON(NAME, #NAME, tensor_args, "1 where x is " WORDS " z, else 0, as a ByteTensor",      \
               "print(torch." #NAME "(torch.Tensor{1, 2}, torch.Tensor{2, 2}))")                   \
    COMPARISON(NAME##_number, #NAME, number_args,                                                  \
               "1 where x is " WORDS " the number, else 0, as a ByteTensor",                       \
               "print(torch." #NAME "(torch.Tensor{1, 2}, 2))")

PAIR(lt, "less than")
PAIR(le, "less than or equal to")
PAIR(gt, "greater than")
PAIR(ge, "greater than or equal to")
PAIR(eq, "equal to")
PAIR(ne, "different from")

static const wick__arg where_args[] = {TENSOR("condition"), TENSOR("x"), TENSOR("z"), END};

static wick_status where_forward(const wick_call *call, wick_tensor **out)
{
    static const wick__map map = {
        .name = "where", .lines = &wick__where_lines, .condition_first = true};
    return wick__elementwise(&map, call, out);
}

static wick_tensor *choose(wick__rule *r, bool yes)
{
    wick_tensor *none = wick__scale(r->scope, G, 0);
    if (!none)
        return NULL;
    wick_tensor *in[] = {X, yes ? G : none, yes ? none : G};
    return wick__run(r->scope, &wick_op_where, 3, in, NULL);
}

static void where_backward(wick__rule *r)
{
    if (r->wants[1])
        r->dx[1] = choose(r, true);
    if (r->wants[2])
        r->dx[2] = choose(r, false);
}

const wick_op wick_op_where = {
    .name = "where",
    .args = where_args,
    .saves = WICK__SAVE_IN(0),
    .method = WICK__METHOD_NONE,
    .elementwise = true,
    .forward = where_forward,
    .backward = where_backward,
    .doc = "x where the condition (a ByteTensor) is 1, z where it is 0, with broadcasting",
    .example = "local x = torch.Tensor{1, -2}\nprint(torch.where(x:gt(0), x, x * 0))"};
