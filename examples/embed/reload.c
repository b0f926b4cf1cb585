/* A host with a Lua state of its own: the script defines the network, the host owns the numbers,
 * and a new version of the script takes the old one's place while the host runs. Reads names of
 * scripts from standard input; each must return a function from a tensor to a tensor, and is asked
 * about the same input. One that does not work leaves the one before in its place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "wick_lua.h"

enum { INPUTS = 4 };

static const char model_key; /* in the registry: the function in use */

static bool complain(lua_State *L, const char *script)
{
    printf("%s: kept the model before: %s\n", script, lua_tostring(L, -1));
    lua_pop(L, 1);
    return false;
}

/* Takes the script's function into use. */
static bool load(lua_State *L, const char *script)
{
    if (luaL_loadfilex(L, script, "t") != LUA_OK ||
        wick_lua_call(L, 0, 1, &(wick_lua_limits){.seconds = 10}))
        return complain(L, script);
    if (!lua_isfunction(L, -1)) {
        lua_pop(L, 1);
        lua_pushliteral(L, "it returns no function");
        return complain(L, script);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &model_key);
    return true;
}

/* The tensor looks at `numbers`, which Lua sees without a copy. */
static wick_tensor *wrap(lua_State *L, float *numbers)
{
    wick_storage *storage = NULL;
    wick_tensor *tensor = NULL;
    if (wick_storage_borrow(wick_lua_context(L), WICK_FLOAT32, INPUTS, numbers, true, NULL, NULL,
                            &storage) == WICK_OK)
        (void)wick_tensor_on(storage, 0, 1, (int64_t[]){INPUTS}, NULL, &tensor);
    wick_storage_release(storage);
    return tensor;
}

static void print_numbers(wick_tensor *answer)
{
    double value;
    for (int64_t i = 0; i < wick_tensor_size(answer, 0); i++)
        if (wick_tensor_get(answer, &i, &value) == WICK_OK)
            printf(" %g", value);
    printf("\n");
}

static void ask(lua_State *L, const char *script, wick_tensor *input)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &model_key);
    wick_lua_push(L, input);
    if (wick_lua_call(L, 1, 1, &(wick_lua_limits){.seconds = 1})) {
        complain(L, script);
        return;
    }
    wick_tensor *answer = wick_lua_get(L, -1);
    printf("%s:", script);
    if (answer && wick_tensor_ndim(answer) == 1)
        print_numbers(answer);
    else
        printf(" no vector\n");
    lua_pop(L, 1);
}

static void serve(lua_State *L, wick_tensor *input)
{
    char script[512];
    while (fgets(script, sizeof script, stdin)) {
        script[strcspn(script, "\n")] = '\0';
        if (load(L, script))
            ask(L, script, input);
    }
}

int main(void)
{
    float numbers[INPUTS] = {1, 2, 3, 4};
    lua_State *L = luaL_newstate();
    if (!L || wick_lua_open(L, NULL))
        return EXIT_FAILURE;
    wick_tensor *input = wrap(L, numbers);
    if (input)
        serve(L, input);
    lua_close(L); /* no tensor that looks at `numbers` may live on */
    wick_tensor_release(input);
    return input ? EXIT_SUCCESS : EXIT_FAILURE;
}
