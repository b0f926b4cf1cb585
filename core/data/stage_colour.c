/* Stages of brightness, contrast, saturation and hue, and of grey. */
#include "data/describe.h"
#include "data/tone.h"

typedef wick_status adjustment(wick__sample *sample, double amount);

/* Draws the amount; one that changes nothing is left out. */
static wick_status adjust(const wick__stage *stage, int index, wick__sample *sample, adjustment *by,
                          double neutral)
{
    const double *range = stage->value[index].number;
    if (range[0] == neutral && range[1] == neutral)
        return WICK_OK;
    return by(sample, wick__stage_draw(stage, index, &sample->stream));
}

/* ---- one of them ---- */

static const wick__stage_arg brightness_args[] = {FACTOR("brightness", 0.2), P(1), END};

static wick_status brightness(const wick__stage *stage, wick__sample *sample)
{
    return adjust(stage, 0, sample, wick__adjust_brightness, 1);
}

const wick__stage_kind wick__stage_brightness = {
    .name = "Brightness",
    .args = brightness_args,
    .apply = brightness,
    .doc = "a factor; one number n draws it between 1 - n and 1 + n"};

static const wick__stage_arg contrast_args[] = {FACTOR("contrast", 0.2), P(1), END};

static wick_status contrast(const wick__stage *stage, wick__sample *sample)
{
    return adjust(stage, 0, sample, wick__adjust_contrast, 1);
}

const wick__stage_kind wick__stage_contrast = {.name = "Contrast",
                                               .args = contrast_args,
                                               .apply = contrast,
                                               .doc =
                                                   "away from the mean luminance, or towards it"};

static const wick__stage_arg saturation_args[] = {FACTOR("saturation", 0.2), P(1), END};

static wick_status saturation(const wick__stage *stage, wick__sample *sample)
{
    return adjust(stage, 0, sample, wick__adjust_saturation, 1);
}

const wick__stage_kind wick__stage_saturation = {.name = "Saturation",
                                                 .args = saturation_args,
                                                 .apply = saturation,
                                                 .doc = "away from grey, or towards it"};

static const wick__stage_arg hue_args[] = {SPREAD("hue", 0.1, -1, 1), P(1), END};

static wick_status hue(const wick__stage *stage, wick__sample *sample)
{
    return adjust(stage, 0, sample, wick__adjust_hue, 0);
}

const wick__stage_kind wick__stage_hue = {.name = "Hue",
                                          .args = hue_args,
                                          .apply = hue,
                                          .doc = "colours turn by so much of their circle"};

/* ---- ColorJitter ---- */

enum { ADJUSTMENTS = 4 };

static const wick__stage_arg color_jitter_args[] = {FACTOR("brightness", 0),
                                                    FACTOR("contrast", 0),
                                                    FACTOR("saturation", 0),
                                                    SPREAD("hue", 0.0, -1, 1),
                                                    P(1),
                                                    END};

static wick_status color_jitter(const wick__stage *stage, wick__sample *sample)
{
    static adjustment *const by[ADJUSTMENTS] = {wick__adjust_brightness, wick__adjust_contrast,
                                                wick__adjust_saturation, wick__adjust_hue};
    static const double neutral[ADJUSTMENTS] = {1, 1, 1, 0};
    wick_status status = WICK_OK;
    int order[ADJUSTMENTS];
    wick__draw_order(&sample->stream, ADJUSTMENTS, order);
    for (int i = 0; i < ADJUSTMENTS && !status; i++)
        status = adjust(stage, order[i], sample, by[order[i]], neutral[order[i]]);
    return status;
}

const wick__stage_kind wick__stage_color_jitter = {
    .name = "ColorJitter",
    .args = color_jitter_args,
    .apply = color_jitter,
    .doc = "Brightness, Contrast, Saturation and Hue, in any order"};

/* ---- grey ---- */

static const wick__stage_arg grayscale_args[] = {WHOLE("channels", 1, 1, 4), END};

static wick_status grayscale(const wick__stage *stage, wick__sample *sample)
{
    return wick__sample_grey(sample, (int64_t)wick__stage_number(stage, 0));
}

const wick__stage_kind wick__stage_grayscale = {.name = "Grayscale",
                                                .also = "ToGray",
                                                .args = grayscale_args,
                                                .apply = grayscale,
                                                .doc =
                                                    "luminance, in as many channels as asked for"};

static const wick__stage_arg random_grayscale_args[] = {P(0.1), END};

static wick_status random_grayscale(const wick__stage *stage, wick__sample *sample)
{
    (void)stage;
    return wick__sample_grey(sample, sample->image->size[0]);
}

const wick__stage_kind wick__stage_random_grayscale = {
    .name = "RandomGrayscale",
    .args = random_grayscale_args,
    .apply = random_grayscale,
    .doc = "luminance, in all channels that there are"};
