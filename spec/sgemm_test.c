/* Products of floats against plain loops in double: every way of computing them (unpacked, thin,
 * in blocks), transposes, factors, strides, what must not be touched, threads, no memory. */
#include "kernel/matmul.h"
#include "support/kernels.h"

typedef struct shape {
    int64_t m, n, k;
} shape;

/* Around the sizes of tiles, chunks, blocks and steps, and where the way of computing changes. */
static const shape shapes[] = {
    {1, 1, 1},     {3, 5, 2},     {4, 4, 4},     {14, 32, 7},   {15, 33, 16},  {6, 16, 31},
    {29, 47, 100}, {13, 10, 64},  {64, 10, 84},  {16, 16, 300}, {33, 65, 257}, {1, 700, 40},
    {700, 1, 40},  {2, 530, 90},  {5, 41, 1000}, {8, 600, 33},  {300, 7, 65},  {9, 9, 3000},
    {231, 40, 50}, {20, 290, 60}, {70, 100, 519}};

/* op(x) as it lies: rows x columns, or turned, with `more` elements between lines. */
typedef struct matrix {
    array data;
    int64_t ld, rows, columns;
    bool turned;
} matrix;

static matrix new_matrix(int64_t rows, int64_t columns, bool turned, int64_t more)
{
    int64_t lines = turned ? columns : rows, ld = (turned ? rows : columns) + more;
    matrix x = {new_array(WICK_FLOAT32, lines * ld), ld, rows, columns, turned};
    for (int64_t i = 0; i < lines * ld; i++)
        if (i % ld < ld - more)
            set(x.data, i, next_random());
    return x;
}

static double element(matrix x, int64_t i, int64_t j)
{
    return get(x.data, x.turned ? j * x.ld + i : i * x.ld + j);
}

static bool entry_holds(matrix a, matrix b, double alpha, double beta, double before, double got,
                        int64_t i, int64_t j)
{
    double sum = 0, size = 0;
    for (int64_t l = 0; l < a.columns; l++) {
        sum += element(a, i, l) * element(b, l, j);
        size += fabs(element(a, i, l) * element(b, l, j));
    }
    double want = alpha * sum + (beta == 0 ? 0 : beta * before);
    return fabs(got - want) <=
           4e-7 * (fabs(alpha) * size + fabs(beta * before) * (beta != 0)) + 1e-30;
}

/* The product into a c of which lines lie 3 apart; what lies between them stays. */
static bool product_holds(int threads, shape s, int ways, double alpha, double beta)
{
    matrix a = new_matrix(s.m, s.k, ways & 1, ways & 4 ? 5 : 0);
    matrix b = new_matrix(s.k, s.n, ways & 2, ways & 4 ? 2 : 0);
    matrix c = new_matrix(s.m, s.n, false, 3), before = new_matrix(s.m, s.n, false, 3);
    memcpy(before.data.data, c.data.data, (size_t)c.data.n * sizeof(float));
    for (int64_t i = 0; i < c.data.n && beta == 0; i++)
        if (i % c.ld < s.n)
            set(c.data, i, NAN);
    wick__gemm(context_with(threads), WICK_FLOAT32, ways & 1, (ways & 2) != 0, s.m, s.n, s.k, alpha,
               a.data.data, a.ld, b.data.data, b.ld, beta, c.data.data, c.ld);
    bool good = true;
    for (int64_t i = 0; i < s.m && good; i++)
        for (int64_t j = 0; j < c.ld && good; j++)
            good = j < s.n ? entry_holds(a, b, alpha, beta, element(before, i, j), element(c, i, j),
                                         i, j)
                           : isnan(element(c, i, j));
    delete_arrays(4, (array[]){a.data, b.data, c.data, before.data});
    return good;
}

static void products(void)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int ways = 0; ways < 8; ways++)
            expect_for(product_holds(1 + ways % 2, shapes[i], ways, 1, 0), "shape %d, ways %d",
                       (int)i, ways);
}

static void factors(void)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        expect_for(product_holds(2, shapes[i], (int)i % 8, -0.75, 1) &&
                       product_holds(2, shapes[i], (int)(i + 3) % 8, 1, 1) &&
                       product_holds(2, shapes[i], (int)(i + 5) % 8, 2.5, -0.5),
                   "shape %d", (int)i);
}

static void nothing_to_add(void)
{
    float c[6] = {1, 2, NAN, 4, 5, 6}, bad[6] = {NAN, NAN, NAN, NAN, NAN, NAN};
    wick__gemm(context_with(1), WICK_FLOAT32, false, false, 2, 2, 3, 0, bad, 3, bad, 2, 2, c, 3);
    expect(c[0] == 2 && c[1] == 4 && isnan(c[2]) && c[3] == 8 && c[4] == 10 && c[5] == 6);
    wick__gemm(context_with(1), WICK_FLOAT32, false, false, 2, 3, 0, 1, bad, 3, bad, 2, 0, c, 3);
    expect(c[0] == 0 && c[2] == 0 && c[5] == 0);
}

static void run_twice(shape s, int ways, int threads, bool no_memory, float *to)
{
    matrix a = new_matrix(s.m, s.k, ways & 1, 0), b = new_matrix(s.k, s.n, ways & 2, 0);
    for (int64_t i = 0; i < a.data.n; i++)
        set(a.data, i, (double)(i * 7919 % 1013) / 1013 - 0.5);
    for (int64_t i = 0; i < b.data.n; i++)
        set(b.data, i, (double)(i * 6101 % 1019) / 1019 - 0.5);
    wick_context *context = context_with(threads);
    if (no_memory)
        wick_context_fail_after(context, 1);
    wick__gemm(context, WICK_FLOAT32, ways & 1, (ways & 2) != 0, s.m, s.n, s.k, 1, a.data.data,
               a.ld, b.data.data, b.ld, 0, to, s.n);
    if (no_memory)
        wick_context_fail_after(context, 0);
    delete_arrays(2, (array[]){a.data, b.data});
}

/* Bit for bit the same for one thread, two, and two that get no memory to pack in. */
static void threads_and_memory(void)
{
    static const shape large[] = {{300, 410, 530}, {37, 1100, 300}, {8, 3000, 400}, {3000, 3, 200}};
    for (int i = 0; i < 4; i++)
        for (int ways = 0; ways < 4; ways++) {
            size_t bytes = (size_t)(large[i].m * large[i].n) * sizeof(float);
            float *one = malloc(bytes), *two = malloc(bytes), *none = malloc(bytes);
            run_twice(large[i], ways, 1, false, one);
            run_twice(large[i], ways, 2, false, two);
            expect_for(memcmp(one, two, bytes) == 0, "shape %d, ways %d", i, ways);
            run_twice(large[i], ways, 2, true, none);
            if (large[i].m > 8 && large[i].n > 8)
                expect_for(memcmp(one, none, bytes) == 0, "no memory, shape %d, ways %d", i, ways);
            free(one), free(two), free(none);
        }
}

static void batches(void)
{
    enum { BATCH = 7, M = 20, N = 40, K = 30 };
    array a = random_array(WICK_FLOAT32, BATCH * M * K), b = random_array(WICK_FLOAT32, K * N);
    array c = new_array(WICK_FLOAT32, BATCH * M * N);
    double *want = calloc(BATCH * M * N, sizeof *want);
    for (int64_t i = 0; i < BATCH * M * N; i++)
        for (int64_t l = 0; l < K; l++)
            want[i] += get(a, i / N * K + l) * get(b, l * N + i % N);
    wick__gemm_batch(context_with(2), WICK_FLOAT32, false, false, BATCH, M, N, K, 1, a.data, K,
                     M * K, b.data, N, 0, 0, c.data, N, M * N);
    expect(holds(c, want, 1e-6));
    delete_arrays(3, (array[]){a, b, c});
    free(want);
}

int main(void)
{
    static const named_test tests[] = {{"products are those of plain loops", products},
                                       {"factors count", factors},
                                       {"nothing to add", nothing_to_add},
                                       {"threads and memory do not matter", threads_and_memory},
                                       {"batches", batches}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
