/* A network in a real-time audio callback: a filter that a script learned and saved by
 * model:export, called with 64 samples at a time as a sound card calls its driver. Nothing may be
 * allocated there, and this host proves it: it counts what the library asks its allocator for and
 * every malloc of the process. The network takes 1 x 1 x (64 + history) samples and gives 1 x 1
 * x 64.
 *
 *   filter MODEL SOUND
 *
 * SOUND is a safetensors file with a one-dimensional tensor "sound". Prints the filtered sound in
 * all its digits, the allocations, and how long callbacks took beside the time that 48 kHz leave.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wick.h"

enum { FRAMES = 64, ROUNDS = 20, MAX_HISTORY = 4096 };

/* ---- counting ---- */

static atomic_int asked;

/* Every malloc of the process comes by here (glibc); sanitizers put their own in its place. */
#if defined __GLIBC__ && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

void *malloc(size_t bytes)
{
    asked++;
    return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    asked++;
    return __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    asked++;
    return __libc_realloc(memory, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    asked++;
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
    asked++;
    *memory = __libc_memalign(alignment, bytes);
    return *memory ? 0 : ENOMEM;
}
#endif

static void *take(void *host, size_t bytes)
{
    (void)host;
    asked++;
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static void give_back(void *host, void *memory, size_t bytes)
{
    (void)host;
    (void)bytes;
    free(memory);
}

/* ---- the filter ---- */

/* The last samples that the network looks back on, then a block. */
typedef struct filter {
    wick_model *model;
    wick_tensor *input; /* on `window` */
    int history;
    float window[MAX_HISTORY + FRAMES];
} filter;

/* What the sound card's thread calls: no allocation, no lock, no file. Silence if it fails. */
static void process(filter *f, const float *in, float *out)
{
    const void *made;
    wick_tensor *answer = NULL;
    memmove(f->window, f->window + FRAMES, (size_t)f->history * sizeof *f->window);
    memcpy(f->window + f->history, in, FRAMES * sizeof *in);
    wick_tensor_touch(f->input);
    if (wick_model_run(f->model, f->input, &answer) == WICK_OK &&
        wick_tensor_count(answer) == FRAMES && wick_tensor_read(answer, &made) == WICK_OK)
        memcpy(out, made, FRAMES * sizeof *out);
    else
        memset(out, 0, FRAMES * sizeof *out);
    wick_tensor_release(answer);
}

static wick_status open_filter(wick_context *context, const char *path, filter *f)
{
    wick_storage *storage = NULL;
    wick_status status = wick_model_load(context, path, &f->model);
    if (status)
        return status;
    wick_sizes shape = *wick_model_sample(f->model);
    int64_t size[] = {1, 1, 1, shape.v[shape.count - 1]};
    f->history = (int)size[3] - FRAMES;
    if (shape.count != 3 || f->history < 0 || f->history > MAX_HISTORY)
        return WICK_ESHAPE;
    status =
        wick_storage_borrow(context, WICK_FLOAT32, size[3], f->window, false, NULL, NULL, &storage);
    if (!status)
        status = wick_tensor_on(storage, 0, 4, size, NULL, &f->input);
    if (!status)
        status = wick_model_plan(f->model, 1, NULL);
    wick_storage_release(storage);
    return status;
}

/* ---- the sound card ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Plays the sound block by block; the seconds that each callback took go to `taken`. */
static void play(filter *f, const float *sound, float *heard, int64_t blocks, double *taken)
{
    for (int64_t i = 0; i < blocks; i++) {
        double begin = now();
        process(f, sound + i * FRAMES, heard + i * FRAMES);
        taken[i] = now() - begin;
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The first round is what is printed. `taken` has room for a number a callback. */
static void play_all(filter *f, const float *sound, float *heard, int64_t blocks, double *taken)
{
    size_t calls = (size_t)blocks * ROUNDS;
    int before = asked;
    play(f, sound, heard, blocks, taken);
    int counted = asked - before;
    for (int64_t i = 0; i < blocks * FRAMES; i++)
        printf("%a\n", (double)heard[i]);
    before = asked;
    for (int round = 0; round < ROUNDS; round++)
        play(f, sound, heard, blocks, taken + blocks * round);
    printf("allocations: %d\n", counted + asked - before);
    qsort(taken, calls, sizeof *taken, by_size);
    printf("%zu callbacks: half within %.1f us, the longest %.1f us, of %.1f us\n", calls,
           1e6 * taken[calls / 2], 1e6 * taken[calls - 1], 1e6 * FRAMES / 48000);
}

static wick_tensor *read_sound(wick_context *context, const char *path)
{
    wick_safetensors *file = NULL;
    wick_tensor *sound = NULL;
    size_t index = 0;
    if (!wick_safetensors_open(context, path, &file) &&
        wick_safetensors_find(file, "sound", &index))
        wick_safetensors_get(file, index, &sound);
    wick_safetensors_close(file);
    return sound;
}

int main(int count, char **arguments)
{
    static filter f;
    const void *samples = NULL;
    wick_context *context = NULL;
    wick_allocator allocator = {.allocate = take, .release = give_back};
    if (count < 3 || wick_context_new(&allocator, &context))
        return EXIT_FAILURE;
    wick_context_set_threads(context, 1); /* waking others would cost more than it saves */
    wick_tensor *sound = read_sound(context, arguments[2]);
    int64_t blocks = sound ? wick_tensor_count(sound) / FRAMES : 0;
    float *heard = calloc((size_t)blocks * FRAMES + 1, sizeof *heard);
    double *taken = calloc((size_t)blocks * ROUNDS + 1, sizeof *taken);
    bool ready = blocks > 0 && heard && taken && !wick_tensor_read(sound, &samples) &&
                 !open_filter(context, arguments[1], &f);
    if (ready)
        play_all(&f, samples, heard, blocks, taken);
    else
        printf("%s\n", wick_message());
    free(taken);
    free(heard);
    wick_tensor_release(f.input);
    wick_tensor_release(sound);
    wick_model_release(f.model);
    wick_context_release(context);
    return ready ? EXIT_SUCCESS : EXIT_FAILURE;
}
