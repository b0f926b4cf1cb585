-- nngraph.nesting: tensors in nested tables, under the names Torch7's nngraph has for it.
local tape = require "nn.tape"
local utils = _G.nn.utils

local nesting = {}

--- A copy of a tensor, or of nested tables of tensors.
function nesting.cloneNested(value)
  return tape.map(value, function(x) return x:clone() end)
end

--- fillNested(value, number): every tensor filled with the number.
nesting.fillNested = utils.recursiveFill

--- resizeNestedAs(value, like): tensors resized as those of `like`, tables to its shape.
nesting.resizeNestedAs = utils.recursiveResizeAs

--- copyNested(target, source): the values of `source` into `target`.
nesting.copyNested = utils.recursiveCopy

--- addNestedTo(target, source): the values of `source` added to those of `target`.
function nesting.addNestedTo(target, source)
  utils.recursiveAdd(target, source)
end

return nesting
