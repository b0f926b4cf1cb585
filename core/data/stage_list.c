/* Looking kinds of stages up. */
#include <string.h>

#include "data/stage.h"

static const wick__stage_kind *const kinds[] = {
#define WICK__STAGE(word) &wick__stage_##word,
#include "data/stages.def"
#undef WICK__STAGE
};

enum { KINDS = sizeof kinds / sizeof *kinds };

int wick__word_among(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (int i = 0; words && length > 0; i++) {
        size_t next = strcspn(words, "|");
        if (next == length && memcmp(words, word, length) == 0)
            return i;
        words = words[next] ? words + next + 1 : NULL;
    }
    return -1;
}

const wick__stage_kind *wick__stage_find(const char *name)
{
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i]->name, name) == 0 || wick__word_among(kinds[i]->also, name) >= 0)
            return kinds[i];
    return NULL;
}

const wick__stage_kind *wick__stage_at(int index)
{
    return index >= 0 && index < KINDS ? kinds[index] : NULL;
}
