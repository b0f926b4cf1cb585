/* The one place where operations are carried out: checks, forward, record. */
#include <string.h>

#include "graph/node.h"

enum { RESULTS = WICK_MAX_OUTPUTS + 4 };

static wick_context *context_of(const wick_call *call)
{
    for (int i = 0; i < call->inputs && !call->context; i++)
        if (call->in[i])
            return call->in[i]->context;
    return call->context;
}

static wick_status check_inputs(const wick_op *op, const wick_call *call)
{
    wick_status status = WICK_OK;
    for (int i = 0; i < call->inputs && !status; i++)
        if (call->in[i] && call->in[i]->node)
            status = wick__check_recorded(op->name, call->in[i]);
    return status;
}

static wick_status check_finite(const wick_op *op, wick_tensor *const *out)
{
    for (int i = 0; i < wick__outputs(op); i++) {
        wick_status status = wick__check_finite(op->name, out[i]);
        if (status)
            return status;
    }
    return WICK_OK;
}

/* What failed has drawn nothing: tried again, it gives what it would have given. */
static wick_status draw(wick_context *context, const wick_op *op, const wick_call *call,
                        wick_tensor **out)
{
    wick__generator before = context->generator;
    wick_status status = op->forward(call, out);
    if (status)
        context->generator = before;
    return status;
}

static wick_status run_forward(wick_context *context, const wick_op *op, const wick_call *call,
                               wick_tensor **out)
{
    return op->random ? draw(context, op, call, out) : op->forward(call, out);
}

static wick_status traced(wick_context *context, const wick_op *op, const wick_call *call,
                          wick_tensor **out)
{
    double begin = wick__seconds();
    wick_status status = run_forward(context, op, call, out);
    context->trace(context->trace_host, op->name, begin, wick__seconds(), status ? NULL : out[0]);
    return status;
}

/* The layers below know no operations; what they refuse gets the name of the one under way. */
static wick_status named(const wick_op *op, wick_status status)
{
    if (!status)
        return status;
    const char *message = wick_message();
    bool from_below = strncmp(message, "tensor: ", 8) == 0 || strncmp(message, "storage: ", 9) == 0;
    return from_below ? wick__fail_in(status, "%s: ", op->name) : status;
}

/* A composite speaks in its own name, not in those of the operations that it is made of. */
static wick_status renamed(const wick_op *op, wick_status status)
{
    if (!status)
        return status;
    const char *message = wick_message();
    size_t length = strcspn(message, ": ");
    if (strncmp(message + length, ": ", 2) != 0 ||
        (length == strlen(op->name) && strncmp(message, op->name, length) == 0))
        return status;
    return wick__fail(status, "%s%s", op->name, message + length);
}

static wick_status forward(wick_context *context, const wick_op *op, const wick_call *call,
                           bool taped, wick_tensor **out)
{
    bool recording = wick_context_set_recording(context, false), taped_before = context->taped;
    context->taped = taped;
    const char *writing = context->writing;
    context->writing = op->name;
    wick_status status =
        context->trace ? traced(context, op, call, out) : run_forward(context, op, call, out);
    context->writing = writing;
    context->recording = recording;
    context->taped = taped_before;
    if (!status && context->check_finite)
        status = check_finite(op, out);
    return named(op, status);
}

static void release_all(wick_tensor **out, int n)
{
    for (int i = 0; i < n; i++) {
        if (out[i])
            wick_tensor_release(out[i]);
        out[i] = NULL;
    }
}

/* The node is made before the forward pass, which may write over the inputs. */
static wick_status forward_and_record(wick_context *context, const wick_op *op,
                                      const wick_call *call, wick_tensor **out)
{
    if (op->constant || !wick__records(context, call->inputs, call->in))
        return forward(context, op, call, false, out);
    wick_node *node;
    wick_status status = wick__node_new(op, call, context, &node);
    if (status)
        return status;
    status = wick__node_save_inputs(node, call);
    if (!status)
        status = forward(context, op, call, true, out);
    if (!status)
        status = wick__node_bind(node, out);
    wick__node_release(node);
    return status;
}

/* All results, also those made only to be saved; none on failure. */
static wick_status carry_out(const wick_op *op, const wick_call *call, wick_tensor **results)
{
    wick_context *context = context_of(call);
    wick_status status = wick__check_interrupt(context);
    if (!status)
        status = check_inputs(op, call);
    if (status)
        return status;
    if (op->is_composite)
        status = renamed(op, op->forward(call, results));
    else
        status = forward_and_record(context, op, call, results);
    if (!status && op->is_view)
        results[0]->is_view = true;
    if (status)
        release_all(results, RESULTS);
    return status;
}

static void conclude(const wick_op *op, const wick_call *call, wick_tensor *const *results)
{
    if (op->conclude)
        op->conclude(call, results);
}

wick_status wick_apply(const wick_op *op, const wick_call *call, wick_tensor **out)
{
    wick_tensor *results[RESULTS] = {NULL};
    int outputs = wick__outputs(op);
    wick_status status = carry_out(op, call, results);
    if (!status)
        conclude(op, call, results);
    release_all(results + outputs, RESULTS - outputs);
    for (int i = 0; i < outputs; i++)
        out[i] = results[i];
    return status;
}

/* ---- destinations ---- */

static wick_status refuse_write(const wick_op *op, const wick_tensor *to)
{
    if (wick__viewed_leaf(to))
        return wick__fail(WICK_EGRAD,
                          "%s: this tensor (%s) is %s that asks for a gradient; writing over it "
                          "would cut the gradient off. Write inside torch.noGrad(function() ... "
                          "end), or use a form that returns a new tensor",
                          op->name, wick__shape(to), to->node->op ? "a view of a leaf" : "a leaf");
    return wick__fail(
        WICK_EGRAD,
        "%s: this tensor (%s) is a view of another's memory; writing through it cannot "
        "be recorded. Write to the tensor it was taken from, for example "
        "t[{...}] = value, or clone() the view first",
        op->name, wick__shape(to));
}

static wick_status check_destination(const wick_op *op, wick_context *context,
                                     const wick_call *call, const wick_tensor *to)
{
    bool records =
        context->recording && (to->node || wick__records(context, call->inputs, call->in));
    if (records && (to->is_view || (to->node && wick__is_leaf(to))))
        return refuse_write(op, to);
    if (records && !op->constant && !op->backward && !op->is_composite && to->node)
        return wick__fail(WICK_EGRAD,
                          "%s cannot be recorded, so it may not write over a recorded "
                          "%s tensor; clone() or detach() it first",
                          op->name, wick__shape(to));
    return WICK_OK;
}

/* Whether forward may write straight into the destination. */
static bool writes_directly(const wick_op *op, const wick_call *call, const wick_tensor *to)
{
    if (op->is_composite || op->is_view || wick__outputs(op) > 1)
        return false;
    if (op->elementwise)
        return true;
    if (!op->into)
        return false;
    bool in_place = op->into_first && wick__same_elements(call->in[0], to);
    for (int i = in_place; i < call->inputs; i++)
        if (call->in[i] && (call->in[i]->dtype != to->dtype || wick__overlap(call->in[i], to)))
            return false;
    return true;
}

/* The destination takes the value and the history of the result. */
static wick_status take_over(wick_context *context, const wick_op *op, wick_tensor *to,
                             wick_tensor *result)
{
    const char *writing = context->writing;
    context->writing = op->name;
    wick_status status = wick__take_value(to, result);
    context->writing = writing;
    if (status || (!result->node && !to->node))
        return status;
    wick__node_retain(result->node);
    wick__node_release(to->node);
    to->node = result->node;
    to->output = result->output;
    to->is_view = false;
    if (to->node)
        to->node->apart = true;
    to->recorded = wick__version(to);
    return WICK_OK;
}

static wick_status apply_directly(wick_context *context, const wick_op *op, const wick_call *call,
                                  wick_tensor *to)
{
    wick_status status = wick__check_interrupt(context);
    if (!status)
        status = check_inputs(op, call);
    if (status)
        return status;
    wick_tensor *results[RESULTS] = {to};
    wick_tensor_retain(to);
    const wick_node *before = to->node;
    status = forward_and_record(context, op, call, results);
    if (!status)
        conclude(op, call, results);
    if (!status && context->recording && to->node == before) {
        wick__node_release(to->node); /* the new value does not come from there */
        to->node = NULL;
    }
    release_all(results, RESULTS);
    return status;
}

static wick_status apply_and_copy(wick_context *context, const wick_op *op, const wick_call *call,
                                  wick_tensor **to)
{
    wick_tensor *result[RESULTS] = {NULL};
    wick_status status = carry_out(op, call, result);
    for (int i = 0; i < wick__outputs(op) && !status; i++)
        if (to[i] && !wick_context_recording(context) && to[i]->node)
            status = wick_tensor_copy(to[i], result[i]);
        else if (to[i])
            status = take_over(context, op, to[i], result[i]);
    if (!status)
        conclude(op, call, result);
    release_all(result, RESULTS);
    return status;
}

/* A network's parameter, or a part of one. */
static bool is_parameter(const wick_tensor *t)
{
    const wick_node *leaf = wick__viewed_leaf(t);
    return leaf && leaf->parameter;
}

/* Initialising or scaling a network's parameter is not part of a computation: it needs no noGrad
 * as long as nothing that was computed on the tape goes into it. */
static bool is_plain_write(const wick_call *call, const wick_tensor *to)
{
    if (!to || !is_parameter(to))
        return false;
    for (int i = 0; i < call->inputs; i++)
        if (call->in[i] && call->in[i]->node && !is_parameter(call->in[i]))
            return false;
    return true;
}

static wick_status apply_into(wick_context *context, const wick_op *op, const wick_call *call,
                              wick_tensor **destination)
{
    wick_status status = WICK_OK;
    for (int i = 0; i < wick__outputs(op) && !status; i++)
        if (destination[i])
            status = check_destination(op, context, call, destination[i]);
    if (status)
        return status;
    if (destination[0] && writes_directly(op, call, destination[0]))
        return apply_directly(context, op, call, destination[0]);
    return apply_and_copy(context, op, call, destination);
}

wick_status wick_apply_into(const wick_op *op, const wick_call *call, wick_tensor **destination)
{
    wick_context *context = call->inputs > 0 ? context_of(call) : destination[0]->context;
    bool recording = context->recording;
    if (is_plain_write(call, destination[0]))
        context->recording = false;
    wick_status status = apply_into(context, op, call, destination);
    context->recording = recording;
    return status;
}
