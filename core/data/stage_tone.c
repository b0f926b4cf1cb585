/* Stages that bend all samples of a channel alike. */
#include <math.h>

#include "base/status.h"
#include "data/describe.h"
#include "data/tone.h"

/* ---- Gamma ---- */

static const wick__stage_arg gamma_args[] = {RANGE("gamma", 0.8, 1.2, 1e-3, 1e3), P(1), END};

static double powered(const void *how, int64_t channel, double x)
{
    (void)channel;
    return pow(x, *(const double *)how);
}

static wick_status apply_gamma(const wick__stage *stage, wick__sample *sample)
{
    double gamma = wick__stage_draw(stage, 0, &sample->stream);
    return wick__sample_curve(sample, powered, &gamma);
}

const wick__stage_kind wick__stage_gamma = {
    .name = "Gamma",
    .also = "RandomGamma",
    .args = gamma_args,
    .apply = apply_gamma,
    .doc = "samples of 0 to 1 to the power of `gamma`: less is brighter"};

/* ---- MultiplyAdd ---- */

enum { LINES = 16 };

typedef struct line {
    double a[LINES], b[LINES];
} line;

static const wick__stage_arg multiply_add_args[] = {FACTOR("a", 0.2), SPREAD("b", 0.1, -1, 1),
                                                    BOOLEAN("perChannel", false), P(1), END};

static double straight(const void *how, int64_t channel, double x)
{
    const line *l = how;
    return l->a[channel % LINES] * x + l->b[channel % LINES];
}

static wick_status multiply_add(const wick__stage *stage, wick__sample *sample)
{
    line l;
    bool each = wick__stage_number(stage, 2) != 0;
    for (int c = 0; c < LINES; c++) {
        l.a[c] = each || c == 0 ? wick__stage_draw(stage, 0, &sample->stream) : l.a[0];
        l.b[c] = each || c == 0 ? wick__stage_draw(stage, 1, &sample->stream) : l.b[0];
    }
    return wick__sample_curve(sample, straight, &l);
}

const wick__stage_kind wick__stage_multiply_add = {
    .name = "MultiplyAdd",
    .also = "RandomBrightnessContrast",
    .args = multiply_add_args,
    .apply = multiply_add,
    .doc = "image a + b, with samples of 0 to 1; `perChannel`: drawn for every channel"};

/* ---- Lighting ---- */

static const wick__stage_arg lighting_args[] = {NUMBER("std", 0.1, 0, 100), P(1), END};

/* Principal components of ImageNet's colours: deviations, and directions in columns (Krizhevsky and
 * others, 2012). */
static const double deviation[3] = {0.2175, 0.0188, 0.0045};
static const double direction[3][3] = {
    {-0.5675, 0.7192, 0.4009}, {-0.5808, -0.0045, -0.8140}, {-0.5836, -0.6948, 0.4203}};

static double shift(const void *how, int64_t channel, double x)
{
    return x + ((const double *)how)[channel];
}

static wick_status lighting(const wick__stage *stage, wick__sample *sample)
{
    double amount[3], rgb[3];
    if (sample->image->size[0] != 3)
        return wick__fail(WICK_ESHAPE, "the image is %s; it takes 3 channels",
                          wick__shape(sample->image));
    for (int i = 0; i < 3; i++)
        amount[i] =
            wick__draw_normal(&sample->stream) * wick__stage_number(stage, 0) * deviation[i];
    for (int c = 0; c < 3; c++)
        rgb[c] =
            direction[c][0] * amount[0] + direction[c][1] * amount[1] + direction[c][2] * amount[2];
    return wick__sample_curve(sample, shift, rgb);
}

const wick__stage_kind wick__stage_lighting = {
    .name = "Lighting",
    .also = "FancyPCA",
    .args = lighting_args,
    .apply = lighting,
    .doc = "a colour is added, drawn along the principal components of ImageNet's, as AlexNet did"};

/* ---- Invert ---- */

static const wick__stage_arg invert_args[] = {P(0.5), END};

static double negative(const void *how, int64_t channel, double x)
{
    (void)how;
    (void)channel;
    return 1 - x;
}

static wick_status invert(const wick__stage *stage, wick__sample *sample)
{
    (void)stage;
    return wick__sample_curve(sample, negative, NULL);
}

const wick__stage_kind wick__stage_invert = {.name = "Invert",
                                             .also = "RandomInvert|InvertImg",
                                             .args = invert_args,
                                             .apply = invert,
                                             .doc = "white becomes black"};

/* ---- Solarize ---- */

static const wick__stage_arg solarize_args[] = {NUMBER("threshold", 128, 0, 256), P(0.5), END};

static double solarized(const void *how, int64_t channel, double x)
{
    (void)channel;
    return x * 255 >= *(const double *)how - 1e-6 ? 1 - x : x;
}

static wick_status solarize(const wick__stage *stage, wick__sample *sample)
{
    double threshold = wick__stage_number(stage, 0);
    return wick__sample_curve(sample, solarized, &threshold);
}

const wick__stage_kind wick__stage_solarize = {
    .name = "Solarize",
    .also = "RandomSolarize",
    .args = solarize_args,
    .apply = solarize,
    .doc = "what is as bright as `threshold` (of 255) or brighter is inverted"};

/* ---- Posterize ---- */

static const wick__stage_arg posterize_args[] = {WHOLE("bits", 4, 1, 8), P(0.5), END};

static double posterized(const void *how, int64_t channel, double x)
{
    double step = *(const double *)how;
    (void)channel;
    return floor((x * 255 + 1e-6) / step) * step / 255;
}

static wick_status posterize(const wick__stage *stage, wick__sample *sample)
{
    double step = exp2(8 - wick__stage_number(stage, 0));
    return wick__sample_curve(sample, posterized, &step);
}

const wick__stage_kind wick__stage_posterize = {.name = "Posterize",
                                                .also = "RandomPosterize",
                                                .args = posterize_args,
                                                .apply = posterize,
                                                .doc = "the first `bits` of every byte are kept"};
