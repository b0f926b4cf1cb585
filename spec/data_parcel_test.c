/* Parcels and stacks: tensors on their way from one context to another. */
#include "data/parcel.h"

#include "support/parcels.h"

static void a_parcel_carries_a_tensor_to_another_context(void)
{
    const int32_t v[] = {1, 2, 3, 4, 5, 6};
    wick_tensor *t, *turned, *there;
    wick__parcel *parcel;
    must(wick_tensor_from(context, WICK_INT32, 2, SIZES(2, 3), v, &t));
    must(wick__view(t, 0, 2, SIZES(3, 2), SIZES(1, 3), &turned));
    expect(!wick__parcel_pack(context, turned, &parcel));
    wick_tensor_release(turned);
    wick_tensor_release(t);
    expect(!wick__parcel_open(&parcel, other, &there) && !parcel);
    expect(there->context == other && there->size[0] == 3 && there->size[1] == 2);
    expect(memcmp(bytes_of(there), (const int32_t[]){1, 4, 2, 5, 3, 6}, sizeof v) == 0);
    expect(there->storage->read_only);
    wick_tensor_release(there);
    expect(!wick__parcel_pack(context, NULL, &parcel) && !parcel);
    expect(!wick__parcel_open(&parcel, other, &there) && !there);
    wick__parcel_release(NULL);
    expect(is_clean(context) && is_clean(other));
}

static void put(wick__stack *stack, int64_t row, float a, float b)
{
    wick_tensor *t = pair(a, b);
    expect(!wick__stack_put(stack, row, t));
    wick_tensor_release(t);
}

static void a_stack_closes_gaps(void)
{
    wick__stack stack;
    wick_tensor *t;
    wick__stack_open(&stack, context, 4);
    expect(!wick__stack_take(&stack, 0, false, &t) && !t);
    put(&stack, 3, 7, 8);
    put(&stack, 0, 1, 2);
    put(&stack, 2, 5, 6);
    wick__stack_drop(&stack, 1, 4);
    expect(!wick__stack_take(&stack, 3, false, &t));
    expect(t->context == context && t->ndim == 2 && t->size[0] == 3 && t->size[1] == 2);
    expect(memcmp(bytes_of(t), (const float[]){1, 2, 5, 6, 7, 8}, 6 * sizeof(float)) == 0);
    wick_tensor_release(t);
    wick__stack_close(&stack);
    expect(is_clean(context) && is_clean(other));
}

static void a_stack_leaves_out_what_does_not_fit(void)
{
    wick__stack stack;
    wick_tensor *t, *wide;
    wick__stack_open(&stack, context, 2);
    put(&stack, 0, 1, 2);
    must(wick_tensor_new(other, WICK_FLOAT32, 1, SIZES(3), &wide));
    expect(!wick__stack_put(&stack, 1, wide));
    put(&stack, 1, 3, 4);
    expect(!wick__stack_take(&stack, 2, false, &t) && t->size[1] == 2);
    wick_tensor_release(wide);
    wick_tensor_release(t);
    wick__stack_close(&stack);
    expect(is_clean(context) && is_clean(other));
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    must(wick_context_new(NULL, &other));
    test("a parcel carries a tensor to another context",
         a_parcel_carries_a_tensor_to_another_context);
    test("a stack closes gaps", a_stack_closes_gaps);
    test("a stack leaves out what does not fit", a_stack_leaves_out_what_does_not_fit);
    test("nothing is left", nothing_is_left);
    wick_context_release(other);
    wick_context_release(context);
    return finish();
}
