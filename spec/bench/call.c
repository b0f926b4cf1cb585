/* A binding as one writes it by hand: matrices of floats as Lua userdata, elements, sums and
 * products with their checks and nothing more. What a call of Wick costs is compared with it.
 *
 * As a tensor of Wick does, a matrix looks at elements that others may look at too (here: its
 * transpose), so elements are counted memory of their own, which the collector gives back. */
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

#define MATRIX "wick.bench.matrix"

typedef struct elements {
    int users;
    float at[];
} elements;

typedef struct matrix {
    elements *elements; /* NULL: given back */
    int rows, columns;
    int row, column; /* elements from one to the next */
} matrix;

int luaopen_wick_bench(lua_State *L);

static matrix *check(lua_State *L, int i)
{
    matrix *m = luaL_checkudata(L, i, MATRIX);
    luaL_argcheck(L, m->elements, i, "this matrix was given back");
    return m;
}

static float *at(const matrix *m, int i, int j)
{
    return &m->elements->at[i * m->row + j * m->column];
}

/* A matrix without elements: what follows may raise. */
static matrix *push_empty(lua_State *L, int rows, int columns)
{
    matrix *m = lua_newuserdatauv(L, sizeof *m, 0);
    *m = (matrix){NULL, rows, columns, columns, 1};
    luaL_setmetatable(L, MATRIX);
    return m;
}

static matrix *push(lua_State *L, int rows, int columns)
{
    matrix *m = push_empty(L, rows, columns);
    m->elements = malloc(sizeof(elements) + sizeof(float) * (size_t)rows * (size_t)columns);
    if (!m->elements)
        luaL_error(L, "not enough memory for %d x %d", rows, columns);
    m->elements->users = 1;
    return m;
}

static int matrix_gc(lua_State *L)
{
    matrix *m = luaL_checkudata(L, 1, MATRIX);
    if (m->elements && --m->elements->users == 0)
        free(m->elements);
    m->elements = NULL;
    return 0;
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
        m->elements->at[i] = value;
    return 1;
}

/* t(matrix): the transpose, of the same elements. */
static int matrix_transpose(lua_State *L)
{
    const matrix *m = check(L, 1);
    matrix *t = push_empty(L, m->columns, m->rows);
    t->row = m->column;
    t->column = m->row;
    t->elements = m->elements;
    t->elements->users++;
    return 1;
}

/* The element that a key names, row after row, counting from 1. */
static float *element(lua_State *L, const matrix *m)
{
    lua_Integer i = luaL_checkinteger(L, 2);
    luaL_argcheck(L, i >= 1 && i <= (lua_Integer)m->rows * m->columns, 2, "no such element");
    return at(m, (int)(i - 1) / m->columns, (int)(i - 1) % m->columns);
}

static int matrix_index(lua_State *L)
{
    const matrix *m = check(L, 1);
    lua_pushnumber(L, *element(L, m));
    return 1;
}

static int matrix_newindex(lua_State *L)
{
    const matrix *m = check(L, 1);
    *element(L, m) = (float)luaL_checknumber(L, 3);
    return 0;
}

static int matrix_add(lua_State *L)
{
    const matrix *a = check(L, 1), *b = check(L, 2);
    if (a->rows != b->rows || a->columns != b->columns)
        return luaL_error(L, "cannot add %d x %d and %d x %d", a->rows, a->columns, b->rows,
                          b->columns);
    const matrix *sum = push(L, a->rows, a->columns);
    for (int i = 0; i < a->rows; i++)
        for (int j = 0; j < a->columns; j++)
            *at(sum, i, j) = *at(a, i, j) + *at(b, i, j);
    return 1;
}

static void multiply(const matrix *to, const matrix *a, const matrix *b)
{
    for (int i = 0; i < a->rows; i++) {
        float *row = at(to, i, 0);
        for (int j = 0; j < b->columns; j++)
            row[j] = 0;
        for (int k = 0; k < a->columns; k++) {
            float factor = *at(a, i, k);
            for (int j = 0; j < b->columns; j++)
                row[j] += factor * *at(b, k, j);
        }
    }
}

static int matrix_multiply(lua_State *L)
{
    const matrix *a = check(L, 1), *b = check(L, 2);
    if (a->columns != b->rows)
        return luaL_error(L, "cannot multiply %d x %d and %d x %d", a->rows, a->columns, b->rows,
                          b->columns);
    multiply(push(L, a->rows, b->columns), a, b);
    return 1;
}

static const luaL_Reg methods[] = {{"__index", matrix_index}, {"__newindex", matrix_newindex},
                                   {"__add", matrix_add},     {"__mul", matrix_multiply},
                                   {"__gc", matrix_gc},       {NULL, NULL}};

static const luaL_Reg functions[] = {{"matrix", matrix_new},
                                     {"t", matrix_transpose},
                                     {"add", matrix_add},
                                     {"mm", matrix_multiply},
                                     {NULL, NULL}};

int luaopen_wick_bench(lua_State *L)
{
    luaL_newmetatable(L, MATRIX);
    luaL_setfuncs(L, methods, 0);
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
