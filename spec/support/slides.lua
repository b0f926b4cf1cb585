-- What the specs of the lectures compare with: numbers as a slide prints them.
local assert = require "luassert"
local torch = require "torch"
local array = require "spec.support.array"
local walk = require "spec.support.walk"

local slides = {}

--- A recorded tensor of these values.
function slides.leaf(values)
  return torch.DoubleTensor(values):requiresGrad()
end

--- Asserts that a tensor has these values, to `margin` (1e-12).
function slides.near(expected, found, margin)
  if type(expected) == "table" then expected = torch.DoubleTensor(expected) end
  assert.is_nil(walk.difference(array.of(found), array.of(expected), margin or 1e-12))
end

function slides.sizes(x)
  return x:size():totable()
end

return slides
