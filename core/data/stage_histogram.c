/* Stages that bend a channel by what is in it. Floats are counted as the bytes nearest to them. */
#include <math.h>

#include "data/describe.h"
#include "data/tone.h"

enum { LEVELS = 256 };

typedef struct histogram {
    int64_t count[LEVELS];
} histogram;

static int level_of(double x)
{
    return x > 0 ? (int)(fmin(x, 1) * 255 + 0.5) : 0;
}

static void count_plane(const wick__planes *p, int64_t c, histogram *h)
{
    *h = (histogram){{0}};
    if (p->dtype == WICK_UINT8) {
        const uint8_t *x = (const uint8_t *)p->x + c * p->plane;
        for (int64_t i = 0; i < p->plane; i++)
            h->count[x[i]]++;
    } else {
        const float *x = (const float *)p->x + c * p->plane;
        for (int64_t i = 0; i < p->plane; i++)
            h->count[level_of((double)x[i])]++;
    }
}

static void bounds_of(const histogram *h, int *lowest, int *highest)
{
    *lowest = 0;
    *highest = LEVELS - 1;
    while (*lowest < LEVELS - 1 && h->count[*lowest] == 0)
        ++*lowest;
    while (*highest > 0 && h->count[*highest] == 0)
        --*highest;
}

/* A table of levels for one channel. */
typedef void fill_table(const histogram *h, double *table);

static double looked_up(const void *how, int64_t channel, double x)
{
    (void)channel;
    return ((const double *)how)[level_of(x)];
}

/* Bends every plane by the table that its own histogram gives. */
static wick_status bend(wick__sample *sample, fill_table *fill)
{
    wick__planes p;
    histogram h;
    double table[LEVELS];
    wick_status status = wick__planes_open(sample->image, sample->image->dtype, &p);
    for (int64_t c = 0; c < p.planes && !status; c++) {
        count_plane(&p, c, &h);
        fill(&h, table);
        wick__planes_bend(&p, c, looked_up, table);
    }
    return wick__planes_close(&p, status, sample);
}

/* ---- Equalize ---- */

/* As many pixels at every level, as far as levels can be told apart; a channel of one level stays.
 */
static void equal_shares(const histogram *h, double *table)
{
    int lowest, highest;
    int64_t total = 0, seen = 0;
    bounds_of(h, &lowest, &highest);
    for (int i = 0; i < highest; i++)
        total += h->count[i];
    int64_t step = total / (LEVELS - 1);
    for (int i = 0; i < LEVELS; i++) {
        table[i] = step > 0 ? fmin((double)((seen + step / 2) / step), 255) / 255 : i / 255.0;
        seen += h->count[i];
    }
}

static const wick__stage_arg args[] = {P(0.5), END};

static wick_status equalize(const wick__stage *stage, wick__sample *sample)
{
    (void)stage;
    return bend(sample, equal_shares);
}

const wick__stage_kind wick__stage_equalize = {
    .name = "Equalize",
    .also = "RandomEqualize",
    .args = args,
    .apply = equalize,
    .doc = "every level of a channel becomes as frequent as the others"};

/* ---- AutoContrast ---- */

static void stretched(const histogram *h, double *table)
{
    int lowest, highest;
    bounds_of(h, &lowest, &highest);
    double scale = highest > lowest ? 255.0 / (highest - lowest) : 1;
    for (int i = 0; i < LEVELS; i++)
        table[i] =
            highest > lowest ? floor(fmin(fmax((i - lowest) * scale, 0), 255)) / 255 : i / 255.0;
}

static wick_status auto_contrast(const wick__stage *stage, wick__sample *sample)
{
    (void)stage;
    return bend(sample, stretched);
}

const wick__stage_kind wick__stage_auto_contrast = {
    .name = "AutoContrast",
    .also = "RandomAutocontrast|Autocontrast",
    .args = args,
    .apply = auto_contrast,
    .doc = "the darkest of a channel becomes black, the brightest white"};
