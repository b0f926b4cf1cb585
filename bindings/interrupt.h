/* How a program with the Lua module stops an operation that runs. */
#ifndef WICK_BINDINGS_INTERRUPT_H
#define WICK_BINDINGS_INTERRUPT_H

#include <lua.h>

#include "wick.h"

/* `interrupt` is safe in a signal handler; `clear` forgets an interrupt that no
 * operation has seen and returns whether there was one. */
typedef struct wick__interrupter {
    wick_context *context;
    void (*interrupt)(wick_context *context);
    bool (*clear)(wick_context *context);
} wick__interrupter;

/* interrupter() -> light userdata, a wick__interrupter that is valid as long as its Lua state */
int lua_wick_interrupter(lua_State *L);

#endif
