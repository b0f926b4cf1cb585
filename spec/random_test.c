/* The generator: Torch7's numbers for Torch7's seeds, and a state that is checked. */
#include <math.h>

#include "base/context.h"
#include "support/context.h"

/* Equal to the digits that Torch7 prints. */
static bool near(double value, double printed)
{
    return fabs(value - printed) <= 5e-14 * fmax(1, fabs(printed));
}

static int64_t in_range(int64_t low, int64_t high)
{
    return (int64_t)(wick_random(context) % (uint32_t)(high - low + 1)) + low;
}

static void test_words(void)
{
    wick_seed(context, 123);
    expect(wick_initial_seed(context) == 123);
    expect(wick_random(context) == 2991312382u);
    expect(in_range(1, 10) == 10);
    expect(in_range(1, 5) == 3);
    wick_seed(context, 1);
    expect(wick_random(context) == 1791095845u);
}

/* The generator's authors give the 10,000th word of the default seed. */
static void test_far_word(void)
{
    wick_seed(context, 5489);
    for (int i = 1; i < 10000; i++)
        wick_random(context);
    expect(wick_random(context) == 4123659995u);
}

static void test_uniform(void)
{
    static const double expected[] = {0.69646918727085, 0.71295532141812, 0.28613933874294};
    wick_seed(context, 123);
    for (int i = 0; i < 3; i++)
        expect(near(wick_uniform(context, 0, 1), expected[i]));
    wick_seed(context, 123);
    expect(wick_uniform(context, 0, 1) == 2991312382u / 4294967296.0);
    wick_seed(context, 1);
    expect(near(wick_uniform(context, 0, 1), 0.41702199843712));
    expect(near(wick_uniform(context, 0, 1), 0.99718480813317));
    wick_seed(context, 1);
    expect(near(wick_uniform(context, -2, 4), 0.41702199843712 * 6 - 2));
}

static void test_normal(void)
{
    static const double expected[] = {-0.52144306271244, -1.4914194359815, -0.23812953316813,
                                      1.0306183433273};
    wick_seed(context, 123);
    for (int i = 0; i < 4; i++)
        expect(near(wick_normal(context, 0, 1), expected[i]));
    wick_seed(context, 123);
    expect(near(wick_normal(context, 5, 2), 2 * expected[0] + 5));
}

static void test_seeding_forgets_the_second_normal(void)
{
    wick_seed(context, 123);
    double first = wick_normal(context, 0, 1);
    wick_seed(context, 123);
    expect(wick_normal(context, 0, 1) == first);
}

static void test_permutation(void)
{
    static const int expected[] = {7, 3, 2, 4, 5, 8, 1, 6};
    int list[8];
    for (int i = 0; i < 8; i++)
        list[i] = i + 1;
    wick_seed(context, 123);
    for (int i = 0; i < 7; i++) {
        int j = i + (int)(wick_random(context) % (uint32_t)(8 - i));
        int swapped = list[i];
        list[i] = list[j];
        list[j] = swapped;
    }
    expect(memcmp(list, expected, sizeof list) == 0);
}

static void test_many_words_at_once(void)
{
    static uint32_t words[3000];
    wick__generator one, many;
    wick__generator_seed(&one, 7);
    wick__generator_seed(&many, 7);
    for (int64_t n = 1; n < 3000; n = n * 3 / 2 + 1) {
        wick__generator_words(&many, n, words);
        bool equal = true;
        for (int64_t i = 0; i < n; i++)
            equal = equal && words[i] == wick__generator_word(&one);
        expect(equal);
    }
    expect(memcmp(&one, &many, sizeof one) == 0);
}

static void test_state(void)
{
    unsigned char state[WICK_GENERATOR_BYTES];
    double after[700];
    wick_seed(context, 42);
    wick_normal(context, 0, 1);
    wick_generator_get(context, state);
    for (int i = 0; i < 700; i++)
        after[i] = wick_normal(context, 0, 1);
    wick_seed(context, 1);
    expect(wick_generator_set(context, state) == WICK_OK);
    bool equal = true;
    for (int i = 0; i < 700; i++)
        equal = equal && wick_normal(context, 0, 1) == after[i];
    expect(equal);
    for (int i = 0; i < 2000; i++) { /* every position in a block is a valid one */
        wick_random(context);
        wick_generator_get(context, state);
        expect(wick_generator_set(context, state) == WICK_OK);
    }
}

static bool refused(wick__generator changed)
{
    wick__generator before = context->generator;
    bool failed = wick_generator_set(context, &changed) == WICK_EVALUE;
    return failed && memcmp(&before, &context->generator, sizeof before) == 0;
}

static void test_bad_states(void)
{
    wick_seed(context, 3);
    wick_normal(context, 0, 1);
    wick__generator good = context->generator, bad;
    expect(!refused(good));
    bad = good, bad.left = 0, expect(refused(bad));
    bad = good, bad.left = 625, expect(refused(bad));
    bad = good, bad.left = -5, expect(refused(bad));
    bad = good, bad.next = 624, expect(refused(bad));
    bad = good, bad.next = UINT64_MAX, expect(refused(bad));
    bad = good, bad.seeded = 0, expect(refused(bad));
    bad = good, bad.state[17] = UINT64_C(1) << 32, expect(refused(bad));
    bad = good, bad.normal_is_valid = 2, expect(refused(bad));
    bad = good, bad.normal_rho = NAN, expect(refused(bad));
    bad = good, bad.normal_x = 1.5, expect(refused(bad));
    bad = good, memset(bad.state, 0, sizeof bad.state), expect(refused(bad));
    memset(&bad, 0, sizeof bad), expect(refused(bad));
    memset(&bad, 255, sizeof bad), expect(refused(bad));
}

static void test_system_seed(void)
{
    uint64_t first = wick_seed_from_system(context);
    expect(wick_initial_seed(context) == first && first < UINT64_C(1) << 53);
    uint32_t word = wick_random(context);
    wick_seed(context, first);
    expect(wick_random(context) == word);
    expect(wick_seed_from_system(context) != first);
}

/* Words of neighbouring counters and keys differ in half of their bits. */
static void test_stream(void)
{
    int64_t bits = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        bits += __builtin_popcountll(wick__stream_word(5, i) ^ wick__stream_word(5, i + 1));
        bits += __builtin_popcountll(wick__stream_word(i, 9) ^ wick__stream_word(i + 1, 9));
    }
    expect(fabs((double)bits / 20000 - 32) < 0.1);
    expect(wick__stream_word(1, 2) == wick__stream_word(1, 2));
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("words of Torch7's seeds", test_words);
    test("the 10,000th word", test_far_word);
    test("uniform draws", test_uniform);
    test("normal draws", test_normal);
    test("seeding forgets the second normal value", test_seeding_forgets_the_second_normal);
    test("a permutation", test_permutation);
    test("many words at once are the same words", test_many_words_at_once);
    test("a state can be put back at any point", test_state);
    test("what is not a state is refused", test_bad_states);
    test("seeds from the system", test_system_seed);
    test("the counter-based stream mixes", test_stream);
    wick_context_release(context);
    return finish();
}
