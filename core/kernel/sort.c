/* Radix sort and radix selection on keys with their places: stable, linear, the same for every
 * type. */
#include "kernel/sort.h"

#include <string.h>

#include "base/alloc.h"
#include "base/threads.h"

enum {
    FEW = 48,     /* items that insertion sorts faster */
    GRAIN = 4096, /* elements that pay for a part */
    MOST_PARTS = 16,
    FEWEST = 32,       /* firsts that are kept in order while the line goes by */
    WINDOW = 256,      /* items of a line at once, then */
    SCRATCH = 64 << 20 /* bytes that all parts together may take, if there are several */
};

typedef struct item {
    uint64_t key;
    int64_t place;
} item;

/* ---- keys ---- */

/* A sign turns the order around; all zeros are equal, and so are all NaN. */
static inline uint64_t key_of_float(float x)
{
    uint32_t bits;
    x += 0.0f;
    memcpy(&bits, &x, sizeof bits);
    return x != x ? UINT32_MAX : bits & 0x80000000u ? (uint32_t)~bits : bits | 0x80000000u;
}

static inline uint64_t key_of_double(double x)
{
    uint64_t bits;
    x += 0.0;
    memcpy(&bits, &x, sizeof bits);
    return x != x ? UINT64_MAX : bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

#define KEY(x) _Generic((x), float : key_of_float, double : key_of_double)(x)
#define EACH "kernel/sort_keys.inc"
#include "kernel/each_real.h"
#undef KEY
/* From the lowest value of a signed type on. */
#define KEY(x)                                                                                     \
    (((uint64_t)(x) + ((REAL)-1 < 0 ? UINT64_C(1) << (8 * sizeof(REAL) - 1) : 0)) &                \
     (UINT64_MAX >> (64 - 8 * sizeof(REAL))))
#define EACH "kernel/sort_keys.inc"
#include "kernel/each_integer.h"

typedef void load(int64_t n, const void *x, int64_t stride, item *to);
typedef void store(int64_t k, const item *from, const void *x, void *value, int64_t *index,
                   int64_t stride);

#define ALL(NAME)                                                                                  \
    {                                                                                              \
        NAME##_uint8, NAME##_int8, NAME##_int16, NAME##_int32, NAME##_int64, NULL, NAME##_float,   \
            NAME##_double                                                                          \
    }

static load *const loads[WICK_DTYPES] = ALL(load);
static store *const stores[WICK_DTYPES] = ALL(store);

/* ---- sorting ---- */

static void insertion_sort(int64_t n, item *a)
{
    for (int64_t i = 1; i < n; i++) {
        item moving = a[i];
        int64_t at = i;
        for (; at > 0 && a[at - 1].key > moving.key; at--)
            a[at] = a[at - 1];
        a[at] = moving;
    }
}

/* How many items have each value of a byte. */
static void count_bytes(int64_t n, const item *a, int shift, int64_t *count)
{
    memset(count, 0, 256 * sizeof *count);
    for (int64_t i = 0; i < n; i++)
        count[a[i].key >> shift & 255]++;
}

/* Moves items to where their byte puts them; false when the byte is the same in all. */
static bool sort_by_byte(int64_t n, const item *from, int shift, item *to)
{
    int64_t count[256], sum = 0;
    count_bytes(n, from, shift, count);
    if (count[from[0].key >> shift & 255] == n)
        return false;
    for (int b = 0; b < 256; b++) {
        int64_t here = count[b];
        count[b] = sum;
        sum += here;
    }
    for (int64_t i = 0; i < n; i++)
        to[count[from[i].key >> shift & 255]++] = from[i];
    return true;
}

/* Sorts n items of `a`, with `b` as room; returns the one of the two that holds the result. */
static item *sort_items(int64_t n, item *a, item *b, int bytes)
{
    if (n <= FEW) {
        insertion_sort(n, a);
        return a;
    }
    for (int shift = 0; shift < 8 * bytes; shift += 8)
        if (sort_by_byte(n, a, shift, b)) {
            item *swap = a;
            a = b;
            b = swap;
        }
    return a;
}

/* ---- selecting ---- */

/* Item k (from 0) of the order of `a`; *a is used up. From the highest byte on, only those stay
 * that have the wanted item's. */
static item select_item(int64_t n, item *a, int bytes, int64_t k)
{
    int64_t count[256];
    for (int shift = 8 * bytes - 8; shift >= 0 && n > 1; shift -= 8) {
        int64_t kept = 0;
        uint64_t wanted = 0;
        count_bytes(n, a, shift, count);
        while (k >= count[wanted])
            k -= count[wanted++];
        for (int64_t i = 0; i < n; i++)
            if ((a[i].key >> shift & 255) == wanted)
                a[kept++] = a[i];
        n = kept;
    }
    return a[k];
}

/* The items of `a` up to `last` in the order, k of them, where they stand. */
static void collect(int64_t n, const item *a, item last, int64_t k, item *to)
{
    int64_t found = 0;
    for (int64_t i = 0; i < n && found < k; i++)
        if (a[i].key < last.key || (a[i].key == last.key && a[i].place <= last.place))
            to[found++] = a[i];
}

/* The first k items of a line that goes by in windows, in order: for a small k, as few items come
 * before the k-th of those seen. */
static void keep_first(const wick__sort_lines *l, const char *x, item *first)
{
    int64_t kept = 0, step = WINDOW * l->inner * (int64_t)wick_dtype_size(l->dtype);
    item window[WINDOW];
    for (int64_t begin = 0; begin < l->n; begin += WINDOW, x += step) {
        int64_t n = l->n - begin < WINDOW ? l->n - begin : WINDOW;
        loads[l->dtype](n, x, l->inner, window);
        for (int64_t i = 0; i < n; i++) {
            item next = {l->descending ? ~window[i].key : window[i].key, begin + i};
            if (kept == l->k && next.key >= first[kept - 1].key)
                continue;
            int64_t at = kept < l->k ? kept++ : kept - 1;
            for (; at > 0 && first[at - 1].key > next.key; at--)
                first[at] = first[at - 1];
            first[at] = next;
        }
    }
}

/* The last appearance of the most frequent value, of the smallest where several are. */
static item find_mode(int64_t n, const item *sorted)
{
    int64_t best = 0, most = 0, begin = 0;
    for (int64_t i = 1; i <= n; i++) {
        if (i < n && sorted[i].key == sorted[begin].key)
            continue;
        if (i - begin > most) {
            most = i - begin;
            best = i - 1;
        }
        begin = i;
    }
    return sorted[best];
}

/* ---- lines ---- */

typedef struct job {
    const wick__sort_lines *lines;
    wick__selection selection;
    int64_t grain; /* lines of a part */
    item *scratch; /* 2 n items a part */
} job;

/* The first k of n items, in order, in a or b. */
static item *first_items(int64_t n, int64_t k, item *a, item *b, int bytes)
{
    if (k > n / 4)
        return sort_items(n, a, b, bytes);
    memcpy(b, a, (size_t)n * sizeof *a);
    item last = select_item(n, b, bytes, k - 1);
    collect(n, a, last, k, b);
    return sort_items(k, b, a, bytes);
}

static const item *choose(const job *j, item *a, item *b)
{
    const wick__sort_lines *l = j->lines;
    int bytes = (int)wick_dtype_size(l->dtype);
    if (j->selection == WICK__FIRST_K)
        return first_items(l->n, l->k, a, b, bytes);
    if (j->selection == WICK__KTH)
        b[0] = select_item(l->n, a, bytes, l->k - 1);
    else {
        item *sorted = sort_items(l->n, a, b, bytes);
        item mode = find_mode(l->n, sorted);
        b[0] = mode;
    }
    return b;
}

static void run_line(const job *j, int64_t line, item *a)
{
    const wick__sort_lines *l = j->lines;
    int64_t element = (int64_t)wick_dtype_size(l->dtype);
    int64_t k = j->selection == WICK__FIRST_K ? l->k : 1;
    int64_t row = line / l->inner, column = line % l->inner, to = row * k * l->inner + column;
    const char *x = (const char *)l->x + (row * l->n * l->inner + column) * element;
    const item *chosen = a;
    if (j->selection == WICK__FIRST_K && k <= FEWEST && k < l->n / 8) {
        keep_first(l, x, a);
    } else {
        loads[l->dtype](l->n, x, l->inner, a);
        for (int64_t i = 0; i < l->n && l->descending; i++)
            a[i].key = ~a[i].key;
        chosen = choose(j, a, a + l->n);
    }
    stores[l->dtype](k, chosen, x, (char *)l->value + to * element, l->index + to, l->inner);
}

static void part(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    item *scratch = j->scratch + begin / j->grain * 2 * j->lines->n;
    for (int64_t line = begin; line < end; line++)
        run_line(j, line, scratch);
}

wick_status wick__sort_run(wick_context *context, wick__selection selection,
                           const wick__sort_lines *l)
{
    int64_t lines = l->outer * l->inner, one = (int64_t)sizeof(item) * 2 * l->n;
    if (lines == 0 || l->n == 0 || l->k == 0)
        return WICK_OK;
    int64_t parts = SCRATCH / one < MOST_PARTS ? SCRATCH / one + 1 : MOST_PARTS;
    int64_t grain = lines / parts + 1 > GRAIN / l->n + 1 ? lines / parts + 1 : GRAIN / l->n + 1;
    job j = {.lines = l, .selection = selection, .grain = grain < lines ? grain : lines};
    size_t bytes = (size_t)((lines - 1) / j.grain + 1) * (size_t)one;
    wick_status status = wick__alloc(context, bytes, (void **)&j.scratch);
    if (status)
        return status;
    wick__parallel(context, lines, j.grain, part, &j);
    wick__free(context, j.scratch, bytes);
    return WICK_OK;
}
