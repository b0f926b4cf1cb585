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
    int row, tensors;        /* where the tensors stand in a row, and how many; 0: somehow */
} lua_match;

/* Whether the stack values [first, last] fit the operation's arguments; with `receiver`, the first
 * tensor argument is the value there and takes none of them. */
bool lua_wick_match(lua_State *L, const wick_op *op, int first, int last, int receiver,
                    lua_match *match);
/* Sees whether the tensors stand in a row, when the values are tensors and numbers alone. */
void lua_wick_match_row(lua_match *match);
/* Reads what matched: tensors (made from tables where given so) stand from the returned stack index
 * on, pushed where they did not stand in a row; fills call->inputs and call->value; sizes live in
 * `sizes`. */
int lua_wick_read_call(lua_State *L, const wick_lua *state, const lua_match *match, wick_call *call,
                       wick_sizes *sizes);

/* The place of the word at `index` among "mean|sum|none"; -1: it is none of them. */
int lua_wick_choice(lua_State *L, int index, const char *choices);
/* Raises that the `n` values of a call fit none of the operations of that name. */
int lua_wick_no_match(lua_State *L, const char *name, int count, const wick_op *const *op, int n);

#endif
