/* The context of a C test, and whether it is empty at the end. */
#ifndef WICK_SPEC_CONTEXT_H
#define WICK_SPEC_CONTEXT_H

#include <stdio.h>
#include <stdlib.h>

#include "support/tap.h"

static wick_context *context;

/* Ends the test program where nothing further would make sense. */
static inline void must(wick_status status)
{
    if (!status)
        return;
    printf("Bail out! %s\n", wick_message());
    exit(1);
}

/* The last test of a program: all that the others made is gone. */
static inline void nothing_is_left(void)
{
    wick_memory memory = wick_context_memory(context);
    expect_for(memory.live == 0 && memory.storages == 0 && memory.nodes == 0,
               "%zu bytes, %llu storages, %llu nodes", memory.live,
               (unsigned long long)memory.storages, (unsigned long long)memory.nodes);
}

#endif
