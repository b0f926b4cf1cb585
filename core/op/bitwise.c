/* Bits of integers, one by one, and shifts. */
#include "kernel/bitwise.h"

#include <math.h>

#include "op/describe.h"

static const wick__arg number_args[] = {TENSOR("x"), NUMBER("value"), END};
static const wick__arg tensor_args[] = {TENSOR("x"), TENSOR("z"), END};

/* ---- and, or, exclusive or ---- */

/* Torch7's words for tensors that have no bits to speak of. */
static wick_status on_bits(const wick__map *map, const wick_call *call, wick_tensor **out)
{
    for (int i = 0; i < call->inputs; i++)
        if (wick_dtype_is_floating(call->in[i]->dtype))
            return wick__fail(WICK_EDTYPE,
                              "%s: is only supported for integer type tensors, not %s; convert "
                              "with :long() first",
                              map->name, wick_dtype_name(call->in[i]->dtype));
    return wick__elementwise(map, call, out);
}

#define BITS(NAME, ARGS, DOC, EXAMPLE)                                                             \
    static wick_status NAME##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        static const wick__map map = {.name = #NAME, .lines = &wick__##NAME##_lines};              \
        return on_bits(&map, call, out);                                                           \
    }                                                                                              \
    const wick_op wick_op_##NAME = {.name = #NAME,                                                 \
                                    .args = ARGS,                                                  \
                                    .method = WICK__METHOD_IN_PLACE,                               \
                                    .elementwise = true,                                           \
                                    .constant = true,                                              \
                                    .forward = NAME##_forward,                                     \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

BITS(bitand, number_args, "The bits that x and a number have in common; integers only",
     "print(torch.bitand(torch.IntTensor{12, 10}, 6))")
BITS(bitor, number_args, "The bits that x or a number has; integers only",
     "print(torch.bitor(torch.IntTensor{12, 10}, 6))")
BITS(bitxor, number_args, "The bits in which x and a number differ; integers only",
     "print(torch.bitxor(torch.IntTensor{12, 10}, 6))")
BITS(cbitand, tensor_args, "The bits that x and z have in common; integers only",
     "print(torch.cbitand(torch.IntTensor{12, 10}, torch.IntTensor{6, 3}))")
BITS(cbitor, tensor_args, "The bits that x or z has; integers only",
     "print(torch.cbitor(torch.IntTensor{12, 10}, torch.IntTensor{6, 3}))")
BITS(cbitxor, tensor_args, "The bits in which x and z differ; integers only",
     "print(torch.cbitxor(torch.IntTensor{12, 10}, torch.IntTensor{6, 3}))")

/* ---- shifts ---- */

#define SHIFT(NAME, ARGS, SAVES, DOC, EXAMPLE)                                                     \
    FORWARD(NAME, #NAME)                                                                           \
    const wick_op wick_op_##NAME = {.name = #NAME,                                                 \
                                    .args = ARGS,                                                  \
                                    .saves = SAVES,                                                \
                                    .method = WICK__METHOD_IN_PLACE,                               \
                                    .elementwise = true,                                           \
                                    .forward = NAME##_forward,                                     \
                                    .backward = NAME##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

BACKWARD(lshift, wick__scale(s, G, exp2(wick__number(r, 0))))
SHIFT(lshift, number_args, 0, "x times two to the power of a number; integers move their bits",
      "print(torch.lshift(torch.IntTensor{1, 3}, 2))")
BACKWARD(rshift, wick__scale(s, G, exp2(-wick__number(r, 0))))
SHIFT(rshift, number_args, 0,
      "x divided by two to the power of a number; integers move their bits, zeros come in",
      "print(torch.rshift(torch.IntTensor{8, 12}, 2))")

/* y = x 2^(direction z) */
static void shift_backward(wick__rule *r, const wick_op *op, double direction)
{
    wick__scope *s = r->scope;
    wick_tensor *z = Z;
    if (r->wants[0] && z)
        r->dx[0] = wick__run(s, op, 2, (wick_tensor *[]){G, z}, (wick_value[]){{.number = 0}});
    if (r->wants[1])
        r->dx[1] = wick__multiply(s, G, wick__scale(s, Y, direction * log(2)));
}

static void clshift_backward(wick__rule *r)
{
    shift_backward(r, &wick_op_clshift, 1);
}

SHIFT(clshift, tensor_args, WICK__SAVE_IN(1) | WICK__SAVE_OUT(0),
      "x times two to the power of z; integers move their bits",
      "print(torch.clshift(torch.IntTensor{1, 3}, torch.IntTensor{2, 1}))")

static void crshift_backward(wick__rule *r)
{
    shift_backward(r, &wick_op_crshift, -1);
}

SHIFT(crshift, tensor_args, WICK__SAVE_IN(1) | WICK__SAVE_OUT(0),
      "x divided by two to the power of z; integers move their bits, zeros come in",
      "print(torch.crshift(torch.IntTensor{8, 12}, torch.IntTensor{2, 1}))")
