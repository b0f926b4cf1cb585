/* The program wick: a Lua state, the search paths of this installation, Ctrl-C, and then
 * lua/wick/program.lua, which reads the arguments. Signal handlers stand here and nowhere else. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "interrupt.h"
#include "program.h"
#include "wick.h"

/* ---- Ctrl-C ---------------------------------------------------------------------------------- */

enum { PATIENCE = 1 }; /* seconds until a second Ctrl-C ends a program that does not react */

/* What the handler works on. `running` is the Lua thread that a call under guard is in. */
static lua_State *volatile running;
static const wick__interrupter *volatile operations;
static volatile sig_atomic_t pending;
static volatile sig_atomic_t at_prompt;
static volatile sig_atomic_t insistent; /* pressed again soon after a script caught the first */
static struct timespec first_pressed;

bool wick__prompt_interrupted(void)
{
    return at_prompt;
}

bool wick__take_prompt_interrupt(void)
{
    bool pressed = at_prompt;
    at_prompt = 0;
    return pressed;
}

/* Returns whether the interrupt still had to be told: an operation may have raised it already. */
static bool forget_interrupt(lua_State *L)
{
    lua_sethook(L, NULL, 0, 0);
    pending = 0;
    insistent = 0;
    return !operations || operations->clear(operations->context);
}

static void raise_interrupted(lua_State *L, lua_Debug *call)
{
    (void)call;
    if (insistent)
        luaL_error(L, "interrupted"); /* and again, until no pcall catches it any more */
    if (forget_interrupt(L))
        luaL_error(L, "interrupted");
}

static double seconds_since_first(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - first_pressed.tv_sec) +
           1e-9 * (double)(now.tv_nsec - first_pressed.tv_nsec);
}

static void end_impatiently(void)
{
    if (seconds_since_first() < PATIENCE)
        return;
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
}

static void on_interrupt(int number)
{
    (void)number;
    int saved = errno;
    if (!running) {
        at_prompt = 1;
    } else if (pending) {
        end_impatiently();
    } else {
        pending = 1;
        insistent = first_pressed.tv_sec && seconds_since_first() < 2 * PATIENCE;
        clock_gettime(CLOCK_MONOTONIC, &first_pressed);
        lua_sethook(running, raise_interrupted,
                    LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
        if (operations)
            operations->interrupt(operations->context);
    }
    errno = saved;
}

/* Reads are not restarted, so that Ctrl-C gets through to one that waits. */
void wick__catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

/* The message handler runs where the error was raised: an insistent interrupt must not end it too.
 */
static int undisturbed_handler(lua_State *L)
{
    if (insistent)
        lua_sethook(L, NULL, 0, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_pushinteger(L, 3); /* the level at which the error was raised, seen from the handler */
    lua_call(L, 2, 1);
    return 1;
}

/* call(handler, f, ...): xpcall that Ctrl-C can end. What is left of an interrupt when f is through
 * is forgotten here, before Lua goes on and the hook would fire in the caller. */
static int guarded_call(lua_State *L)
{
    lua_State *outer = running;
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, undisturbed_handler, 1);
    lua_replace(L, 1);
    wick__catch_interrupts();
    running = L;
    int status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 1);
    running = outer;
    if (pending)
        forget_interrupt(L);
    lua_pushboolean(L, status == LUA_OK);
    lua_replace(L, 1);
    return lua_gettop(L);
}

/* watch(interrupter): Ctrl-C stops this C module's operations from now on. */
static int watch(lua_State *L)
{
    operations = lua_touserdata(L, 1);
    return 0;
}

/* Calls the function below the arguments with `thread` as the one that Ctrl-C stops. */
static int call_within(lua_State *L, lua_State *thread)
{
    lua_State *outer = running;
    if (outer && thread)
        running = thread;
    int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    running = outer;
    if (status != LUA_OK)
        return lua_error(L);
    return lua_gettop(L);
}

/* coroutine.resume, noting which thread runs: hooks belong to one thread. */
static int noted_resume(lua_State *L)
{
    lua_State *thread = lua_tothread(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    return call_within(L, thread);
}

static int noted_next(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    return call_within(L, lua_tothread(L, lua_upvalueindex(2)));
}

/* coroutine.wrap likewise; the function it makes has its thread as first upvalue. */
static int noted_wrap(lua_State *L)
{
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    if (!lua_getupvalue(L, -1, 1))
        lua_pushnil(L);
    lua_pushcclosure(L, noted_next, 2);
    return 1;
}

static void note_coroutines(lua_State *L)
{
    lua_getglobal(L, "coroutine");
    lua_getfield(L, -1, "resume");
    lua_pushcclosure(L, noted_resume, 1);
    lua_setfield(L, -2, "resume");
    lua_getfield(L, -1, "wrap");
    lua_pushcclosure(L, noted_wrap, 1);
    lua_setfield(L, -2, "wrap");
    lua_pop(L, 1);
}

/* The module wick.host: what only a program started as wick has. */
static int open_host(lua_State *L)
{
    static const luaL_Reg functions[] = {{"call", guarded_call}, {"watch", watch}, {NULL, NULL}};
    luaL_newlib(L, functions);
    lua_pushfstring(L, "%d.%d.%d", WICK_VERSION_MAJOR, WICK_VERSION_MINOR, WICK_VERSION_PATCH);
    lua_setfield(L, -2, "version");
    return 1;
}

/* ---- where things are ------------------------------------------------------------------------ */

/* The folder this program is in, without a slash at its end; false when the system does not say. */
static bool own_folder(char folder[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (length <= 0)
        return false;
    folder[length] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

/* Puts `patterns` in front of package[field]; "@" in them stands for `place`. */
static void search_first(lua_State *L, const char *field, const char *place, const char *patterns)
{
    lua_getglobal(L, "package");
    luaL_gsub(L, patterns, "@", place);
    lua_getfield(L, -2, field);
    lua_concat(L, 2);
    lua_setfield(L, -2, field);
    lua_pop(L, 1);
}

/* Where `folder`/`lua` holds the Lua files, they and `folder`/`lib` are searched first. */
static void use_place(lua_State *L, const char *folder, const char *lua, const char *lib)
{
    char place[PATH_MAX];
    const char *file = lua_pushfstring(L, "%s/%s/wick/program.lua", folder, lua);
    bool found = access(file, R_OK) == 0;
    const char *named = lua_pushfstring(L, "%s/%s", folder, lua);
    if (found) {
        search_first(L, "path", realpath(named, place) ? place : named, "@/?.lua;@/?/init.lua;");
        named = lua_pushfstring(L, "%s/%s", folder, lib);
        search_first(L, "cpath", realpath(named, place) ? place : named, "@/?.so;");
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

/* The place the Makefile gave this program, in the source tree or in what `make install` lays out;
 * where nothing is there, Lua's own paths. */
static void set_search_paths(lua_State *L)
{
    char folder[PATH_MAX];
    if (own_folder(folder))
        use_place(L, folder, WICK_PLACE_LUA, WICK_PLACE_LIB);
}

static void preload(lua_State *L, const char *name, lua_CFunction open)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, open);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

/* ---- running --------------------------------------------------------------------------------- */

static int traceback(lua_State *L)
{
    const char *message = lua_tostring(L, 1);
    luaL_traceback(L, L, message ? message : "(an error that is not a string)", 1);
    return 1;
}

static void push_arguments(lua_State *L, int count, char **arguments)
{
    lua_createtable(L, count, 1);
    for (int i = 0; i < count; i++) {
        lua_pushstring(L, arguments[i]);
        lua_rawseti(L, -2, i);
    }
}

/* Runs under lua_pcall: (count, arguments) -> exit code. */
static int start(lua_State *L)
{
    int count = (int)lua_tointeger(L, 1);
    char **arguments = lua_touserdata(L, 2);
    luaL_openlibs(L);
    lua_gc(L, LUA_GCGEN, 0, 0);
    set_search_paths(L);
    note_coroutines(L);
    preload(L, "wick.host", open_host);
#ifndef WICK_WITHOUT_EDIT
    preload(L, "wick.edit", luaopen_wick_edit);
#endif
    preload(L, "wick.system", luaopen_wick_system);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "wick.program");
    lua_call(L, 1, 1);
    push_arguments(L, count, arguments);
    lua_call(L, 1, 1);
    return 1;
}

int main(int count, char **arguments)
{
    lua_State *L = luaL_newstate();
    if (!L) {
        fputs("wick: not enough memory\n", stderr);
        return EXIT_FAILURE;
    }
    lua_pushcfunction(L, traceback);
    lua_pushcfunction(L, start);
    lua_pushinteger(L, count);
    lua_pushlightuserdata(L, arguments);
    int status = lua_pcall(L, 2, 1, 1);
    if (status != LUA_OK)
        fprintf(stderr, "wick: %s\n", lua_tostring(L, -1));
    int code = status == LUA_OK ? (int)lua_tointeger(L, -1) : EXIT_FAILURE;
    operations = NULL;
    signal(SIGINT, SIG_DFL); /* closing may wait for threads */
    lua_close(L);
    return code;
}
