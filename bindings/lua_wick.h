/* What the binding's files share: the state of a Lua state, boxes, arguments, errors.
 *
 * The order in every function is parse, box, call, then raise: arguments are read while nothing is
 * owned outside a box, an empty box is pushed, the core fills it, and only then may Lua jump. */
#ifndef LUA_WICK_H
#define LUA_WICK_H

#include <lauxlib.h>
#include <lua.h>

#include "wick.h"

typedef struct lua_wick_used {
#define LUA_WICK_USED(word) const wick_op *word;
#include "used.def"
#undef LUA_WICK_USED
} lua_wick_used;

/* One a Lua state, kept in its registry. */
typedef struct wick_lua {
    wick_context *context;
    lua_State *running; /* where callbacks of the core are to run; NULL: the state is closed */
    uint64_t collected; /* bytes ever allocated at the last full collection */
    size_t survived;    /* bytes alive after it */
    int young;          /* boxes to be made until a step of the collector is asked for */
    uint64_t stepped;   /* bytes ever allocated at the last such step */
    uint64_t stride;    /* bytes to be allocated until the next one */
    uint64_t next_link; /* numbers of links, from 1 */
    struct lua_function *dead; /* functions whose nodes are gone, links still to be cleared */
    wick_dtype dtype;          /* default element type */
    bool noting;               /* calls of operations are noted (record.c) */
    bool looked;               /* a value of a tensor went to Lua while they were */
    bool torch7;               /* Torch7's habits: integral results are integers */
    lua_wick_used op;          /* op.add and so on */
    int classes[WICK_DTYPES];  /* where the registry holds the tensors' metatables */
    int refs;                  /* this state, and nodes that call into it */
} wick_lua;

/* ---- the state (state.c) ---- */

wick_lua *lua_wick_state(lua_State *L);
wick_context *lua_wick_context(lua_State *L);
/* The state of a method registered by lua_wick_tensor_methods, in it: found faster. */
wick_lua *lua_wick_method_state(lua_State *L);
/* lua_wick_op(L, add): one of the operations of used.def. */
#define lua_wick_op(L, word) (lua_wick_state(L)->op.word)
/* Pops the userdata that holds the state and keeps it; pushes it. */
void lua_wick_keep_state(lua_State *L);
void lua_wick_push_state(lua_State *L);
/* What it holds: NULL once the Lua state has begun to close. */
wick_lua *const *lua_wick_state_slot(lua_State *L);
/* Copies the allocator that the context of a state that is still to be opened takes. */
void lua_wick_keep_allocator(lua_State *L, const wick_allocator *allocator);
/* The allocator kept, NULL: none. */
const wick_allocator *lua_wick_allocator(lua_State *L);
/* To be called with every new box: runs a full collection when the bytes allocated since the last
 * exceed the budget, and asks for steps in between. */
void lua_wick_spend(lua_State *L, wick_lua *state);
void lua_wick_collect(lua_State *L);

/* ---- errors (error.c) ---- */

/* Raises the core's message at the script's line; a callback's own error is raised as it was. */
int lua_wick_raise(lua_State *L, wick_status status);
void lua_wick_check(lua_State *L, wick_status status);
/* Pops the error value of a callback and keeps it for lua_wick_raise. */
void lua_wick_keep_callback_error(lua_State *L);
int lua_wick_set_library(lua_State *L); /* a Lua function: (prefix of the library's sources) */
/* Raises a message of the binding's own at the script's line. */
int lua_wick_error(lua_State *L, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Pushes "torch.FloatTensor 2 x 3", "number", "nn.Linear": what a value is, for messages. */
const char *lua_wick_describe(lua_State *L, int index);

/* ---- tensors in boxes (box.c) ---- */

/* Pushes an empty box and returns its slot; what is put there belongs to the box. `dtype` chooses
 * the class; lua_wick_settle corrects it once the slot is filled. */
wick_tensor **lua_wick_push_box(lua_State *L);
/* The same without a class, which its finalizer comes with: nothing may raise between filling the
 * slot and lua_wick_settle_in. */
wick_tensor **lua_wick_push_bare_box(lua_State *L);
/* Gives the box at `index` the class of tensors of that type. */
void lua_wick_settle_in(lua_State *L, const wick_lua *state, int index, wick_dtype dtype);
/* Gives the box on top the class of what it holds, the links of its history, and pays the
 * collector's budget. */
void lua_wick_settle(lua_State *L, int index);
/* Pushes a box with a reference of its own. NULL pushes nil. */
void lua_wick_push_tensor(lua_State *L, wick_tensor *tensor);
/* NULL when the value is no tensor; raises for a freed one, and brings one back that was let go. */
wick_tensor *lua_wick_to_tensor(lua_State *L, int index);
/* The same for what was a tensor or nil before, which may have been freed since. */
wick_tensor *lua_wick_reread(lua_State *L, int index);
/* Whether it is a tensor's box, which may be empty. */
bool lua_wick_is_box(lua_State *L, int index);
/* Whether it is the box of that very tensor. */
bool lua_wick_holds(lua_State *L, int index, const wick_tensor *tensor);
/* Raises when the value is no tensor. `what` names the function. */
wick_tensor *lua_wick_check_tensor(lua_State *L, int index, const char *what);
/* Raises when the value is no function. */
void lua_wick_check_function(lua_State *L, int index, const char *what);
wick_storage *lua_wick_to_storage(lua_State *L, int index);
wick_storage **lua_wick_push_storage_box(lua_State *L);
void lua_wick_settle_storage(lua_State *L, int index);
void lua_wick_push_storage(lua_State *L, wick_storage *storage);
/* A LongStorage of these numbers. */
void lua_wick_push_sizes(lua_State *L, int count, const int64_t *v);
/* Makes the 8 tensor and 8 storage classes; leaves a table name -> metatable. */
void lua_wick_open_classes(lua_State *L);
/* letGo, isLetGo, comeBack: boxes that are empty for a while. */
void lua_wick_open_boxes(lua_State *L);
/* Registers methods in every tensor class (and the table given, when index is not 0). */
void lua_wick_tensor_methods(lua_State *L, const luaL_Reg *methods);
/* Pops a function and makes it a method of every tensor class. */
void lua_wick_set_method(lua_State *L, const char *name);
void lua_wick_storage_methods(lua_State *L, const luaL_Reg *methods);
const char *lua_wick_type_name(wick_dtype dtype); /* "Float" of torch.FloatTensor */
/* The type that a name such as "torch.FloatTensor", "float32" or "float" means; -1: none. */
int lua_wick_dtype(const char *name);

/* ---- history and closures (link.c) ---- */

/* Leaves with the recorded tensor's box at `index` the links of the `n` values from `first` on. */
void lua_wick_inherit_links(lua_State *L, const wick_lua *state, int index, int first, int n);
void lua_wick_find_link(lua_State *L, int index, const wick_tensor *tensor);
void lua_wick_open_links(lua_State *L);

/* ---- noting calls (record.c) ---- */

/* Notes that an operation made the `outputs` tensors from stack index `out` on of those from
 * `first` on. Noted calls are what models are exported from. */
void lua_wick_note_call(lua_State *L, const wick_op *op, const wick_call *call, int first, int out,
                        int outputs);
void lua_wick_open_record(lua_State *L);

/* ---- values (value.c) ---- */

/* Pushes an element as Lua sees it: integers from integer types, floats from floating ones. */
void lua_wick_push_element(lua_State *L, const wick_lua *state, wick_dtype dtype, const void *at);
/* The only element of a tensor. */
void lua_wick_push_item(lua_State *L, wick_tensor *tensor);
void lua_wick_write_element(lua_State *L, wick_dtype dtype, void *at, int index);
/* A whole number, truncated as Torch7 does; raises with `name` for NaN, infinity and non-numbers.
 */
int64_t lua_wick_integer(lua_State *L, int index, const char *name);
/* The same, but a fraction is refused. */
int64_t lua_wick_whole(lua_State *L, int index, const char *name);
/* A list of numbers: numbers from `index` on, a table, or a LongStorage; returns how many stack
 * values it took. */
int lua_wick_sizes(lua_State *L, int index, const char *name, wick_sizes *sizes);
/* Whether a table gives options by name; an empty one gives none, or is an empty list. */
typedef enum lua_options {
    LUA_WICK_NO_OPTIONS,
    LUA_WICK_OPTIONS,
    LUA_WICK_EMPTY_OPTIONS
} lua_options;
lua_options lua_wick_options(lua_State *L, int index);
/* Whether a table begins with a tensor, or with a number or nothing. */
bool lua_wick_is_tensor_list(lua_State *L, int index);
bool lua_wick_is_number_list(lua_State *L, int index);
/* Pushes a tensor made of nested tables of numbers. */
void lua_wick_table_to_tensor(lua_State *L, int index, wick_dtype dtype);

/* ---- the pieces of the module, each leaves its functions in the table on top ---- */

void lua_wick_open_operations(lua_State *L);
void lua_wick_open_tensor(lua_State *L);
void lua_wick_open_storage(lua_State *L);
void lua_wick_open_index(lua_State *L);
void lua_wick_open_operators(lua_State *L);
void lua_wick_open_autograd(lua_State *L);
void lua_wick_open_context(lua_State *L);
void lua_wick_open_io(lua_State *L);
void lua_wick_open_image(lua_State *L);
void lua_wick_open_image_geometry(lua_State *L);
void lua_wick_open_stream(lua_State *L);
void lua_wick_open_generator(lua_State *L);
void lua_wick_open_trace(lua_State *L);
void lua_wick_open_replay(lua_State *L);
void lua_wick_open_history(lua_State *L);
void lua_wick_open_update(lua_State *L);
void lua_wick_open_pipeline(lua_State *L);
void lua_wick_open_loader(lua_State *L);

/* Carries an operation out on values of the stack: `n` tensors from `first` on, `value` the rest.
 * Pushes the boxed result. */
void lua_wick_apply(lua_State *L, const wick_op *op, int first, int n, const wick_value *value);
/* The same for who has the state at hand. */
void lua_wick_apply_in(lua_State *L, wick_lua *state, const wick_op *op, int first, int n,
                       const wick_value *value);
/* The same, but writes into the tensor at `to` and pushes nothing. */
void lua_wick_apply_into(lua_State *L, const wick_op *op, int first, int n, const wick_value *value,
                         int to);

#endif
