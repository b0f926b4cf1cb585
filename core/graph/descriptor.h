/* The descriptor: all there is to know about an operation. The graph, the bindings, the help, the
 * reference and the specs read it; nothing else describes an operation. */
#ifndef WICK_GRAPH_DESCRIPTOR_H
#define WICK_GRAPH_DESCRIPTOR_H

#include "wick.h"

struct wick__rule;

typedef enum wick__arg_kind {
    WICK__END = 0,
    WICK__TENSOR,  /* a tensor */
    WICK__TENSORS, /* a list of tensors; the last tensor argument */
    WICK__NUMBER,
    WICK__INTEGER,
    WICK__DIM,   /* a dimension: 1-based and negative from the end in Lua, from 0 in C */
    WICK__INDEX, /* a position along a dimension: 1-based in Lua, from 0 in C */
    WICK__BOOLEAN,
    WICK__SIZES,  /* a list of integers: several numbers, a table or a LongStorage in Lua */
    WICK__DIMS,   /* a list of dimensions, 1-based in Lua, from 0 in C */
    WICK__CHOICE, /* one of the words in `choices`, counted from 0 */
    WICK__DTYPE   /* an element type; Lua gives "torch.FloatTensor" or "float32" */
} wick__arg_kind;

typedef struct wick__arg {
    const char *name; /* also the name in an options table */
    wick__arg_kind kind;
    bool optional;       /* left out: tensor NULL, others `fallback`; sizes: empty */
    double fallback;     /* of a dimension or index as in Lua: 1 the first, -1 the last; 0: the
                            operation decides, and sees WICK__LEFT_OUT */
    const char *choices; /* "mean|sum|none" */
    bool named_only;     /* given in the options table only */
} wick__arg;

#define WICK__LEFT_OUT INT64_MIN

/* What `x:name(...)` does, after Torch7. */
typedef enum wick__method {
    WICK__METHOD_SOURCE = 0, /* receiver is the first tensor; a new result */
    WICK__METHOD_IN_PLACE,   /* receiver is destination, and the source unless one is given */
    WICK__METHOD_INTO,       /* receiver is the destination only */
    WICK__METHOD_NONE        /* no method */
} wick__method;

/* Bits of `saves`: input i, output i. An input list (WICK__TENSORS) is saved by WICK__SAVE_LIST. */
#define WICK__SAVE_IN(i) (1u << (i))
#define WICK__SAVE_LIST (1u << 15)
#define WICK__SAVE_OUT(i) (1u << (16 + (i)))

/* When an unrecorded result is a Lua number instead of a tensor. */
typedef enum wick__as_number {
    WICK__NUMBER_NEVER = 0,
    WICK__NUMBER_OF_ONE,   /* when it has one element */
    WICK__NUMBER_OF_VECTOR /* when it has one element and the input has one dimension */
} wick__as_number;

struct wick_op {
    const char *name; /* in Lua; operations of one name are alternatives, tried in list order */
    const wick__arg *args; /* ends with WICK__END */
    int outputs;           /* results a caller sees; 0 stands for 1 */
    int kept;              /* further results made only to be saved */
    unsigned saves;
    wick__method method;
    bool elementwise;       /* may write over its inputs, and broadcasts */
    bool into;              /* forward can write into a destination that overlaps no input */
    bool into_first;        /* `into`, and the first input may be the destination itself */
    bool is_view;           /* the result shares the first input's memory */
    bool is_composite;      /* made of other operations, which record themselves */
    wick__as_number number; /* when a result that is not recorded is a number in Lua */
    bool constant; /* the result has a zero gradient everywhere: comparison, floor, sizes */
    bool internal; /* not offered in Lua; a piece of another operation's gradient */
    bool random;   /* draws from the generator; results differ from call to call */

    /* Checks, makes the results in out[0 .. outputs + kept). A destination, where `into` or
     * `elementwise` allows one, stands in out[0]; wick__output takes care of both. */
    wick_status (*forward)(const wick_call *call, wick_tensor **out);
    /* What a call changes beside its results, for which out[] is as forward left it: carried out
     * last, when nothing of the call can fail any more. NULL: nothing. */
    void (*conclude)(const wick_call *call, wick_tensor *const *out);
    /* Fills r->dx for the inputs that are wanted. NULL: not differentiable, and an error for
     * whoever asks. */
    void (*backward)(struct wick__rule *r);

    const char *doc;     /* a sentence with shapes, dtypes and source */
    const char *example; /* Lua lines that the specs run; may be NULL */
};

/* How many results a caller sees. */
static inline int wick__outputs(const wick_op *op)
{
    return op->outputs ? op->outputs : 1;
}

/* Whether it stands in call->in, not in call->value. */
static inline bool wick__arg_is_tensor(const wick__arg *arg)
{
    return arg->kind == WICK__TENSOR || arg->kind == WICK__TENSORS;
}

#endif
