/* Stages that mirror. */
#include "data/describe.h"
#include "data/geometry.h"

static const wick__stage_arg args[] = {P(0.5), END};

static wick_status mirror(const wick__stage *stage, wick__sample *sample)
{
    (void)stage;
    return wick__sample_mirror(sample);
}

const wick__stage_kind wick__stage_hflip = {.name = "HFlip",
                                            .also = "RandomHorizontalFlip|HorizontalFlip",
                                            .args = args,
                                            .apply = mirror,
                                            .doc = "left becomes right"};

static wick_status turn_over(const wick__stage *stage, wick__sample *sample)
{
    (void)stage;
    return wick__sample_turn_over(sample);
}

const wick__stage_kind wick__stage_vflip = {.name = "VFlip",
                                            .also = "RandomVerticalFlip|VerticalFlip",
                                            .args = args,
                                            .apply = turn_over,
                                            .doc = "top becomes bottom"};
