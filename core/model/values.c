/* The arguments of a step that are no tensors, read from their text when the number of samples is
 * known: in the order of the descriptor, lists as 3,3 or [] and numbers as below. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/status.h"
#include "model/model.h"

/* A whole number; with N behind it, so many times the samples. *at moves behind it. */
static bool read_integer(const char **at, int64_t samples, int64_t *integer)
{
    char *rest;
    errno = 0;
    long long value = strtoll(*at, &rest, 10);
    if (rest == *at && *rest == 'N')
        value = 1;
    else if (rest == *at || errno)
        return false;
    *at = rest + (*rest == 'N');
    *integer = value;
    return *rest != 'N' || wick__mul_fits(value, samples, integer);
}

/* A whole number times a power of two, m^e, or inf and -inf: exact, and the same everywhere. */
static bool read_real(const char **at, int64_t samples, double *number)
{
    int64_t mantissa, exponent = 0;
    bool negative = **at == '-' && (*at)[1] == 'i';
    if (strncmp(*at + negative, "inf", 3) == 0) {
        *at += negative + 3;
        *number = negative ? -INFINITY : INFINITY;
        return true;
    }
    if (!read_integer(at, samples, &mantissa))
        return false;
    if (**at == '^') {
        ++*at;
        if (!read_integer(at, samples, &exponent) || exponent < -2000 || exponent > 2000)
            return false;
    }
    *number = ldexp((double)mantissa, (int)exponent);
    return true;
}

static bool read_list(const char **at, int64_t samples, wick_sizes *list)
{
    list->count = 0;
    if (strncmp(*at, "[]", 2) == 0) {
        *at += 2;
        return true;
    }
    while (list->count < WICK_MAX_DIM) {
        if (!read_integer(at, samples, &list->v[list->count++]))
            return false;
        if (**at != ',')
            return true;
        ++*at;
    }
    return false;
}

/* Operations trust that a choice is one of theirs. */
static bool is_choice(const wick__arg *arg, int64_t value)
{
    int64_t choices = 1;
    for (const char *c = arg->choices; *c; c++)
        choices += *c == '|';
    return value >= 0 && value < choices;
}

static bool is_possible(const wick__arg *arg, int64_t value)
{
    switch (arg->kind) {
    case WICK__CHOICE:
        return is_choice(arg, value);
    case WICK__BOOLEAN:
        return value == 0 || value == 1;
    case WICK__DTYPE:
        return value >= (arg->optional ? (int64_t)arg->fallback : 0) && value < WICK_DTYPES;
    case WICK__DIM:
    case WICK__INDEX:
        return (value >= 0 && value < INT64_MAX) || value == WICK__LEFT_OUT;
    default:
        return true;
    }
}

/* The value of one argument; `list` has room for a list. */
static bool read_value(const wick__arg *arg, const char **at, int64_t samples, wick_value *value,
                       wick_sizes *list)
{
    *at += strspn(*at, " ");
    switch (arg->kind) {
    case WICK__NUMBER:
        return read_real(at, samples, &value->number);
    case WICK__SIZES:
    case WICK__DIMS:
        value->sizes = list;
        return read_list(at, samples, list);
    default:
        return read_integer(at, samples, &value->integer) && is_possible(arg, value->integer);
    }
}

static bool read_step(wick__step *step, int64_t samples)
{
    const char *at = step->text;
    int values = 0, lists = 0;
    for (const wick__arg *arg = step->op->args; arg->kind != WICK__END; arg++) {
        bool is_list = arg->kind == WICK__SIZES || arg->kind == WICK__DIMS;
        if (wick__arg_is_tensor(arg))
            continue;
        if (lists + is_list > WICK__MODEL_LISTS)
            return false;
        wick_sizes *list = is_list ? &step->list[lists++] : NULL;
        if (!read_value(arg, &at, samples, &step->value[values++], list))
            return false;
        if (*at && *at != ' ')
            return false;
    }
    return !at[strspn(at, " ")];
}

wick_status wick__model_read_values(wick_model *model, int64_t samples)
{
    for (int i = 0; i < model->steps; i++)
        if (!read_step(&model->step[i], samples))
            return wick__fail(WICK_EFORMAT, "model: line %d: \"%s\" are no arguments of %s", i + 1,
                              model->step[i].text, wick_op_name(model->step[i].op));
    return WICK_OK;
}
