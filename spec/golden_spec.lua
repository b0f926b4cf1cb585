-- The stored values of spec/golden/, which spec/support/golden.py wrote with PyTorch: results and
-- gradients in float32 and float64.
local torch = require "torch"
local nn = require "nn"
local core = require "wick.core"
local safetensors = require "wick.safetensors"
local array = require "spec.support.array"
local walk = require "spec.support.walk"

-- Sums of up to a hundred terms, taken in another order.
local TOLERANCE = { f32 = 5e-6, f64 = 1e-12 }
local TYPES = { f32 = "torch.FloatTensor", f64 = "torch.DoubleTensor" }

local FAMILIES = {
  "products", "convolution", "pooling", "normalisation", "activations", "losses", "reductions",
  "indexing", "limits", "volumes",
}

-- The tensors of a case by name, and its title and Lua expression.
local function cases_of(family)
  local tensors, metadata = safetensors.load("spec/golden/" .. family .. ".safetensors")
  local cases = {}
  for number, text in pairs(metadata) do
    if number:find("^%d+$") then
      local title, lua = text:match("^(.-)\n(.*)$")
      table.insert(cases, { number = number, title = title, lua = lua, tensors = {} })
    end
  end
  table.sort(cases, function(a, b) return a.number < b.number end)
  for name, tensor in pairs(tensors) do
    local number, rest = name:match("^(%d+)%.(.*)$")
    cases[tonumber(number)].tensors[rest] = tensor
  end
  return cases
end

-- Floating inputs that have a stored gradient are leaves.
local function inputs_of(case, precision)
  local inputs, leaves, names = {}, {}, {}
  for key, tensor in pairs(case.tensors) do
    local name = key:match("^in%.(.*)$")
    if name then
      if walk.is_floating(tensor) then tensor = tensor:type(TYPES[precision]):clone() end
      if case.tensors["grad." .. name .. "." .. precision] then
        tensor:requiresGrad()
        table.insert(leaves, tensor)
        table.insert(names, name)
      end
      inputs[name] = tensor
    end
  end
  inputs.torch, inputs.nn = torch, nn
  return inputs, leaves, names
end

-- One element is a tensor without dimensions there and of size 1, or a number, here.
local function expected_array(x)
  local result = array.of(x)
  if #result.size == 0 then
    result = { size = { 1 }, x:item() }
  end
  return result
end

local function check(found, expected, precision)
  found, expected = array.of(found), expected_array(expected)
  if array.count(found.size) == array.count(expected.size) and #expected.size < #found.size then
    expected.size = found.size
  end
  assert.is_nil(walk.difference(found, expected, TOLERANCE[precision]))
end

local function run(case, precision)
  local inputs, leaves, names = inputs_of(case, precision)
  local results = { assert(load("return " .. case.lua, case.title, "t", inputs))() }
  check(results[1], case.tensors["out.1." .. precision], precision)
  if case.tensors.indices then check(results[2], case.tensors.indices, precision) end
  if #leaves == 0 then return end
  local weights = case.tensors.v:type(TYPES[precision])
  if not weights:isSameSizeAs(results[1]) then weights = weights:view(results[1]:size()) end
  local grads = core.grad({ results[1] }, leaves, { weights })
  for i, name in ipairs(names) do
    local expected = case.tensors["grad." .. name .. "." .. precision]
    check(grads[i] or expected:type(TYPES[precision]):clone():zero(), expected, precision)
  end
end

for _, family in ipairs(FAMILIES) do
  describe("as PyTorch has it, " .. family .. ":", function()
    for _, case in ipairs(cases_of(family)) do
      for precision in pairs(TYPES) do
        it(("%s in %s"):format(case.title, precision), function() run(case, precision) end)
      end
    end
  end)
end
