/* Carrying a model out: step by step, letting go of each result after its last reader. */
#include "base/alloc.h"
#include "base/status.h"
#include "model/model.h"

static void let_go(wick_model *m, int result)
{
    wick_tensor_release(m->result[result]);
    m->result[result] = NULL;
}

static wick_tensor *operand(const wick_model *m, int32_t operand)
{
    if (operand == WICK__NO_OPERAND)
        return NULL;
    return operand >= 0 ? m->result[operand] : m->weight[-1 - operand];
}

/* Dimensions are checked here, as the binding does for calls from Lua. */
static bool has_dimensions(const wick__step *step, const wick_tensor *first)
{
    int values = 0, ndim = first ? wick_tensor_ndim(first) : WICK_MAX_DIM;
    for (const wick__arg *arg = step->op->args; arg->kind != WICK__END; arg++) {
        if (wick__arg_is_tensor(arg))
            continue;
        const wick_value *value = &step->value[values++];
        if (arg->kind == WICK__DIM && value->integer > ndim)
            return false;
        for (int i = 0; arg->kind == WICK__DIMS && i < value->sizes->count; i++)
            if (value->sizes->v[i] < 0 || value->sizes->v[i] >= ndim)
                return false;
    }
    return true;
}

static wick_status run_step(wick_model *m, int number)
{
    const wick__step *step = &m->step[number];
    wick_call call = {.context = m->context, .inputs = step->operands, .in = m->in};
    for (int i = 0; i < step->operands; i++)
        m->in[i] = operand(m, m->operand[step->first + i]);
    for (int i = 0; i < WICK_MAX_ARGS; i++)
        call.value[i] = step->value[i];
    if (!has_dimensions(step, step->operands ? m->in[0] : NULL))
        return wick__fail(WICK_EFORMAT, "%s: no such dimension", wick_op_name(step->op));
    return wick_apply(step->op, &call, &m->result[step->result]);
}

/* What nobody reads any more goes: operands and results of this step. */
static void let_go_after(wick_model *m, int number)
{
    const wick__step *step = &m->step[number];
    for (int i = 0; i < step->operands; i++) {
        int32_t operand = m->operand[step->first + i];
        if (operand >= 0 && m->last[operand] == number && operand != m->output)
            let_go(m, operand);
    }
    for (int i = 0; i < wick__outputs(step->op); i++)
        if (m->last[step->result + i] == number && step->result + i != m->output)
            let_go(m, step->result + i);
}

static wick_status run(wick_model *m, wick_tensor *input, wick_tensor **output)
{
    bool recording = wick_context_set_recording(m->context, false);
    wick_status status = WICK_OK;
    wick_tensor_retain(input);
    m->result[0] = input;
    for (int i = 0; i < m->steps && !status; i++) {
        status = run_step(m, i);
        if (status)
            wick__fail_in(status, "model: line %d: ", i + 1);
        else
            let_go_after(m, i);
    }
    if (!status) {
        *output = m->result[m->output];
        m->result[m->output] = NULL;
    }
    for (int i = 0; i < m->results; i++)
        let_go(m, i);
    wick_context_set_recording(m->context, recording);
    return status;
}

bool wick_model_fits(const wick_model *m, const wick_tensor *input)
{
    if (wick_tensor_dtype(input) != m->dtype || wick_tensor_ndim(input) != m->sample.count + 1 ||
        wick_tensor_size(input, 0) != m->samples)
        return false;
    for (int i = 0; i < m->sample.count; i++)
        if (wick_tensor_size(input, i + 1) != m->sample.v[i])
            return false;
    return true;
}

wick_status wick_model_run(wick_model *model, wick_tensor *input, wick_tensor **output)
{
    char text[160];
    if (model->samples == 0)
        return wick__fail(WICK_EVALUE, "model: wick_model_plan comes before wick_model_run");
    if (!wick_model_fits(model, input))
        return wick__fail(WICK_ESHAPE,
                          "model: planned for %lld samples, the input is %s of %s; wick_model_plan "
                          "plans for others",
                          (long long)model->samples,
                          wick_tensor_shape_text(input, text, sizeof text),
                          wick_dtype_name(wick_tensor_dtype(input)));
    return run(model, input, output);
}

/* Some runs while the answer before is still there and was looked at: what hosts do. */
static wick_status rehearse(wick_model *m, wick_tensor *input)
{
    enum { RUNS = 3 }; /* the first one packs weights */
    const void *memory;
    wick_tensor *before = NULL;
    wick_status status = WICK_OK;
    for (int i = 0; i < RUNS && !status; i++) {
        wick_tensor *answer = NULL;
        status = run(m, input, &answer);
        if (!status)
            status = wick_tensor_read(answer, &memory);
        wick_tensor_release(before);
        before = answer;
    }
    wick_tensor_release(before);
    return status;
}

/* A tensor as the input will be. */
static wick_status make_input(const wick_model *m, wick_tensor **input)
{
    wick_sizes shape = {.count = m->sample.count + 1, .v = {m->samples}};
    for (int i = 0; i < m->sample.count; i++)
        shape.v[i + 1] = m->sample.v[i];
    wick_status status = wick_tensor_new(m->context, m->dtype, shape.count, shape.v, input);
    if (status)
        return status;
    wick_call call = {.context = m->context, .value = {{.number = 1}}};
    return wick_apply_into(wick_op_find("fill"), &call, input);
}

/* Work is put off on memory that nobody else writes to, not on what a host was lent: both need
 * their room. */
static wick_status rehearse_both(wick_model *m)
{
    void *memory;
    wick_tensor *input = NULL;
    wick_status status = make_input(m, &input);
    if (!status)
        status = rehearse(m, input);
    if (!status)
        status = wick_tensor_data(input, &memory);
    if (!status)
        status = rehearse(m, input);
    wick_tensor_release(input);
    return status;
}

wick_status wick_model_plan(wick_model *model, int64_t samples, size_t *bytes)
{
    size_t before = wick_context_memory(model->context).live;
    if (samples < 1)
        return wick__fail(WICK_EVALUE, "model: a plan is for at least one sample, not %lld",
                          (long long)samples);
    wick__keep_cache(model->context);
    model->samples = samples;
    wick_status status = wick__model_read_values(model, samples);
    if (!status)
        status = rehearse_both(model);
    if (status)
        model->samples = 0;
    wick_memory after = wick_context_memory(model->context);
    if (bytes)
        *bytes = after.live - before + after.cached;
    return status;
}

const wick_sizes *wick_model_sample(const wick_model *model)
{
    return &model->sample;
}
