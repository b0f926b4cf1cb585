/* Short forms for the descriptors of element-wise operations. */
#ifndef WICK_OP_DESCRIBE_H
#define WICK_OP_DESCRIBE_H

#include "kernel/pointwise.h"
#include "op/elementwise.h"
#include "op/math.h"

/* Arguments in the order in which Torch7 gives them. */
#define TENSOR(NAME)                                                                               \
    {                                                                                              \
        NAME, WICK__TENSOR, false, 0, NULL, false                                                  \
    }
#define OPTIONAL_TENSOR(NAME)                                                                      \
    {                                                                                              \
        NAME, WICK__TENSOR, true, 0, NULL, false                                                   \
    }
#define NUMBER(NAME)                                                                               \
    {                                                                                              \
        NAME, WICK__NUMBER, false, 0, NULL, false                                                  \
    }
#define NUMBER_OR(NAME, VALUE)                                                                     \
    {                                                                                              \
        NAME, WICK__NUMBER, true, VALUE, NULL, false                                               \
    }
#define INTEGER(NAME)                                                                              \
    {                                                                                              \
        NAME, WICK__INTEGER, false, 0, NULL, false                                                 \
    }
#define INTEGER_OR(NAME, VALUE)                                                                    \
    {                                                                                              \
        NAME, WICK__INTEGER, true, VALUE, NULL, false                                              \
    }
#define BOOLEAN_OR(NAME, VALUE)                                                                    \
    {                                                                                              \
        NAME, WICK__BOOLEAN, true, VALUE, NULL, false                                              \
    }
#define DIM(NAME)                                                                                  \
    {                                                                                              \
        NAME, WICK__DIM, false, 0, NULL, false                                                     \
    }
#define DIM_OR(NAME, VALUE)                                                                        \
    {                                                                                              \
        NAME, WICK__DIM, true, VALUE, NULL, false                                                  \
    }
#define SIZES(NAME)                                                                                \
    {                                                                                              \
        NAME, WICK__SIZES, false, 0, NULL, false                                                   \
    }
#define CHOICE_OR(NAME, CHOICES, VALUE)                                                            \
    {                                                                                              \
        NAME, WICK__CHOICE, true, VALUE, CHOICES, false                                            \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, WICK__END, false, 0, NULL, false                                                     \
    }

/* A forward that is nothing but the loop of that name. */
#define FORWARD(NAME, LUA)                                                                         \
    static wick_status NAME##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        static const wick__map map = {.name = LUA, .lines = &wick__##NAME##_lines};                \
        return wick__elementwise(&map, call, out);                                                 \
    }

/* A backward that is one gradient, for one input. */
#define BACKWARD(NAME, GRADIENT)                                                                   \
    static void NAME##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        wick__scope *s = r->scope;                                                                 \
        (void)s;                                                                                   \
        r->dx[0] = GRADIENT;                                                                       \
    }

#define G (r->g[0])
#define X (wick__input(r, 0))
#define Z (wick__input(r, 1))
#define Y (wick__result(r, 0))

#endif
