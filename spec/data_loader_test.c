/* The loader's core: the same batches for any number of threads, samples that fail, interrupts,
 * ends in the middle, and failures of every allocation. */
#include "data/loader.h"

#include <pthread.h>
#include <unistd.h>

#include "base/context.h"
#include "support/parcels.h"

enum { SIDE = 6, SAMPLES = 12, BATCH = 4 };

/* ---- loads ---- */

/* A picture that its number decides. */
static wick_tensor *picture(int64_t number)
{
    wick_tensor *t;
    void *data;
    must(wick_tensor_new(context, WICK_UINT8, 3, SIZES(3, SIDE, SIDE), &t));
    must(wick_tensor_data(t, &data));
    for (int i = 0; i < 3 * SIDE * SIDE; i++)
        ((uint8_t *)data)[i] = (uint8_t)(number * 37 + i * (number + 3));
    return t;
}

static wick_status add(wick__load *load, int64_t index, wick_tensor *image, const char *path)
{
    wick_tensor *target;
    const int64_t class = index % 3 + 1;
    wick_status status = wick_tensor_from(context, WICK_INT64, 1, SIZES(1), &class, &target);
    if (status)
        return status;
    status = wick__load_add(load, index, wick__sample_seed(5, 1, index), path,
                            (wick_tensor *const[WICK__PARTS]){image, NULL, target, NULL}, true);
    wick_tensor_release(target);
    return status;
}

/* The batch of samples from `first` on. */
static wick_status make_load(int64_t first, wick__load **load)
{
    wick_status status = wick__load_new(context, BATCH, 1, load);
    for (int64_t i = first; i < first + BATCH && !status; i++) {
        wick_tensor *image = picture(i);
        status = add(*load, i, image, NULL);
        wick_tensor_release(image);
    }
    if (status) {
        wick__load_free(*load);
        *load = NULL;
    }
    return status;
}

static wick__pipeline *flips(void)
{
    wick__pipeline *p;
    const double half[] = {0.5};
    must(wick__pipeline_new(context, &p));
    must(
        wick__pipeline_add(p, "HFlip", 1, &(wick__given){.name = "p", .count = 1, .number = half}));
    must(wick__pipeline_add(p, "ToFloat", 0, NULL));
    return p;
}

static wick__loader *loader_of(int workers, wick__pipeline *pipeline)
{
    wick__loader *loader;
    must(wick__loader_new(
        context, &(wick__loader_options){.workers = workers, .pipeline = pipeline}, &loader));
    return loader;
}

static void submit(wick__loader *loader, int64_t first)
{
    wick__load *load;
    must(make_load(first, &load));
    wick__loader_submit(loader, load);
}

/* Takes a load and what it comes to. */
static wick_status take(wick__loader *loader, wick__load **load, wick__loaded *loaded)
{
    wick__maker consumer = wick__loader_consumer(loader, NULL);
    wick_status status = wick__loader_take(loader, 60, NULL, load);
    *loaded = (wick__loaded){0};
    return status ? status : wick__load_finish(*load, &consumer, loaded);
}

/* All samples as one picture of bytes. */
static void run_all(int workers, wick__pipeline *pipeline, float *pixels)
{
    wick__loader *loader = loader_of(workers, pipeline);
    const size_t count = BATCH * 3 * SIDE * SIDE;
    for (int64_t i = 0; i < SAMPLES; i += BATCH)
        submit(loader, i);
    for (int64_t i = 0; i < SAMPLES; i += BATCH, pixels += count) {
        wick__load *load;
        wick__loaded loaded;
        expect(!take(loader, &load, &loaded) && loaded.count == BATCH);
        expect(load->job[0].index == i);
        expect(loaded.part[WICK__TARGET]->ndim == 1 && !loaded.part[WICK__MASK]);
        memcpy(pixels, bytes_of(loaded.part[WICK__IMAGE]), count * sizeof *pixels);
        wick__loaded_close(&loaded);
        wick__load_free(load);
    }
    wick__loader_free(loader);
}

static void batches_do_not_depend_on_the_number_of_threads(void)
{
    static float expected[SAMPLES * 3 * SIDE * SIDE], got[SAMPLES * 3 * SIDE * SIDE];
    const int workers[] = {1, 2, 7};
    wick__pipeline *pipeline = flips();
    run_all(0, pipeline, expected);
    for (int i = 0; i < 3; i++) {
        run_all(workers[i], pipeline, got);
        expect_for(memcmp(expected, got, sizeof got) == 0, "%d workers", workers[i]);
    }
    wick__pipeline_release(pipeline);
    expect(is_clean(context));
}

static void what_fails_is_left_out_and_told(void)
{
    for (int workers = 0; workers < 3; workers += 2) {
        wick__loader *loader = loader_of(workers, NULL);
        wick_tensor *image = picture(1);
        wick__load *load;
        wick__loaded loaded;
        must(wick__load_new(context, 3, 1, &load));
        must(add(load, 0, NULL, "/nowhere/a.jpg"));
        must(add(load, 1, image, NULL));
        must(add(load, 2, NULL, "/nowhere/b.jpg"));
        expect_failure(add(load, 3, image, NULL), WICK_EVALUE, "the batch has its 3 samples");
        wick__loader_submit(loader, load);
        expect(!take(loader, &load, &loaded) && loaded.count == 1);
        expect(load->job[0].status == WICK_EIO && !load->job[1].message);
        expect(strstr(load->job[2].message, "/nowhere/b.jpg: ") == load->job[2].message);
        expect(loaded.part[WICK__IMAGE]->size[0] == 1);
        expect(memcmp(bytes_of(loaded.part[WICK__IMAGE]), bytes_of(image), 3 * SIDE * SIDE) == 0);
        expect(*(const int64_t *)bytes_of(loaded.part[WICK__TARGET]) == 2);
        wick__loaded_close(&loaded);
        wick__load_free(load);
        wick_tensor_release(image);
        wick__loader_free(loader);
    }
    expect(is_clean(context));
}

static void images_that_differ_are_told_in_order(void)
{
    for (int workers = 0; workers < 8; workers += 7) {
        wick__loader *loader = loader_of(workers, NULL);
        wick__load *load;
        wick__loaded loaded;
        must(wick__load_new(context, 3, 1, &load));
        for (int64_t i = 0; i < 3; i++) {
            wick_tensor *image = pair((float)i, 1), *wide = picture(1);
            must(add(load, i, i == 1 ? wide : image, NULL));
            wick_tensor_release(image);
            wick_tensor_release(wide);
        }
        wick__loader_submit(loader, load);
        expect_failure(take(loader, &load, &loaded), WICK_ESHAPE,
                       "sample 1 gives float32 2, sample 2 gives uint8 3 x 6 x 6");
        wick__load_free(load);
        wick__loader_free(loader);
    }
    expect(is_clean(context));
}

/* ---- ends ---- */

static wick_status sleep_long(void *data, wick__sample *sample)
{
    (void)data;
    (void)sample;
    usleep(20000);
    return WICK_OK;
}

static wick__pipeline *slow(void)
{
    wick__pipeline *p;
    must(wick__pipeline_new(context, &p));
    must(wick__pipeline_add_call(p, "slow", false, sleep_long, NULL, NULL));
    return p;
}

static void *interrupt_soon(void *nothing)
{
    usleep(30000);
    wick_context_interrupt(context);
    return nothing;
}

static void an_interrupt_ends_waiting_at_once(void)
{
    for (int workers = 0; workers < 3; workers++) {
        wick__pipeline *pipeline = slow();
        wick__loader *loader = loader_of(workers, pipeline);
        wick__load *load;
        pthread_t thread;
        submit(loader, 0);
        submit(loader, BATCH);
        must(wick__loader_take(loader, 60, NULL, &load));
        wick__load_free(load);
        double before = wick__seconds();
        pthread_create(&thread, NULL, interrupt_soon, NULL);
        for (int64_t i = 0; i < 40; i++)
            submit(loader, i);
        wick_status status = WICK_OK;
        while (!status) {
            status = wick__loader_take(loader, 60, NULL, &load);
            wick__load_free(status ? NULL : load);
        }
        expect(status == WICK_EINTERRUPT);
        expect_for(wick__seconds() - before < 2, "%.2f s", wick__seconds() - before);
        pthread_join(thread, NULL);
        wick__loader_free(loader);
        wick__pipeline_release(pipeline);
    }
    expect(is_clean(context));
}

static void it_may_end_in_the_middle(void)
{
    wick__pipeline *pipeline = slow();
    wick__loader *loader = loader_of(3, pipeline);
    wick__load *load;
    for (int64_t i = 0; i < 50; i++)
        submit(loader, i);
    expect(!wick__loader_take(loader, 0, NULL, &load) && !load);
    double before = wick__seconds();
    wick__loader_free(loader);
    expect_for(wick__seconds() - before < 2, "%.2f s", wick__seconds() - before);
    wick__pipeline_release(pipeline);
    loader = loader_of(2, NULL);
    expect(!wick__loader_take(loader, 60, NULL, &load) && !load);
    wick__loader_free(loader);
    wick__loader_free(NULL);
    expect(is_clean(context));
}

/* ---- hosts ---- */

static wick_status refuse_to_open(void *data, wick_context **made, void **state)
{
    (void)data;
    (void)made;
    (void)state;
    return wick__stage_failed("no state today");
}

static void close_nothing(void *state)
{
    (void)state;
}

static void a_host_that_fails_is_told(void)
{
    wick__pipeline *pipeline = slow();
    wick__loader *loader;
    wick__load *load;
    const wick__loader_options options = {
        .workers = 2, .pipeline = pipeline, .host = {refuse_to_open, close_nothing, NULL}};
    must(wick__loader_new(context, &options, &loader));
    submit(loader, 0);
    expect_failure(wick__loader_take(loader, 60, NULL, &load), WICK_ECALLBACK, "no state today");
    wick__loader_free(loader);
    wick__pipeline_release(pipeline);
    expect(is_clean(context));
}

/* ---- memory ---- */

/* One batch from beginning to end; what fails is a status. */
static wick_status whole_batch(int workers, wick__pipeline *pipeline)
{
    wick__loader *loader;
    wick__load *load = NULL;
    wick__loaded loaded = {0};
    wick_tensor *image = pair(1, 2);
    wick_status status = wick__loader_new(
        context, &(wick__loader_options){.workers = workers, .pipeline = pipeline}, &loader);
    if (!status)
        status = wick__load_new(context, BATCH, 1, &load);
    for (int64_t i = 0; i < BATCH && !status; i++)
        status = add(load, i, image, NULL);
    if (!status) {
        wick__loader_submit(loader, load);
        load = NULL;
        status = take(loader, &load, &loaded);
    }
    wick__loaded_close(&loaded);
    wick__load_free(load);
    wick__loader_free(loader);
    wick_tensor_release(image);
    return status;
}

static void every_allocation_may_fail(void)
{
    for (int workers = 0; workers < 3; workers += 2) {
        uint64_t n = 1;
        for (wick_status status = WICK_ENOMEM; status && n < 200; n++) {
            wick_context_fail_after(context, n);
            status = whole_batch(workers, NULL);
            wick_context_fail_after(context, 0);
            expect_for(!status || status == WICK_ENOMEM, "allocation %d", (int)n);
            expect_for(is_clean(context), "allocation %d", (int)n);
        }
        expect_for(n > 10 && n < 200, "%d allocations", (int)n);
    }
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    must(wick_context_new(NULL, &other));
    test("batches do not depend on the number of threads",
         batches_do_not_depend_on_the_number_of_threads);
    test("what fails is left out and told", what_fails_is_left_out_and_told);
    test("images that differ are told in order", images_that_differ_are_told_in_order);
    test("an interrupt ends waiting at once", an_interrupt_ends_waiting_at_once);
    test("it may end in the middle", it_may_end_in_the_middle);
    test("a host that fails is told", a_host_that_fails_is_told);
    test("every allocation may fail", every_allocation_may_fail);
    test("nothing is left", nothing_is_left);
    wick_context_release(other);
    wick_context_release(context);
    return finish();
}
