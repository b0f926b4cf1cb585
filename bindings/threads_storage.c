/* Storages and tensors in several Lua states. A storage belongs to the context it was made in,
 * which one thread uses at a time; other states see its memory as memory lent to a storage of their
 * own. What the one writes the others read, but only the writer's versions count it. */
#include "threads.h"

#include <stdlib.h>
#include <string.h>

typedef struct shared_storage {
    lua_shared base;
    wick_storage *storage; /* NULL: `data` is a copy */
    wick_storage *pin;     /* a view of all of it: its size stays */
    wick_context *context; /* the storage's; lent, as the storage keeps it */
    void *data;
    int64_t size;
    wick_dtype dtype;
    bool read_only;
} shared_storage;

typedef struct geometry {
    int64_t offset, ndim;
    int64_t size[WICK_MAX_DIM], stride[WICK_MAX_DIM];
} geometry;

typedef struct shared_tensor {
    lua_shared base;
    lua_shared *storage; /* NULL: none */
    wick_dtype dtype;
    geometry at;
} shared_tensor;

static void free_storage(lua_shared *object)
{
    shared_storage *s = (shared_storage *)object;
    if (s->storage) {
        wick_storage_release(s->pin);
        wick_storage_release(s->storage);
    } else
        free(s->data);
    free(s);
}

static void let_go(void *owner)
{
    lua_wick_shared_release(owner);
}

static wick_status lend(lua_State *L, shared_storage *s, wick_storage **slot)
{
    lua_wick_shared_retain(&s->base);
    wick_status status = wick_storage_borrow(lua_wick_context(L), s->dtype, s->size, s->data,
                                             s->read_only, let_go, s, slot);
    if (status)
        lua_wick_shared_release(&s->base);
    return status;
}

static wick_status copy_out(lua_State *L, const shared_storage *s, wick_storage **slot)
{
    void *data;
    wick_status status = wick_storage_new(lua_wick_context(L), s->dtype, s->size, slot);
    if (!status)
        status = wick_storage_data(*slot, &data);
    if (!status && s->size > 0)
        memcpy(data, s->data, (size_t)s->size * wick_dtype_size(s->dtype));
    return status;
}

/* In the state that it comes from the storage is itself. */
static void push_storage(lua_State *L, lua_shared *object)
{
    shared_storage *s = (shared_storage *)object;
    if (s->storage && s->context == lua_wick_context(L)) {
        lua_wick_push_storage(L, s->storage);
        return;
    }
    wick_storage **slot = lua_wick_push_storage_box(L);
    lua_wick_check(L, s->storage ? lend(L, s, slot) : copy_out(L, s, slot));
    lua_wick_settle_storage(L, -1);
}

static const lua_shared_kind storage_kind = {"wick.SharedStorage", free_storage, push_storage};

static wick_status take_memory(shared_storage *s, wick_storage *storage)
{
    wick_status status = wick_storage_view(storage, 0, s->size, &s->pin);
    if (status)
        return status;
    wick_storage_retain(storage);
    s->storage = storage;
    return WICK_OK;
}

static wick_status copy_in(shared_storage *s)
{
    size_t bytes = (size_t)s->size * wick_dtype_size(s->dtype);
    void *copy = malloc(bytes > 0 ? bytes : 1);
    if (!copy)
        return WICK_ENOMEM;
    if (bytes > 0)
        memcpy(copy, s->data, bytes);
    s->data = copy;
    return WICK_OK;
}

wick_status lua_wick_share_storage(lua_State *L, wick_storage *storage, bool copy,
                                   lua_shared **shared)
{
    shared_storage *s = copy ? NULL : wick_storage_owner(storage, let_go);
    if (s) { /* another state's: it is passed on */
        lua_wick_shared_retain(&s->base);
        *shared = &s->base;
        return WICK_OK;
    }
    s = lua_wick_shared_new(&storage_kind, sizeof *s);
    if (!s)
        return WICK_ENOMEM;
    s->context = lua_wick_context(L);
    s->size = wick_storage_size(storage);
    s->dtype = wick_storage_dtype(storage);
    s->read_only = wick_storage_is_read_only(storage);
    wick_status status = wick_storage_data(storage, &s->data);
    if (!status)
        status = copy ? copy_in(s) : take_memory(s, storage);
    if (status)
        free(s);
    else
        *shared = &s->base;
    return status;
}

/* ---- tensors ---- */

static void measure(const wick_tensor *tensor, geometry *at)
{
    memset(at, 0, sizeof *at);
    at->offset = wick_tensor_offset(tensor);
    at->ndim = wick_tensor_ndim(tensor);
    for (int i = 0; i < at->ndim; i++) {
        at->size[i] = wick_tensor_size(tensor, i);
        at->stride[i] = wick_tensor_stride(tensor, i);
    }
}

/* Pushes a tensor at that place of the storage, which stands at `index` or is none. */
static void push_tensor(lua_State *L, int index, wick_dtype dtype, const geometry *at)
{
    wick_storage *storage = lua_wick_to_storage(L, index);
    wick_tensor **slot = lua_wick_push_box(L);
    if (at->ndim < 0 || at->ndim > WICK_MAX_DIM)
        lua_wick_error(L, "a tensor of %d dimensions", (int)at->ndim);
    lua_wick_check(
        L, storage ? wick_tensor_on(storage, at->offset, (int)at->ndim, at->size, at->stride, slot)
                   : wick_tensor_new(lua_wick_context(L), dtype, 0, NULL, slot));
    lua_wick_settle(L, -1);
}

static void free_tensor(lua_shared *object)
{
    lua_wick_shared_release(((shared_tensor *)object)->storage);
    free(object);
}

static void push_shared_tensor(lua_State *L, lua_shared *object)
{
    shared_tensor *t = (shared_tensor *)object;
    if (t->storage)
        push_storage(L, t->storage);
    else
        lua_pushnil(L);
    push_tensor(L, lua_gettop(L), t->dtype, &t->at);
    lua_remove(L, -2);
}

static const lua_shared_kind tensor_kind = {"wick.SharedTensor", free_tensor, push_shared_tensor};

wick_status lua_wick_share_tensor(lua_State *L, wick_tensor *tensor, lua_shared **shared)
{
    shared_tensor *t = lua_wick_shared_new(&tensor_kind, sizeof *t);
    if (!t)
        return WICK_ENOMEM;
    wick_storage *storage = wick_tensor_storage(tensor);
    wick_status status = storage ? lua_wick_share_storage(L, storage, false, &t->storage) : WICK_OK;
    t->dtype = wick_tensor_dtype(tensor);
    measure(tensor, &t->at);
    if (status)
        free_tensor(&t->base);
    else
        *shared = &t->base;
    return status;
}

lua_shared *lua_wick_share(lua_State *L, int index, bool copy)
{
    lua_shared *shared = lua_wick_to_shared(L, index, NULL);
    if (shared) {
        lua_wick_shared_retain(shared);
        return shared;
    }
    wick_status status = WICK_OK;
    wick_tensor *tensor = lua_wick_to_tensor(L, index);
    wick_storage *storage = tensor ? NULL : lua_wick_to_storage(L, index);
    if (tensor)
        status = lua_wick_share_tensor(L, tensor, &shared);
    else if (storage)
        status = lua_wick_share_storage(L, storage, copy, &shared);
    if (status == WICK_ENOMEM)
        luaL_error(L, "not enough memory");
    lua_wick_check(L, status);
    return shared;
}

/* ---- geometry in messages ---- */

/* geometry(tensor) -> its storage or nil, and its place there as a string for tensorOn */
static int tensor_geometry(lua_State *L)
{
    geometry at;
    wick_tensor *tensor = lua_wick_check_tensor(L, 1, "threads");
    wick_storage *storage = wick_tensor_storage(tensor);
    measure(tensor, &at);
    if (storage)
        lua_wick_push_storage(L, storage);
    else
        lua_pushnil(L);
    lua_pushlstring(L, (const char *)&at, sizeof at);
    return 2;
}

/* tensorOn(storage or nil, geometry, type name) -> the tensor */
static int tensor_on(lua_State *L)
{
    geometry at;
    size_t bytes;
    const char *text = luaL_checklstring(L, 2, &bytes);
    int dtype = lua_wick_dtype(luaL_checkstring(L, 3));
    if (bytes != sizeof at || dtype < 0)
        return lua_wick_error(L, "this is not a tensor's place in a storage");
    memcpy(&at, text, sizeof at);
    push_tensor(L, 1, (wick_dtype)dtype, &at);
    return 1;
}

/* canShare(value) -> whether several Lua states can have it */
static int can_share(lua_State *L)
{
    lua_pushboolean(L, lua_wick_to_shared(L, 1, NULL) != NULL);
    return 1;
}

void lua_wick_open_shared_storages(lua_State *L)
{
    static const luaL_Reg functions[] = {{"geometry", tensor_geometry},
                                         {"tensorOn", tensor_on},
                                         {"canShare", can_share},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
