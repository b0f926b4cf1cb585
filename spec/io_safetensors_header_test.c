/* Headers of safetensors files: what is refused, and that no byte of a file is trusted. */
#include "support/io.h"

static wick_status read_blob(blob b)
{
    wick_safetensors *file = NULL;
    wick_status status = wick_safetensors_read(context, "test", b.data, b.bytes, &file);
    expect((status == WICK_OK) == (file != NULL));
    for (size_t i = 0; file != NULL && i < wick_safetensors_count(file); i++) {
        wick_tensor *tensor;
        expect(wick_safetensors_name(file, i) != NULL);
        wick_status got = wick_safetensors_get(file, i, &tensor);
        expect(got == WICK_OK || got == WICK_EDTYPE);
        wick_tensor_release(tensor);
    }
    wick_safetensors_close(file);
    return status;
}

static wick_status read_header(const char *header, size_t data_bytes)
{
    blob b = frame(strlen(header), header, data_bytes);
    wick_status status = read_blob(b);
    free(b.data);
    return status;
}

static void refuses_headers(void)
{
    static const struct {
        const char *header;
        size_t data;
        const char *message;
    } cases[] = {
        {"[]", 0, "does not start with '{'"},
        {" {}", 0, "does not start with '{'"},
        {"{}x", 0, "byte 2: found 'x', expected nothing"},
        {"{} {", 0, "expected nothing after"},
        {"{}", 4, "holds 4 bytes of data, header promises 0"},
        {"{\"a\"}", 0, "byte 4: found '}', expected ':'"},
        {"{a:1}", 0, "expected a tensor's name"},
        {"{\"a\":1}", 0, "found '1', expected '{'"},
        {"{\"a\":{}}", 0, "tensor \"a\" has no dtype"},
        {"{\"a\":{\"dtype\":\"U8\"}}", 0, "tensor \"a\" has no shape"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[0]}}", 0, "tensor \"a\" has no data_offsets"},
        {"{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", 0, "has dtype twice"},
        {"{\"a\":{\"dtipe\":\"U8\"}}", 0, "unknown entry dtipe"},
        {"{\"a\":{\"dtype\":8}}", 0, "expected an element type"},
        {"{\"a\":" TENSOR("U9", "[1]", "[0,1]") "}", 1, "unknown element type U9"},
        {"{\"a\":" TENSOR("U8", "[-1]", "[0,1]") "}", 1, "a size is negative"},
        {"{\"a\":" TENSOR("U8", "[1.0]", "[0,1]") "}", 1, "not a whole number"},
        {"{\"a\":" TENSOR("U8", "[1e0]", "[0,1]") "}", 1, "not a whole number"},
        {"{\"a\":" TENSOR("U8", "[01]", "[0,1]") "}", 1, "starts with 0"},
        {"{\"a\":" TENSOR("U8", "[00]", "[0,0]") "}", 0, "starts with 0"},
        {"{\"a\":" TENSOR("U8", "[1,]", "[0,1]") "}", 1, "expected a size"},
        {"{\"a\":" TENSOR("U8", "[true]", "[0,1]") "}", 1, "expected a size"},
        {"{\"a\":" TENSOR("U8", "[9223372036854775808]", "[0,1]") "}", 1, "larger than 2^63"},
        {"{\"a\":" TENSOR("U8", "[99999999999999999999999]", "[0,1]") "}", 1, "larger than 2^63"},
        {"{\"a\":" TENSOR("U8", "[1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,1]") "}", 1, "more than 12"},
        {"{\"a\":" TENSOR("F32", "[4194305,4194305,211106198978564]", "[0,4]") "}", 4,
         "more elements than can be counted"},
        {"{\"a\":" TENSOR("F64", "[2305843009213693952]", "[0,0]") "}", 0, "can be counted"},
        {"{\"a\":" TENSOR("U8", "[1]", "[0]") "}", 1, "found ']', expected ','"},
        {"{\"a\":" TENSOR("U8", "[1]", "[0,1,2]") "}", 1, "found ',', expected ']'"},
        {"{\"a\":" TENSOR("U8", "[1]", "[1,0]") "}", 1, "begins at byte 1 and ends at byte 0"},
        {"{\"a\":" TENSOR("F32", "[2]", "[0,7]") "}", 7, "has 7 bytes, its shape and type take 8"},
        {"{\"a\":" TENSOR("F32", "[2]", "[0,8]") "}", 7,
         "ends after 7 bytes of data, header promises"},
        {"{\"a\":" TENSOR("F32", "[2]", "[0,8]") "}", 9,
         "holds 9 bytes of data, header promises 8"},
        {"{\"a\":" TENSOR("U8", "[2]", "[1,3]") "}", 3, "1 bytes before tensor \"a\""},
        {"{\"a\":" TENSOR("U8", "[2]", "[0,2]") ",\"b\":" TENSOR("U8", "[2]", "[3,5]") "}", 5,
         "1 bytes before tensor \"b\""},
        {"{\"a\":" TENSOR("U8", "[2]", "[0,2]") ",\"b\":" TENSOR("U8", "[2]", "[1,3]") "}", 3,
         "\"a\" and \"b\" overlap"},
        {"{\"a\":" TENSOR("U8", "[2]", "[0,2]") ",\"b\":" TENSOR("U8", "[2]", "[0,2]") "}", 2,
         "overlap"},
        {"{\"a\":" TENSOR("U8", "[0]", "[0,0]") ",\"\\u0061\":" TENSOR("U8", "[0]", "[0,0]") "}", 0,
         "two tensors are called \"a\""},
        {"{\"a\":" TENSOR("U8", "[0]", "[0,0]") ",}", 0, "expected a tensor's name"},
        {"{\"a\":" TENSOR("U8", "[0]", "[0,0]") " \"b\"", 0, "found '\"', expected ',' or '}'"},
        {"{\"__metadata__\":[]}", 0, "expected '{'"},
        {"{\"__metadata__\":{\"a\":1}}", 0, "expected a string of metadata"},
        {"{\"__metadata__\":{\"a\":{}}}", 0, "expected a string of metadata"},
        {"{\"__metadata__\":{\"a\":\"b\",\"a\":\"c\"}}", 0, "metadata are called \"a\""},
        {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "__metadata__ is there twice"},
        {"{\"a", 0, "does not end"},
        {"{\"a\\", 0, "ends, expected the rest of an escape"},
        {"{\"a\nb\":", 0, "control character"},
        {"{\"a\\x\":", 0, "an escape that is none"},
        {"{\"a\\u00\":", 0, "an escape that is none"},
        {"{\"a\\u0000\":", 0, "stands for a NUL"},
        {"{\"a\\ud800\":", 0, "an escape that is none"},
        {"{\"a\\udc00\\ud800\":", 0, "an escape that is none"},
        {"{\"a\\ud800\\u0041\":", 0, "an escape that is none"},
        {"{\"\xC0\x80\":", 0, "is not UTF-8"},
        {"{\"\xE0\x80\x80\":", 0, "is not UTF-8"},
        {"{\"\xED\xA0\x80\":", 0, "is not UTF-8"},
        {"{\"\xF4\x90\x80\x80\":", 0, "is not UTF-8"},
        {"{\"\xF8\x88\x80\x80\x80\":", 0, "is not UTF-8"},
        {"{\"\xE2\x82", 0, "is not UTF-8"},
        {"{\"\x80\":", 0, "is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_failure(read_header(cases[i].header, cases[i].data), WICK_EFORMAT, cases[i].message);
}

static void refuses_prefixes(void)
{
    static const struct {
        uint64_t promised;
        const char *message;
    } cases[] = {{0, "has 0 bytes, the shortest is {}"},
                 {1, "has 1 bytes, the shortest is {}"},
                 {3, "its header alone has 3"},
                 {100000000, "ends after 10 bytes, its header alone has 100,000,000"},
                 {100000001, "promises a header of 100,000,001 bytes, at most 100,000,000"},
                 {UINT64_MAX, "is this a safetensors file?"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        blob b = frame(cases[i].promised, "{}", 0);
        expect_failure(read_blob(b), WICK_EFORMAT, cases[i].message);
        free(b.data);
    }
}

/* Messages about hostile names show no control characters and end. */
static void shows_names_safely(void)
{
    char header[400] = "{\"\\u001b[31m";
    memset(header + strlen(header), 'x', 200);
    strcat(header, "\":{}}");
    expect_failure(read_header(header, 0), WICK_EFORMAT, "tensor \"?[31mxxx");
    expect(strstr(wick_message(), "...\" has no dtype") != NULL);
    expect(strlen(wick_message()) < 160);
}

static void refuses_depth_and_length(void)
{
    size_t n = 1000000;
    char *header = malloc(n + 1);
    memset(header, '[', n);
    header[n] = '\0';
    memcpy(header, "{\"a\":", 5);
    expect_failure(read_header(header, 0), WICK_EFORMAT, "found '[', expected '{'");
    memset(header, 'x', n);
    memcpy(header, "{\"", 2);
    expect_failure(read_header(header, 0), WICK_EFORMAT, "longer than 4,096 bytes");
    free(header);
}

static char *many_tensors(int n)
{
    char *header = malloc((size_t)n * 80 + 16), *at = header;
    *at++ = '{';
    for (int i = 0; i < n; i++)
        at += sprintf(at, "%s\"%d\":" TENSOR("U8", "[]", "[%d,%d]"), i > 0 ? "," : "", i, n - 1 - i,
                      n - i);
    strcpy(at, "}");
    return header;
}

static void counts_tensors(void)
{
    char *header = many_tensors(100000);
    expect(read_header(header, 100000) == WICK_OK);
    free(header);
    header = many_tensors(100001);
    expect_failure(read_header(header, 100001), WICK_EFORMAT, "more than 100,000 tensors");
    free(header);
}

/* ---- every byte of a file ---- */

static const char sample[] = "{\"__metadata__\":{\"k\\n\":\"\\u00e9\"},\"a\":" TENSOR(
    "F32", "[2,3]",
    "[0,24]") ",\"b\":" TENSOR("I64", "[]",
                               "[24,32]") ",\"c\":" TENSOR("U8", "[0,7]",
                                                           "[32,32]") ",\"d\":" TENSOR("BOOL",
                                                                                       "[2]",
                                                                                       "[32,34]") "}";

static void refuses_every_truncation(void)
{
    blob whole = frame(strlen(sample), sample, 34);
    expect(read_blob(whole) == WICK_OK);
    for (size_t n = 0; n < whole.bytes; n++) {
        blob cut = cut_blob(whole, n);
        expect(read_blob(cut) == WICK_EFORMAT);
        free(cut.data);
    }
    free(whole.data);
}

static void survives_every_bit(void)
{
    blob b = frame(strlen(sample), sample, 34);
    int refused = 0;
    for (size_t bit = 0; bit < 8 * b.bytes; bit++) {
        b.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        wick_status status = read_blob(b);
        expect(status == WICK_OK || status == WICK_EFORMAT);
        expect(status == WICK_OK || bit < 8 * (b.bytes - 34));
        refused += status == WICK_EFORMAT;
        b.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    expect(refused > 1000);
    free(b.data);
}

static void survives_random_damage(void)
{
    blob b = frame(strlen(sample), sample, 34);
    blob damaged = make_blob(b.bytes);
    for (int i = 0; i < 20000; i++) {
        memcpy(damaged.data, b.data, b.bytes);
        for (uint32_t n = wick_random(context) % 6 + 1; n > 0; n--)
            damaged.data[8 + wick_random(context) % (b.bytes - 8)] =
                (unsigned char)"{}[]\",:0123456789\\ue.-\xC3 "[wick_random(context) % 25];
        wick_status status = read_blob(damaged);
        expect(status == WICK_OK || status == WICK_EFORMAT);
    }
    free(damaged.data);
    free(b.data);
}

int main(void)
{
    if (open_test())
        return 1;
    test("refuses headers that break a rule", refuses_headers);
    test("refuses lengths in front of the header", refuses_prefixes);
    test("shows hostile names safely", shows_names_safely);
    test("refuses depth and long names", refuses_depth_and_length);
    test("reads 100,000 tensors and no more", counts_tensors);
    test("refuses every truncation", refuses_every_truncation);
    test("survives every flipped bit", survives_every_bit);
    test("survives random damage", survives_random_damage);
    test("leaves no memory behind", leaves_nothing);
    return finish();
}
