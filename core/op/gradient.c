/* The public faces of backward: hands the engine the operations it needs. */
#include "graph/engine.h"
#include "op/list.h"

static const wick__engine engine = {&wick_op_add, &wick_op_sum_to, &wick_op_convert};

wick_status wick_backward_all(int roots, wick_tensor *const *root, wick_tensor *const *seeds,
                              wick_backward_options options)
{
    wick__pass pass = {.roots = roots, .root = root, .seed = seeds, .options = options};
    return wick__backward(&engine, &pass);
}

wick_status wick_backward(wick_tensor *root, wick_tensor *seed, wick_backward_options options)
{
    return wick_backward_all(1, &root, seed ? &seed : NULL, options);
}

wick_status wick_grad(int roots, wick_tensor *const *root, wick_tensor *const *seeds, int inputs,
                      wick_tensor *const *input, wick_backward_options options, wick_tensor **grads)
{
    for (int i = 0; i < inputs; i++) {
        grads[i] = NULL;
        if (!input[i]->node)
            return wick__fail(WICK_EGRAD,
                              "grad: input %d, a %s tensor, does not ask for "
                              "gradients; call requiresGrad() on it first",
                              i + 1, wick__shape(input[i]));
    }
    wick__pass pass = {roots, root, seeds, inputs, input, options, grads};
    return wick__backward(&engine, &pass);
}
