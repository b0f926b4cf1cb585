/* Two Lua states in two threads train at the same time. Each must come to the very numbers that it
 * comes to alone: prints both, alone and together. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>

#include "wick_lua.h"

enum { STATES = 2 };

/* Ends with the loss in all its digits. */
static const char script[] =
    "local torch, nn = require 'torch', require 'nn'\n"
    "torch.manualSeed(...)\n"
    "local net = nn.Sequential():add(nn.SpatialConvolution(1, 8, 3, 3)):add(nn.ReLU())\n"
    "net:add(nn.SpatialMaxPooling(2, 2, 2, 2)):add(nn.View(-1):setNumInputDims(3))\n"
    "net:add(nn.Dropout()):add(nn.Linear(8 * 7 * 7, 10)):add(nn.LogSoftMax())\n"
    "local criterion, parameters, gradients = nn.ClassNLLCriterion(), net:getParameters()\n"
    "local loss\n"
    "for step = 1, 30 do\n"
    "  local x, y = torch.randn(16, 1, 16, 16), torch.IntTensor(16):random(1, 10)\n"
    "  gradients:zero()\n"
    "  loss = criterion:forward(net:forward(x), y)\n"
    "  net:backward(x, criterion:backward(net.output, y))\n"
    "  parameters:add(-0.05, gradients)\n"
    "end\n"
    "return ('%a'):format(loss)\n";

typedef struct task {
    int seed;
    char answer[256];
} task;

static void *train(void *argument)
{
    task *t = argument;
    lua_State *L = luaL_newstate();
    if (!L)
        return NULL;
    if (wick_lua_open(L, NULL) == WICK_OK && luaL_loadstring(L, script) == LUA_OK) {
        lua_pushinteger(L, t->seed);
        (void)lua_pcall(L, 1, 1, 0);
    }
    const char *text = lua_tostring(L, -1);
    snprintf(t->answer, sizeof t->answer, "%s", text ? text : "no answer");
    lua_close(L);
    return NULL;
}

static void print_answers(const char *how, const task *tasks)
{
    printf("%s:", how);
    for (int i = 0; i < STATES; i++)
        printf(" %s", tasks[i].answer);
    printf("\n");
}

int main(void)
{
    task alone[STATES] = {{.seed = 1}, {.seed = 2}}, together[STATES] = {{.seed = 1}, {.seed = 2}};
    pthread_t thread[STATES];
    for (int i = 0; i < STATES; i++)
        train(&alone[i]);
    for (int i = 0; i < STATES; i++)
        if (pthread_create(&thread[i], NULL, train, &together[i]) != 0)
            return EXIT_FAILURE;
    for (int i = 0; i < STATES; i++)
        pthread_join(thread[i], NULL);
    print_answers("alone", alone);
    print_answers("together", together);
    return EXIT_SUCCESS;
}
