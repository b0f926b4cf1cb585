/* The little that Lua's standard library lacks of the system: clocks, terminals, directories. Made
 * as the module wick.system, in the C module and in the program; stands on POSIX alone. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

int luaopen_wick_system(lua_State *L);

/* nil and the system's message about `path`. */
static int refused(lua_State *L, const char *path)
{
    const char *reason = strerror(errno);
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, reason);
    return 2;
}

/* true, or what `refused` says. */
static int outcome(lua_State *L, int result, const char *path)
{
    if (result != 0)
        return refused(L, path);
    lua_pushboolean(L, 1);
    return 1;
}

/* clock() -> seconds of wall time since the epoch */
static int system_clock(lua_State *L)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    lua_pushnumber(L, (lua_Number)now.tv_sec + 1e-9 * (lua_Number)now.tv_nsec);
    return 1;
}

/* ticks() -> seconds on a clock that is never set; only differences mean anything */
static int system_ticks(lua_State *L)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    lua_pushnumber(L, (lua_Number)now.tv_sec + 1e-9 * (lua_Number)now.tv_nsec);
    return 1;
}

static void push_time(lua_State *L, struct timeval time)
{
    lua_pushnumber(L, (lua_Number)time.tv_sec + 1e-6 * (lua_Number)time.tv_usec);
}

/* cpu() -> seconds the process spent in its own code and in the system */
static int system_cpu(lua_State *L)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    push_time(L, usage.ru_utime);
    push_time(L, usage.ru_stime);
    return 2;
}

/* sleep(seconds); a signal ends it early */
static int system_sleep(lua_State *L)
{
    lua_Number seconds = luaL_checknumber(L, 1);
    if (!(seconds > 0))
        return 0;
    seconds = fmin(seconds, 1e9);
    struct timespec span = {.tv_sec = (time_t)seconds};
    span.tv_nsec = (long)((seconds - floor(seconds)) * 1e9);
    nanosleep(&span, NULL);
    return 0;
}

/* cores() -> how many processors are on line */
static int system_cores(lua_State *L)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    lua_pushinteger(L, cores > 0 ? cores : 1);
    return 1;
}

/* isatty(file) -> whether the file, Lua's or a descriptor, is a terminal */
static int system_isatty(lua_State *L)
{
    int descriptor;
    if (lua_isinteger(L, 1)) {
        descriptor = (int)lua_tointeger(L, 1);
    } else {
        luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
        luaL_argcheck(L, stream->closef != NULL, 1, "the file is closed");
        descriptor = fileno(stream->f);
    }
    lua_pushboolean(L, isatty(descriptor));
    return 1;
}

/* columns() -> width of the terminal on standard output, nil when it is none */
static int system_columns(lua_State *L)
{
    struct winsize window;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0)
        lua_pushinteger(L, window.ws_col);
    else
        lua_pushnil(L);
    return 1;
}

/* uname() -> system, host, machine */
static int system_uname(lua_State *L)
{
    struct utsname name;
    if (uname(&name) != 0)
        return refused(L, "uname");
    lua_pushstring(L, name.sysname);
    lua_pushstring(L, name.nodename);
    lua_pushstring(L, name.machine);
    return 3;
}

/* cwd() -> the current directory */
static int system_cwd(lua_State *L)
{
    luaL_Buffer buffer;
    size_t size = 4096;
    char *text = luaL_buffinitsize(L, &buffer, size);
    if (!getcwd(text, size))
        return refused(L, "current directory");
    luaL_pushresultsize(&buffer, strlen(text));
    return 1;
}

/* kind(path) -> "file", "directory" or "other", following links; nil when there is nothing */
static int system_kind(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct stat status;
    if (stat(path, &status) != 0)
        return refused(L, path);
    lua_pushstring(L, S_ISREG(status.st_mode)   ? "file"
                      : S_ISDIR(status.st_mode) ? "directory"
                                                : "other");
    return 1;
}

/* is_link(path) -> whether the path itself is a symbolic link */
static int system_is_link(lua_State *L)
{
    struct stat status;
    lua_pushboolean(L, lstat(luaL_checkstring(L, 1), &status) == 0 && S_ISLNK(status.st_mode));
    return 1;
}

/* is_executable(path) -> whether this user may run it */
static int system_is_executable(lua_State *L)
{
    lua_pushboolean(L, access(luaL_checkstring(L, 1), X_OK) == 0);
    return 1;
}

/* mkdir(path) -> true, or nil and a message; the parent must exist */
static int system_mkdir(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    return outcome(L, mkdir(path, 0777), path);
}

/* rmdir(path) -> true, or nil and a message; the directory must be empty */
static int system_rmdir(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    return outcome(L, rmdir(path), path);
}

/* The box of an open directory, so that an error while its names are collected leaks nothing. */
static int close_directory(lua_State *L)
{
    DIR **directory = lua_touserdata(L, 1);
    if (*directory)
        closedir(*directory);
    *directory = NULL;
    return 0;
}

static DIR **push_directory(lua_State *L)
{
    DIR **directory = lua_newuserdatauv(L, sizeof(*directory), 0);
    *directory = NULL;
    if (luaL_newmetatable(L, "wick.directory")) {
        lua_pushcfunction(L, close_directory);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return directory;
}

/* list(path) -> the names in a directory, "." and ".." among them, in no order; or nil, message */
static int system_list(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    DIR **directory = push_directory(L);
    *directory = opendir(path);
    if (!*directory)
        return refused(L, path);
    lua_newtable(L);
    lua_Integer count = 0;
    for (struct dirent *entry; (entry = readdir(*directory)) != NULL;) {
        lua_pushstring(L, entry->d_name);
        lua_rawseti(L, -2, ++count);
    }
    closedir(*directory);
    *directory = NULL;
    return 1;
}

static const luaL_Reg functions[] = {
    {"clock", system_clock},     {"columns", system_columns},
    {"cores", system_cores},     {"cpu", system_cpu},
    {"cwd", system_cwd},         {"is_executable", system_is_executable},
    {"is_link", system_is_link}, {"isatty", system_isatty},
    {"kind", system_kind},       {"list", system_list},
    {"mkdir", system_mkdir},     {"rmdir", system_rmdir},
    {"sleep", system_sleep},     {"ticks", system_ticks},
    {"uname", system_uname},     {NULL, NULL}};

int luaopen_wick_system(lua_State *L)
{
    luaL_newlib(L, functions);
    return 1;
}
