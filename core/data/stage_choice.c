/* Stages that are made of stages. */
#include "base/status.h"
#include "data/describe.h"

/* In stage_fill's eyes a pipeline; the first value of every stage here. */
static const wick__pipeline *stages_of(const wick__stage *stage)
{
    return stage->value[0].stages;
}

static wick_status check_some(const wick__stage *stage)
{
    if (wick__pipeline_count(stages_of(stage)) > 0)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "stages: at least one expected");
}

/* ---- RandomApply ---- */

static const wick__stage_arg random_apply_args[] = {STAGES("stages"), P(0.5), END};

static wick_status random_apply(const wick__stage *stage, wick__sample *sample)
{
    return wick__pipeline_apply(stages_of(stage), sample);
}

const wick__stage_kind wick__stage_random_apply = {.name = "RandomApply",
                                                   .also = "Sequential",
                                                   .args = random_apply_args,
                                                   .apply = random_apply,
                                                   .doc = "all of the stages, or none"};

/* ---- RandomChoice ---- */

static const wick__stage_arg random_choice_args[] = {STAGES("stages"),
                                                     NUMBERS("weights", 1, 0, 1e9), P(1), END};

static wick_status check_choice(const wick__stage *stage)
{
    const wick__stage_value *weights = &stage->value[1];
    int count = wick__pipeline_count(stages_of(stage));
    double sum = 0;
    for (int i = 0; i < weights->count; i++)
        sum += weights->number[i];
    if (weights->count > 1 && weights->count != count)
        return wick__fail(WICK_EVALUE, "weights: %d numbers for %d stages", weights->count, count);
    if (!(sum > 0))
        return wick__fail(WICK_EVALUE, "weights: one above 0 expected");
    return check_some(stage);
}

static wick_status random_choice(const wick__stage *stage, wick__sample *sample)
{
    const wick__stage_value *weights = &stage->value[1];
    int last = wick__pipeline_count(stages_of(stage)) - 1, i = 0;
    double sum = 0;
    for (int k = 0; k <= last; k++)
        sum += wick__value_channel(weights, k);
    double rest = wick__draw_uniform(&sample->stream, 0, sum) - wick__value_channel(weights, 0);
    while (i < last && rest >= 0)
        rest -= wick__value_channel(weights, ++i);
    return wick__pipeline_apply_part(stages_of(stage), i, i + 1, sample);
}

const wick__stage_kind wick__stage_random_choice = {
    .name = "RandomChoice",
    .also = "OneOf",
    .args = random_choice_args,
    .check = check_choice,
    .apply = random_choice,
    .doc = "one of the stages, each as likely as the others or as `weights` say"};

/* ---- RandomOrder ---- */

enum { MOST = 64 };

static const wick__stage_arg random_order_args[] = {STAGES("stages"), P(1), END};

static wick_status check_order(const wick__stage *stage)
{
    if (wick__pipeline_count(stages_of(stage)) <= MOST)
        return check_some(stage);
    return wick__fail(WICK_EVALUE, "stages: at most %d expected", MOST);
}

static wick_status random_order(const wick__stage *stage, wick__sample *sample)
{
    int order[MOST], count = wick__pipeline_count(stages_of(stage));
    wick_status status = WICK_OK;
    wick__draw_order(&sample->stream, count, order);
    for (int i = 0; i < count && !status; i++)
        status = wick__pipeline_apply_part(stages_of(stage), order[i], order[i] + 1, sample);
    return status;
}

const wick__stage_kind wick__stage_random_order = {.name = "RandomOrder",
                                                   .args = random_order_args,
                                                   .check = check_order,
                                                   .apply = random_order,
                                                   .doc = "all of the stages, in any order"};
