/* Files of models from strangers: every public operation with arguments of every kind and size,
 * programs and files with something wrong in them. All that may happen is a status; a crash, a
 * loop without end or a large allocation ends the test with the program that did it.
 *
 * WICK_FUZZ is how many of each are tried (1500), WICK_FUZZ_SEED where the random numbers begin. */
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "graph/descriptor.h"
#include "support/io.h"

enum { SECONDS = 20, TEXT = 4096, BYTES_LIMIT = 64 << 20 };

static char program[TEXT], slowest[TEXT];
static double longest; /* seconds of the processor that the slowest program took */
static uint64_t state = 88172645463325252u;
static int rounds = 1500;

/* ---- chance ---- */

static uint64_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static int below(int n)
{
    return (int)(chance() % (uint64_t)n);
}

/* ---- the file ---- */

/* Tensors of many shapes and types, by name; what one operation refuses another one takes. */
static const struct {
    const char *name;
    wick_dtype dtype;
    int ndim;
    int64_t size[5];
} shapes[] = {
    {"image", WICK_FLOAT32, 4, {1, 3, 6, 6}},
    {"filters", WICK_FLOAT32, 4, {4, 3, 3, 3}},
    {"volume", WICK_FLOAT32, 5, {1, 2, 4, 4, 4}},
    {"cube", WICK_FLOAT32, 5, {3, 2, 2, 2, 2}},
    {"matrix", WICK_FLOAT32, 2, {4, 6}},
    {"square", WICK_FLOAT32, 2, {3, 3}},
    {"row", WICK_FLOAT32, 1, {6}},
    {"bias", WICK_FLOAT32, 1, {4}},
    {"three", WICK_FLOAT32, 1, {3}},
    {"one", WICK_FLOAT32, 1, {1}},
    {"none", WICK_FLOAT32, 1, {0}},
    {"batch", WICK_FLOAT32, 3, {2, 3, 3}},
    {"double", WICK_FLOAT64, 2, {3, 3}},
    {"places", WICK_INT64, 1, {3}},
    {"grid", WICK_INT64, 2, {3, 3}},
    {"mask", WICK_UINT8, 2, {3, 3}},
    {"bytes", WICK_UINT8, 4, {1, 3, 6, 6}},
    {"whole", WICK_INT32, 2, {3, 3}},
};
enum { TENSORS = sizeof shapes / sizeof *shapes };

static wick_tensor *tensors[TENSORS];

/* 1, 2, 3 and again: indices that exist, and values above and below a mean. */
static void make_tensors(void)
{
    for (int i = 0; i < TENSORS; i++) {
        must(
            wick_tensor_new(context, shapes[i].dtype, shapes[i].ndim, shapes[i].size, &tensors[i]));
        wick_call call = {.context = context, .value = {{.number = 1}}};
        must(wick_apply_into(wick_op_find("fill"), &call, &tensors[i]));
        for (int64_t k = 0; shapes[i].ndim == 1 && k < shapes[i].size[0]; k++)
            must(wick_tensor_set_element(tensors[i], &k, (double)(1 + k % 3)));
    }
}

/* A file whose program is so many letters; write_model puts the program in their place. */
static char pattern[1 << 16], letters[TEXT];
static size_t pattern_bytes;
static char *place;

static size_t read_all(const char *path, char *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    size_t count = file ? fread(bytes, 1, room, file) : 0;
    if (file)
        fclose(file);
    return count;
}

static void make_pattern(void)
{
    const char *names[TENSORS], *path = in_folder("pattern.wick");
    for (int i = 0; i < TENSORS; i++)
        names[i] = shapes[i].name;
    memset(letters, 'x', sizeof letters - 1);
    const wick_pair pairs[] = {{"wick.model", "1"},
                               {"wick.input", "float32 3 6 6"},
                               {"wick.output", "1"},
                               {"wick.program", letters}};
    must(wick_safetensors_save(context, path, TENSORS, names, tensors, 4, pairs));
    pattern_bytes = read_all(path, pattern, sizeof pattern - 1);
    place = strstr(pattern + 8, "xxxxxxxx");
}

/* Overwrites a file: making it anew each time would wait for the disk. */
static void overwrite(const char *path, const char *bytes, size_t count)
{
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    expect(file >= 0 && write(file, bytes, count) == (ssize_t)count &&
           ftruncate(file, (off_t)count) == 0);
    close(file);
}

/* The program in the file, with blanks behind it. */
static void write_model(const char *path)
{
    char *to = place, *end = place + sizeof letters - 1;
    for (const char *from = program; *from && to < end - 2; from++) {
        bool escaped = *from == '\n' || *from == '\\' || *from == '"';
        if (escaped)
            *to++ = '\\';
        *to++ = *from == '\n' ? 'n' : *from;
    }
    memset(to, ' ', (size_t)(end - to));
    overwrite(path, pattern, pattern_bytes);
}

static double spent(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Loads, plans and runs; nothing is expected of it but to come back. Whether it ran. */
static bool survives(const char *path)
{
    wick_model *model = NULL;
    wick_tensor *answer = NULL;
    wick_context_set_limit(context, wick_context_memory(context).live + BYTES_LIMIT);
    double begin = spent();
    alarm(SECONDS);
    wick_status status = wick_model_load(context, path, &model);
    if (!status)
        status = wick_model_plan(model, 1, NULL);
    if (!status)
        status = wick_model_run(model, tensors[0], &answer);
    alarm(0);
    if (spent() - begin > longest) {
        longest = spent() - begin;
        memcpy(slowest, program, sizeof slowest);
    }
    wick_tensor_release(answer);
    wick_model_release(model);
    return status == WICK_OK;
}

/* A signal ends the test: what was tried is the report. */
static void tell(int number)
{
    static const char what[] = "# ended by a signal, in the program:\n";
    ssize_t written = write(STDOUT_FILENO, what, sizeof what - 1);
    written += write(STDOUT_FILENO, program, strlen(program));
    _exit(written > 0 ? 128 + number : 1);
}

/* ---- programs ---- */

/* Appends to the program. */
__attribute__((format(printf, 1, 2))) static void add(const char *format, ...)
{
    size_t used = strlen(program);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(program + used, sizeof program - used, format, arguments);
    va_end(arguments);
}

/* Mostly small, now and then at an end of what there is. */
static int64_t integer(void)
{
    static const int64_t ends[] = {INT64_MIN,        INT64_MAX, INT64_MAX - 1, INT64_MIN + 1,
                                   INT32_MIN,        INT32_MAX, UINT32_MAX,    (int64_t)1 << 32,
                                   (int64_t)1 << 62, 1 << 20,   -(1 << 20),    1000};
    return below(5) ? below(6) - 1 : ends[below((int)(sizeof ends / sizeof *ends))];
}

static void add_number(void)
{
    static const char *const ends[] = {"inf", "-inf", "1^1000", "-1^-1074", "1^62", "9^2000"};
    if (below(5))
        add("%d^%d", below(7) - 2, below(4) - 2);
    else
        add("%s", ends[below((int)(sizeof ends / sizeof *ends))]);
}

static void add_list(void)
{
    int count = below(4) ? 1 + below(4) : below(WICK_MAX_DIM + 2);
    if (count == 0)
        add("[]");
    for (int i = 0; i < count; i++)
        add(i ? ",%lld" : "%lld", (long long)(below(3) ? 1 + below(3) : integer()));
}

static void add_value(const wick__arg *arg)
{
    switch (arg->kind) {
    case WICK__NUMBER:
        add_number();
        break;
    case WICK__SIZES:
    case WICK__DIMS:
        add_list();
        break;
    case WICK__BOOLEAN:
        add("%d", below(2));
        break;
    case WICK__CHOICE:
    case WICK__DTYPE:
        add("%d", below(9));
        break;
    default:
        add("%lld", (long long)integer());
    }
}

static void add_operand(const wick__arg *arg)
{
    if (arg->optional && below(3) == 0)
        add(" -");
    else if (below(4) == 0)
        add(" %%0");
    else
        add(" %s", shapes[below(TENSORS)].name);
}

static void add_call(const wick_op *op, const char *word)
{
    add("%s", word);
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++) {
        int count = arg->kind == WICK__TENSORS ? 1 + below(3) : wick__arg_is_tensor(arg);
        while (count-- > 0)
            add_operand(arg);
    }
    add(" |");
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++)
        if (!wick__arg_is_tensor(arg)) {
            add(" ");
            add_value(arg);
        }
}

/* ---- tests ---- */

static void all_operations(void)
{
    const char *path = in_folder("operations.wick");
    int tried = 0, ran = 0, each = rounds / 20;
    for (size_t i = 0; wick_op_at(i); i++) {
        const wick_op *op = wick_op_at(i);
        for (int k = 0; k < each && !op->internal && !op->random; k++, tried++) {
            program[0] = '\0';
            add_call(op, wick_op_word(i));
            write_model(path);
            ran += survives(path);
        }
    }
    expect_for(ran > tried / 20, "%d of %d ran", ran, tried);
}

static const char network[] = "conv2d %0 filters bias | 1,1 1,1 1,1 1\n"
                              "relu %1 |\n"
                              "max_pool2d %2 | 2,2 2,2 [] [] 0 0\n"
                              "batch_norm %3 bias bias bias bias | 0 1^-3 1^-16\n"
                              "view %5 | N,36\n"
                              "add_number %6 | 1^-1\n"
                              "soft_max %7 | 1";

/* Something of the text becomes something else. */
static void change_text(char *text)
{
    static const char alphabet[] = "0123456789-^,N[]%| \nabcdefinorstvx_";
    size_t length = strlen(text);
    for (int n = 1 + below(3); n > 0; n--) {
        size_t at = chance() % length;
        if (below(3) == 0)
            memmove(text + at, text + at + 1, length - at), length--;
        else
            text[at] = alphabet[below((int)sizeof alphabet - 1)];
    }
}

static void changed_programs(void)
{
    const char *path = in_folder("program.wick");
    int ran = 0;
    snprintf(program, sizeof program, "%s", network);
    write_model(path);
    expect(survives(path));
    for (int i = 0; i < rounds; i++) {
        snprintf(program, sizeof program, "%s", network);
        change_text(program);
        write_model(path);
        ran += survives(path);
    }
    expect_for(ran < rounds && ran > 0, "%d of %d ran", ran, rounds);
}

/* Bytes of the whole file, most of them in the header, and its length. */
static void changed_files(void)
{
    static char bad[sizeof pattern];
    const char *path = in_folder("file.wick");
    snprintf(program, sizeof program, "%s", network);
    write_model(path);
    expect(survives(path));
    for (int i = 0; i < rounds; i++) {
        size_t end = below(8) ? pattern_bytes : chance() % pattern_bytes;
        memcpy(bad, pattern, pattern_bytes);
        for (int n = 1 + below(4); n > 0; n--)
            bad[chance() % (below(3) ? 2048 : pattern_bytes)] ^= (char)(1 << below(8));
        overwrite(path, bad, end);
        survives(path);
    }
}

/* Sanitizers and other work on the machine included. */
static void nothing_takes_long(void)
{
    expect_for(longest < 5, "%.2f s for %s", longest, slowest);
    if (getenv("WICK_FUZZ"))
        printf("# the slowest: %.4f s for %s\n", longest, slowest);
}

static void read_settings(void)
{
    const char *count = getenv("WICK_FUZZ"), *seed = getenv("WICK_FUZZ_SEED");
    rounds = count ? atoi(count) : rounds;
    state += seed ? strtoull(seed, NULL, 10) : 0;
}

int main(void)
{
    static const int signals[] = {SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL};
    if (open_test())
        return 1;
    read_settings();
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], tell);
    make_tensors();
    make_pattern();
    test("operations with arguments of all kinds", all_operations);
    test("programs with something changed", changed_programs);
    test("files with something changed", changed_files);
    for (int i = 0; i < TENSORS; i++)
        wick_tensor_release(tensors[i]);
    wick_context_set_limit(context, 0);
    test("nothing takes long", nothing_takes_long);
    test("leaves nothing", leaves_nothing);
    return finish();
}
