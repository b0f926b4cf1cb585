/* Memory for what rules are told and fill: on the stack for few inputs. */
#include "graph/answers.h"

wick_status wick__answers_open(wick_context *context, size_t inputs, wick__answers *a)
{
    *a = (wick__answers){.wants = a->few_wants, .dx = a->few};
    wick_status status = WICK_OK;
    if (inputs > WICK__SCOPE_FEW) {
        a->dx = NULL;
        status = wick__alloc(context, inputs * sizeof *a->wants, (void **)&a->wants);
        if (!status)
            status = wick__alloc_zeroed(context, 2 * inputs * sizeof *a->dx, (void **)&a->dx);
    }
    a->into = a->dx ? a->dx + inputs : NULL;
    return status;
}

void wick__answers_close(wick_context *context, size_t inputs, wick__answers *a)
{
    if (inputs <= WICK__SCOPE_FEW)
        return;
    wick__free(context, a->wants, inputs * sizeof *a->wants);
    wick__free(context, a->dx, 2 * inputs * sizeof *a->dx);
}
