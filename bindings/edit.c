/* The module wick.edit: lines from a terminal with libedit's editing, history and completion. Part
 * of the program only. One editor a process, as there is one terminal. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>
#include <wchar.h>

#include <histedit.h>
#include <lauxlib.h>
#include <lua.h>

#include "program.h"

typedef struct editor {
    EditLine *line;
    History *history;
    lua_State *L; /* set while `read` is under way */
    int complete; /* the completion function in the registry */
    const char *prompt;
    sigset_t signals; /* held back outside of `read` */
} editor;

static const char type_name[] = "wick.editor";

static char *give_prompt(EditLine *line)
{
    editor *e;
    el_get(line, EL_CLIENTDATA, &e);
    return (char *)(e->prompt ? e->prompt : "");
}

/* Under lua_pcall: (editor) -> text to insert, text to show, as the completion function says. */
static int ask_completion(lua_State *L)
{
    editor *e = lua_touserdata(L, 1);
    const LineInfo *info = el_line(e->line);
    lua_rawgeti(L, LUA_REGISTRYINDEX, e->complete);
    lua_pushlstring(L, info->buffer, (size_t)(info->cursor - info->buffer));
    lua_call(L, 1, 2);
    return 2;
}

/* What the Tab key does: a failure of the Lua function is a beep. */
static unsigned char complete(EditLine *line, int key)
{
    (void)key;
    editor *e;
    el_get(line, EL_CLIENTDATA, &e);
    if (e->complete == LUA_NOREF)
        return CC_ERROR;
    lua_State *L = e->L;
    int top = lua_gettop(L);
    unsigned char answer = CC_ERROR;
    lua_pushcfunction(L, ask_completion);
    lua_pushlightuserdata(L, e);
    if (lua_pcall(L, 1, 2, 0) == LUA_OK) {
        const char *inserted = lua_tostring(L, -2);
        const char *shown = lua_tostring(L, -1);
        if (inserted && *inserted && el_insertstr(line, inserted) == 0)
            answer = CC_REFRESH;
        if (shown) {
            printf("\n%s\n", shown);
            answer = CC_REDISPLAY;
        }
    }
    lua_settop(L, top);
    return answer;
}

static int edit_close(lua_State *L)
{
    editor *e = luaL_checkudata(L, 1, type_name);
    if (e->line)
        el_end(e->line);
    if (e->history)
        history_end(e->history);
    e->line = NULL;
    e->history = NULL;
    return 0;
}

static editor *check_editor(lua_State *L)
{
    editor *e = luaL_checkudata(L, 1, type_name);
    luaL_argcheck(L, e->line != NULL, 1, "the editor is closed");
    return e;
}

/* ---- The keyboard ---------------------------------------------------------------------------- */

/* Ctrl-C is let in here alone while a line is read: one that came a moment before a plain read()
 * would be noted, and the read would wait on. Returns false after one. */
static bool wait_for_key(const sigset_t *unblocked)
{
    fd_set keyboard;
    FD_ZERO(&keyboard);
    FD_SET(STDIN_FILENO, &keyboard);
    int ready = pselect(STDIN_FILENO + 1, &keyboard, NULL, NULL, NULL, unblocked);
    return ready > 0 || (errno == EINTR && !wick__prompt_interrupted());
}

/* What libedit calls for a character: 1, 0 at the end of the input, -1 after Ctrl-C or a failure.
 * Bytes that are no character are passed over. */
static int read_character(EditLine *line, wchar_t *character)
{
    editor *e;
    el_get(line, EL_CLIENTDATA, &e);
    mbstate_t state = {0};
    for (;;) {
        char byte;
        if (!wait_for_key(&e->signals))
            return -1;
        ssize_t count = read(STDIN_FILENO, &byte, 1);
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count <= 0)
            return (int)count;
        size_t length = mbrtowc(character, &byte, 1, &state);
        if (length <= 1)
            return 1;
        if (length == (size_t)-1)
            state = (mbstate_t){0};
    }
}

/* One line with Ctrl-C held back but while it waits for keys. */
static const char *get_line(editor *e, int *length)
{
    sigset_t interrupts;
    sigemptyset(&interrupts);
    sigaddset(&interrupts, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupts, &e->signals);
    wick__take_prompt_interrupt();
    el_resize(e->line);
    const char *text = el_gets(e->line, length);
    sigprocmask(SIG_SETMASK, &e->signals, NULL);
    return text;
}

/* Wide characters need a multibyte locale; Lua's number formats must stay as they are. */
static void choose_characters(void)
{
    const char *name = setlocale(LC_CTYPE, "");
    if (!name || strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static void set_up(editor *e)
{
    HistEvent event;
    el_set(e->line, EL_CLIENTDATA, e);
    el_set(e->line, EL_PROMPT, give_prompt);
    el_set(e->line, EL_EDITOR, "emacs");
    el_set(e->line, EL_SIGNAL, 0);
    el_set(e->line, EL_GETCFN, read_character);
    el_set(e->line, EL_HIST, history, e->history);
    /* The narrow form of this one keeps copies of the names for ever. */
    el_wset(e->line, EL_ADDFN, L"wick-complete", L"complete a name", complete);
    el_set(e->line, EL_BIND, "^I", "wick-complete", NULL);
    el_set(e->line, EL_BIND, "^R", "em-inc-search-prev", NULL);
    history(e->history, &event, H_SETSIZE, 1000);
    history(e->history, &event, H_SETUNIQUE, 1);
    el_source(e->line, NULL);
}

/* open([complete]) -> editor. complete(text before the cursor) -> text to insert, text to show */
static int edit_open(lua_State *L)
{
    lua_settop(L, 1);
    editor *e = lua_newuserdatauv(L, sizeof(*e), 0);
    *e = (editor){.complete = LUA_NOREF};
    luaL_setmetatable(L, type_name);
    choose_characters();
    e->line = el_init("wick", stdin, stdout, stderr);
    e->history = history_init();
    if (!e->line || !e->history)
        return luaL_error(L, "the terminal cannot be used for editing");
    set_up(e);
    if (!lua_isnil(L, 1)) {
        lua_pushvalue(L, 1);
        e->complete = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    return 1;
}

/* editor:read(prompt) -> a line without its end, nil at the end of the input, false after Ctrl-C */
static int edit_read(lua_State *L)
{
    editor *e = check_editor(L);
    int length = 0;
    e->prompt = luaL_checkstring(L, 2);
    e->L = L;
    wick__catch_interrupts();
    const char *text = get_line(e, &length);
    e->prompt = NULL;
    if (wick__take_prompt_interrupt()) {
        el_reset(e->line);
        lua_pushboolean(L, 0);
    } else if (!text || length <= 0) {
        lua_pushnil(L);
    } else {
        size_t size = (size_t)length;
        lua_pushlstring(L, text, size - (text[size - 1] == '\n'));
    }
    return 1;
}

/* editor:remember(line) */
static int edit_remember(lua_State *L)
{
    editor *e = check_editor(L);
    HistEvent event;
    history(e->history, &event, H_ENTER, luaL_checkstring(L, 2));
    return 0;
}

/* Reads or writes the history file -> whether it could be done. */
static int history_file(lua_State *L, int action)
{
    editor *e = check_editor(L);
    HistEvent event;
    int count = history(e->history, &event, action, luaL_checkstring(L, 2));
    lua_pushboolean(L, count >= 0);
    return 1;
}

/* editor:load(file) */
static int edit_load(lua_State *L)
{
    return history_file(L, H_LOAD);
}

/* editor:save(file) */
static int edit_save(lua_State *L)
{
    return history_file(L, H_SAVE);
}

int luaopen_wick_edit(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"__gc", edit_close}, {"close", edit_close},       {"load", edit_load},
        {"read", edit_read},  {"remember", edit_remember}, {"save", edit_save},
        {NULL, NULL}};
    static const luaL_Reg functions[] = {{"open", edit_open}, {NULL, NULL}};
    luaL_newmetatable(L, type_name);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
