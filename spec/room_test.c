/* Joined images and slices share memory where they can, and nobody sees it: values stay what they
 * were whoever of the sharers is written, ends or runs out of memory. */
#include "support/operations.h"
#include "tensor/form.h"

enum { BATCH = 2, HEIGHT = 3, WIDTH = 5, PLANE = HEIGHT * WIDTH, BLOCK = PLANE * WICK__LANES };
enum { PARTS = 3 };

static wick__image_size size_of(int64_t channels)
{
    return (wick__image_size){BATCH, channels, HEIGHT, WIDTH};
}

static int64_t channels_of(const wick_tensor *t)
{
    return wick_tensor_size(t, 1);
}

/* Images and, in *dense, the same numbers in rows. */
static wick_tensor *images(int64_t channels, bool pending, wick_tensor **dense)
{
    wick__image_size size = size_of(channels);
    wick__blocked to;
    wick_tensor *t, *waiting;
    const void *data;
    *dense = random_tensor(WICK_FLOAT32, SHAPE(BATCH, channels, HEIGHT, WIDTH));
    must(wick_tensor_read(*dense, &data));
    must(wick__blocked_new(context, 4, &size, &t, &to));
    wick__blocked_from_dense(context, BATCH, channels, PLANE, data, to);
    if (!pending)
        return t;
    must(wick__tail_new(t, &waiting));
    wick_tensor_release(t);
    return waiting;
}

static const float *memory_of(const wick_tensor *t)
{
    wick__blocked images;
    must(wick__images_read(t, &images));
    return images.data;
}

/* What a join of those makes, or its failure. */
static wick_status try_join(int count, wick_tensor **part, wick_tensor **joined)
{
    wick__image_size size = size_of(0);
    for (int i = 0; i < count; i++)
        size.channels += channels_of(part[i]);
    *joined = NULL;
    return wick__images_join(context, &size, count, part, joined);
}

static wick_tensor *join(int count, wick_tensor **part)
{
    wick_tensor *joined;
    must(try_join(count, part, &joined));
    return joined;
}

/* Whether channels of t from `first` on are those of `dense`. Reads t, which makes it row-major. */
static bool holds(wick_tensor *t, int64_t first, wick_tensor *dense)
{
    int64_t image = channels_of(t) * PLANE, part = channels_of(dense) * PLANE;
    for (int64_t i = 0; i < BATCH * part; i++)
        if (get(t, i / part * image + first * PLANE + i % part) != get(dense, i))
            return false;
    return true;
}

static bool holds_all(wick_tensor *t, int count, wick_tensor **dense)
{
    int64_t first = 0;
    for (int i = 0; i < count; i++) {
        if (!holds(t, first, dense[i]))
            return false;
        first += channels_of(dense[i]);
    }
    return first == channels_of(t);
}

static void release(int count, wick_tensor **t)
{
    for (int i = 0; i < count; i++)
        wick_tensor_release(t[i]);
}

/* ---- sharing ---- */

static void pending_parts_are_computed_where_they_belong(void)
{
    wick_tensor *dense[PARTS], *part[PARTS];
    for (int i = 0; i < PARTS; i++)
        part[i] = images((const int64_t[]){16, 32, 5}[i], i != 1, &dense[i]);
    wick_tensor *y = join(PARTS, part);
    expect(memory_of(part[0]) == memory_of(y));
    expect(memory_of(part[1]) != memory_of(y) + BLOCK);
    expect(memory_of(part[2]) == memory_of(y) + 3 * BLOCK);
    expect(holds_all(y, PARTS, dense));
    for (int i = 0; i < PARTS; i++)
        expect(holds(part[i], 0, dense[i]));
    wick_tensor_release(y);
    release(PARTS, part);
    release(PARTS, dense);
}

static void the_same_images_may_come_twice(void)
{
    wick_tensor *dense, *part = images(16, true, &dense);
    wick_tensor *y = join(2, (wick_tensor *[]){part, part});
    wick_tensor *z = join(2, (wick_tensor *[]){y, y});
    expect(holds_all(y, 2, (wick_tensor *[]){dense, dense}));
    expect(holds_all(z, 4, (wick_tensor *[]){dense, dense, dense, dense}));
    release(4, (wick_tensor *[]){part, dense, y, z});
}

/* y[0] joins two, each further one the one before and another. */
static void grow(int steps, wick_tensor **y, wick_tensor **dense)
{
    wick_tensor *part = images(32, true, &dense[0]);
    for (int i = 0; i < steps; i++) {
        wick_tensor *more = images(16, i % 2, &dense[i + 1]);
        y[i] = join(2, (wick_tensor *[]){part, more});
        wick_tensor_release(part);
        wick_tensor_release(more);
        wick_tensor_retain(y[i]);
        part = y[i];
    }
    wick_tensor_release(part);
}

static void what_is_joined_again_stays(void)
{
    enum { STEPS = 6 };
    wick_tensor *y[STEPS], *dense[STEPS + 1], *more_dense, *more = images(16, true, &more_dense);
    grow(STEPS, y, dense);
    for (int i = 1; i < STEPS; i++) /* 3 blocks; 4 of 8; 5 to 8 of 8 */
        expect_for((memory_of(y[i]) == memory_of(y[i - 1])) == (i != 1), "join %d", i);
    wick_tensor *other = join(2, (wick_tensor *[]){y[3], more}); /* the next block is taken */
    expect(memory_of(other) != memory_of(y[3]));
    expect(holds(other, 0, dense[0]) && holds(other, 6 * 16, more_dense));
    for (int i = 0; i < STEPS; i++)
        expect_for(holds_all(y[i], i + 2, dense), "join %d", i);
    release(3, (wick_tensor *[]){more, more_dense, other});
    release(STEPS, y);
    release(STEPS + 1, dense);
}

static void slices_share(void)
{
    wick_tensor *y[3], *dense[4], *slice;
    wick__image_size size = size_of(32);
    grow(3, y, dense);
    must(wick__images_slice(y[2], 32, &size, &slice));
    expect(memory_of(slice) == memory_of(y[2]) + 2 * BLOCK);
    release(3, y);
    expect(holds_all(slice, 2, dense + 1));
    wick_tensor_release(slice);
    release(4, dense);
}

/* ---- writing ---- */

static void fill(wick_tensor *t, float value)
{
    wick__blocked to;
    must(wick__images_write(t, &to));
    for (int64_t n = 0; n < BATCH; n++)
        for (int64_t i = 0; i < wick__blocks(channels_of(t)) * BLOCK; i++)
            to.data[n * to.image + i] = value;
}

static void who_is_written_moves_out(void)
{
    for (int written = 0; written < 4; written++) {
        wick_tensor *y[3], *dense[4];
        grow(3, y, dense);
        if (written < 3)
            fill(y[written], 7);
        else
            set(y[2], 0, 7); /* through the gate */
        for (int i = 0; i < 3; i++)
            if (i != written && written < 3)
                expect_for(holds_all(y[i], i + 2, dense), "%d, written %d", i, written);
        expect(get(y[written < 3 ? written : 2], 0) == 7);
        expect(written < 3 || holds_all(y[1], 3, dense));
        release(3, y);
        release(4, dense);
    }
}

static void who_waits_for_shared_images_keeps_them(void)
{
    wick_tensor *y[3], *dense[4], *waiting;
    grow(3, y, dense);
    must(wick__tail_new(y[2], &waiting));
    fill(y[2], 7);
    fill(y[1], 8);
    expect(holds_all(waiting, 4, dense));
    wick_tensor_release(waiting);
    /* The last one's memory is shared still: it must not become the tail's. */
    must(wick__tail_new(y[0], &waiting));
    wick_tensor *slice;
    wick__image_size size = size_of(16);
    must(wick__images_slice(y[0], 0, &size, &slice));
    wick_tensor_release(y[0]);
    bool done;
    must(wick__append_relu(waiting, &waiting, &done));
    memory_of(waiting);
    expect(done && get(slice, 0) == get(dense[0], 0) && get(slice, 1) == get(dense[0], 1));
    release(4, (wick_tensor *[]){waiting, slice, y[1], y[2]});
    release(4, dense);
}

/* ---- memory ---- */

/* Joins with the n-th allocation failing; whether it did. */
static bool fails(uint64_t n)
{
    wick_tensor *dense[PARTS], *part[PARTS], *y, *again;
    for (int i = 0; i < PARTS; i++)
        part[i] = images(16 + 16 * i, i != 1, &dense[i]);
    wick_context_fail_at(context, n);
    wick_status status = try_join(PARTS, part, &y);
    wick_context_fail_after(context, 0);
    expect_for(!status || (status == WICK_ENOMEM && !y), "allocation %d", (int)n);
    again = join(PARTS, part);
    expect_for(holds_all(again, PARTS, dense), "after allocation %d", (int)n);
    for (int i = 0; i < PARTS; i++)
        expect_for(holds(part[i], 0, dense[i]), "part %d, allocation %d", i, (int)n);
    wick_tensor_release(y);
    wick_tensor_release(again);
    release(PARTS, part);
    release(PARTS, dense);
    return status != WICK_OK;
}

static void failures_leave_the_parts_as_they_were(void)
{
    uint64_t n = 1;
    while (n < 100 && fails(n))
        n++;
    expect_for(n > 4 && n < 100, "%d allocations", (int)n);
}

/* Where there is no memory for spare blocks it does without. */
static void spare_blocks_are_no_condition(void)
{
    wick_tensor *y[1], *dense[2], *more_dense, *more = images(16, false, &more_dense);
    grow(1, y, dense);
    wick_memory memory = wick_context_memory(context);
    int64_t exact = BATCH * 4 * BLOCK * (int64_t)sizeof(float);
    wick_context_set_limit(context, memory.live + (size_t)(exact + exact / 2));
    wick_tensor *z = join(2, (wick_tensor *[]){y[0], more});
    wick_context_set_limit(context, 0);
    expect(holds(z, 0, dense[0]) && holds(z, 48, more_dense));
    release(4, (wick_tensor *[]){y[0], z, more, more_dense});
    release(2, dense);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("pending parts are computed where they belong",
         pending_parts_are_computed_where_they_belong);
    test("the same images may come twice", the_same_images_may_come_twice);
    test("what is joined again stays", what_is_joined_again_stays);
    test("slices share", slices_share);
    test("who is written moves out", who_is_written_moves_out);
    test("who waits for shared images keeps them", who_waits_for_shared_images_keeps_them);
    test("failures leave the parts as they were", failures_leave_the_parts_as_they_were);
    test("spare blocks are no condition", spare_blocks_are_no_condition);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
