/* Opens and closes Wick in a new Lua state a thousand times: memory must not grow. Prints how many
 * kilobytes the process has gained since the hundredth time. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <lauxlib.h>

#include "wick_lua.h"

enum { TIMES = 1000, FIRST = 100 };

static long resident_kilobytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    if (fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static bool open_and_close(void)
{
    lua_State *L = luaL_newstate();
    if (!L)
        return false;
    bool worked = wick_lua_open(L, NULL) == WICK_OK &&
                  luaL_dostring(L, "assert(require('torch').ones(1000):sum() == 1000)") == LUA_OK;
    if (!worked)
        printf("%s\n", lua_tostring(L, -1));
    lua_close(L);
    return worked;
}

int main(void)
{
    long before = 0;
    for (int i = 0; i < TIMES; i++) {
        if (i == FIRST)
            before = resident_kilobytes();
        if (!open_and_close())
            return EXIT_FAILURE;
    }
    printf("%d times, %ld KB more\n", TIMES, resident_kilobytes() - before);
    return EXIT_SUCCESS;
}
