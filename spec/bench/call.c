/* A binding as one writes it by hand: matrices of floats as Lua userdata, elements, sums and
 * products with their checks and nothing more. What a call of Wick costs is compared with it. */
#include <lauxlib.h>
#include <lua.h>

#define MATRIX "wick.bench.matrix"

typedef struct matrix {
    int rows, columns;
    float at[];
} matrix;

int luaopen_wick_bench(lua_State *L);

static matrix *check(lua_State *L, int i)
{
    return luaL_checkudata(L, i, MATRIX);
}

static matrix *push(lua_State *L, int rows, int columns)
{
    size_t bytes = sizeof(matrix) + sizeof(float) * (size_t)rows * (size_t)columns;
    matrix *m = lua_newuserdatauv(L, bytes, 0);
    m->rows = rows;
    m->columns = columns;
    luaL_setmetatable(L, MATRIX);
    return m;
}

/* matrix(rows, columns, value) */
static int matrix_new(lua_State *L)
{
    lua_Integer rows = luaL_checkinteger(L, 1), columns = luaL_checkinteger(L, 2);
    luaL_argcheck(L, rows > 0 && rows < 4096, 1, "expected 1 to 4095 rows");
    luaL_argcheck(L, columns > 0 && columns < 4096, 2, "expected 1 to 4095 columns");
    float value = (float)luaL_checknumber(L, 3);
    matrix *m = push(L, (int)rows, (int)columns);
    for (int i = 0; i < m->rows * m->columns; i++)
        m->at[i] = value;
    return 1;
}

/* The element that a key names, counting from 1. */
static float *element(lua_State *L, matrix *m)
{
    lua_Integer i = luaL_checkinteger(L, 2);
    luaL_argcheck(L, i >= 1 && i <= (lua_Integer)m->rows * m->columns, 2, "no such element");
    return &m->at[i - 1];
}

static int matrix_index(lua_State *L)
{
    matrix *m = check(L, 1);
    lua_pushnumber(L, *element(L, m));
    return 1;
}

static int matrix_newindex(lua_State *L)
{
    matrix *m = check(L, 1);
    *element(L, m) = (float)luaL_checknumber(L, 3);
    return 0;
}

static int matrix_add(lua_State *L)
{
    const matrix *a = check(L, 1), *b = check(L, 2);
    if (a->rows != b->rows || a->columns != b->columns)
        return luaL_error(L, "cannot add %d x %d and %d x %d", a->rows, a->columns, b->rows,
                          b->columns);
    matrix *sum = push(L, a->rows, a->columns);
    for (int i = 0; i < a->rows * a->columns; i++)
        sum->at[i] = a->at[i] + b->at[i];
    return 1;
}

static void multiply(float *restrict to, const matrix *a, const matrix *b)
{
    for (int i = 0; i < a->rows; i++) {
        float *row = to + i * b->columns;
        for (int j = 0; j < b->columns; j++)
            row[j] = 0;
        for (int k = 0; k < a->columns; k++) {
            float factor = a->at[i * a->columns + k];
            for (int j = 0; j < b->columns; j++)
                row[j] += factor * b->at[k * b->columns + j];
        }
    }
}

static int matrix_multiply(lua_State *L)
{
    const matrix *a = check(L, 1), *b = check(L, 2);
    if (a->columns != b->rows)
        return luaL_error(L, "cannot multiply %d x %d and %d x %d", a->rows, a->columns, b->rows,
                          b->columns);
    multiply(push(L, a->rows, b->columns)->at, a, b);
    return 1;
}

static const luaL_Reg methods[] = {{"__index", matrix_index},
                                   {"__newindex", matrix_newindex},
                                   {"__add", matrix_add},
                                   {"__mul", matrix_multiply},
                                   {NULL, NULL}};

static const luaL_Reg functions[] = {
    {"matrix", matrix_new}, {"add", matrix_add}, {"mm", matrix_multiply}, {NULL, NULL}};

int luaopen_wick_bench(lua_State *L)
{
    luaL_newmetatable(L, MATRIX);
    luaL_setfuncs(L, methods, 0);
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
