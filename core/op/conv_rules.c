/* The rules of convolutions. */
#include "op/conv_rules.h"

#include <string.h>

/* One of the three on two tensors; `size`: the result's where it cannot be told from them. */
static wick_tensor *run(wick__rule *r, const wick_op *op, wick_tensor *a, wick_tensor *b,
                        const wick_sizes *size)
{
    wick_value value[WICK__CONV_OPTIONS + 1];
    memcpy(value, r->node->value, WICK__CONV_OPTIONS * sizeof *value);
    value[WICK__CONV_OPTIONS].sizes = size;
    return a && b ? wick__run(r->scope, op, 2, (wick_tensor *[]){a, b}, value) : NULL;
}

void wick__convolve_backward(wick__rule *r, const wick__conv_family *family)
{
    wick_sizes image = wick__sizes_of(r, 0), weight = wick__sizes_of(r, 1);
    if (r->wants[0])
        r->dx[0] = run(r, family->input, G, Z, &image);
    if (r->wants[1])
        r->dx[1] = run(r, family->weight, X, G, &weight);
}

/* With G an image. */
void wick__conv_input_backward(wick__rule *r, const wick__conv_family *family)
{
    wick_sizes weight = wick__sizes_of(r, 1);
    if (r->wants[0])
        r->dx[0] = run(r, family->convolve, G, Z, NULL);
    if (r->wants[1])
        r->dx[1] = run(r, family->weight, G, X, &weight);
}

/* With G a weight. */
void wick__conv_weight_backward(wick__rule *r, const wick__conv_family *family)
{
    wick_sizes image = wick__sizes_of(r, 0);
    if (r->wants[0])
        r->dx[0] = run(r, family->input, Z, G, &image);
    if (r->wants[1])
        r->dx[1] = run(r, family->convolve, X, G, NULL);
}
