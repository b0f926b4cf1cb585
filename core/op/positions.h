/* Tensors of positions, as indexing operations take them, and moving elements by them. */
#ifndef WICK_OP_POSITIONS_H
#define WICK_OP_POSITIONS_H

#include "op/overwrite.h"
#include "op/reduce.h"

/* *positions = `given` as a row-major int64 tensor of which every element is a position along
 * dimension `dim` of x, counted from 1; other integers and whole numbers of a floating type are
 * taken too. The error names the first that is not, and `name`. */
wick_status wick__positions(const char *name, const wick_tensor *x, int dim, wick_tensor *given,
                            wick_tensor **positions);

typedef enum wick__move { WICK__TAKE, WICK__PUT, WICK__PUT_SUM } wick__move;

/* Moves elements between `part` and the positions along `dim` of `whole`; one of the two, by the
 * move, is written. positions: from wick__positions; one list for all (1-D), or of the part's
 * shape. part NULL: the one element at `element` for every place. Types are equal. */
wick_status wick__move_by(wick__move move, wick_tensor *whole, int dim,
                          const wick_tensor *positions, wick_tensor *part, const void *element);

/* `t` as it is, or converted to x's type; the caller's to release. */
wick_status wick__in_type_of(const wick_tensor *x, wick_tensor *t, wick_tensor **same);

/* Refuses to add up elements of a type that only stores. */
wick_status wick__check_sums(const char *name, const wick_tensor *x);

/* A new tensor of zeros. */
wick_status wick__zeros(wick_context *context, wick_dtype dtype, const wick_sizes *shape,
                        wick_tensor **zeros);

/* The sum at positions along a dimension of `shape` of g's slices or elements, zero elsewhere: the
 * gradient of index and gather. */
wick_tensor *wick__sum_at(wick__scope *s, wick_tensor *g, int64_t dim, wick_tensor *positions,
                          const wick_sizes *shape);

/* ---- what index and gather, and those that write as they read, have in common ---- */

/* One way to say where: a list of slices, or a position for every element. */
typedef struct wick__indexer {
    /* Both of them name the shapes that do not fit; the source is input 2. */
    wick_status (*check_positions)(const char *name, const wick_call *call, int dim);
    wick_status (*check_source)(const char *name, const wick_call *call, int dim);
    const wick_op *take, *fill; /* the operations that read there, and set to a number */
} wick__indexer;

/* `x, dim, positions`, and those with a tensor or a number to write. */
extern const wick__arg wick__take_args[];
extern const wick__arg wick__put_args[];
extern const wick__arg wick__put_number_args[];

/* The dimension and the checked positions of a call; the caller releases them. */
wick_status wick__read_positions(const wick__indexer *indexer, const char *name,
                                 const wick_call *call, int *dim, wick_tensor **positions);

/* Writes a call's source, in `to`'s type, to its positions. */
wick_status wick__put_source(const wick__indexer *indexer, const char *name, wick__move move,
                             const wick_call *call, wick_tensor *to);
/* Writes a call's number to its positions. */
wick_status wick__put_number(const wick__indexer *indexer, const char *name, const wick_call *call,
                             wick_tensor *to);

/* The rule of an operation that takes. */
void wick__take_backward(wick__rule *r);
/* The rule of one that adds a source. */
void wick__put_sum_backward(const wick__indexer *indexer, wick__rule *r);
/* What arrives at a rule, at its positions alone, and everywhere but there. */
wick_tensor *wick__taken(const wick__indexer *indexer, wick__rule *r);
wick_tensor *wick__cleared(const wick__indexer *indexer, wick__rule *r);

/* An operation that writes by WORD_write. */
#define PUT(WORD, LUA, ARGS, DOC, EXAMPLE)                                                         \
    static wick_status WORD##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return wick__overwrite_first(call, out, false, WORD##_write);                              \
    }                                                                                              \
    const wick_op wick_op_##WORD = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .saves = WICK__SAVE_IN(1),                                     \
                                    .method = WICK__METHOD_IN_PLACE,                               \
                                    .elementwise = true,                                           \
                                    .forward = WORD##_forward,                                     \
                                    .backward = WORD##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

/* 1 where a position is the last among equals along `dim`, as a ByteTensor of their shape. */
wick_tensor *wick__last_among_equals(wick__scope *s, wick_tensor *positions, int dim,
                                     int64_t limit);

#endif
