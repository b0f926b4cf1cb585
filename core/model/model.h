/* A network as data: the operations that an evaluation carried out, one a line, and the tensors
 * they read (docs/embedding.md describes the file). read.c makes it, values.c reads a line's
 * arguments for a number of samples, run.c carries it out. */
#ifndef WICK_MODEL_MODEL_H
#define WICK_MODEL_MODEL_H

#include "graph/descriptor.h"
#include "wick.h"

enum { WICK__MODEL_LISTS = 8 }; /* lists of sizes that an operation may have */

/* What stands for a tensor that is left out. */
#define WICK__NO_OPERAND INT32_MIN

/* One operation. Its operands are model->operand[first ...]: from 0 on results, in the order in
 * which they are made, the input being 0; below 0 the weight -1 - operand. */
typedef struct wick__step {
    const wick_op *op;
    int first, operands;
    int result;       /* its first result; there are wick__outputs(op) */
    const char *text; /* of its other arguments */
    wick_value value[WICK_MAX_ARGS];
    wick_sizes list[WICK__MODEL_LISTS];
} wick__step;

/* Everything but the tensors is in one block of the context. */
struct wick_model {
    wick_context *context;
    size_t bytes; /* of the block */
    int steps, operands, results, weights, output;
    wick__step *step;
    int32_t *operand;
    int *last; /* by result: the step that reads it last */
    wick_tensor **result;
    wick_tensor **weight;
    wick_tensor **in;  /* room for the inputs of one step */
    char *text;        /* the program, cut into words */
    wick_dtype dtype;  /* of the input */
    wick_sizes sample; /* the input's shape without its first dimension */
    int64_t samples;   /* planned for; 0: not planned */
};

/* Reads the arguments of every step for that many samples; `N` in the text stands for them. */
wick_status wick__model_read_values(wick_model *model, int64_t samples);

#endif
