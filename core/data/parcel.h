/* Tensors on their way between contexts, each of which one thread uses at a time: parcels, which
 * carry one, and stacks, which several threads fill row by row. Their memory is counted by the
 * context of whom they are for. */
#ifndef WICK_DATA_PARCEL_H
#define WICK_DATA_PARCEL_H

#include <pthread.h>
#include <stdalign.h>

#include "wick.h"

/* A type and a shape. `size.count` -1: there is no tensor. */
typedef struct wick__kind {
    wick_dtype dtype;
    wick_sizes size;
} wick__kind;

wick__kind wick__kind_of(const wick_tensor *tensor); /* of NULL, too */
bool wick__same_kind(const wick__kind *a, const wick__kind *b);
/* "uint8 3 x 32 x 32", "none"; lives in the statement. */
char *wick__kind_text(const wick__kind *kind, char *text, size_t bytes);
enum { WICK__KIND_TEXT = 192 };
#define wick__kind_shown(k) wick__kind_text((k), (char[WICK__KIND_TEXT]){0}, WICK__KIND_TEXT)

/* ---- parcels ---- */

/* A row-major copy of a tensor's elements. */
typedef struct wick__parcel {
    wick_context *context; /* retained */
    wick__kind kind;
    size_t bytes; /* of it all */
    alignas(64) unsigned char data[];
} wick__parcel;

/* Copies `tensor`, which the calling thread may read. NULL makes none. */
wick_status wick__parcel_pack(wick_context *context, wick_tensor *tensor, wick__parcel **parcel);
/* Any thread may call it; `parcel` is a wick__parcel, as storages call back with an owner. NULL is
 * fine. */
void wick__parcel_release(void *parcel);
/* What was packed, as a read-only tensor of `context`; the parcel belongs to the tensor then, and
 * *parcel is NULL. NULL opens as NULL. */
wick_status wick__parcel_open(wick__parcel **parcel, wick_context *context, wick_tensor **tensor);

/* ---- stacks ---- */

/* Rows of one kind in one piece of memory. The first row that is put there decides the kind. */
typedef struct wick__stack {
    pthread_mutex_t lock; /* of `data` and `kind` until there is memory */
    wick_context *context;
    int64_t rows;
    wick__kind kind; /* of a row */
    size_t row_bytes;
    void *data; /* NULL: nothing is there yet */
} wick__stack;

void wick__stack_open(wick__stack *stack, wick_context *context, int64_t rows);
void wick__stack_close(wick__stack *stack);
/* Writes a row; rows of another kind than the first one's are left out, without a failure. Two
 * threads may not write the same row. */
wick_status wick__stack_put(wick__stack *stack, int64_t row, wick_tensor *tensor);
/* Closes the gap of a row that was not written: those behind move up. */
void wick__stack_drop(wick__stack *stack, int64_t row, int64_t rows);
/* The first `rows` rows as a tensor of the stack's context, which owns the memory then. `flat`: a
 * row is one element and makes no dimension. NULL when nothing was put. */
wick_status wick__stack_take(wick__stack *stack, int64_t rows, bool flat, wick_tensor **tensor);

#endif
