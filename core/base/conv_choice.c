/* The choice that the environment leaves. */
#include "base/conv_choice.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static wick__conv_choice choice;

static void find_out(void)
{
    const char *name = getenv("WICK_CONVOLUTION");
    if (name && strcmp(name, "direct") == 0)
        choice = WICK__CONV_DIRECT;
    else if (name && strcmp(name, "unfold") == 0)
        choice = WICK__CONV_UNFOLD;
}

wick__conv_choice wick__conv_choice_of_process(void)
{
    pthread_once(&once, find_out);
    return choice;
}
