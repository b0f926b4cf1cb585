/* What loss functions share: the target brought to the input's shape and type, and the reduction of
 * a loss an element to one number. */
#ifndef WICK_OP_LOSS_H
#define WICK_OP_LOSS_H

#include "op/describe.h"

#define REDUCTION CHOICE_OR("reduction", "mean|sum|none", 0)
typedef enum wick__loss_reduction {
    WICK__LOSS_MEAN,
    WICK__LOSS_SUM,
    WICK__LOSS_EACH
} wick__loss_reduction;

/* Fails unless x is float32 or float64, and the target has as many elements. */
wick_status wick__check_loss_input(const char *name, const wick_tensor *x);
wick_status wick__check_loss_target(const char *name, const wick_tensor *x, const wick_tensor *t);
/* The target in x's shape and type, recorded; the scope fails where the above do. */
wick_tensor *wick__target_like(wick__scope *s, const char *name, wick_tensor *x, wick_tensor *t);

/* Fails unless x holds class scores (C, N x C or N x C x H x W), the target one number for each,
 * and weights, unless NULL, one for each class. *shape = the target's, 1, N or N x H x W. */
wick_status wick__check_scores(const char *name, const wick_tensor *x, const wick_tensor *target,
                               const wick_tensor *weights, wick_sizes *shape);

#define LOSS(WORD, LUA, ARGS, DOC, EXAMPLE)                                                        \
    const wick_op wick_op_##WORD = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .method = WICK__METHOD_NONE,                                   \
                                    .is_composite = true,                                          \
                                    .number = true,                                                \
                                    .forward = WORD##_forward,                                     \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#endif
