/* Tensors made from sizes and numbers: constants, progressions, the identity. */
#include "op/generate.h"

#include <math.h>
#include <string.h>

#include "kernel/generate.h"
#include "tensor/iterate.h"

/* ---- the frame ---- */

static wick_status fill_dense(wick_tensor *dense, wick__filler *filler, const void *parameter)
{
    void *data;
    wick_status status = wick__writable(dense, &data);
    return status ? status : filler(dense, data, parameter);
}

wick_status wick__fill_with(wick_tensor *out, wick__filler *filler, const void *parameter)
{
    wick_tensor *dense;
    if (wick_tensor_is_contiguous(out))
        return fill_dense(out, filler, parameter);
    wick_status status = wick_tensor_new(out->context, out->dtype, out->ndim, out->size, &dense);
    if (status)
        return status;
    status = fill_dense(dense, filler, parameter);
    if (!status)
        status = wick_tensor_copy(out, dense);
    wick_tensor_release(dense);
    return status;
}

wick_status wick__result_of(const wick_call *call, int64_t dtype, int ndim, const int64_t *size,
                            wick_tensor **out)
{
    wick_context *context = *out ? (*out)->context : call->context;
    wick_dtype type = *out ? (*out)->dtype : dtype < 0 ? WICK_FLOAT32 : (wick_dtype)dtype;
    return wick__output(context, type, ndim, size, out);
}

wick_status wick__no_loop(const char *name, wick_dtype dtype)
{
    return wick__fail(WICK_EDTYPE,
                      "%s: not defined for %s tensors; convert with :float() or :double() first",
                      name, wick_dtype_name(dtype));
}

/* ---- constants ---- */

static wick_status fill(const char *name, wick_tensor *to, double value)
{
    if (!to)
        return wick__fail(WICK_EVALUE, "%s: there is no tensor to fill; call x:%s(...)", name,
                          name);
    if (!wick__fill_lines[to->dtype])
        return wick__no_loop(name, to->dtype);
    wick_sizes shape = wick__sizes_like(to);
    const wick_value number[2] = {{.number = value}, {.number = 0}};
    return wick__iterate(&shape, 1, 1, &to, wick__fill_lines[to->dtype], number);
}

static const wick__arg fill_args[] = {NUMBER("value"), END};

static wick_status fill_forward(const wick_call *call, wick_tensor **out)
{
    return fill("fill", *out, call->value[0].number);
}

GENERATOR(fill, "fill", fill_args, false, false, "Sets all elements to a number",
          "print(torch.Tensor(2, 3):fill(7))")

static const wick__arg zero_args[] = {END};

static wick_status zero_forward(const wick_call *call, wick_tensor **out)
{
    (void)call;
    bool done = false;
    wick_status status = *out ? wick__clear(*out, &done) : WICK_OK;
    return status || done ? status : fill("zero", *out, 0);
}

GENERATOR(zero, "zero", zero_args, false, false, "Sets all elements to 0",
          "print(torch.Tensor(2, 3):zero())")

static const wick__arg size_args[] = {SIZES("sizes"), DTYPE_OPTION, END};

static wick_status constant(const char *name, const wick_call *call, double value,
                            wick_tensor **out)
{
    const wick_sizes *sizes = call->value[0].sizes;
    wick_status status = wick__result_of(call, call->value[1].integer, sizes->count, sizes->v, out);
    return status ? status : fill(name, *out, value);
}

static wick_status zeros_forward(const wick_call *call, wick_tensor **out)
{
    return constant("zeros", call, 0, out);
}

GENERATOR(zeros, "zeros", size_args, false, false, "A tensor of zeros", "print(torch.zeros(2, 3))")

static wick_status ones_forward(const wick_call *call, wick_tensor **out)
{
    return constant("ones", call, 1, out);
}

GENERATOR(ones, "ones", size_args, false, false, "A tensor of ones", "print(torch.ones(2, 3))")

/* ---- the identity ---- */

static wick_status fill_eye(wick_tensor *dense, void *data, const void *nothing)
{
    int64_t rows = dense->size[0], columns = dense->size[1],
            bytes = (int64_t)wick_dtype_size(dense->dtype);
    const wick_value one[2] = {{.number = 1}, {.number = 0}};
    (void)nothing;
    int64_t n = rows < columns ? rows : columns;
    if (n == 0)
        return WICK_OK;
    memset(data, 0, (size_t)(rows * columns * bytes));
    wick__fill_lines[dense->dtype](n, &data, (const int64_t[]){columns + 1}, one);
    return WICK_OK;
}

static const wick__arg eye_args[] = {INTEGER("n"), INTEGER_OR("m", -1), DTYPE_OPTION, END};

static wick_status eye_forward(const wick_call *call, wick_tensor **out)
{
    int64_t n = call->value[0].integer, m = call->value[1].integer;
    const int64_t size[] = {n, m == -1 ? n : m};
    if (n < 0 || size[1] < 0)
        return wick__fail(WICK_EVALUE, "eye: %lld x %lld is no matrix", (long long)n,
                          (long long)size[1]);
    wick_status status = wick__result_of(call, call->value[2].integer, 2, size, out);
    if (!status && !wick__fill_lines[(*out)->dtype])
        status = wick__no_loop("eye", (*out)->dtype);
    return status ? status : wick__fill_with(*out, fill_eye, NULL);
}

GENERATOR(eye, "eye", eye_args, false, false,
          "n x m, with ones on the diagonal and zeros elsewhere; m is n when left out",
          "print(torch.eye(3))")

/* ---- progressions ---- */

/* A vector of `count` elements, or the destination as it is when it has as many (Torch7). */
static wick_status result_of_count(const wick_call *call, int64_t dtype, int64_t count,
                                   wick_tensor **out)
{
    if (*out && wick__count(*out) == count)
        return WICK_OK;
    return wick__result_of(call, dtype, 1, &count, out);
}

typedef struct progression {
    double start, step, divisor;
    bool powers;
} progression;

static wick_status fill_progression(wick_tensor *dense, void *data, const void *parameter)
{
    const progression *p = parameter;
    if (p->powers)
        wick__powers_of_ten(dense->dtype, p->start, p->step, p->divisor, wick__count(dense), data);
    else
        wick__progression(dense->dtype, p->start, p->step, p->divisor, wick__count(dense), data);
    return WICK_OK;
}

static const wick__arg range_args[] = {NUMBER("first"), NUMBER("last"), NUMBER_OR("step", 1),
                                       DTYPE_OPTION, END};

/* How many elements a range has; what cannot be counted is refused. */
static wick_status range_count(double first, double last, double step, int64_t *count)
{
    if (step == 0)
        return wick__fail(WICK_EVALUE, "range: step must be a non-null number");
    if ((step > 0 && last < first) || (step < 0 && last > first))
        return wick__fail(WICK_EVALUE,
                          "range: upper bound and larger bound incoherent with step sign: %g to %g "
                          "by %g",
                          first, last, step);
    double steps = floor((last - first) / step);
    if (!(steps < 4503599627370496.0) || !isfinite(step))
        return wick__fail(WICK_EVALUE, "range: the elements from %g to %g by %g cannot be counted",
                          first, last, step);
    *count = (int64_t)steps + 1;
    return WICK_OK;
}

/* Integers cut what they are given. */
static bool fits_integers(double number)
{
    return fabs(number) <= 9007199254740992.0;
}

static wick_status range_forward(const wick_call *call, wick_tensor **out)
{
    double first = call->value[0].number, last = call->value[1].number;
    double step = call->value[2].number;
    int64_t dtype = *out ? (int64_t)(*out)->dtype : call->value[3].integer, count = 0;
    if (dtype == WICK_FLOAT16)
        return wick__no_loop("range", WICK_FLOAT16);
    if (dtype >= 0 && !wick_dtype_is_floating((wick_dtype)dtype)) {
        if (!fits_integers(first) || !fits_integers(last) || !fits_integers(step))
            return wick__fail(WICK_EVALUE, "range: %g to %g by %g is beyond integers", first, last,
                              step);
        first = trunc(first);
        last = trunc(last);
        step = trunc(step);
    }
    wick_status status = range_count(first, last, step, &count);
    if (!status)
        status = result_of_count(call, dtype, count, out);
    progression p = {first, step, 1, false};
    return status ? status : wick__fill_with(*out, fill_progression, &p);
}

GENERATOR(range, "range", range_args, false, false,
          "The numbers from first to last by step, both ends included",
          "print(torch.range(1, 2, 0.25))")

static const wick__arg space_args[] = {NUMBER("first"), NUMBER("last"), INTEGER_OR("n", 100),
                                       DTYPE_OPTION, END};

static wick_status space(const char *name, bool powers, const wick_call *call, wick_tensor **out)
{
    double first = call->value[0].number, last = call->value[1].number;
    int64_t n = call->value[2].integer;
    if (n < 1 || (n == 1 && first != last))
        return wick__fail(WICK_EVALUE,
                          "%s: invalid number of points: %lld between %g and %g (at least 2, or 1 "
                          "where both ends are the same)",
                          name, (long long)n, first, last);
    wick_status status = result_of_count(call, call->value[3].integer, n, out);
    if (!status && (*out)->dtype != WICK_FLOAT32 && (*out)->dtype != WICK_FLOAT64)
        status = wick__no_loop(name, (*out)->dtype);
    progression p = {first, last - first, n > 1 ? (double)(n - 1) : 1, powers};
    return status ? status : wick__fill_with(*out, fill_progression, &p);
}

static wick_status linspace_forward(const wick_call *call, wick_tensor **out)
{
    return space("linspace", false, call, out);
}

GENERATOR(linspace, "linspace", space_args, false, false,
          "n numbers at equal distances from first to last", "print(torch.linspace(0, 1, 5))")

static wick_status logspace_forward(const wick_call *call, wick_tensor **out)
{
    return space("logspace", true, call, out);
}

GENERATOR(logspace, "logspace", space_args, false, false,
          "n powers of ten, the exponents at equal distances from first to last",
          "print(torch.logspace(0, 2, 3))")
