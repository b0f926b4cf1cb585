-- More functions in C for generated files, after those of functions.lua: what goes along one
-- dimension of outer x n x inner elements.
local functions = {}

local function add(name, needs, text)
  functions[#functions + 1] = { name = name, needs = needs, text = text }
end

add("batch_norm", {}, [[
/* Each of n channels by its mean and variance, then times its weight plus its bias. */
static void batch_norm(const float *x, const float *weight, const float *bias, const float *mean,
                       const float *variance, float *y, float eps, int outer, int n, int inner)
{
    for (int row = 0; row < outer * n; row++, x += inner, y += inner) {
        const int c = row % n;
        const float scale = (weight ? weight[c] : 1) / sqrtf(variance[c] + eps);
        const float shift = (bias ? bias[c] : 0) - mean[c] * scale;
        for (int i = 0; i < inner; i++)
            y[i] = x[i] * scale + shift;
    }
}
]])

add("batch_norm_of_batch", {}, [[
/* The same by the mean and variance that each channel has here. */
static void batch_norm_of_batch(const float *x, const float *weight, const float *bias, float *y,
                                float eps, int outer, int n, int inner)
{
    for (int c = 0; c < n; c++) {
        double sum = 0, squares = 0;
        for (int i = 0; i < outer * inner; i++)
            sum += x[(i / inner * n + c) * inner + i % inner];
        const float mean = (float)(sum / (outer * inner));
        for (int i = 0; i < outer * inner; i++) {
            const float difference = x[(i / inner * n + c) * inner + i % inner] - mean;
            squares += difference * difference;
        }
        const float variance = (float)(squares / (outer * inner));
        const float scale = (weight ? weight[c] : 1) / sqrtf(variance + eps);
        for (int i = 0; i < outer * inner; i++) {
            const int at = (i / inner * n + c) * inner + i % inner;
            y[at] = (x[at] - mean) * scale + (bias ? bias[c] : 0);
        }
    }
}
]])

add("index_along", {}, [[
/* The elements along n at `count` positions, which count from 1. */
static void index_along(const float *x, const int *positions, int count, float *y, int outer,
                        int n, int inner)
{
    for (int i = 0; i < outer * count; i++, y += inner) {
        const float *from = x + (i / count * n + positions[i % count] - 1) * inner;
        for (int k = 0; k < inner; k++)
            y[k] = from[k];
    }
}
]])

add("local_response_norm", {}, [[
/* x / (k + alpha / size sum x^2)^beta, the sum over `size` neighbouring channels of n. */
static void local_response_norm(const float *x, float *y, int size, float alpha, float beta,
                                float k, int outer, int n, int inner)
{
    const int before = (size - 1) / 2, after = size - 1 - before;
    for (int i = 0; i < outer * n * inner; i++) {
        const int channel = i / inner % n;
        const int first = channel < before ? -channel : -before;
        const int last = channel + after < n ? after : n - 1 - channel;
        float sum = 0;
        for (int d = first; d <= last; d++)
            sum += x[i + d * inner] * x[i + d * inner];
        y[i] = x[i] * powf(k + alpha / (float)size * sum, -beta);
    }
}
]])

-- A function that makes one element of each line of n, `step` apart from p on.
local function add_line(name, body)
  add(name, {}, ([[
static void %s(const float *x, float *y, int outer, int n, int inner)
{
    for (int i = 0; i < outer * inner; i++) {
        const float *p = x + i / inner * n * inner + i %% inner;
%s    }
}
]]):format(name, body))
end

local function add_fold(name, start, each, finish)
  add_line(name, ([[
        float all = %s;
        for (int k = 0; k < n; k++) {
            const float value = p[k * inner];
            all = %s;
        }
        y[i] = %s;
]]):format(start, each, finish or "all"))
end

add_fold("sum_along", "0", "all + value")
add_fold("mean_along", "0", "all + value", "all / (float)n")
add_fold("product_along", "1", "all * value")
add_fold("max_along", "-INFINITY", "value > all || value != value ? value : all")
add_fold("min_along", "INFINITY", "value < all || value != value ? value : all")
add_fold("sum_of_sizes_along", "0", "all + fabsf(value)")
add_fold("norm_along", "0", "all + value * value", "sqrtf(all)")

local LARGEST = [[
        float largest = -INFINITY, sum = 0;
        for (int k = 0; k < n; k++)
            largest = %sp[k * inner] > largest ? %sp[k * inner] : largest;
]]

add_line("log_sum_exp_along", LARGEST:format("", "") .. [[
        for (int k = 0; k < n; k++)
            sum += expf(p[k * inner] - largest);
        y[i] = largest + logf(sum);
]])

-- The same for functions that make a whole line, q.
local function add_lines(name, argument, body)
  add(name, {}, ([[
static void %s(const float *x, float *y, %sint outer, int n, int inner)
{
    for (int i = 0; i < outer * inner; i++) {
        const float *p = x + i / inner * n * inner + i %% inner;
        float *q = y + (p - x);
%s    }
}
]]):format(name, argument, body))
end

add_lines("soft_max", "float sign, ", LARGEST:format("sign * ", "sign * ") .. [[
        for (int k = 0; k < n; k++)
            sum += q[k * inner] = expf(sign * p[k * inner] - largest);
        for (int k = 0; k < n; k++)
            q[k * inner] /= sum;
]])

add_lines("log_soft_max", "", LARGEST:format("", "") .. [[
        for (int k = 0; k < n; k++)
            sum += expf(p[k * inner] - largest);
        for (int k = 0; k < n; k++)
            q[k * inner] = p[k * inner] - largest - logf(sum);
]])

return functions
