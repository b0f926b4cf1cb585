/* Fitting the values of a call to the arguments of an operation. */
#ifndef LUA_WICK_MATCH_H
#define LUA_WICK_MATCH_H

#include "graph/descriptor.h"
#include "lua_wick.h"

enum { LUA_WICK_FEW_INPUTS = 64 };

/* Where each argument stands on the stack: 0 left out, negative: in the options table. */
typedef struct lua_match {
    const wick_op *op;
    int position[WICK_MAX_ARGS];
    int span[WICK_MAX_ARGS]; /* stack values an argument takes: lists of sizes take several */
    int options;             /* the options table's position; 0: none */
} lua_match;

/* Whether the stack values [first, last] fit the operation's arguments; with `receiver`, the first
 * tensor argument is the value there and takes none of them. */
bool lua_wick_match(lua_State *L, const wick_op *op, int first, int last, int receiver,
                    lua_match *match);
/* Reads what matched: pushes tensors (made from tables where given so) from the returned stack
 * index on, fills call->inputs and call->value; sizes live in `sizes`. */
int lua_wick_read_call(lua_State *L, const lua_match *match, wick_call *call, wick_sizes *sizes);

#endif
