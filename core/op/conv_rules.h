/* The rules of convolutions. Output, image and weight are bilinear in each other, so that every
 * gradient is one of a family of three operations. */
#ifndef WICK_OP_CONV_RULES_H
#define WICK_OP_CONV_RULES_H

#include "op/conv_dims.h"

/* `convolve` takes x, weight (and more) and the options; `input` what arrives and the weight,
 * `weight` x and what arrives, both the options and the sizes of their result. */
typedef struct wick__conv_family {
    const wick_op *convolve, *input, *weight;
} wick__conv_family;

/* Those of `convolve`, with x and weight saved; of `input` and of a transposed convolution, with
 * what they took saved; of `weight`. All but that of a bias. */
void wick__convolve_backward(wick__rule *r, const wick__conv_family *family);
void wick__conv_input_backward(wick__rule *r, const wick__conv_family *family);
void wick__conv_weight_backward(wick__rule *r, const wick__conv_family *family);

/* Whether the rule's node has a bias that wants a gradient. */
static inline bool wick__wants_bias(const wick__rule *r)
{
    return r->node->inputs > 2 && r->wants[2];
}

static inline wick_tensor *wick__bias_of(const wick_call *call)
{
    return call->inputs > 2 ? call->in[2] : NULL;
}

/* What an operation of a convolution takes besides tensors. */
#define GROUPS_OPTION                                                                              \
    {                                                                                              \
        "groups", WICK__INTEGER, true, 1, NULL, true                                               \
    }
#define CONV_OPTIONS                                                                               \
    PAIR_OR_NONE("stride"), PAIR_OR_NONE("pad"), PAIR_OR_NONE("dilation"), GROUPS_OPTION

#endif
