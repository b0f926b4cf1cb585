/* Stacks: rows that several threads write side by side into the memory of a batch. */
#include <string.h>

#include "data/parcel.h"
#include "tensor/tensor.h"

void wick__stack_open(wick__stack *stack, wick_context *context, int64_t rows)
{
    *stack = (wick__stack){.context = context, .rows = rows};
    pthread_mutex_init(&stack->lock, NULL);
}

static size_t bytes_of(const wick__stack *stack)
{
    return (size_t)stack->rows * stack->row_bytes;
}

void wick__stack_close(wick__stack *stack)
{
    if (stack->data)
        wick__free(stack->context, stack->data, bytes_of(stack));
    pthread_mutex_destroy(&stack->lock);
}

/* Memory for rows like this one. */
static wick_status make_room(wick__stack *stack, const wick_tensor *row)
{
    size_t bytes;
    int64_t count;
    if (!wick__mul_fits(stack->rows, wick__count(row), &count) ||
        !wick__bytes_fit(count, wick_dtype_size(row->dtype), &bytes))
        return wick__fail(WICK_ENOMEM, "loader: a batch of %lld images %s has no room in memory",
                          (long long)stack->rows, wick__shape(row));
    wick_status status = wick__alloc(stack->context, bytes, &stack->data);
    if (status)
        return status;
    stack->kind = wick__kind_of(row);
    stack->row_bytes = (size_t)wick__count(row) * wick_dtype_size(row->dtype);
    return WICK_OK;
}

/* Whether the row is of the stack's kind, which the first decides. */
static wick_status admit(wick__stack *stack, const wick_tensor *row, bool *fits)
{
    wick__kind kind = wick__kind_of(row);
    pthread_mutex_lock(&stack->lock);
    wick_status status = stack->data ? WICK_OK : make_room(stack, row);
    *fits = !status && wick__same_kind(&kind, &stack->kind);
    pthread_mutex_unlock(&stack->lock);
    return status;
}

wick_status wick__stack_put(wick__stack *stack, int64_t row, wick_tensor *tensor)
{
    wick_tensor *dense;
    void *data;
    bool fits;
    wick_status status = admit(stack, tensor, &fits);
    if (status || !fits)
        return status;
    status = wick__contiguous(tensor, &dense);
    if (status)
        return status;
    status = wick__dense(dense, &data);
    if (!status && stack->row_bytes > 0)
        memcpy((char *)stack->data + (size_t)row * stack->row_bytes, data, stack->row_bytes);
    wick_tensor_release(dense);
    return status;
}

void wick__stack_drop(wick__stack *stack, int64_t row, int64_t rows)
{
    if (!stack->data || row + 1 >= rows)
        return;
    char *gap = (char *)stack->data + (size_t)row * stack->row_bytes;
    memmove(gap, gap + stack->row_bytes, (size_t)(rows - row - 1) * stack->row_bytes);
}

/* The shape of `rows` rows. */
static wick_status stacked(const wick__stack *stack, int64_t rows, bool flat, wick_sizes *shape)
{
    int inner = flat ? 0 : stack->kind.size.count;
    if (inner + 1 > WICK_MAX_DIM)
        return wick__fail(WICK_ESHAPE, "loader: samples of %d dimensions have no room for another",
                          inner);
    shape->count = inner + 1;
    shape->v[0] = rows;
    memcpy(shape->v + 1, stack->kind.size.v, sizeof *shape->v * (size_t)inner);
    return WICK_OK;
}

wick_status wick__stack_take(wick__stack *stack, int64_t rows, bool flat, wick_tensor **tensor)
{
    wick_storage *storage;
    wick_sizes shape;
    *tensor = NULL;
    if (!stack->data)
        return WICK_OK;
    wick_status status = stacked(stack, rows, flat, &shape);
    if (status)
        return status;
    int64_t elements = (int64_t)(bytes_of(stack) / wick_dtype_size(stack->kind.dtype));
    status =
        wick__storage_adopt(stack->context, stack->kind.dtype, elements, stack->data, &storage);
    if (status)
        return status;
    stack->data = NULL;
    status = wick_tensor_on(storage, 0, shape.count, shape.v, NULL, tensor);
    wick_storage_release(storage);
    return status;
}
