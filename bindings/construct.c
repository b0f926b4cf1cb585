/* Torch7's tensor constructors, and views of storages. */
#include "construct.h"

#include <string.h>

/* Torch7 cuts the list of sizes at the first that is not positive. */
void lua_wick_cut_sizes(wick_sizes *sizes)
{
    for (int i = 0; i < sizes->count; i++)
        if (sizes->v[i] <= 0) {
            sizes->count = i;
            return;
        }
}

void lua_wick_push_new(lua_State *L, wick_dtype dtype, const wick_sizes *sizes)
{
    wick_tensor **slot = lua_wick_push_box(L);
    wick_status status = wick_tensor_new(lua_wick_context(L), dtype, sizes->count, sizes->v, slot);
    if (status == WICK_ENOMEM) {
        lua_wick_collect(L);
        wick_context_trim(lua_wick_context(L));
        status = wick_tensor_new(lua_wick_context(L), dtype, sizes->count, sizes->v, slot);
    }
    lua_wick_check(L, status);
    lua_wick_settle(L, -1);
}

static void push_on(lua_State *L, wick_storage *storage, int64_t offset, const wick_sizes *sizes,
                    const int64_t *stride)
{
    wick_tensor **slot = lua_wick_push_box(L);
    lua_wick_check(L, wick_tensor_on(storage, offset, sizes->count, sizes->v, stride, slot));
    lua_wick_settle(L, -1);
}

/* The elements a view reaches, counted from its first. */
static int64_t reach(const wick_sizes *sizes, const int64_t *stride)
{
    int64_t last = 1;
    for (int i = 0; i < sizes->count; i++) {
        int64_t step;
        if (sizes->v[i] <= 0)
            return 0;
        if (__builtin_mul_overflow(sizes->v[i] - 1, stride[i], &step) ||
            __builtin_add_overflow(last, step, &last))
            return INT64_MAX;
    }
    return sizes->count ? last : 0;
}

/* Torch7 lets a view larger than its storage grow it. */
static void grow(lua_State *L, wick_storage *storage, int64_t offset, const wick_sizes *sizes,
                 const int64_t *stride)
{
    int64_t end;
    if (__builtin_add_overflow(offset, reach(sizes, stride), &end))
        end = INT64_MAX;
    if (offset >= 0 && end > wick_storage_size(storage))
        lua_wick_check(L, wick_storage_resize(storage, end));
}

static void row_major(const wick_sizes *sizes, int64_t *stride)
{
    int64_t step = 1;
    for (int i = sizes->count - 1; i >= 0; i--) {
        stride[i] = step;
        if (__builtin_mul_overflow(step, sizes->v[i], &step))
            step = INT64_MAX;
    }
}

/* Pairs size, stride, size, stride ...; a negative stride asks for the row-major one. */
static void read_pairs(lua_State *L, int at, wick_sizes *sizes, int64_t *stride)
{
    bool given[WICK_MAX_DIM] = {false};
    int64_t wanted[WICK_MAX_DIM];
    sizes->count = 0;
    for (int top = lua_gettop(L); at <= top && sizes->count < WICK_MAX_DIM; at += 2) {
        int i = sizes->count++;
        sizes->v[i] = lua_wick_integer(L, at, "size");
        given[i] = at < top && (wanted[i] = lua_wick_integer(L, at + 1, "stride")) >= 0;
    }
    row_major(sizes, stride);
    for (int i = 0; i < sizes->count; i++)
        if (given[i])
            stride[i] = wanted[i];
}

/* (storage [, offset [, sizes [, strides]]]) with the storage at `at`. */
static void read_view(lua_State *L, int at, wick_storage *storage, int64_t *offset,
                      wick_sizes *sizes, int64_t *stride)
{
    wick_sizes strides;
    int64_t first = lua_isnoneornil(L, at + 1) ? 1 : lua_wick_integer(L, at + 1, "offset");
    if (first < 1)
        lua_wick_error(L, "torch.Tensor: offset %lld of a view; a storage begins at 1",
                       (long long)first);
    *offset = first - 1;
    if (lua_isnoneornil(L, at + 2)) {
        int64_t rest = wick_storage_size(storage) - *offset;
        *sizes = (wick_sizes){rest > 0, {rest}};
        row_major(sizes, stride);
    } else if (lua_wick_to_storage(L, at + 2) || lua_istable(L, at + 2)) {
        lua_wick_sizes(L, at + 2, "sizes", sizes);
        row_major(sizes, stride);
        if (!lua_isnoneornil(L, at + 3)) {
            lua_wick_sizes(L, at + 3, "strides", &strides);
            if (strides.count != sizes->count)
                lua_wick_error(L, "torch.Tensor: %d sizes but %d strides", sizes->count,
                               strides.count);
            memcpy(stride, strides.v, sizeof(int64_t) * (size_t)sizes->count);
        }
    } else
        read_pairs(L, at + 2, sizes, stride);
}

void lua_wick_check_type(lua_State *L, wick_dtype wanted, wick_dtype found, const char *what)
{
    if (wanted != found)
        lua_wick_error(L,
                       "torch.%sTensor: expecting number or torch.%sTensor or torch.%sStorage, "
                       "got a torch.%s%s; convert it with :%s()",
                       lua_wick_type_name(wanted), lua_wick_type_name(wanted),
                       lua_wick_type_name(wanted), lua_wick_type_name(found), what,
                       wanted == WICK_FLOAT32 ? "float" : "type");
}

void lua_wick_push_view(lua_State *L, wick_dtype dtype, int at, wick_storage *storage)
{
    wick_sizes sizes;
    int64_t offset, stride[WICK_MAX_DIM];
    lua_wick_check_type(L, dtype, wick_storage_dtype(storage), "Storage");
    read_view(L, at, storage, &offset, &sizes, stride);
    grow(L, storage, offset, &sizes, stride);
    push_on(L, storage, offset, &sizes, stride);
}

static void from_storage(lua_State *L, wick_dtype dtype, wick_storage *storage)
{
    wick_sizes sizes;
    if (dtype != WICK_INT64 && wick_storage_dtype(storage) == WICK_INT64) {
        lua_wick_sizes(L, 2, "sizes", &sizes);
        lua_wick_cut_sizes(&sizes);
        lua_wick_push_new(L, dtype, &sizes);
        return;
    }
    lua_wick_push_view(L, dtype, 2, storage);
}

static void from_tensor(lua_State *L, wick_dtype dtype, wick_tensor *tensor)
{
    lua_wick_check_type(L, dtype, wick_tensor_dtype(tensor), "Tensor");
    wick_tensor **slot = lua_wick_push_box(L);
    lua_wick_check(L, wick_tensor_detach(lua_wick_to_tensor(L, 2), slot));
    lua_wick_settle(L, -1);
}

/* new(type name, ...): Torch7's constructor patterns. */
int lua_wick_new_tensor(lua_State *L)
{
    int dtype = lua_wick_dtype(luaL_checkstring(L, 1));
    wick_sizes sizes = {.count = 0};
    if (dtype < 0)
        return lua_wick_error(L, "%s is not a string describing a torch object",
                              lua_tostring(L, 1));
    wick_storage *storage = lua_wick_to_storage(L, 2);
    wick_tensor *tensor = lua_wick_to_tensor(L, 2);
    if (storage)
        from_storage(L, (wick_dtype)dtype, storage);
    else if (tensor)
        from_tensor(L, (wick_dtype)dtype, tensor);
    else if (lua_istable(L, 2) && lua_gettop(L) > 2)
        return lua_wick_error(L,
                              "torch.%sTensor: expected one table, got %d values; rows stand in "
                              "one table: {{1, 2}, {3, 4}}",
                              lua_wick_type_name((wick_dtype)dtype), lua_gettop(L) - 1);
    else if (lua_istable(L, 2))
        lua_wick_table_to_tensor(L, 2, (wick_dtype)dtype);
    else {
        int taken = lua_wick_sizes(L, 2, "size", &sizes);
        if (taken < lua_gettop(L) - 1)
            return lua_wick_error(L,
                                  "torch.%sTensor: expected sizes, a table, a storage or a "
                                  "tensor, got %s",
                                  lua_wick_type_name((wick_dtype)dtype),
                                  lua_wick_describe(L, taken + 2));
        lua_wick_cut_sizes(&sizes);
        lua_wick_push_new(L, (wick_dtype)dtype, &sizes);
    }
    return 1;
}
