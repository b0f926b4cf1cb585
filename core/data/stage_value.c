/* Values of a stage's arguments: what the user gave, checked against the descriptor, and defaults.
 */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "data/stage.h"
#include "tensor/tensor.h"

/* ---- what a kind of argument takes ---- */

typedef struct shape {
    wick__given_kind given;
    int least, most; /* numbers */
    bool whole;
    const char *expected;
} shape;

static const shape shapes[] = {
    [WICK__STAGE_NUMBER] = {WICK__GIVEN_NUMBERS, 1, 1, false, "a number"},
    [WICK__STAGE_WHOLE] = {WICK__GIVEN_NUMBERS, 1, 1, true, "a whole number"},
    [WICK__STAGE_BOOLEAN] = {WICK__GIVEN_BOOLEAN, 1, 1, false, "true or false"},
    [WICK__STAGE_CHOICE] = {WICK__GIVEN_WORD, 0, 0, false, "a word"},
    [WICK__STAGE_RANGE] = {WICK__GIVEN_NUMBERS, 1, 2, false, "a number, or two: from and to"},
    [WICK__STAGE_SPREAD] = {WICK__GIVEN_NUMBERS, 1, 2, false, "a number, or two: from and to"},
    [WICK__STAGE_FACTOR] = {WICK__GIVEN_NUMBERS, 1, 2, false, "a number, or two: from and to"},
    [WICK__STAGE_WHOLES] = {WICK__GIVEN_NUMBERS, 1, 4, true, "one to four whole numbers"},
    [WICK__STAGE_NUMBERS] = {WICK__GIVEN_NUMBERS, 1, WICK__STAGE_LIST, false,
                             "a number, or one a channel"},
    [WICK__STAGE_STAGES] = {WICK__GIVEN_STAGES, 0, 0, false, "a list of stages"}};

static wick_status check_shape(const wick__stage_arg *arg, const wick__given *given)
{
    const shape *s = &shapes[arg->kind];
    bool counted = given->kind == WICK__GIVEN_NUMBERS;
    if (given->kind == s->given &&
        (!counted || (given->count >= s->least && given->count <= s->most)))
        return WICK_OK;
    if (counted && s->given == WICK__GIVEN_NUMBERS)
        return wick__fail(WICK_EVALUE, "%s: %d numbers given; %s expected", arg->name, given->count,
                          s->expected);
    return wick__fail(WICK_EVALUE, "%s: %s expected", arg->name, s->expected);
}

static wick_status check_number(const wick__stage_arg *arg, double number)
{
    if (!isfinite(number) || (shapes[arg->kind].whole && number != floor(number)))
        return wick__fail(WICK_EVALUE, "%s is %.14g; %s expected", arg->name, number,
                          shapes[arg->kind].expected);
    if (number >= arg->least && number <= arg->most)
        return WICK_OK;
    if (arg->most >= 1e9)
        return wick__fail(WICK_EVALUE, "%s is %.14g; at least %.14g expected", arg->name, number,
                          arg->least);
    return wick__fail(WICK_EVALUE, "%s is %.14g; %.14g to %.14g expected", arg->name, number,
                      arg->least, arg->most);
}

/* ---- from what was given ---- */

static bool is_range(wick__stage_arg_kind kind)
{
    return kind == WICK__STAGE_RANGE || kind == WICK__STAGE_SPREAD || kind == WICK__STAGE_FACTOR;
}

/* What one number means where two are wanted. */
static void widen(wick__stage_arg_kind kind, wick__stage_value *value)
{
    double n = value->number[0];
    value->count = 2;
    value->number[0] = kind == WICK__STAGE_SPREAD ? -fabs(n) : n;
    value->number[1] = kind == WICK__STAGE_SPREAD ? fabs(n) : n;
    if (kind == WICK__STAGE_FACTOR) {
        value->number[0] = fmax(0, 1 - n);
        value->number[1] = 1 + n;
    }
}

static wick_status take_numbers(const wick__stage_arg *arg, const wick__given *given,
                                wick__stage_value *value)
{
    wick_status status = WICK_OK;
    value->count = given->count;
    memcpy(value->number, given->number, (size_t)given->count * sizeof *given->number);
    for (int i = 0; i < given->count && !status; i++)
        status = check_number(arg, given->number[i]);
    if (!status && is_range(arg->kind) && value->count == 1)
        widen(arg->kind, value);
    if (!status && is_range(arg->kind) && value->number[0] > value->number[1])
        return wick__fail(WICK_EVALUE, "%s: from %.14g to %.14g; the smaller comes first",
                          arg->name, value->number[0], value->number[1]);
    return status;
}

static wick_status take_word(const wick__stage_arg *arg, const wick__given *given,
                             wick__stage_value *value)
{
    int choice = wick__word_among(arg->choices, given->word);
    if (choice < 0)
        return wick__fail(WICK_EVALUE, "%s is \"%s\"; one of %s expected", arg->name, given->word,
                          arg->choices);
    *value = (wick__stage_value){.count = 1, .number = {choice}};
    return WICK_OK;
}

static wick_status take(const wick__stage_arg *arg, const wick__given *given,
                        wick__stage_value *value)
{
    wick_status status = check_shape(arg, given);
    if (status)
        return status;
    switch (given->kind) {
    case WICK__GIVEN_WORD:
        return take_word(arg, given, value);
    case WICK__GIVEN_STAGES:
        if (wick__pipeline_has_batch_stages(given->stages))
            return wick__fail(WICK_EVALUE, "%s: stages of samples expected, one works on batches",
                              arg->name);
        wick__pipeline_retain(given->stages);
        value->stages = given->stages;
        return WICK_OK;
    case WICK__GIVEN_BOOLEAN:
        *value = (wick__stage_value){.count = 1, .number = {given->number[0]}};
        return WICK_OK;
    default:
        return take_numbers(arg, given, value);
    }
}

static int find_argument(const wick__stage_kind *kind, const char *name)
{
    for (int i = 0; kind->args[i].kind != WICK__STAGE_END; i++)
        if (strcmp(kind->args[i].name, name) == 0)
            return i;
    return -1;
}

/* ---- all of a stage's ---- */

static wick_status fill_defaults(wick__stage *stage, const bool *set)
{
    const wick__stage_arg *args = stage->kind->args;
    for (int i = 0; args[i].kind != WICK__STAGE_END; i++) {
        if (set[i])
            continue;
        if (args[i].known == 0)
            return wick__fail(WICK_EVALUE, "%s is missing; %s expected", args[i].name,
                              shapes[args[i].kind].expected);
        stage->value[i].count = args[i].known;
        memcpy(stage->value[i].number, args[i].fallback, sizeof args[i].fallback);
    }
    return WICK_OK;
}

wick_status wick__stage_fill(wick__stage *stage, int count, const wick__given *given)
{
    bool set[WICK__STAGE_ARGS] = {false};
    for (int i = 0; i < count; i++) {
        int at = find_argument(stage->kind, given[i].name);
        if (at < 0)
            return wick__fail(WICK_EVALUE, "there is no argument %s", given[i].name);
        if (set[at])
            return wick__fail(WICK_EVALUE, "%s is given twice", given[i].name);
        wick_status status = take(&stage->kind->args[at], &given[i], &stage->value[at]);
        if (status)
            return status;
        set[at] = true;
    }
    wick_status status = fill_defaults(stage, set);
    if (!status && stage->kind->check)
        status = stage->kind->check(stage);
    return status;
}

/* ---- using them ---- */

double wick__value_channel(const wick__stage_value *value, int64_t c)
{
    return value->number[value->count > 1 ? c : 0];
}

bool wick__stage_happens(const wick__stage *stage, wick__stream *stream)
{
    int p = find_argument(stage->kind, "p");
    return p < 0 || wick__draw_chance(stream, stage->value[p].number[0]);
}

wick_status wick__stage_check_channels(const wick__stage *stage, int index,
                                       const wick_tensor *image)
{
    const wick__stage_value *value = &stage->value[index];
    if (value->count == 1 || value->count == image->size[0])
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "%s has %d numbers, the image %s has %lld channels",
                      stage->kind->args[index].name, value->count, wick__shape(image),
                      (long long)image->size[0]);
}
