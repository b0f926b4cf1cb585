/* A host with an allocator of its own that has 64 MB and not one byte more: what does not fit fails
 * with a sentence, and the host goes on. Prints what failed and that nothing is left. */
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>

#include "wick_lua.h"

/* A budget and what of it is taken. */
typedef struct arena {
    size_t bytes, taken, most;
    int refused;
} arena;

static void *take(void *host, size_t bytes)
{
    arena *a = host;
    size_t whole = (bytes + 63) / 64 * 64;
    if (whole > a->bytes - a->taken) {
        a->refused++;
        return NULL;
    }
    void *memory = aligned_alloc(64, whole);
    if (memory)
        a->taken += whole;
    if (a->taken > a->most)
        a->most = a->taken;
    return memory;
}

static void give_back(void *host, void *memory, size_t bytes)
{
    arena *a = host;
    a->taken -= (bytes + 63) / 64 * 64;
    free(memory);
}

/* Trains as long as there is memory, then with less of it. */
static const char script[] =
    "local torch, nn = require 'torch', require 'nn'\n"
    "torch.manualSeed(1)\n"
    "local function loss(batch)\n"
    "  local net = nn.Sequential()\n"
    "  net:add(nn.Linear(256, 512)):add(nn.ReLU()):add(nn.Linear(512, 10))\n"
    "  local x, y = torch.randn(batch, 256), torch.randn(batch, 10)\n"
    "  local l = nn.MSECriterion()(net(x), y)\n"
    "  l:backward()\n"
    "  return l:item()\n"
    "end\n"
    "local fits, message = pcall(loss, 100000)\n"
    "assert(not fits)\n"
    "print((message:gsub('^.-: ', '')))\n"
    "print('64 samples', loss(64) > 0)\n";

int main(void)
{
    arena memory = {.bytes = (size_t)64 << 20};
    wick_allocator allocator = {.allocate = take, .release = give_back, .host = &memory};
    lua_State *L = luaL_newstate();
    if (!L || wick_lua_open(L, &(wick_lua_options){.allocator = &allocator, .threads = 1}))
        return EXIT_FAILURE;
    int status = luaL_dostring(L, script);
    if (status != LUA_OK)
        printf("%s\n", lua_tostring(L, -1));
    lua_close(L);
    printf("refused: %s, at most 64 MB: %s, left: %zu bytes\n", memory.refused > 0 ? "yes" : "no",
           memory.most <= memory.bytes ? "yes" : "no", memory.taken);
    return status == LUA_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
