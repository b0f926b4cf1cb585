/* The Lua modules that are compiled into libwick_lua; bindings/modules.lua writes their table. */
#ifndef WICK_BINDINGS_MODULES_H
#define WICK_BINDINGS_MODULES_H

#include <stddef.h>

typedef struct wick__module {
    const char *name; /* "nn.linear" */
    const char *file; /* "nn/linear.lua", below lua/ */
    const char *source;
    size_t bytes;
} wick__module;

extern const wick__module wick__modules[]; /* in the order of strcmp on their names */
extern const size_t wick__module_count;

#endif
