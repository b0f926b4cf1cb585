/* What the parts of the program wick share; none of it is in the library or its Lua module. */
#ifndef WICK_BINDINGS_PROGRAM_H
#define WICK_BINDINGS_PROGRAM_H

#include <stdbool.h>

#include <lua.h>

/* From now on Ctrl-C does not end the process at once. */
void wick__catch_interrupts(void);

/* Whether Ctrl-C was pressed while no script ran. */
bool wick__prompt_interrupted(void);

/* The same; asking takes the answer back. */
bool wick__take_prompt_interrupt(void);

/* The module wick.edit: lines from a terminal. */
int luaopen_wick_edit(lua_State *L);

/* The module wick.system, which the library's Lua module has too. */
int luaopen_wick_system(lua_State *L);

#endif
