--- What the walks over all operations share: which there are, calling them, comparing results.
local torch = require "torch"
local core = require "wick.core"
local array = require "spec.support.array"
local cases = require "spec.support.cases"
local maker = require "spec.support.make"

local walk = { array = array, maker = maker }

--- Every operation that Lua offers and its case, in list order: a list of { op, case }.
function walk.operations()
  local list = {}
  for _, op in ipairs(core.operations()) do
    if not op.internal and cases[op.word] then table.insert(list, { op, cases[op.word] }) end
  end
  return list
end

walk.is_tensor = torch.isTensor

--- The samples of a case that have derivatives: functions that make arguments.
function walk.smooth_samples(case)
  return { case.arguments, table.unpack(case.more or {}) }
end

--- All samples of a case.
function walk.samples(case)
  local list = walk.smooth_samples(case)
  for _, sample in ipairs(case.values or {}) do table.insert(list, sample) end
  return list
end

--- Arguments of a sample as a table with their number n.
function walk.arguments(sample, type_name)
  local list = sample(maker(type_name or "torch.DoubleTensor"))
  list.n = list.n or #list
  return list
end

--- A copy of arguments with every tensor (also in lists) replaced by f(tensor, position).
function walk.mapped(arguments, f)
  local result = { n = arguments.n }
  for i = 1, arguments.n do
    local value = arguments[i]
    if torch.isTensor(value) then
      value = f(value, i)
    elseif type(value) == "table" and torch.isTensor(value[1]) then
      local list = {}
      for j, t in ipairs(value) do list[j] = f(t, i) end
      value = list
    end
    result[i] = value
  end
  return result
end

--- All tensors of arguments: a list of { tensor, position, place in its list }.
function walk.tensors(arguments)
  local list = {}
  for i = 1, arguments.n do
    local value = arguments[i]
    if torch.isTensor(value) then
      table.insert(list, { value, i })
    elseif type(value) == "table" and torch.isTensor(value[1]) then
      for j, t in ipairs(value) do table.insert(list, { t, i, j }) end
    end
  end
  return list
end

--- Arguments with tensor number `which` of walk.tensors replaced.
function walk.with(arguments, which, tensor)
  local n = 0
  return walk.mapped(arguments, function(t)
    n = n + 1
    return n == which and tensor or t
  end)
end

function walk.is_floating_name(name)
  return name == "torch.FloatTensor" or name == "torch.DoubleTensor"
end

function walk.is_floating(t)
  return walk.is_floating_name(t:type())
end

--- Carries a call out: the results as a list.
function walk.call(op, case, arguments)
  local f = case.call or torch[op.name]
  return { f(table.unpack(arguments, 1, arguments.n)) }
end

--- The results as arrays.
function walk.arrays(results)
  local list = {}
  for i, r in ipairs(results) do list[i] = array.of(r) end
  return list
end

local function numbers_and_arrays(arguments)
  local arrays, numbers = {}, {}
  for i = 1, arguments.n do
    if torch.isTensor(arguments[i]) then
      table.insert(arrays, array.of(arguments[i]))
      numbers[i] = false
    else
      numbers[i] = arguments[i]
    end
  end
  return arrays, numbers
end

-- A scalar function of the elements at one place, numbers standing where the call has them.
local function element_by_element(f, arguments)
  local arrays, numbers = numbers_and_arrays(arguments)
  return array.map(function(...)
    local elements, next_element, values = { ... }, 1, {}
    for i = 1, arguments.n do
      if numbers[i] == false then
        values[i] = elements[next_element]
        next_element = next_element + 1
      else
        values[i] = numbers[i]
      end
    end
    return f(table.unpack(values, 1, arguments.n))
  end, table.unpack(arrays))
end

--- What the results should be, as arrays.
function walk.expected(case, arguments, integral)
  if not case.whole then
    return { element_by_element(integral and case.integer or case.reference, arguments) }
  end
  local values = { n = arguments.n }
  for i = 1, arguments.n do
    local value = arguments[i]
    if torch.isTensor(value) then
      value = array.of(value)
    elseif type(value) == "table" and torch.isTensor(value[1]) then
      value = walk.arrays(value)
    end
    values[i] = value
  end
  local f = integral and case.integer or case.whole
  local results = { f(table.unpack(values, 1, values.n)) }
  for i, r in ipairs(results) do
    if type(r) ~= "table" then results[i] = array.of(r) end
  end
  return results
end

local function close(found, expected, tolerance)
  if found == expected or (found ~= found and expected ~= expected) then return true end
  return math.abs(found - expected) <= tolerance * math.max(1, math.abs(expected))
end

--- nil, or in words where two arrays differ by more than the tolerance; 0 asks for the same bits,
-- but for the sign of zero.
function walk.difference(found, expected, tolerance)
  if not array.same_size(found.size, expected.size) then
    return ("the result is %s, expected %s"):format(table.concat(found.size, " x "),
      table.concat(expected.size, " x "))
  end
  for i = 1, array.count(expected.size) do
    if not close(found[i], expected[i], tolerance) then
      return ("element %d is %.17g, expected %.17g"):format(i, found[i], expected[i])
    end
  end
end

--- The first difference between two lists of arrays, or nil.
function walk.differences(found, expected, tolerance)
  if #found ~= #expected then
    return ("%d results, expected %d"):format(#found, #expected)
  end
  for i, e in ipairs(expected) do
    local text = walk.difference(found[i], e, tolerance)
    if text then return ("result %d: %s"):format(i, text) end
  end
end

function walk.tolerance(case, type_name)
  if type_name == "torch.FloatTensor" then return case.tolerance32 or 4e-6 end
  return case.tolerance or 1e-12
end

--- The message of a call that has to fail.
function walk.failure(f, ...)
  local results = table.pack(pcall(f, ...))
  assert(not results[1], "the call went through")
  return (tostring(results[2]):gsub("^[%w%./_]+%.lua:%d+: ", ""))
end

-- Gradients ---------------------------------------------------------------------------------------

--- The numbers of the tensors (of walk.tensors) that get a gradient.
function walk.variables(case, arguments)
  local list = {}
  for which, entry in ipairs(walk.tensors(arguments)) do
    local constant = case.constants and case.constants[entry[2]]
    if walk.is_floating(entry[1]) and not constant then table.insert(list, which) end
  end
  return list
end

--- Whether the call has a result that can have a gradient.
function walk.gives_real(op, case, arguments)
  local y = walk.call(op, case, arguments)[1]
  return not torch.isTensor(y) or walk.is_floating(y) or op.constant
end

--- The call as a function of its variables that returns its floating results.
function walk.as_function(op, case, arguments, variables)
  return function(...)
    local values, n = { ... }, 0
    local place = {}
    for i, which in ipairs(variables) do place[which] = values[i] end
    local filled = walk.mapped(arguments, function(t)
      n = n + 1
      return place[n] or t
    end)
    local results = {}
    for _, r in ipairs(walk.call(op, case, filled)) do
      if torch.isTensor(r) and not walk.is_floating(r) then break end
      table.insert(results, r)
    end
    return table.unpack(results)
  end
end

--- Leaves with the values of the variables.
function walk.leaves(arguments, variables)
  local tensors, leaves = walk.tensors(arguments), {}
  for i, which in ipairs(variables) do
    leaves[i] = tensors[which][1]:detach():clone():requiresGrad()
  end
  return leaves
end

--- Fixed weights of a result's shape.
function walk.weights(y)
  local n = y:nElement()
  local spread = torch.range(1, math.max(n, 1)):double():mul(0.7):sin():add(1.3):type(y:type())
  return spread:narrow(1, 1, n):viewAs(y)
end

--- The gradients of a call for fixed weights: a list with nil where nothing depends, and the
-- results.
function walk.gradients(op, case, arguments, variables)
  variables = variables or walk.variables(case, arguments)
  local leaves = walk.leaves(arguments, variables)
  local results = { walk.as_function(op, case, arguments, variables)(table.unpack(leaves)) }
  local weights = {}
  for i, y in ipairs(results) do weights[i] = walk.weights(y) end
  return torch.grad(results, { table.unpack(leaves) }, weights), results, leaves
end

return walk
