/* Kinds of stages. A kind is one descriptor: name, arguments, a sentence, and what it does; the
 * list of all is stages.def. Bindings, help and the reference read the descriptors. A stage is a
 * kind with values. */
#ifndef WICK_DATA_STAGE_H
#define WICK_DATA_STAGE_H

#include "data/pipeline.h"

enum { WICK__STAGE_ARGS = 10, WICK__STAGE_LIST = 16 };

typedef enum wick__stage_arg_kind {
    WICK__STAGE_END = 0,
    WICK__STAGE_NUMBER,
    WICK__STAGE_WHOLE,   /* a number without fraction */
    WICK__STAGE_BOOLEAN, /* 0 or 1 */
    WICK__STAGE_CHOICE,  /* one of the words in `choices`, counted from 0 */
    WICK__STAGE_RANGE,   /* from and to; one number n means both */
    WICK__STAGE_SPREAD,  /* from and to; one number n means -n and n */
    WICK__STAGE_FACTOR,  /* from and to; one number n means 1 - n, at least 0, and 1 + n */
    WICK__STAGE_WHOLES,  /* one to four numbers without fractions */
    WICK__STAGE_NUMBERS, /* one number, or one a channel */
    WICK__STAGE_STAGES   /* a pipeline */
} wick__stage_arg_kind;

typedef struct wick__stage_arg {
    const char *name;
    wick__stage_arg_kind kind;
    int known; /* numbers in the default; 0: the argument must be given */
    double fallback[4];
    double least, most;  /* of every number */
    const char *choices; /* "nearest|bilinear" */
} wick__stage_arg;

typedef struct wick__stage_value {
    int count; /* of numbers */
    double number[WICK__STAGE_LIST];
    wick__pipeline *stages; /* owned; NULL */
} wick__stage_value;

typedef struct wick__stage wick__stage;

typedef struct wick__stage_kind {
    const char *name;
    const char *also; /* its names elsewhere: "RandomHorizontalFlip|HorizontalFlip" */
    const char *doc;
    const wick__stage_arg *args;
    /* What the arguments' own ranges do not say; NULL: nothing. */
    wick_status (*check)(const wick__stage *stage);
    /* One of them, for samples or for batches. An argument "p" is how often it is called. */
    wick_status (*apply)(const wick__stage *stage, wick__sample *sample);
    wick_status (*apply_batch)(const wick__stage *stage, wick__batch *batch);
} wick__stage_kind;

struct wick__stage {
    const wick__stage_kind *kind;
    wick__stage_value value[WICK__STAGE_ARGS]; /* in the order of kind->args */
    char *label;                               /* of a stage that calls back, owned */
    bool here_only;
    wick__stage_call *call;
    void *data;
    void (*release)(void *data);
};

#define WICK__STAGE(word) extern const wick__stage_kind wick__stage_##word;
#include "data/stages.def"
#undef WICK__STAGE

/* The kind of that name, or with that name elsewhere; NULL: none. */
const wick__stage_kind *wick__stage_find(const char *name);
/* All kinds, in list order; NULL behind the last. */
const wick__stage_kind *wick__stage_at(int index);
/* Whether `word` is one of the words in "a|b|c", and which; -1: none. */
int wick__word_among(const char *words, const char *word);

/* Fills in the values of a stage whose kind is set; see wick__pipeline_add. Messages begin with the
 * argument. On failure the caller closes the stage. */
wick_status wick__stage_fill(wick__stage *stage, int count, const wick__given *given);
/* Releases what a stage owns. */
void wick__stage_close(wick_context *context, wick__stage *stage);
/* Draws from the stream whether a stage with that "p" is to be applied. */
bool wick__stage_happens(const wick__stage *stage, wick__stream *stream);

/* Value `index` of a stage that is one number, or drawn evenly between two. */
static inline double wick__stage_number(const wick__stage *stage, int index)
{
    return stage->value[index].number[0];
}

static inline double wick__stage_draw(const wick__stage *stage, int index, wick__stream *stream)
{
    const double *between = stage->value[index].number;
    return wick__draw_uniform(stream, between[0], between[1]);
}

/* A list's number for channel c: the one there is, or the channel's own. */
double wick__value_channel(const wick__stage_value *value, int64_t c);
/* Fails with WICK_ESHAPE when list `index` has more than one number and not one a channel. */
wick_status wick__stage_check_channels(const wick__stage *stage, int index,
                                       const wick_tensor *image);

#endif
