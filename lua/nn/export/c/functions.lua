-- The functions in C that generated files call, as text; a file gets those that it needs, and what
-- they need, in this order. All arrays are row-major and hold one image or matrix.
local functions = {}

local function add(name, needs, text)
  functions[#functions + 1] = { name = name, needs = needs, text = text }
end

-- Convolution ------------------------------------------------------------------------------------

add("convolution", {}, [[
/* The dimensions of a convolution: one image, `outputs` filters, `groups` of channels and filters
 * that have nothing to do with each other. */
typedef struct convolution {
    int groups, channels, height, width, outputs;
    int out_height, out_width, kernel_height, kernel_width;
    int stride_y, stride_x, pad_y, pad_x, dilation_y, dilation_x;
} convolution;
]])

add("multiply", {}, [[
enum { PIXELS = 32, FILTERS = 4 };

/* sum[f][p] += the products of filter f and column p of the panel; four filters at a time. The
 * inner loops are of constant length, which compilers turn into vector instructions. */
static void multiply_four(const float *weight, int depth, const float *restrict panel,
                          float *restrict sum)
{
    const float *a = weight, *b = a + depth, *c = b + depth, *d = c + depth;
    int k = 0;
    for (; k + 2 <= depth; k += 2) {
        const float *restrict x = panel + k * PIXELS;
        const float a0 = a[k], a1 = a[k + 1], b0 = b[k], b1 = b[k + 1];
        const float c0 = c[k], c1 = c[k + 1], d0 = d[k], d1 = d[k + 1];
        for (int p = 0; p < PIXELS; p++) {
            const float x0 = x[p], x1 = x[PIXELS + p];
            sum[p] += a0 * x0 + a1 * x1;
            sum[PIXELS + p] += b0 * x0 + b1 * x1;
            sum[2 * PIXELS + p] += c0 * x0 + c1 * x1;
            sum[3 * PIXELS + p] += d0 * x0 + d1 * x1;
        }
    }
    for (; k < depth; k++)
        for (int p = 0; p < PIXELS; p++) {
            const float x = panel[k * PIXELS + p];
            sum[p] += a[k] * x;
            sum[PIXELS + p] += b[k] * x;
            sum[2 * PIXELS + p] += c[k] * x;
            sum[3 * PIXELS + p] += d[k] * x;
        }
}

static void multiply_one(const float *weight, int depth, const float *restrict panel,
                         float *restrict sum)
{
    for (int k = 0; k < depth; k++) {
        const float w = weight[k];
        for (int p = 0; p < PIXELS; p++)
            sum[p] += w * panel[k * PIXELS + p];
    }
}
]])

add("gather", { "convolution", "multiply" }, [[
/* Pixels of one row of the image, `stride` apart from `at` on; 0 outside. */
static void gather_row(const float *row, int width, int at, int stride, int count, float *to)
{
    if (row && at >= 0 && at + (count - 1) * stride < width) {
        for (int p = 0; p < count; p++)
            to[p] = row[at + p * stride];
        return;
    }
    for (int p = 0; p < count; p++, at += stride)
        to[p] = row && at >= 0 && at < width ? row[at] : 0;
}

/* The windows of `count` output pixels from `first` on, one a column of the panel. */
static void gather(const convolution *c, const float *x, int channels, int first, int count,
                   float *panel)
{
    for (int row = 0; row < channels * c->kernel_height * c->kernel_width; row++) {
        const int channel = row / (c->kernel_height * c->kernel_width);
        const int tap_y = row / c->kernel_width % c->kernel_height * c->dilation_y;
        const int tap_x = row % c->kernel_width * c->dilation_x;
        const float *plane = x + channel * c->height * c->width;
        for (int p = 0, run; p < count; p += run) {
            const int out_y = (first + p) / c->out_width, out_x = (first + p) % c->out_width;
            const int y = out_y * c->stride_y - c->pad_y + tap_y;
            run = count - p < c->out_width - out_x ? count - p : c->out_width - out_x;
            gather_row(y >= 0 && y < c->height ? plane + y * c->width : NULL, c->width,
                       out_x * c->stride_x - c->pad_x + tap_x, c->stride_x, run, panel + p);
        }
        for (int p = count; p < PIXELS; p++)
            panel[p] = 0;
        panel += PIXELS;
    }
}
]])

add("conv2d", { "gather" }, [[
/* Adds the filters' answers to a panel to their bias: `count` pixels of each of their planes. */
static void apply_filters(const float *weight, const float *bias, int filters, int depth,
                          const float *panel, int count, int plane, float *y)
{
    for (int f = 0; f < filters;) {
        float sum[FILTERS * PIXELS];
        const int together = filters - f >= FILTERS ? FILTERS : 1;
        for (int i = 0; i < together * PIXELS; i++)
            sum[i] = bias ? bias[f + i / PIXELS] : 0;
        if (together == FILTERS)
            multiply_four(weight + f * depth, depth, panel, sum);
        else
            multiply_one(weight + f * depth, depth, panel, sum);
        for (int i = 0; i < together; i++, f++)
            for (int p = 0; p < count; p++)
                y[f * plane + p] = sum[i * PIXELS + p];
    }
}

/* The panel has room for one column of PIXELS floats a weight of a filter. */
static void conv2d(const float *x, const float *weight, const float *bias, float *y, float *panel,
                   convolution c)
{
    const int channels = c.channels / c.groups, filters = c.outputs / c.groups;
    const int depth = channels * c.kernel_height * c.kernel_width;
    const int plane = c.out_height * c.out_width;
    for (int g = 0; g < c.groups; g++)
        for (int first = 0; first < plane; first += PIXELS) {
            const int count = plane - first < PIXELS ? plane - first : PIXELS;
            gather(&c, x + g * channels * c.height * c.width, channels, first, count, panel);
            apply_filters(weight + g * filters * depth, bias ? bias + g * filters : NULL, filters,
                          depth, panel, count, plane, y + g * filters * plane + first);
        }
}
]])

add("conv_transpose2d", { "convolution" }, [[
/* Adds one pixel times one filter's plane to where its window lies in the image. */
static void spread_pixel(const convolution *c, float x, const float *weight, int out_y, int out_x,
                         float *y)
{
    for (int i = 0; i < c->kernel_height; i++)
        for (int j = 0; j < c->kernel_width; j++) {
            const int at_y = out_y * c->stride_y - c->pad_y + i * c->dilation_y;
            const int at_x = out_x * c->stride_x - c->pad_x + j * c->dilation_x;
            if (at_y >= 0 && at_y < c->height && at_x >= 0 && at_x < c->width)
                y[at_y * c->width + at_x] += x * weight[i * c->kernel_width + j];
        }
}

/* The convolution c the other way round: from what it makes, x, to an image of its input's size. */
static void conv_transpose2d(const float *x, const float *weight, const float *bias, float *y,
                             convolution c)
{
    const int channels = c.channels / c.groups, filters = c.outputs / c.groups;
    const int image = c.height * c.width, kernel = c.kernel_height * c.kernel_width;
    for (int i = 0; i < c.channels * image; i++)
        y[i] = bias ? bias[i / image] : 0;
    for (int f = 0; f < c.outputs; f++)
        for (int k = 0; k < channels; k++)
            for (int p = 0; p < c.out_height * c.out_width; p++)
                spread_pixel(&c, x[f * c.out_height * c.out_width + p],
                             weight + (f * channels + k) * kernel, p / c.out_width,
                             p % c.out_width, y + (f / filters * channels + k) * image);
}
]])

-- Products ---------------------------------------------------------------------------------------

add("linear", {}, [[
enum { LANES = 16 };

/* Sums of every LANES-th product, which compilers turn into vector instructions. */
static float dot(const float *a, const float *b, int count)
{
    float part[LANES] = {0}, sum = 0;
    int i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int j = 0; j < LANES; j++)
            part[j] += a[i + j] * b[i + j];
    for (; i < count; i++)
        sum += a[i] * b[i];
    for (int j = 0; j < LANES; j++)
        sum += part[j];
    return sum;
}

/* y = x times the transposed weight, outputs x inputs, plus the bias, for `rows` rows. */
static void linear(const float *x, const float *weight, const float *bias, float *y, int rows,
                   int inputs, int outputs)
{
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < outputs; i++)
            y[row * outputs + i] =
                dot(x + row * inputs, weight + i * inputs, inputs) + (bias ? bias[i] : 0);
}
]])

add("product", {}, [[
/* y = a b, n x m times m x p, for each of a batch. */
static void product(const float *a, const float *b, float *y, int batch, int n, int m, int p)
{
    for (int row = 0; row < batch * n; row++, y += p) {
        const float *right = b + row / n * m * p;
        for (int j = 0; j < p; j++)
            y[j] = 0;
        for (int k = 0; k < m; k++)
            for (int j = 0; j < p; j++)
                y[j] += a[row * m + k] * right[k * p + j];
    }
}
]])

-- Pooling ----------------------------------------------------------------------------------------

add("pooling", {}, [[
/* The dimensions of a pooling. count_pad: padding counts in a mean; divide: a mean, not a sum. */
typedef struct pooling {
    int planes, height, width, out_height, out_width;
    int kernel_y, kernel_x, stride_y, stride_x, pad_y, pad_x, dilation_y, dilation_x;
    int count_pad, divide;
} pooling;

/* The part of a window that lies inside an axis; `padded` counts padding too. */
typedef struct range {
    int begin, end, padded;
} range;
]])

add("sliding", { "pooling" }, [[
/* Window i of an axis of `size` elements. */
static range sliding(int i, int size, int kernel, int stride, int pad, int dilation)
{
    range r = {i * stride - pad, i * stride - pad + (kernel - 1) * dilation + 1, 0};
    r.padded = (r.end < size + pad ? r.end : size + pad) - r.begin;
    if (r.begin < 0)
        r.begin += (-r.begin + dilation - 1) / dilation * dilation;
    r.end = r.end < size ? r.end : size;
    return r;
}
]])

add("share", { "pooling" }, [[
/* Part i of `parts` of an axis of `size` elements. */
static range share(int i, int size, int parts)
{
    return (range){i * size / parts, ((i + 1) * size + parts - 1) / parts, 0};
}
]])

add("largest", { "pooling" }, [[
static float largest(const float *plane, int width, range v, range h, int step_y, int step_x)
{
    float best = -INFINITY;
    for (int i = v.begin; i < v.end; i += step_y)
        for (int j = h.begin; j < h.end; j += step_x) {
            const float x = plane[i * width + j];
            best = x > best || x != x ? x : best;
        }
    return best;
}
]])

add("total", { "pooling" }, [[
static float total(const float *plane, int width, range v, range h)
{
    float sum = 0;
    for (int i = v.begin; i < v.end; i++)
        for (int j = h.begin; j < h.end; j++)
            sum += plane[i * width + j];
    return sum;
}
]])

-- A function that goes over the windows of all planes: `rows` and `columns` give a window along
-- each axis, `value` what is made of it.
local function add_pooling(name, needs, rows, columns, value)
  add(name, needs, ([[
static void %s(const float *x, float *y, pooling p)
{
    for (int plane = 0; plane < p.planes; plane++, x += p.height * p.width)
        for (int i = 0; i < p.out_height; i++)
            for (int j = 0; j < p.out_width; j++) {
                const range v = %s;
                const range h = %s;
                *y++ = %s;
            }
}
]]):format(name, rows, columns, value))
end

local SLIDING = {
  "sliding(i, p.height, p.kernel_y, p.stride_y, p.pad_y, %s)",
  "sliding(j, p.width, p.kernel_x, p.stride_x, p.pad_x, %s)",
}
local SHARES = { "share(i, p.height, p.out_height)", "share(j, p.width, p.out_width)" }

add_pooling("max_pool2d", { "sliding", "largest" }, SLIDING[1]:format "p.dilation_y",
  SLIDING[2]:format "p.dilation_x", "largest(x, p.width, v, h, p.dilation_y, p.dilation_x)")
add_pooling("adaptive_max_pool2d", { "share", "largest" }, SHARES[1], SHARES[2],
  "largest(x, p.width, v, h, 1, 1)")
add_pooling("adaptive_avg_pool2d", { "share", "total" }, SHARES[1], SHARES[2],
  "total(x, p.width, v, h) / (float)((v.end - v.begin) * (h.end - h.begin))")

add("divisor", { "pooling" }, [[
/* What the sum of a window is divided by. */
static float divisor(const pooling *p, range v, range h)
{
    if (!p->divide || v.end <= v.begin || h.end <= h.begin)
        return 1;
    if (p->count_pad)
        return (float)(v.padded * h.padded);
    return (float)((v.end - v.begin) * (h.end - h.begin));
}
]])
add_pooling("avg_pool2d", { "sliding", "total", "divisor" }, SLIDING[1]:format "1",
  SLIDING[2]:format "1", "total(x, p.width, v, h) / divisor(&p, v, h)")

return functions
