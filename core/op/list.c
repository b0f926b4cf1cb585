/* Looking operations up. */
#include "op/list.h"

#include <string.h>

typedef struct entry {
    const char *word;
    const wick_op *op;
} entry;

static const entry entries[] = {
#define WICK_OP(name) {#name, &wick_op_##name},
#include "op/ops.def"
#undef WICK_OP
};

enum { ENTRIES = sizeof entries / sizeof *entries };

const wick_op *wick_op_find(const char *name)
{
    for (size_t i = 0; i < ENTRIES; i++)
        if (strcmp(entries[i].word, name) == 0)
            return entries[i].op;
    return NULL;
}

const wick_op *wick_op_at(size_t index)
{
    return index < ENTRIES ? entries[index].op : NULL;
}

const char *wick_op_word(size_t index)
{
    return index < ENTRIES ? entries[index].word : NULL;
}

const char *wick_op_name(const wick_op *op)
{
    return op->name;
}
