/* Short forms for the descriptors of stages. */
#ifndef WICK_DATA_DESCRIBE_H
#define WICK_DATA_DESCRIBE_H

#include <float.h>

#include "data/stage.h"

#define ANY -DBL_MAX, DBL_MAX

/* Each takes the least and the most that a number may be. */
#define NUMBER(NAME, DEFAULT, ...)                                                                 \
    {                                                                                              \
        NAME, WICK__STAGE_NUMBER, 1, {DEFAULT}, __VA_ARGS__, NULL                                  \
    }
#define WHOLE(NAME, DEFAULT, ...)                                                                  \
    {                                                                                              \
        NAME, WICK__STAGE_WHOLE, 1, {DEFAULT}, __VA_ARGS__, NULL                                   \
    }
#define RANGE(NAME, FROM, TO, ...)                                                                 \
    {                                                                                              \
        NAME, WICK__STAGE_RANGE, 2, {FROM, TO}, __VA_ARGS__, NULL                                  \
    }
#define SPREAD(NAME, DEFAULT, ...)                                                                 \
    {                                                                                              \
        NAME, WICK__STAGE_SPREAD, 2, {-(DEFAULT), DEFAULT}, __VA_ARGS__, NULL                      \
    }
#define FACTOR(NAME, DEFAULT)                                                                      \
    {                                                                                              \
        NAME, WICK__STAGE_FACTOR, 2, {1 - (DEFAULT), 1 + (DEFAULT)}, 0, DBL_MAX, NULL              \
    }
#define NUMBERS(NAME, DEFAULT, ...)                                                                \
    {                                                                                              \
        NAME, WICK__STAGE_NUMBERS, 1, {DEFAULT}, __VA_ARGS__, NULL                                 \
    }
#define NUMBERS3(NAME, A, B, C, ...)                                                               \
    {                                                                                              \
        NAME, WICK__STAGE_NUMBERS, 3, {A, B, C}, __VA_ARGS__, NULL                                 \
    }
#define WHOLES(NAME, DEFAULT, ...)                                                                 \
    {                                                                                              \
        NAME, WICK__STAGE_WHOLES, 1, {DEFAULT}, __VA_ARGS__, NULL                                  \
    }
#define BOOLEAN(NAME, DEFAULT)                                                                     \
    {                                                                                              \
        NAME, WICK__STAGE_BOOLEAN, 1, {DEFAULT}, 0, 1, NULL                                        \
    }
#define CHOICE(NAME, CHOICES, DEFAULT)                                                             \
    {                                                                                              \
        NAME, WICK__STAGE_CHOICE, 1, {DEFAULT}, 0, 0, CHOICES                                      \
    }

/* How pixels are found and what lies outside, in the order that wick__warping_of reads. */
#define WARPING                                                                                    \
    CHOICE("filter", "nearest|bilinear", 1), NUMBERS("fill", 0, ANY),                              \
        CHOICE("paddingMode", "constant|edge", 0)

/* Those that must be given. */
#define SIZE(NAME)                                                                                 \
    {                                                                                              \
        NAME, WICK__STAGE_WHOLES, 0, {0}, 1, 1 << 16, NULL                                         \
    }
#define GIVEN(NAME, KIND, ...)                                                                     \
    {                                                                                              \
        NAME, KIND, 0, {0}, __VA_ARGS__, NULL                                                      \
    }
#define STAGES(NAME)                                                                               \
    {                                                                                              \
        NAME, WICK__STAGE_STAGES, 0, {0}, 0, 0, NULL                                               \
    }

/* How often the stage is applied. */
#define P(DEFAULT) NUMBER("p", DEFAULT, 0, 1)
#define END                                                                                        \
    {                                                                                              \
        NULL, WICK__STAGE_END, 0, {0}, 0, 0, NULL                                                  \
    }

#endif
