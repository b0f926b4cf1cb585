/* IDX (plain and gzip) and CIFAR-10 files: what is read, what is refused, and that no byte is
 * trusted. */
#include <zlib.h>

#include "support/io.h"

/* ---- making files ---- */

/* An IDX file of `bytes` counting elements' bytes. */
static blob idx_file(int type, int dims, const uint32_t *size, size_t bytes)
{
    blob b = make_blob(4 + 4 * (size_t)dims + bytes);
    memcpy(b.data, (unsigned char[]){0, 0, (unsigned char)type, (unsigned char)dims}, 4);
    for (int d = 0; d < dims; d++)
        for (int i = 0; i < 4; i++)
            b.data[4 + 4 * d + i] = (unsigned char)(size[d] >> (24 - 8 * i));
    for (size_t i = 0; i < bytes; i++)
        b.data[4 + 4 * (size_t)dims + i] = (unsigned char)(i * 7 + 1);
    return b;
}

static blob pack(blob plain)
{
    z_stream stream = {0};
    blob packed = make_blob(plain.bytes + plain.bytes / 100 + 64);
    expect(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = plain.data;
    stream.avail_in = (unsigned)plain.bytes;
    stream.next_out = packed.data;
    stream.avail_out = (unsigned)packed.bytes;
    expect(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    blob exact = cut_blob(packed, packed.bytes - stream.avail_out);
    deflateEnd(&stream);
    free(packed.data);
    return exact;
}

static blob join(blob a, blob b)
{
    blob both = make_blob(a.bytes + b.bytes);
    memcpy(both.data, a.data, a.bytes);
    memcpy(both.data + a.bytes, b.data, b.bytes);
    return both;
}

static wick_status read_idx(blob b, wick_tensor **tensor)
{
    return wick_idx_read(context, "test", b.data, b.bytes, 0, tensor);
}

/* ---- IDX ---- */

static const uint32_t two_by_three[] = {2, 3};

static void reads_all_types(void)
{
    static const struct {
        int type;
        wick_dtype dtype;
    } cases[] = {{0x08, WICK_UINT8}, {0x09, WICK_INT8},    {0x0B, WICK_INT16},
                 {0x0C, WICK_INT32}, {0x0D, WICK_FLOAT32}, {0x0E, WICK_FLOAT64}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t element = wick_dtype_size(cases[i].dtype);
        blob plain = idx_file(cases[i].type, 2, two_by_three, 6 * element), packed = pack(plain);
        for (int p = 0; p < 2; p++) {
            wick_tensor *tensor;
            void *data = NULL;
            expect(read_idx(p ? packed : plain, &tensor) == WICK_OK);
            expect(wick_tensor_dtype(tensor) == cases[i].dtype && wick_tensor_ndim(tensor) == 2);
            expect(wick_tensor_size(tensor, 0) == 2 && wick_tensor_size(tensor, 1) == 3);
            expect(wick_tensor_data(tensor, &data) == WICK_OK);
            for (size_t e = 0; e < 6; e++)
                for (size_t k = 0; k < element; k++)
                    expect(((unsigned char *)data)[e * element + k] ==
                           (unsigned char)((e * element + element - 1 - k) * 7 + 1));
            wick_tensor_release(tensor);
        }
        free(packed.data);
        free(plain.data);
    }
}

static void reads_values(void)
{
    static const unsigned char file[] = {0,    0,    0x0D, 1, 0,    0,    0, 2,
                                         0x3F, 0xC0, 0,    0, 0xC2, 0x28, 0, 0};
    wick_tensor *tensor;
    double value;
    expect(wick_idx_read(context, "test", file, sizeof file, 0, &tensor) == WICK_OK);
    expect(wick_tensor_get(tensor, (const int64_t[]){0}, &value) == WICK_OK && value == 1.5);
    expect(wick_tensor_get(tensor, (const int64_t[]){1}, &value) == WICK_OK && value == -42);
    wick_tensor_release(tensor);
}

static void reads_nothing_and_several_members(void)
{
    static const uint32_t none[] = {0, 28, 28};
    blob empty = idx_file(0x08, 3, none, 0), whole = idx_file(0x08, 2, two_by_three, 6);
    wick_tensor *tensor;
    expect(read_idx(empty, &tensor) == WICK_OK && wick_tensor_count(tensor) == 0);
    wick_tensor_release(tensor);
    blob first = pack((blob){whole.data, 9}), rest = {whole.data + 9, whole.bytes - 9};
    blob second = pack(rest), both = join(first, second);
    expect(read_idx(both, &tensor) == WICK_OK && wick_tensor_count(tensor) == 6);
    wick_tensor_release(tensor);
    free(both.data);
    free(second.data);
    free(first.data);
    free(whole.data);
    free(empty.data);
}

static void refuses_headers(void)
{
    static const struct {
        unsigned char bytes[16];
        size_t used;
        const char *message;
    } cases[] = {
        {{0}, 0, "ends after 0 bytes, inside its header"},
        {{0, 0, 8}, 3, "ends after 3 bytes, inside its header"},
        {{0, 0, 8, 2, 0, 0, 0, 1}, 8, "ends after 8 bytes, inside its header"},
        {{0, 1, 8, 1, 0, 0, 0, 0}, 8, "starts with the bytes 00 01 08 01, which no IDX file does"},
        {{0, 0, 7, 1, 0, 0, 0, 0}, 8, "starts with the bytes 00 00 07 01"},
        {{0, 0, 10, 1, 0, 0, 0, 0}, 8, "starts with the bytes 00 00 0a 01"},
        {{0, 0, 8, 0}, 4, "has 0 dimensions, expected 1 to 12"},
        {{0, 0, 8, 13}, 4, "has 13 dimensions, expected 1 to 12"},
        {{0, 0, 8, 1, 0, 0, 0, 3, 1, 2}, 10, "ends after 10 bytes, header promises 11"},
        {{0, 0, 8, 1, 0, 0, 0, 1, 1, 2}, 10, "holds 10 bytes, header promises 9"},
        {{0, 0, 8, 1, 255, 255, 255, 255}, 8, "ends after 8 bytes, header promises 4,294,967,303"},
        {{0x1F, 0x8B}, 2, "the compressed data ends early"},
        {{'P', 'K', 3, 4}, 4, "starts with the bytes 50 4b 03 04"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wick_tensor *tensor;
        blob b = make_blob(cases[i].used);
        memcpy(b.data, cases[i].bytes, b.bytes);
        expect_failure(read_idx(b, &tensor), WICK_EFORMAT, cases[i].message);
        expect(tensor == NULL);
        free(b.data);
    }
}

static void refuses_sizes_beyond_counting(void)
{
    static const uint32_t size[] = {UINT32_MAX, UINT32_MAX, UINT32_MAX};
    wick_tensor *tensor;
    blob b = idx_file(0x0E, 3, size, 8);
    expect_failure(read_idx(b, &tensor), WICK_EFORMAT,
                   "promises 4294967295 x 4294967295 x 4294967295 elements, more than");
    free(b.data);
}

static void refuses_every_truncation(void)
{
    blob plain = idx_file(0x0C, 2, two_by_three, 24), packed = pack(plain);
    for (int p = 0; p < 2; p++)
        for (size_t n = 0; n < (p ? packed : plain).bytes; n++) {
            wick_tensor *tensor;
            blob cut = cut_blob(p ? packed : plain, n);
            expect(read_idx(cut, &tensor) == WICK_EFORMAT && tensor == NULL);
            free(cut.data);
        }
    free(packed.data);
    free(plain.data);
}

/* A flipped bit of a gzip file is noticed, or lies where nothing depends on it (its time, its
 * system's name): then the tensor is the same. */
static void notices_every_bit(void)
{
    blob plain = idx_file(0x08, 2, two_by_three, 6), packed = pack(plain);
    int refused = 0;
    for (size_t bit = 0; bit < 8 * packed.bytes; bit++) {
        wick_tensor *tensor;
        void *data;
        packed.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        wick_status status = read_idx(packed, &tensor);
        expect(status == WICK_OK || status == WICK_EFORMAT);
        refused += status == WICK_EFORMAT;
        if (status == WICK_OK)
            expect(wick_tensor_data(tensor, &data) == WICK_OK &&
                   memcmp(data, plain.data + 12, 6) == 0);
        wick_tensor_release(tensor);
        packed.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    expect(refused > (int)(8 * packed.bytes) - 88);
    free(packed.data);
    free(plain.data);
}

static void names_what_is_damaged(void)
{
    blob plain = idx_file(0x08, 2, two_by_three, 6), packed = pack(plain);
    wick_tensor *tensor;
    packed.data[packed.bytes - 8] ^= 1;
    expect_failure(read_idx(packed, &tensor), WICK_EFORMAT, "is damaged (incorrect data check)");
    packed.data[packed.bytes - 8] ^= 1;
    blob followed = join(packed, (blob){(unsigned char *)"abc", 3});
    expect_failure(read_idx(followed, &tensor), WICK_EFORMAT, "3 bytes follow the compressed data");
    plain.data[7]--;
    blob more = pack(plain);
    expect_failure(read_idx(more, &tensor), WICK_EFORMAT, "holds more than the 15 bytes that its");
    plain.data[7] += 2;
    blob less = pack(plain);
    expect_failure(read_idx(less, &tensor), WICK_EFORMAT,
                   "ends after 18 bytes, header promises 21");
    free(less.data);
    free(more.data);
    free(followed.data);
    free(packed.data);
    free(plain.data);
}

/* A gzip file may unpack to what its header promises, within a limit that the file justifies. */
static void refuses_bombs(void)
{
    const uint32_t large[] = {100, 1 << 20}, small[] = {1};
    blob plain = idx_file(0x08, 2, large, (size_t)100 << 20);
    memset(plain.data + 12, 0, plain.bytes - 12);
    blob honest = pack(plain);
    wick_tensor *tensor;
    wick_context_reset_peak(context);
    expect_failure(read_idx(honest, &tensor), WICK_EFORMAT,
                   "unpacks to 104,857,612 bytes, the limit is 67,108,864");
    memcpy(plain.data, (unsigned char[]){0, 0, 8, 1, 0, 0, 0, 1}, 8);
    blob lying = pack(plain);
    expect_failure(read_idx(lying, &tensor), WICK_EFORMAT, "holds more than the 9 bytes");
    expect(wick_context_memory(context).peak < 1 << 20);
    expect(wick_idx_read(context, "t", honest.data, honest.bytes, 200 << 20, &tensor) == WICK_OK);
    wick_tensor_release(tensor);
    blob tiny = idx_file(0x08, 1, small, 0);
    memset(tiny.data + 4, 0x7F, 4);
    blob promising = pack(tiny);
    expect_failure(wick_idx_read(context, "t", promising.data, promising.bytes, SIZE_MAX, &tensor),
                   WICK_EFORMAT,
                   "header promises 2,139,062,151 bytes, which cannot be packed into");
    free(promising.data);
    free(tiny.data);
    free(lying.data);
    free(honest.data);
    free(plain.data);
}

static void loads_from_files(void)
{
    blob plain = idx_file(0x08, 2, two_by_three, 6), packed = pack(plain);
    wick_tensor *tensor;
    put_file(in_folder("plain.gz"), plain.data, plain.bytes);
    put_file(in_folder("packed"), packed.data, packed.bytes);
    put_file(in_folder("short"), plain.data, 12);
    expect(wick_idx_load(context, in_folder("plain.gz"), 0, &tensor) == WICK_OK);
    wick_tensor_release(tensor);
    expect(wick_idx_load(context, in_folder("packed"), 0, &tensor) == WICK_OK);
    wick_tensor_release(tensor);
    expect_failure(wick_idx_load(context, in_folder("short"), 0, &tensor), WICK_EFORMAT,
                   "/short: ends after 12 bytes, header promises 18");
    expect_failure(wick_idx_load(context, in_folder("missing"), 0, &tensor), WICK_EIO,
                   "/missing: cannot open: No such file or directory");
    free(packed.data);
    free(plain.data);
}

static void survives_each_failing_allocation(void)
{
    blob plain = idx_file(0x08, 2, two_by_three, 6), packed = pack(plain);
    size_t live = wick_context_memory(context).live;
    wick_status status = WICK_ENOMEM;
    uint64_t n = 1;
    for (; status != WICK_OK && n < 100; n++) {
        wick_tensor *tensor;
        wick_context_fail_after(context, n);
        status = read_idx(packed, &tensor);
        wick_context_fail_after(context, 0);
        expect(status == WICK_OK || (status == WICK_ENOMEM && tensor == NULL));
        wick_tensor_release(tensor);
        expect(wick_context_memory(context).live == live);
    }
    expect(n > 4 && n < 100);
    free(packed.data);
    free(plain.data);
}

/* ---- CIFAR-10 ---- */

enum { RECORD = 3073 };

static blob cifar_file(size_t records)
{
    blob b = make_blob(records * RECORD);
    for (size_t i = 0; i < b.bytes; i++)
        b.data[i] = (unsigned char)(i % RECORD == 0 ? i / RECORD % 10 : i * 31 % 251);
    return b;
}

static void reads_cifar(void)
{
    blob b = cifar_file(12);
    wick_tensor *images, *labels;
    double value;
    put_file(in_folder("batch.bin"), b.data, b.bytes);
    expect(wick_cifar_load(context, in_folder("batch.bin"), &images, &labels) == WICK_OK);
    expect(wick_tensor_ndim(images) == 4 && wick_tensor_size(images, 0) == 12);
    expect(wick_tensor_size(images, 1) == 3 && wick_tensor_size(images, 3) == 32);
    expect(wick_tensor_dtype(images) == WICK_UINT8 && wick_tensor_dtype(labels) == WICK_INT64);
    for (int64_t i = 0; i < 12; i++) {
        expect(wick_tensor_get(labels, &i, &value) == WICK_OK && value == (double)(i % 10 + 1));
        expect(wick_tensor_get(images, (const int64_t[]){i, 2, 31, 30}, &value) == WICK_OK);
        expect(value == b.data[(size_t)i * RECORD + 1 + 2 * 1024 + 31 * 32 + 30]);
    }
    wick_tensor_release(images);
    wick_tensor_release(labels);
    free(b.data);
}

static void refuses_cifar(void)
{
    blob b = cifar_file(3);
    wick_tensor *images, *labels;
    for (size_t n = 0; n < b.bytes; n += n % 97 == 0 ? 97 : 1) {
        blob cut = cut_blob(b, n);
        if (n % RECORD != 0 || n == 0)
            expect(wick_cifar_read(context, "t", cut.data, n, &images, &labels) == WICK_EFORMAT);
        free(cut.data);
    }
    expect_failure(wick_cifar_read(context, "t", b.data, 3072, &images, &labels), WICK_EFORMAT,
                   "t: has 3,072 bytes, expected a multiple of 3073");
    b.data[2 * RECORD] = 10;
    expect_failure(wick_cifar_read(context, "t", b.data, b.bytes, &images, &labels), WICK_EFORMAT,
                   "t: record 3 has label 10, expected 0 to 9");
    expect(images == NULL && labels == NULL);
    free(b.data);
}

int main(void)
{
    if (open_test())
        return 1;
    test("idx: reads all types, plain and gzip", reads_all_types);
    test("idx: reads values", reads_values);
    test("idx: reads empty files and several members", reads_nothing_and_several_members);
    test("idx: refuses headers that break a rule", refuses_headers);
    test("idx: refuses sizes beyond counting", refuses_sizes_beyond_counting);
    test("idx: refuses every truncation", refuses_every_truncation);
    test("idx: notices every flipped bit of a gzip file", notices_every_bit);
    test("idx: names what is damaged", names_what_is_damaged);
    test("idx: refuses bombs without taking memory", refuses_bombs);
    test("idx: loads files by their content", loads_from_files);
    test("idx: survives each failing allocation", survives_each_failing_allocation);
    test("cifar: reads images and labels", reads_cifar);
    test("cifar: refuses wrong sizes and labels", refuses_cifar);
    test("leaves no memory behind", leaves_nothing);
    return finish();
}
