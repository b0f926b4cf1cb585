/* The alias method, in the order in which Torch7 fills and draws. */
#include "kernel/alias.h"

/* Places whose chance is below 1 stand in room[0 .. low), the others in room[n - high .. n), the
 * newest of each at the inner end. */
void wick__alias_setup(int64_t n, const double *weight, double *chance, int64_t *other,
                       int64_t *room)
{
    double sum = 0;
    int64_t low = 0, high = 0;
    for (int64_t i = 0; i < n; i++)
        sum += weight[i];
    for (int64_t i = 0; i < n; i++) {
        chance[i] = weight[i] / sum * (double)n;
        other[i] = i + 1;
        if (chance[i] < 1)
            room[low++] = i;
        else
            room[n - ++high] = i;
    }
    while (low > 0 && high > 0) {
        int64_t small = room[low - 1], large = room[n - high];
        other[small] = large + 1;
        chance[large] -= 1 - chance[small];
        low--;
        if (chance[large] < 1) {
            high--;
            room[low++] = large;
        }
    }
    /* What is left is 1 but for rounding. */
    while (low > 0)
        chance[room[--low]] = 1;
    while (high > 0)
        chance[room[n - high--]] = 1;
}

void wick__alias_draw(wick__generator *generator, int64_t n, const double *chance,
                      const int64_t *other, int64_t samples, int64_t *category)
{
    for (int64_t i = 0; i < samples; i++) {
        int64_t place = (int64_t)(wick__generator_uniform(generator) * (double)n);
        bool own = wick__generator_uniform(generator) <= chance[place];
        category[i] = own ? place + 1 : other[place];
    }
}
