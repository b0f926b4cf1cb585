/* The loops on bits for each element type, and the tables by which operations find them. */
#include "kernel/bitwise.h"

#include <math.h>

#include "kernel/pointwise_macros.h"

#define NUMBER(TYPE, value) (TYPE)(value)
#define EACH "kernel/bitwise_real.inc"
#include "kernel/each_real.h"
#undef NUMBER

#define NUMBER(TYPE, value) (TYPE) wick__truncated(value)
#define EACH "kernel/bitwise.inc"
#include "kernel/each_integer.h"

#define INTEGERS(NAME) NAME##_uint8, NAME##_int8, NAME##_int16, NAME##_int32, NAME##_int64

const wick__lines wick__bitand_lines = {INTEGERS(bitand)};
const wick__lines wick__bitor_lines = {INTEGERS(bitor)};
const wick__lines wick__bitxor_lines = {INTEGERS(bitxor)};
const wick__lines wick__cbitand_lines = {INTEGERS(cbitand)};
const wick__lines wick__cbitor_lines = {INTEGERS(cbitor)};
const wick__lines wick__cbitxor_lines = {INTEGERS(cbitxor)};

#define ALL(NAME)                                                                                  \
    {                                                                                              \
        INTEGERS(NAME), NULL, NAME##_float, NAME##_double                                          \
    }

const wick__lines wick__lshift_lines = ALL(lshift);
const wick__lines wick__rshift_lines = ALL(rshift);
const wick__lines wick__clshift_lines = ALL(clshift);
const wick__lines wick__crshift_lines = ALL(crshift);
