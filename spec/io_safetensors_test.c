/* safetensors files: what survives a round trip, mappings, files that change, failing memory. */
#include "support/io.h"

/* ---- types of the format ---- */

static void reads_types(void)
{
    const char *header = "{\"flag\":" TENSOR("BOOL", "[2]", "[0,2]") ",\"half\":" TENSOR(
        "BF16", "[3]", "[2,8]") ",\"one\":" TENSOR("U8", "[]", "[8,9]") "}";
    blob b = frame(strlen(header), header, 9);
    wick_safetensors *file;
    wick_tensor *tensor;
    double value = 0;
    size_t index;
    expect(wick_safetensors_read(context, "test", b.data, b.bytes, &file) == WICK_OK);
    expect(wick_safetensors_get(file, 0, &tensor) == WICK_OK);
    expect(wick_tensor_dtype(tensor) == WICK_UINT8 && wick_tensor_size(tensor, 0) == 2);
    wick_tensor_release(tensor);
    expect_failure(wick_safetensors_get(file, 1, &tensor), WICK_EDTYPE,
                   "tensor \"half\" has element type BF16");
    expect(tensor == NULL);
    expect(wick_safetensors_find(file, "one", &index) && index == 2);
    expect(!wick_safetensors_find(file, "two", &index));
    expect(wick_safetensors_get(file, index, &tensor) == WICK_OK);
    expect(wick_tensor_ndim(tensor) == 1 && wick_tensor_item(tensor, &value) == WICK_OK);
    expect(value == (8 * 37 + 1) % 256);
    wick_tensor_release(tensor);
    expect_failure(wick_safetensors_get(file, 3, &tensor), WICK_EVALUE, "has 3 tensors");
    expect(wick_safetensors_name(file, 3) == NULL);
    wick_safetensors_close(file);
    free(b.data);
}

/* ---- round trips ---- */

enum { ROWS = 3, COLUMNS = 5 };

/* Bits that no arithmetic would leave alone: quiet and signalling NaNs, -0, denormals. */
static wick_tensor *strange_tensor(wick_dtype dtype)
{
    unsigned char bits[ROWS * COLUMNS * 8];
    const int64_t size[] = {ROWS, COLUMNS};
    wick_tensor *tensor = NULL;
    for (size_t i = 0; i < sizeof bits; i++)
        bits[i] = (unsigned char)(wick_random(context) >> 24);
    memcpy(bits, "\x01\x00\xA0\x7F\x01\x00\xF4\x7F\x00\x00\x00\x80\x01\x00\x00\x00", 16);
    expect(wick_tensor_from(context, dtype, 2, size, bits, &tensor) == WICK_OK);
    return tensor;
}

static bool same_bits(wick_tensor *a, wick_tensor *b)
{
    void *x, *y;
    return a != NULL && b != NULL && wick_tensor_dtype(a) == wick_tensor_dtype(b) &&
           wick_tensor_count(a) == wick_tensor_count(b) && wick_tensor_data(a, &x) == WICK_OK &&
           wick_tensor_data(b, &y) == WICK_OK &&
           memcmp(x, y, (size_t)wick_tensor_count(a) * wick_dtype_size(wick_tensor_dtype(a))) == 0;
}

static void expect_same(wick_safetensors *file, wick_tensor **tensor, size_t count)
{
    wick_tensor *read;
    expect(wick_safetensors_count(file) == count);
    for (size_t i = 0; i < count; i++) {
        expect(wick_safetensors_get(file, i, &read) == WICK_OK);
        expect(same_bits(read, tensor[i]));
        wick_tensor_release(read);
    }
    wick_safetensors_close(file);
}

static void keeps_all_types(void)
{
    wick_tensor *tensor[WICK_DTYPES];
    const char *name[WICK_DTYPES];
    wick_safetensors *file;
    const char *path = in_folder("types");
    for (int i = 0; i < WICK_DTYPES; i++) {
        tensor[i] = strange_tensor((wick_dtype)i);
        name[i] = wick_dtype_name((wick_dtype)i);
    }
    expect(wick_safetensors_save(context, path, WICK_DTYPES, name, tensor, 0, NULL) == WICK_OK);
    if (expect(wick_safetensors_open(context, path, &file) == WICK_OK))
        expect_same(file, tensor, WICK_DTYPES);
    if (expect(wick_safetensors_map(context, path, &file) == WICK_OK))
        expect_same(file, tensor, WICK_DTYPES);
    for (int i = 0; i < WICK_DTYPES; i++)
        wick_tensor_release(tensor[i]);
}

static void keeps_shapes(void)
{
    wick_tensor *tensor[3] = {NULL}, *whole = strange_tensor(WICK_INT16), *read;
    const char *const name[] = {"turned", "empty", "nothing"};
    const int64_t turned[] = {COLUMNS, ROWS}, stride[] = {1, COLUMNS}, empty[] = {2, 0, 3};
    const char *path = in_folder("shapes");
    wick_safetensors *file;
    wick_storage *storage = wick_tensor_storage(whole);
    expect(wick_tensor_on(storage, 0, 2, turned, stride, &tensor[0]) == WICK_OK);
    expect(wick_tensor_new(context, WICK_FLOAT64, 3, empty, &tensor[1]) == WICK_OK);
    expect(wick_tensor_new(context, WICK_UINT8, 0, NULL, &tensor[2]) == WICK_OK);
    expect(wick_safetensors_save(context, path, 3, name, tensor, 0, NULL) == WICK_OK);
    expect(wick_safetensors_map(context, path, &file) == WICK_OK);
    expect(wick_safetensors_get(file, 0, &read) == WICK_OK);
    expect(wick_tensor_size(read, 0) == COLUMNS && wick_tensor_size(read, 1) == ROWS);
    for (int64_t i = 0; i < ROWS * COLUMNS; i++) {
        double a, b;
        const int64_t at[] = {i / ROWS, i % ROWS};
        expect(wick_tensor_get(read, at, &a) == WICK_OK);
        expect(wick_tensor_get(tensor[0], at, &b) == WICK_OK && a == b);
    }
    wick_tensor_release(read);
    expect(wick_safetensors_get(file, 1, &read) == WICK_OK);
    expect(wick_tensor_ndim(read) == 3 && wick_tensor_size(read, 2) == 3);
    wick_tensor_release(read);
    expect(wick_safetensors_get(file, 2, &read) == WICK_OK && wick_tensor_count(read) == 0);
    wick_tensor_release(read);
    wick_safetensors_close(file);
    for (int i = 0; i < 3; i++)
        wick_tensor_release(tensor[i]);
    wick_tensor_release(whole);
}

static void keeps_metadata(void)
{
    const wick_pair pair[] = {
        {"format", "wick"}, {"odd \"key\"\\", "\x01\n\t\x7F/\xC3\xA9\xF0\x9F\x98\x80"}, {"", ""}};
    const char *path = in_folder("metadata");
    wick_safetensors *file;
    expect(wick_safetensors_save(context, path, 0, NULL, NULL, 3, pair) == WICK_OK);
    expect(wick_safetensors_open(context, path, &file) == WICK_OK);
    for (size_t i = 0; i < 3; i++) {
        wick_pair read = wick_safetensors_pair(file, i);
        expect(strcmp(read.key, pair[i].key) == 0 && strcmp(read.value, pair[i].value) == 0);
        expect(strcmp(wick_safetensors_metadata(file, pair[i].key), pair[i].value) == 0);
    }
    expect(wick_safetensors_pair(file, 3).key == NULL);
    expect(wick_safetensors_metadata(file, "missing") == NULL);
    wick_safetensors_close(file);
}

static void decodes_escapes(void)
{
    const char *header = "{\"__metadata__\":{\"k\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC"
                         "\\ud83d\\ude00\"}}     ";
    blob b = frame(strlen(header), header, 0);
    wick_safetensors *file;
    expect(wick_safetensors_read(context, "test", b.data, b.bytes, &file) == WICK_OK);
    expect(strcmp(wick_safetensors_metadata(file, "k"),
                  "\"\\/\b\f\n\r\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") == 0);
    wick_safetensors_close(file);
    free(b.data);
}

static void pads_the_header(void)
{
    wick_tensor *tensor = strange_tensor(WICK_FLOAT64), *bytes;
    const char *name = "x", *path = in_folder("padded");
    void *data;
    expect(wick_safetensors_save(context, path, 1, &name, &tensor, 0, NULL) == WICK_OK);
    expect(wick_file_read(context, path, &bytes) == WICK_OK);
    expect(wick_tensor_data(bytes, &data) == WICK_OK);
    const unsigned char *at = data;
    size_t header = at[0] + 256u * at[1];
    expect(header % 8 == 0 && at[7 + header] == ' ');
    expect(wick_tensor_count(bytes) == (int64_t)(8 + header + ROWS * COLUMNS * 8));
    wick_tensor_release(bytes);
    wick_tensor_release(tensor);
}

static void refuses_to_save(void)
{
    wick_tensor *tensor[] = {strange_tensor(WICK_UINT8), NULL};
    char long_name[4200] = "";
    memset(long_name, 'n', 4097);
    const char *const twice[] = {"a", "a"}, *const bad[] = {"\xFF"},
                      *const taken[] = {"__metadata__"}, *const too_long[] = {long_name};
    const wick_pair pairs[] = {{"k", "1"}, {"k", "2"}};
    const char *path = in_folder("never");
    tensor[1] = tensor[0];
    expect_failure(wick_safetensors_save(context, path, 2, twice, tensor, 0, NULL), WICK_EVALUE,
                   "two tensors are called \"a\"");
    expect(strncmp(wick_message(), "cannot save /tmp/", 17) == 0);
    expect_failure(wick_safetensors_save(context, path, 1, bad, tensor, 0, NULL), WICK_EVALUE,
                   "is not UTF-8");
    expect_failure(wick_safetensors_save(context, path, 1, taken, tensor, 0, NULL), WICK_EVALUE,
                   "__metadata__");
    expect_failure(wick_safetensors_save(context, path, 1, too_long, tensor, 0, NULL), WICK_EVALUE,
                   "longer than 4,096 bytes");
    expect_failure(wick_safetensors_save(context, path, 0, NULL, NULL, 2, pairs), WICK_EVALUE,
                   "two entries of metadata are called \"k\"");
    expect(access(path, F_OK) != 0);
    wick_tensor_release(tensor[0]);
}

/* ---- mappings and files that change ---- */

static void mapping_outlives_file(void)
{
    wick_tensor *tensor = strange_tensor(WICK_FLOAT32), *other = strange_tensor(WICK_FLOAT32),
                *view;
    const char *name = "x", *path = in_folder("mapped");
    wick_safetensors *file;
    const int64_t at[] = {0, 0};
    expect(wick_safetensors_save(context, path, 1, &name, &tensor, 0, NULL) == WICK_OK);
    expect(wick_safetensors_map(context, path, &file) == WICK_OK);
    expect(wick_safetensors_get(file, 0, &view) == WICK_OK);
    wick_safetensors_close(file);
    expect(wick_safetensors_save(context, path, 1, &name, &other, 0, NULL) == WICK_OK);
    expect(same_bits(view, tensor));
    expect(wick_tensor_set_element(view, at, 1) != WICK_OK);
    expect(wick_safetensors_save(context, path, 1, &name, &view, 0, NULL) == WICK_OK);
    wick_tensor_release(view);
    expect(wick_safetensors_open(context, path, &file) == WICK_OK);
    expect_same(file, &tensor, 1);
    wick_tensor_release(other);
    wick_tensor_release(tensor);
}

static void copies_what_is_not_aligned(void)
{
    const char *header = "{\"a\":" TENSOR("F64", "[2]", "[0,16]") "}  ";
    blob b = frame(strlen(header), header, 16);
    const char *path = in_folder("odd");
    wick_safetensors *file;
    wick_tensor *tensor;
    void *data;
    expect(b.bytes % 8 != 0);
    put_file(path, b.data, b.bytes);
    expect(wick_safetensors_map(context, path, &file) == WICK_OK);
    expect(wick_safetensors_get(file, 0, &tensor) == WICK_OK);
    expect(wick_tensor_data(tensor, &data) == WICK_OK);
    expect(memcmp(data, b.data + b.bytes - 16, 16) == 0);
    expect(wick_tensor_set_element(tensor, (const int64_t[]){0}, 1) == WICK_OK);
    wick_tensor_release(tensor);
    wick_safetensors_close(file);
    free(b.data);
}

static void notices_a_shorter_file(void)
{
    const char *header =
        "{\"a\":" TENSOR("F32", "[2,3]", "[0,24]") ",\"b\":" TENSOR("U8", "[10]", "[24,34]") "}";
    blob b = frame(strlen(header), header, 34);
    const char *path = in_folder("shorter");
    wick_safetensors *file, *mapped;
    wick_tensor *tensor;
    put_file(path, b.data, b.bytes);
    expect(wick_safetensors_open(context, path, &file) == WICK_OK);
    expect(wick_safetensors_map(context, path, &mapped) == WICK_OK);
    expect(truncate(path, (off_t)b.bytes - 20) == 0);
    expect_failure(wick_safetensors_get(file, 0, &tensor), WICK_EIO, "when it was opened and has");
    expect_failure(wick_safetensors_get(mapped, 1, &tensor), WICK_EIO,
                   "when it was opened and has");
    expect(tensor == NULL);
    wick_safetensors_close(mapped);
    wick_safetensors_close(file);
    free(b.data);
}

static void names_missing_files(void)
{
    wick_safetensors *file;
    expect_failure(wick_safetensors_open(context, in_folder("none"), &file), WICK_EIO,
                   "none: cannot open: No such file or directory");
    expect_failure(wick_safetensors_map(context, folder, &file), WICK_EIO, "is a folder");
    put_file(in_folder("hollow"), "", 0);
    expect_failure(wick_safetensors_map(context, in_folder("hollow"), &file), WICK_EFORMAT,
                   "ends after 0 bytes");
    expect(file == NULL);
}

/* ---- memory ---- */

static wick_status everything(wick_tensor *tensor)
{
    const char *name = "x", *path = in_folder("everything");
    const wick_pair pair = {"k", "v"};
    wick_safetensors *file;
    wick_tensor *read = NULL;
    wick_status status = wick_safetensors_save(context, path, 1, &name, &tensor, 1, &pair);
    for (int mapped = 0; mapped < 2 && status == WICK_OK; mapped++) {
        status = (mapped ? wick_safetensors_map : wick_safetensors_open)(context, path, &file);
        if (status == WICK_OK)
            status = wick_safetensors_get(file, 0, &read);
        wick_tensor_release(read);
        wick_safetensors_close(file);
        read = NULL;
    }
    return status;
}

static void survives_each_failing_allocation(void)
{
    const int64_t turned[] = {COLUMNS, ROWS}, stride[] = {1, COLUMNS};
    wick_tensor *whole = strange_tensor(WICK_FLOAT32), *tensor;
    expect(wick_tensor_on(wick_tensor_storage(whole), 0, 2, turned, stride, &tensor) == WICK_OK);
    expect(everything(tensor) == WICK_OK);
    size_t live = wick_context_memory(context).live;
    uint64_t n = 1;
    for (wick_status status = WICK_ENOMEM; status != WICK_OK && n < 200; n++) {
        wick_context_fail_after(context, n);
        status = everything(tensor);
        wick_context_fail_after(context, 0);
        expect(status == WICK_OK || status == WICK_ENOMEM);
        expect(wick_context_memory(context).live == live);
    }
    expect(n > 10 && n < 200);
    wick_tensor_release(tensor);
    wick_tensor_release(whole);
}

int main(void)
{
    if (open_test())
        return 1;
    test("reads BOOL and the empty shape, refuses BF16", reads_types);
    test("keeps the bits of all types", keeps_all_types);
    test("keeps shapes, strides and empty tensors", keeps_shapes);
    test("keeps metadata", keeps_metadata);
    test("decodes escapes", decodes_escapes);
    test("pads the header to 8 bytes", pads_the_header);
    test("refuses to save what it could not load", refuses_to_save);
    test("maps: views outlive the file and are read-only", mapping_outlives_file);
    test("maps: copies what is not aligned", copies_what_is_not_aligned);
    test("notices that a file became shorter", notices_a_shorter_file);
    test("names files that are not there", names_missing_files);
    test("survives each failing allocation", survives_each_failing_allocation);
    test("leaves no memory behind", leaves_nothing);
    return finish();
}
