/* The tensor layer: views over counted storages, the gate to their bytes, and version cells. */
#ifndef WICK_TENSOR_TENSOR_H
#define WICK_TENSOR_TENSOR_H

#include <stdatomic.h>

#include "base/checked.h"
#include "base/context.h"
#include "base/status.h"
#include "wick.h"

/* Counts the writes to a range of bytes of a storage. `number` is never reused. */
typedef struct wick__cell {
    int64_t begin, end; /* bytes */
    uint64_t number;
    uint64_t version;
    bool clear;         /* reads as zeros, whatever the memory holds (zero.c) */
    const char *writer; /* what wrote last: context->writing at that time */
} wick__cell;

struct wick_storage {
    atomic_size_t refs;
    wick_context *context;
    size_t block; /* bytes of this block */
    wick_dtype dtype;
    atomic_int tenants; /* of the block: the storage, and the tensor that was made with it */
    int64_t size;       /* elements */
    size_t capacity;    /* bytes */
    void *data;
    bool stands_inside; /* the elements are in this block */
    bool borrowed, read_only;
    bool lent; /* a host has its address and may write there at any time */
    void (*release)(void *owner);
    void *owner;
    atomic_int views; /* storages in the same memory, which pin it */
    int cells;        /* one, or one a parameter after wick_storage_divide */
    wick__cell *cell; /* points at first_cell when there is one */
    wick__cell first_cell;
    atomic_int clear_cells;
    struct wick__form *form;       /* NULL: always row-major (form.h) */
    struct wick__operand *lookers; /* pending storages that will be computed from this one */
    atomic_int looking;            /* how many */
    struct wick__pack *packs;      /* made of its elements (packs.h) */
    size_t pack_bytes;
};

/* What the tensor layer knows of a node of the tape, which begins with one: how to let go of it. */
typedef struct wick__history {
    atomic_size_t refs;
    void (*drop)(struct wick__history *self); /* called when the last reference is gone */
} wick__history;

struct wick_node;

struct wick_tensor {
    atomic_size_t refs;
    wick_context *context; /* lent by the storage; owned while there is none */
    wick_storage *storage; /* NULL: never had an element */
    int64_t offset;
    /* The tape: where the value came from. NULL: nowhere that matters. A leaf that asks for
     * gradients has a node of its own. */
    struct wick_node *node;
    uint64_t recorded; /* the version at which the tape knows this value */
    int output;        /* which result of the node this is */
    bool is_view;      /* recorded as a view of another tensor's memory */
    bool is_tenant;    /* this object is in the block of the storage it was made with */
    int ndim;
    wick_dtype dtype;
    int64_t size[WICK_MAX_DIM]; /* what is not a dimension has no size and no stride */
    int64_t stride[WICK_MAX_DIM];
};

/* Gives a reference back; whether it was the last. Who holds the only one need not be careful:
 * nobody else can take another. */
static inline bool wick__let_go(atomic_size_t *refs)
{
    return atomic_load_explicit(refs, memory_order_acquire) == 1 ||
           atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

/* ---- making ---- */

/* A storage without memory. */
wick_status wick__storage_open(wick_context *context, wick_dtype dtype, int64_t size,
                               wick_storage **storage);
/* A storage whose block has room for a tensor too, which the caller fills in as a tenant. */
wick_status wick__storage_with_tenant(wick_context *context, wick_dtype dtype, int64_t size,
                                      wick_storage **storage, wick_tensor **tensor);
/* A tensor that is a tenant ends: before its reference to a storage, whichever that is, goes. */
void wick__tenant_leave(wick_tensor *tensor);
/* A storage of memory that wick__alloc gave for exactly so many elements, which it frees with its
 * end. The memory stays the caller's when this fails. */
wick_status wick__storage_adopt(wick_context *context, wick_dtype dtype, int64_t size, void *memory,
                                wick_storage **storage);
/* A new tensor object that looks where `t` looks, without history. */
wick_status wick__alias(const wick_tensor *t, wick_tensor **alias);
/* A view of t's storage with another geometry (checked), without history. */
wick_status wick__view(const wick_tensor *t, int64_t offset, int ndim, const int64_t *size,
                       const int64_t *stride, wick_tensor **view);
/* A new tensor with the shape of t, `count` elements, row-major and not cleared. */
wick_status wick__new_in_rows(const wick_tensor *t, wick_dtype dtype, int64_t count,
                              wick_tensor **made);
/* The result of an operation: makes *out when it is NULL; otherwise *out is a destination, which
 * takes the shape (its type must be dtype). The memory is not cleared. Call it before the inputs'
 * wick__dense: a destination that grows moves the memory of all who look at its storage. */
wick_status wick__output(wick_context *context, wick_dtype dtype, int ndim, const int64_t *size,
                         wick_tensor **out);
/* Gives `to` the shape and the elements of `from`; it keeps its type. */
wick_status wick__take_value(wick_tensor *to, wick_tensor *from);
/* A row-major copy, or another reference when `t` is row-major and of that type already. */
wick_status wick__contiguous(wick_tensor *t, wick_tensor **dense);
/* The same with another element type. */
wick_status wick__convert(wick_tensor *t, wick_dtype dtype, wick_tensor **converted);
/* A row-major copy in memory of its own. */
wick_status wick__clone(wick_tensor *t, wick_tensor **copy);

/* ---- the gate ---- */

/* The only way to a tensor's bytes. *data points at the first element; without elements it is not
 * NULL, but may not be touched. Fails when the storage was made smaller than the view. */
wick_status wick__dense(const wick_tensor *t, void **data);
/* The same for writing: refuses read-only memory and views that overlap themselves, and bumps the
 * versions of what is going to be written. */
wick_status wick__writable(wick_tensor *t, void **data);
/* Before a host gets the storage's address: what is pending keeps what it looks at. */
wick_status wick__lend(wick_storage *storage);
/* Counts a write to t that goes another way. */
void wick__count_write(wick_tensor *t);

/* ---- zeros that are not written ---- */

/* Makes all elements of t zero without touching memory; *done says whether that could be. */
wick_status wick__clear(wick_tensor *t, bool *done);
/* Whether t was cleared by itself and not seen since. */
bool wick__is_clear(const wick_tensor *t);
/* Says that t is going to be written whole: zeros that it has are not written before. */
void wick__write_whole(wick_tensor *t);
/* Copies into a tensor that was cleared and not seen since; *done says whether it was. */
wick_status wick__copy_to_clear(wick_tensor *to, wick_tensor *from, bool *done);
/* Writes the zeros of all clear cells that touch these bytes. */
void wick__write_zeros(wick_storage *storage, int64_t begin, int64_t end);

/* ---- versions ---- */

/* How often the bytes t lies between were written: the sum over the cells they touch. Any write
 * makes it larger. */
uint64_t wick__version(const wick_tensor *t);
/* Whether the two may share a byte. */
bool wick__overlap(const wick_tensor *a, const wick_tensor *b);
/* Whether the two are the same elements, each at the same index. */
bool wick__same_elements(const wick_tensor *a, const wick_tensor *b);

/* ---- shapes ---- */

/* The strides of `size` laid out densely, the last dimension innermost. */
void wick__row_major(int ndim, const int64_t *size, int64_t *stride);
/* Whether dimensions and sizes are equal. */
bool wick__same_shape(const wick_tensor *a, const wick_tensor *b);
/* Whether that is the shape of t. */
bool wick__has_shape(const wick_tensor *t, const wick_sizes *shape);
/* The shape of t as a list of sizes. */
wick_sizes wick__sizes_like(const wick_tensor *t);
/* Result shape of NumPy's broadcasting over n tensors; the error names `what` and every shape. */
wick_status wick__broadcast(const char *what, int n, wick_tensor *const *t, wick_sizes *shape);
/* t's strides as seen in `shape`: 0 where it is broadcast. */
void wick__broadcast_strides(const wick_tensor *t, const wick_sizes *shape, int64_t *stride);
/* The type in which the two meet: integers in the smallest that holds both, an integer and a
 * floating type in the floating one, where float16 counts as float32. */
wick_dtype wick__promote(wick_dtype a, wick_dtype b);

/* Space for one shape in text, and the text: "2 x 3". */
enum { WICK__SHAPE_TEXT = 160 };
char *wick__sizes_text(int ndim, const int64_t *size, char *text, size_t bytes);
/* Inside an argument list: wick__shape(t) is the shape of t as text that lives in the statement. */
#define wick__shape(t) wick_tensor_shape_text((t), (char[WICK__SHAPE_TEXT]){0}, WICK__SHAPE_TEXT)

/* What wick_dtype_size gives. */
extern const uint8_t wick__dtype_bytes[WICK_DTYPES];

/* The number of elements. Beside a size of 0 others may be too large to count. */
static inline int64_t wick__count(const wick_tensor *t)
{
    uint64_t n = t->ndim > 0;
    for (int i = 0; i < t->ndim; i++)
        n *= (uint64_t)t->size[i];
    return (int64_t)n;
}

#endif
