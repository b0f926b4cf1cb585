/* The rest of the base: arithmetic on sizes, messages, contexts, what is known of the machine. */
#include <stdlib.h>

#include "base/checked.h"
#include "base/context.h"
#include "base/cpu.h"
#include "base/random.h"
#include "base/status.h"
#include "support/tap.h"

typedef __int128 wide;

static uint64_t draws;

/* Edges, small numbers and everything between, of either sign. */
static int64_t any_integer(void)
{
    static const int64_t edges[] = {0, 1, 2, INT64_MAX, INT64_MAX - 1, INT64_MIN, INT64_MIN + 1,
                                    -1};
    uint64_t word = wick__stream_word(99, draws++);
    if (word % 4 == 0)
        return edges[word / 4 % 8];
    int64_t value = (int64_t)(wick__stream_word(7, draws++) >> (word / 4 % 63 + 1));
    return word % 8 < 2 ? -value : value;
}

static bool in_range(wide value)
{
    return value >= INT64_MIN && value <= INT64_MAX;
}

static void test_add_and_multiply(void)
{
    int wrong = 0;
    for (int i = 0; i < 1000000; i++) {
        int64_t a = any_integer(), b = any_integer(), result = 0;
        wide sum = (wide)a + b, product = (wide)a * b;
        bool fits = wick__add_fits(a, b, &result);
        wrong += fits != in_range(sum) || (fits && result != sum);
        fits = wick__mul_fits(a, b, &result);
        wrong += fits != in_range(product) || (fits && result != product);
    }
    expect(wrong == 0);
}

/* The product, or -1 when a factor is negative or the product of the factors up to some point does
 * not fit. */
static wide wide_count(int ndim, const int64_t *size)
{
    wide total = ndim > 0;
    for (int i = 0; i < ndim; i++) {
        total = size[i] < 0 || total < 0 ? -1 : total * size[i];
        if (total > INT64_MAX)
            total = -1;
    }
    return total;
}

static void test_counts(void)
{
    int wrong = 0;
    for (int i = 0; i < 300000; i++) {
        int64_t size[4], count = 0;
        int ndim = (int)(wick__stream_word(1, (uint64_t)i) % 5);
        for (int d = 0; d < ndim; d++)
            size[d] = any_integer();
        wide expected = wide_count(ndim, size);
        bool fits = wick__count_fits(ndim, size, &count);
        wrong += fits != (expected >= 0) || (fits && count != expected);
    }
    expect(wrong == 0);
}

static void test_bytes(void)
{
    static const size_t element[] = {1, 2, 4, 8};
    int wrong = 0;
    for (int i = 0; i < 300000; i++) {
        int64_t count = any_integer();
        size_t bytes = 0;
        wide expected = (wide)count * (wide)element[i % 4];
        bool fits = wick__bytes_fit(count, element[i % 4], &bytes);
        wrong += fits != (count >= 0 && in_range(expected)) || (fits && (wide)bytes != expected);
    }
    expect(wrong == 0);
}

static wide wide_extent(int64_t offset, int ndim, const int64_t *size, const int64_t *stride)
{
    wide last = offset, count = wide_count(ndim, size);
    if (offset < 0 || count < 0)
        return -1;
    for (int i = 0; i < ndim && count > 0; i++) {
        if (stride[i] < 0)
            return -1;
        last += (wide)(size[i] - 1) * stride[i];
        if (last > INT64_MAX)
            return -1;
    }
    return count == 0 ? offset : in_range(last + 1) ? last + 1 : -1;
}

static void test_extents(void)
{
    int wrong = 0;
    for (int i = 0; i < 300000; i++) {
        int64_t size[3], stride[3], end = 0, offset = any_integer();
        int ndim = (int)(wick__stream_word(2, (uint64_t)i) % 4);
        for (int d = 0; d < ndim; d++) {
            size[d] = any_integer();
            stride[d] = any_integer();
        }
        wide expected = wide_extent(offset, ndim, size, stride);
        bool fits = wick__extent_fits(offset, ndim, size, stride, &end);
        wrong += fits != (expected >= 0) || (fits && end != expected);
    }
    expect(wrong == 0);
}

static void test_messages(void)
{
    expect(wick__fail(WICK_ESHAPE, "conv: %d x %d", 2, 3) == WICK_ESHAPE);
    expect(strcmp(wick_message(), "conv: 2 x 3") == 0);
    expect(wick__fail_in(WICK_ESHAPE, "layer %d: ", 4) == WICK_ESHAPE);
    expect(strcmp(wick_message(), "layer 4: conv: 2 x 3") == 0);
    wick__fail(WICK_EVALUE, "%s, again", wick_message());
    expect(strcmp(wick_message(), "layer 4: conv: 2 x 3, again") == 0);
}

static void test_long_messages(void)
{
    static char text[100000];
    memset(text, 'x', sizeof text - 1);
    wick__fail(WICK_EVALUE, "%s", text);
    size_t length = strlen(wick_message());
    expect(length > 1000 && length < 10000);
    expect(strcmp(wick_message() + length - 4, "x...") == 0);
    wick__fail_in(WICK_EVALUE, "%s", text);
    expect(strlen(wick_message()) == length);
    expect(strcmp(wick_message() + length - 4, "x...") == 0);
}

static wick_context *open_context(void)
{
    wick_context *context = NULL;
    expect(wick_context_new(NULL, &context) == WICK_OK);
    return context;
}

static void test_contexts(void)
{
    wick_context *a = open_context(), *b = open_context();
    expect(wick_initial_seed(a) != wick_initial_seed(b));
    expect(wick_context_recording(a));
    expect(wick_context_set_recording(a, false) && !wick_context_recording(a));
    expect(!wick_context_set_recording(a, true) && wick_context_recording(b));
    expect(wick_context_threads(a) == wick_cores());
    wick_context_set_threads(a, 1000000);
    expect(wick_context_threads(a) == wick_cores());
    wick_context_set_threads(a, -1);
    expect(wick_context_threads(a) == 1);
    wick_context_retain(a);
    wick_context_release(a);
    wick_context_release(a);
    wick_context_release(b);
    wick_context_release(NULL);
}

static void test_interrupt(void)
{
    wick_context *context = open_context();
    expect(wick__check_interrupt(context) == WICK_OK);
    wick_context_interrupt(context);
    wick_context_interrupt(context);
    expect(wick__check_interrupt(context) == WICK_EINTERRUPT);
    expect(strcmp(wick_message(), "interrupted") == 0);
    expect(wick__check_interrupt(context) == WICK_OK);
    wick_context_release(context);
}

static const char *self;

/* The instruction set that this program finds with WICK_ISA set to `wanted`. */
static void isa_when(const char *wanted, char *found, int bytes)
{
    char command[4096];
    const char *emulator = getenv("WICK_EMULATOR");
    snprintf(command, sizeof command, "WICK_ISA=%s %s '%s' isa", wanted, emulator ? emulator : "",
             self);
    FILE *pipe = popen(command, "r");
    expect(pipe && fgets(found, bytes, pipe));
    if (pipe)
        pclose(pipe);
}

static void test_instruction_sets(void)
{
    char best[16] = "", found[16] = "";
    isa_when("", best, sizeof best);
    expect(strcmp(best, "") != 0);
    isa_when("plain", found, sizeof found);
    expect(strcmp(found, "plain") == 0);
    isa_when("nonsense", found, sizeof found);
    expect(strcmp(found, best) == 0);
    isa_when("avx2", found, sizeof found);
    expect(strcmp(found, "avx2") == 0 || strcmp(best, "plain") == 0 || strcmp(best, "neon") == 0);
    isa_when(best, found, sizeof found);
    expect(strcmp(found, best) == 0);
}

static void test_build_info(void)
{
    expect(strstr(wick_build_info(), wick_version()) != NULL);
#ifdef WICK_WITHOUT_OPENBLAS
    expect(strstr(wick_build_info(), "no BLAS") != NULL);
#else
    expect(strstr(wick_build_info(), "OpenBLAS") != NULL);
#endif
    expect(strstr(wick_build_info(), wick__cpu_isa_name()) != NULL);
    expect(wick_cores() >= 1);
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1)
        return fputs(wick__cpu_isa_name(), stdout) < 0;
    test("sums and products against wider integers", test_add_and_multiply);
    test("element counts against wider integers", test_counts);
    test("byte counts against wider integers", test_bytes);
    test("extents of views against wider integers", test_extents);
    test("messages, their prefixes and their quotation", test_messages);
    test("messages that are too long end in dots", test_long_messages);
    test("contexts have their own settings", test_contexts);
    test("an interrupt fails one check", test_interrupt);
    test("an instruction set can be forced", test_instruction_sets);
    test("the build describes itself", test_build_info);
    return finish();
}
