/* Reading a model: the lines of its program, whose tensors a safetensors file names or the caller
 * gives, and who reads a result last. Neither is trusted: what is no operation, result or tensor is
 * refused by line and word. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "model/model.h"

static const char version[] = "1";

static wick_status missing(const char *path, const char *key)
{
    return wick__fail(WICK_EFORMAT, "%s: no model: its metadata has no usable \"%s\"", path, key);
}

/* ---- words ---- */

/* Cuts the next word off: *at moves behind it. NULL: the line has no more. */
static char *next_word(char **at)
{
    char *word = *at + strspn(*at, " ");
    if (!*word)
        return NULL;
    *at = word + strcspn(word, " ");
    if (**at)
        *(*at)++ = '\0';
    return word;
}

/* A number from 0 to `end` - 1 that the whole word is. */
static bool read_number(const char *word, int end, int *number)
{
    char *rest;
    long value = strtol(word, &rest, 10);
    *number = (int)value;
    return *word >= '0' && *word <= '9' && !*rest && value < end;
}

/* ---- the block ---- */

/* Room for all arrays; the program cannot have more of anything than blanks and lines. */
static size_t place(wick_model *m, char *block, size_t text)
{
    size_t at = 0;
#define PLACE(field, count)                                                                        \
    do {                                                                                           \
        if (block)                                                                                 \
            m->field = (void *)(block + at);                                                       \
        at += ((size_t)(count) * sizeof *m->field + 15) / 16 * 16;                                 \
    } while (0)
    PLACE(step, m->steps);
    PLACE(last, m->results);
    PLACE(result, m->results);
    PLACE(weight, m->weights);
    PLACE(in, m->operands);
    PLACE(operand, m->operands);
    PLACE(text, text);
#undef PLACE
    return at;
}

static int count(const char *text, char character)
{
    int n = 0;
    for (; *text; text++)
        n += *text == character;
    return n;
}

static wick_status make(wick_context *context, const char *program, size_t tensors,
                        wick_model **model)
{
    size_t text = strlen(program) + 1;
    if (text > INT32_MAX / WICK_MAX_OUTPUTS || tensors > INT32_MAX)
        return wick__fail(WICK_EFORMAT, "model: a program of %zu bytes", text);
    wick_model m = {.context = context, .weights = (int)tensors};
    m.steps = count(program, '\n') + 1;
    m.operands = m.steps + count(program, ' ');
    m.results = 1 + m.steps * WICK_MAX_OUTPUTS;
    m.bytes = sizeof m + place(&m, NULL, text);
    void *memory;
    wick_status status = wick__alloc_zeroed(context, m.bytes, &memory);
    if (status)
        return status;
    *model = memory;
    **model = m;
    place(*model, (char *)memory + sizeof m, text);
    memcpy((*model)->text, program, text);
    wick_context_retain(context);
    return WICK_OK;
}

void wick_model_release(wick_model *model)
{
    if (!model)
        return;
    wick_context *context = model->context;
    for (int i = 0; i < model->results; i++)
        wick_tensor_release(model->result[i]);
    for (int i = 0; i < model->weights; i++)
        wick_tensor_release(model->weight[i]);
    wick__free(context, model, model->bytes);
    wick_context_release(context);
}

/* ---- lines ---- */

/* The place of a weight: a file's tensors have names, tensors that were given numbers, $0 ... */
static bool find_weight(const wick_model *m, const wick_safetensors *file, const char *word,
                        size_t *index)
{
    int number;
    if (file)
        return wick_safetensors_find(file, word, index);
    if (*word != '$' || !read_number(word + 1, m->weights, &number))
        return false;
    *index = (size_t)number;
    return true;
}

/* `results`: how many there are so far. */
static bool read_operand(wick_model *m, const wick_safetensors *file, const char *word, int results,
                         int32_t *operand)
{
    size_t index;
    int number;
    if (strcmp(word, "-") == 0) {
        *operand = WICK__NO_OPERAND;
        return true;
    }
    if (*word == '%') {
        bool found = read_number(word + 1, results, &number);
        *operand = number;
        return found;
    }
    if (!find_weight(m, file, word, &index))
        return false;
    *operand = -1 - (int32_t)index;
    return m->weight[index] != NULL;
}

/* Whether an operation takes those operands: as many tensors as it declares, and those it needs. */
static bool takes(const wick_op *op, const int32_t *operand, int operands)
{
    int i = 0;
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++) {
        if (arg->kind == WICK__TENSORS) {
            for (; i < operands; i++)
                if (operand[i] == WICK__NO_OPERAND)
                    return false;
        } else if (arg->kind == WICK__TENSOR) {
            bool given = i < operands && operand[i] != WICK__NO_OPERAND;
            if (!given && !arg->optional)
                return false;
            i++;
        }
    }
    return operands <= i;
}

static wick_status read_line(wick_model *m, const wick_safetensors *file, char *line, int number,
                             int *operands, int *results)
{
    wick__step *step = &m->step[number];
    char *word = next_word(&line);
    *step = (wick__step){.op = word ? wick_op_find(word) : NULL, .first = *operands};
    if (!step->op || step->op->internal || step->op->random)
        return wick__fail(WICK_EFORMAT, "model: line %d: no operation \"%s\"", number + 1,
                          word ? word : "");
    while ((word = next_word(&line)) && strcmp(word, "|") != 0)
        if (!read_operand(m, file, word, *results, &m->operand[(*operands)++]))
            return wick__fail(WICK_EFORMAT, "model: line %d: no tensor \"%s\"", number + 1, word);
    step->text = line;
    step->operands = *operands - step->first;
    if (!takes(step->op, &m->operand[step->first], step->operands))
        return wick__fail(WICK_EFORMAT, "model: line %d: %s takes other tensors", number + 1,
                          wick_op_name(step->op));
    step->result = *results;
    *results += wick__outputs(step->op);
    return WICK_OK;
}

/* `file`: NULL where the weights were given. */
static wick_status read_lines(wick_model *m, const wick_safetensors *file)
{
    int operands = 0, results = 1, n = 0;
    wick_status status = WICK_OK;
    for (char *line = m->text; line && *line && !status; n++) {
        char *end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        status = read_line(m, file, line, n, &operands, &results);
        line = end;
    }
    m->steps = n;
    m->results = results;
    return status;
}

static void find_last_uses(wick_model *m)
{
    for (int i = 0; i < m->steps; i++) {
        const wick__step *step = &m->step[i];
        for (int r = 0; r < wick__outputs(step->op); r++)
            m->last[step->result + r] = i; /* until somebody reads it */
        for (int k = 0; k < step->operands; k++)
            if (m->operand[step->first + k] >= 0)
                m->last[m->operand[step->first + k]] = i;
    }
}

/* ---- the file ---- */

/* "float32 3 32 32": the type and the shape of a sample. */
static bool read_input(wick_model *m, const char *text)
{
    static const char type[] = "float32 ";
    m->dtype = WICK_FLOAT32;
    if (!text || strncmp(text, type, strlen(type)) != 0)
        return false;
    for (const char *at = text + strlen(type); *at; at += strspn(at, " ")) {
        char *rest;
        long long size = strtoll(at, &rest, 10);
        if (rest == at || size < 1 || m->sample.count == WICK_MAX_DIM - 1)
            return false;
        m->sample.v[m->sample.count++] = size;
        at = rest;
    }
    return true;
}

static wick_status read_weights(wick_model *m, wick_safetensors *file)
{
    wick_status status = WICK_OK;
    for (int i = 0; i < m->weights && !status; i++)
        status = wick_safetensors_get(file, (size_t)i, &m->weight[i]);
    return status;
}

static wick_status read_model(wick_model *m, wick_safetensors *file, const char *path)
{
    const char *output = wick_safetensors_metadata(file, "wick.output");
    if (!read_input(m, wick_safetensors_metadata(file, "wick.input")))
        return missing(path, "wick.input");
    wick_status status = read_weights(m, file);
    if (!status)
        status = read_lines(m, file);
    if (!status && !(output && read_number(output, m->results, &m->output)))
        status = missing(path, "wick.output");
    if (!status)
        find_last_uses(m);
    return status;
}

wick_status wick_model_load(wick_context *context, const char *path, wick_model **model)
{
    wick_safetensors *file;
    wick_model *made = NULL;
    wick_status status = wick_safetensors_open(context, path, &file);
    if (status)
        return status;
    const char *said = wick_safetensors_metadata(file, "wick.model");
    const char *program = wick_safetensors_metadata(file, "wick.program");
    if (!said || strcmp(said, version) != 0)
        status = missing(path, "wick.model");
    else if (!program)
        status = missing(path, "wick.program");
    if (!status)
        status = make(context, program, wick_safetensors_count(file), &made);
    if (!status)
        status = read_model(made, file, path);
    wick_safetensors_close(file);
    if (status)
        wick_model_release(made);
    else
        *model = made;
    return status;
}

/* ---- a program and its tensors ---- */

static wick_status read_given(wick_model *m, int output)
{
    wick_status status = read_lines(m, NULL);
    if (!status && (output < 0 || output >= m->results))
        status = wick__fail(WICK_EVALUE, "model: result %d of %d", output, m->results);
    if (status)
        return status;
    m->output = output;
    find_last_uses(m);
    return wick__model_read_values(m, m->samples);
}

wick_status wick_model_new(wick_context *context, const char *program, int output,
                           const wick_tensor *input, int weights, wick_tensor *const *weight,
                           wick_model **model)
{
    wick_model *made = NULL;
    wick_status status = make(context, program, (size_t)weights, &made);
    if (status)
        return status;
    for (int i = 0; i < weights; i++) {
        made->weight[i] = weight[i];
        wick_tensor_retain(weight[i]);
    }
    made->dtype = wick_tensor_dtype(input);
    made->samples = wick_tensor_ndim(input) ? wick_tensor_size(input, 0) : 0;
    made->sample.count = wick_tensor_ndim(input) - 1;
    for (int i = 0; i < made->sample.count; i++)
        made->sample.v[i] = wick_tensor_size(input, i + 1);
    status = read_given(made, output);
    if (status)
        wick_model_release(made);
    else
        *model = made;
    return status;
}
