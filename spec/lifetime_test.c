/* Who holds what: references, histories, releases on other threads, and failures of every
 * allocation. */
#include "tensor/tensor.h"

#include <pthread.h>

#include "support/context.h"

#define SIZES(...) ((const int64_t[]){__VA_ARGS__})

static bool is_clean(void)
{
    wick_memory memory = wick_context_memory(context);
    return memory.live == 0 && memory.storages == 0;
}

/* ---- references ---- */

static void a_context_lives_as_long_as_its_tensors(void)
{
    wick_context *own;
    wick_tensor *empty, *full, *view;
    expect(!wick_context_new(NULL, &own));
    expect(!wick_tensor_new(own, WICK_FLOAT32, 0, NULL, &empty));
    expect(!wick_tensor_new(own, WICK_FLOAT32, 1, SIZES(3), &full));
    expect(!wick__alias(full, &view));
    expect(wick_context_memory(own).storages == 1);
    expect_for(own->refs == 3, "one of ours, one of the empty tensor, one of the storage");
    wick_context_release(own);
    expect(!wick_tensor_resize(empty, 1, SIZES(2)) && own->refs == 2);
    expect(!wick_tensor_set(full, empty) && own->refs == 2);
    wick_tensor_release(full);
    wick_tensor_release(view);
    expect(own->refs == 1);
    wick_tensor_retain(empty);
    wick_tensor_release(empty);
    expect(wick_tensor_count(empty) == 2);
    wick_tensor_release(empty);
    wick_tensor_release(NULL);
    wick_storage_release(NULL);
}

typedef struct remembered {
    wick__history history;
    int dropped;
} remembered;

static void drop(wick__history *history)
{
    ((remembered *)history)->dropped++;
}

static void the_last_tensor_drops_the_history(void)
{
    remembered r = {.history = {.drop = drop}};
    wick_tensor *a, *b;
    atomic_init(&r.history.refs, 2);
    expect(!wick_tensor_new(context, WICK_FLOAT32, 1, SIZES(1), &a));
    expect(!wick_tensor_new(context, WICK_FLOAT32, 1, SIZES(1), &b));
    a->node = b->node = (struct wick_node *)&r;
    wick_tensor_release(a);
    expect(r.dropped == 0 && r.history.refs == 1);
    wick_tensor_release(b);
    expect(r.dropped == 1 && is_clean());
}

/* ---- memory of a host ---- */

static void count_release(void *owner)
{
    ++*(int *)owner;
}

static void borrowed_memory_is_respected(void)
{
    float memory[6] = {1, 2, 3, 4, 5, 6};
    int released = 0;
    wick_storage *s;
    double value;
    void *odd = (char *)memory + 1;
    expect(wick_storage_borrow(context, WICK_FLOAT32, 5, odd, true, count_release, &released, &s) ==
               WICK_EVALUE &&
           !s && released == 0);
    expect(wick_storage_borrow(context, WICK_FLOAT32, 6, memory, true, count_release, &released,
                               &s) == WICK_OK);
    wick_tensor *t, *mine;
    expect(!wick_tensor_on(s, 0, 2, SIZES(2, 3), NULL, &t));
    expect(!wick_tensor_new(context, WICK_FLOAT32, 1, SIZES(6), &mine));
    expect(wick_tensor_get(t, SIZES(1, 0), &value) == WICK_OK && value == 4);
    expect(wick_tensor_set_element(t, SIZES(1, 0), 9) == WICK_EVALUE);
    expect(wick_tensor_copy(t, mine) == WICK_EVALUE && wick_tensor_touch(t) == WICK_EVALUE);
    expect(wick_tensor_copy(mine, t) == WICK_OK);
    expect(wick_storage_resize(s, 7) == WICK_EVALUE && wick_storage_resize(s, 6) == WICK_OK);
    expect(wick_tensor_resize(t, 1, SIZES(7)) == WICK_EVALUE && wick_tensor_ndim(t) == 2);
    expect(wick_tensor_resize(t, 1, SIZES(3)) == WICK_OK && wick__version(t) == 0);
    wick_storage_release(s);
    expect(released == 0 && memory[3] == 4);
    wick_tensor_release(t);
    wick_tensor_release(mine);
    expect(released == 1);
}

/* ---- threads ---- */

enum { RELEASED = 4000, THREADS = 4 };

static void *release_some(void *first)
{
    wick_tensor **t = first;
    for (int i = 0; i < RELEASED; i++)
        wick_tensor_release(t[i]);
    return NULL;
}

/* The threads share storages, and let go of the last references to the context. */
static void any_thread_may_release(void)
{
    static wick_tensor *t[THREADS][RELEASED];
    pthread_t thread[THREADS];
    wick_context *own;
    expect(!wick_context_new(NULL, &own));
    for (int i = 0; i < RELEASED; i++) {
        expect(!wick_tensor_new(own, WICK_INT32, 1, SIZES(i % 50), &t[0][i]));
        for (int k = 1; k < THREADS; k++)
            expect(!wick__alias(t[0][i], &t[k][i]));
    }
    wick_context_release(own);
    for (int k = 0; k < THREADS; k++)
        expect(pthread_create(&thread[k], NULL, release_some, t[k]) == 0);
    for (int k = 0; k < THREADS; k++)
        pthread_join(thread[k], NULL);
}

/* ---- failing allocations ---- */

/* Lets the n-th allocation and all later ones fail, for every n there is. */
static void fail_everywhere(wick_status (*scenario)(void))
{
    wick_status status = WICK_ENOMEM;
    int n = 0;
    while (status && n < 1000) {
        wick_context_fail_after(context, (uint64_t)++n);
        status = scenario();
        wick_context_fail_after(context, 0);
        expect_for(!status || status == WICK_ENOMEM, "allocation %d: %s", n, wick_message());
        expect_for(is_clean(), "allocation %d", n);
    }
    expect_for(!status && n > 2, "%d allocations", n - 1);
}

static wick_status make_and_look(void)
{
    wick_storage *s = NULL;
    wick_tensor *t = NULL, *on = NULL, *view = NULL, *alias = NULL;
    wick_status status = wick_storage_new(context, WICK_FLOAT32, 12, &s);
    if (!status)
        status = wick_storage_divide(s, 2, SIZES(0, 16), SIZES(16, 48));
    if (!status)
        status = wick_tensor_on(s, 0, 2, SIZES(3, 4), NULL, &on);
    if (!status)
        status = wick__view(on, 1, 1, SIZES(2), SIZES(3), &view);
    if (!status)
        status = wick__alias(view, &alias);
    if (!status)
        status = wick_tensor_from(context, WICK_UINT8, 1, SIZES(3), "abc", &t);
    wick_tensor_release(t);
    wick_tensor_release(alias);
    wick_tensor_release(view);
    wick_tensor_release(on);
    wick_storage_release(s);
    return status;
}

static wick_status copy_and_convert(void)
{
    wick_tensor *t = NULL, *turned = NULL, *copy = NULL, *converted = NULL, *shifted = NULL;
    wick_status status = wick_tensor_from(context, WICK_UINT8, 2, SIZES(2, 3), "abcdef", &t);
    if (!status)
        status = wick__view(t, 0, 2, SIZES(3, 2), SIZES(1, 3), &turned);
    if (!status)
        status = wick__contiguous(turned, &copy);
    if (!status)
        status = wick__convert(turned, WICK_FLOAT64, &converted);
    if (!status)
        status = wick__view(t, 1, 1, SIZES(5), SIZES(1), &shifted);
    if (!status)
        status = wick_tensor_copy(turned, t); /* by way of a third */
    wick_tensor_release(shifted);
    wick_tensor_release(converted);
    wick_tensor_release(copy);
    wick_tensor_release(turned);
    wick_tensor_release(t);
    return status;
}

static wick_status resize_and_output(void)
{
    wick_tensor *t = NULL, *out = NULL;
    double value = 0;
    wick_status status = wick_tensor_new(context, WICK_INT64, 0, NULL, &t);
    if (!status)
        status = wick_tensor_resize(t, 1, SIZES(2));
    if (!status)
        status = wick_tensor_set_element(t, SIZES(1), 5);
    if (!status && (status = wick_tensor_resize(t, 1, SIZES(1000))) != WICK_OK)
        expect_for(wick__count(t) == 2 && !wick_tensor_get(t, SIZES(1), &value) && value == 5,
                   "what failed changed nothing");
    if (!status)
        status = wick__output(context, WICK_FLOAT32, 1, SIZES(3), &out);
    if (!status)
        status = wick__output(context, WICK_FLOAT32, 1, SIZES(300), &out);
    wick_tensor_release(out);
    wick_tensor_release(t);
    return status;
}

static wick_status borrow(void)
{
    static float memory[4];
    wick_storage *s = NULL;
    wick_tensor *t = NULL;
    wick_status status =
        wick_storage_borrow(context, WICK_FLOAT32, 4, memory, false, NULL, NULL, &s);
    if (!status)
        status = wick_tensor_on(s, 0, 1, SIZES(4), NULL, &t);
    wick_tensor_release(t);
    wick_storage_release(s);
    return status;
}

static void failed_allocations_leave_nothing(void)
{
    fail_everywhere(make_and_look);
    fail_everywhere(copy_and_convert);
    fail_everywhere(resize_and_output);
    fail_everywhere(borrow);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("a context lives as long as its tensors", a_context_lives_as_long_as_its_tensors);
    test("the last tensor drops the history", the_last_tensor_drops_the_history);
    test("borrowed memory is respected", borrowed_memory_is_respected);
    test("any thread may release", any_thread_may_release);
    test("failed allocations leave nothing", failed_allocations_leave_nothing);
    wick_context_release(context);
    return finish();
}
