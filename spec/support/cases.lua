--- What the walks over all operations need to know about each: a table from the word in ops.def to
-- a case. One file a family stands in `cases/`. Fields of a case:
--
-- arguments    function(make): the arguments of one call, as a list; `make` is spec.support.make's
-- more         further functions of this kind: one-element and zero-size tensors, other options
-- values       the same where only values are compared: ties, infinities, points without derivative
-- reference    the result for one element, from the elements and numbers at its place; for
-- whole        other operations: the results as arrays from the arguments, tensors as arrays
--              (spec.support.array)
-- call         function(arguments ...) that carries the call out, where torch.<name> is not it
-- results      the element types of the results where they are not the first tensor's
-- types        "real" (float32 and float64, where left out), "all", "byte", "integers" or a list of
--              names; others are refused
-- half         true: float16 tensors are moved
-- integer      the reference of integer types where the result is not the other's, truncated
-- integers     the arguments for integer types, where `arguments` does not suit them
-- exact        the results are elements of the inputs: the same bit for bit in every layout
-- terms        how many terms a sum has whose order may depend on the layout: 10
-- tolerance    how far from the reference, relative to its size, in double: 1e-12
-- tolerance32  the same in float32: 4e-6
-- small        true: results near zero keep their digits where the argument is near zero
-- constants    { [2] = true }: tensor arguments that get no gradient though they are floating
-- second       function(arguments): whether the second derivative is refused
-- free         { [1] = "rank+ rank- size1" }: changes of a tensor argument that fit all the same
-- nan          false: NaN in an input makes no NaN at its place; the reference says what it makes
-- empty        function(make): arguments without elements that are refused, and
-- empty_fails  what the message says then
-- in_place     false: there is no method that writes over its receiver
-- destination  false: there is no form with a destination
-- draws        true: the results are random; op_random_spec.lua looks at them
-- mixed        true: arguments of float32 and float64 are promoted (element-wise ones always are)
-- large        function(make): arguments large enough for several threads
-- skip         { layouts = "reason", expanded = "reason" }: parts of the walk that make no sense
--              here
local cases = {}

local families = {
  "pointwise", "arithmetic", "activation", "compare", "reduce", "statistics", "order", "generate",
  "random", "convert", "view", "matmul", "softmax", "loss", "dropout", "join", "index", "masked",
  "diagonal", "conv", "volume", "pooling", "norm", "lapack", "linear_algebra", "convolve",
  "bitwise", "histogram", "sparse",
}

for _, family in ipairs(families) do
  for word, case in pairs(require("spec.support.cases." .. family)) do
    assert(not cases[word], "two cases for " .. word)
    cases[word] = case
  end
end

return cases
