/* What a rule is told and what it fills, one of each an input: memory for it. */
#ifndef WICK_GRAPH_ANSWERS_H
#define WICK_GRAPH_ANSWERS_H

#include "graph/rule.h"

typedef struct wick__answers {
    bool *wants;
    wick_tensor **dx, **into; /* as in wick__rule */
    bool few_wants[WICK__SCOPE_FEW];
    wick_tensor *few[2 * WICK__SCOPE_FEW];
} wick__answers;

/* Answers for `inputs` inputs, `dx` without any; closed even where this fails with WICK_ENOMEM.
 * They stay where they are. */
wick_status wick__answers_open(wick_context *context, size_t inputs, wick__answers *a);
void wick__answers_close(wick_context *context, size_t inputs, wick__answers *a);

#endif
