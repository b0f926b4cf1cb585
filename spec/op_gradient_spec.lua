-- The gradients of every operation against differences, once and twice, and what keeps them honest:
-- strided gradients, values changed behind the tape's back.
local torch = require "torch"
local core = require "wick.core"
local walk = require "spec.support.walk"

-- Sums of a handful of terms in double: differences of step 1e-6 are good to 1e-8 of the values.
local CHECK = { step = 1e-6, absolute = 1e-6, relative = 1e-6 }

local function each_sample(op, case, f)
  for _, sample in ipairs(walk.smooth_samples(case)) do
    local arguments = walk.arguments(sample)
    local variables = walk.variables(case, arguments)
    if #variables > 0 and walk.gives_real(op, case, arguments) then
      f(arguments, variables)
    end
  end
end

local function tensors_at(arguments, variables)
  local tensors, list = walk.tensors(arguments), {}
  for i, which in ipairs(variables) do list[i] = tensors[which][1] end
  return list
end

-- Differences need a result as precise as the inputs.
local function is_double(results)
  return not torch.isTensor(results[1]) or results[1]:type() == "torch.DoubleTensor"
end

local function check_gradient(op, case, arguments, variables)
  if not is_double(walk.call(op, case, arguments)) then return end
  local f = walk.as_function(op, case, arguments, variables)
  assert(torch.gradcheck(f, tensors_at(arguments, variables), CHECK))
end

-- The gradients as a function of the inputs and of the gradients that arrive: their gradient is the
-- second derivative, and linear operations have one too.
local function check_second(op, case, arguments, variables)
  if not is_double(walk.call(op, case, arguments)) then return end
  local f = walk.as_function(op, case, arguments, variables)
  local inputs = tensors_at(arguments, variables)
  local results = { f(table.unpack(inputs)) }
  for _, y in ipairs(results) do
    if not torch.isTensor(y) then y = torch.DoubleTensor{ y } end
    table.insert(inputs, walk.weights(y))
  end
  local function gradients(...)
    local values, leaves, weights = { ... }, {}, {}
    for i, v in ipairs(values) do
      if i > #variables then
        table.insert(weights, v)
      else
        leaves[i] = v:isRecorded() and v or v:detach():requiresGrad()
      end
    end
    local grads = torch.withGrad(function()
      return core.grad({ f(table.unpack(leaves)) }, leaves, weights, { record = true })
    end)
    local list = {}
    for i = 1, #leaves do list[#list + 1] = grads[i] end
    return table.unpack(list)
  end
  -- Without a gradient there is none to differentiate: zero everywhere.
  if select("#", gradients(table.unpack(inputs))) > 0 then
    assert(torch.gradcheck(gradients, inputs, CHECK))
  end
end

describe("the gradient of", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if op.differentiable then
      it(op.word .. " agrees with differences", function()
        local count = 0
        each_sample(op, case, function(...)
          count = count + 1
          check_gradient(op, case, ...)
        end)
        assert.is_true(count > 0)
      end)
      it(op.word .. " has a gradient that agrees with differences", function()
        each_sample(op, case, function(arguments, variables)
          if case.second and case.second(arguments) then
            assert.matches("has no derivative",
              walk.failure(check_second, op, case, arguments, variables))
          else
            check_second(op, case, arguments, variables)
          end
        end)
      end)
    end
  end
end)

describe("a constant operation", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if op.constant and op.args[1] and op.args[1].kind == "tensor" then
      it("is not recorded: " .. op.word, function()
        local arguments = walk.arguments(case.arguments)
        for _, tensor in ipairs(walk.tensors(arguments)) do
          if walk.is_floating(tensor[1]) then tensor[1]:requiresGrad() end
        end
        for _, y in ipairs(walk.call(op, case, arguments)) do
          assert.is_false(torch.isTensor(y) and y:isRecorded())
        end
      end)
    end
  end
end)

-- The same tensor with memory laid out the other way.
local function turned(x)
  if x:dim() < 2 then return x end
  local last = x:dim()
  return x:transpose(1, last):clone():transpose(1, last)
end

local function arrays_of(grads, n)
  local list = {}
  for i = 1, n do list[i] = grads[i] and walk.array.of(grads[i]) or { size = { 0 } } end
  return list
end

describe("a gradient that arrives in another layout", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if op.differentiable then
      it("gives the same for " .. op.word, function()
        each_sample(op, case, function(arguments, variables)
          local expected = walk.gradients(op, case, arguments, variables)
          local leaves = walk.leaves(arguments, variables)
          local results = { walk.as_function(op, case, arguments, variables)(table.unpack(leaves)) }
          local weights = {}
          for i, y in ipairs(results) do weights[i] = turned(walk.weights(y)) end
          local found = core.grad(results, leaves, weights)
          local n = #variables
          assert.is_nil(walk.differences(arrays_of(found, n), arrays_of(expected, n), 1e-12))
        end)
      end)
    end
  end
end)

-- Rules may take another way when they are recorded.
describe("a gradient that is recorded", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if op.differentiable then
      it("is the same for " .. op.word, function()
        each_sample(op, case, function(arguments, variables)
          local plain, _, leaves = walk.gradients(op, case, arguments, variables)
          local weights = {}
          local results = { walk.as_function(op, case, arguments, variables)(table.unpack(leaves)) }
          for i, y in ipairs(results) do weights[i] = walk.weights(y) end
          local recorded = core.grad(results, leaves, weights, { record = true })
          local n = #variables
          assert.is_nil(walk.differences(arrays_of(recorded, n), arrays_of(plain, n), 1e-12))
        end)
      end)
    end
  end
end)

describe("gradients of float32 inputs", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if op.differentiable then
      it("are float32 and near those in double: " .. op.word, function()
        for _, sample in ipairs(walk.smooth_samples(case)) do
          local wide, narrow = walk.arguments(sample), walk.arguments(sample, "torch.FloatTensor")
          local n = #walk.variables(case, wide)
          if n > 0 and walk.gives_real(op, case, wide) then
            local expected = walk.gradients(op, case, wide)
            local found = walk.gradients(op, case, narrow)
            for i = 1, n do
              if found[i] then assert.equal("torch.FloatTensor", found[i]:type()) end
            end
            local tolerance = walk.tolerance(case, "torch.FloatTensor") * 4
            assert.is_nil(walk.differences(arrays_of(found, n), arrays_of(expected, n), tolerance))
          end
        end
      end)
    end
  end
end)

-- Writing over an input between forward and backward may not give a wrong gradient: either the
-- gradient did not need the value, or backward refuses and names the operation.
local function check_changed(op, case, arguments, variables, number)
  local expected = walk.gradients(op, case, arguments, variables)
  local leaves = walk.leaves(arguments, variables)
  local copies = {}
  for i, leaf in ipairs(leaves) do copies[i] = leaf:clone() end
  local results = { walk.as_function(op, case, arguments, variables)(table.unpack(copies)) }
  local weights = {}
  for i, y in ipairs(results) do weights[i] = walk.weights(y) end
  torch.noGrad(copies[number].add, copies[number], 1)
  local ok, found = pcall(core.grad, results, leaves, weights)
  if ok then
    local n = #variables
    assert.is_nil(walk.differences(arrays_of(found, n), arrays_of(expected, n), 1e-12))
  else
    assert.matches("changed since by add", found)
  end
end

describe("a value that changes before backward", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    if op.differentiable and not op.view then
      it("does not spoil the gradient of " .. op.word, function()
        each_sample(op, case, function(arguments, variables)
          for number = 1, #variables do check_changed(op, case, arguments, variables, number) end
        end)
      end)
    end
  end
end)

-- Pieces of gradients have no case of their own: the first and second derivatives checked above run
-- every one of them. Only x[{ ... }] = value writes by `assign`.
local function differentiate_twice(op, case, arguments, variables)
  walk.gradients(op, case, arguments, variables)
  local leaves = walk.leaves(arguments, variables)
  local results = { walk.as_function(op, case, arguments, variables)(table.unpack(leaves)) }
  local weights = {}
  for i, y in ipairs(results) do weights[i] = walk.weights(y):requiresGrad() end
  local grads = core.grad(results, leaves, weights, { record = true })
  for i = 1, #leaves do
    local g = grads[i]
    if g and g:isRecorded() and not (case.second and case.second(arguments)) then
      core.grad({ g }, leaves, { walk.weights(g) }, { retain = true })
    end
  end
end

-- What images inside the core run instead, once and recorded.
local function differentiate_images()
  for _, record in ipairs{ false, true } do
    local x, w = torch.ones(1, 16, 6, 6):float():requiresGrad(), torch.ones(16, 16, 3, 3):float()
    local y = x:conv2d(w):maxPool2d(2, { indices = false })
    local z = torch.cat({ y, y }, 2):conv2d(torch.ones(16, 32, 1, 1):float())
    torch.grad(z:sum(), x, { record = record })
  end
end

describe("an internal operation", function()
  local ran = {}

  setup(function()
    core.traceStart()
    for _, entry in ipairs(walk.operations()) do
      if entry[1].differentiable then
        each_sample(entry[1], entry[2], function(...)
          differentiate_twice(entry[1], entry[2], ...)
        end)
      end
    end
    differentiate_images()
    local y = torch.mul(torch.ones(3):requiresGrad(), 2)
    y[{ { 1, 2 } }] = 5
    for _, event in ipairs(core.traceStop()) do ran[event.operation] = true end
  end)

  for _, op in ipairs(core.operations()) do
    if op.internal then
      it("is run by what it belongs to: " .. op.word, function() assert.is_true(ran[op.name]) end)
    end
  end
end)

describe("a second derivative", function()
  it("is there for all but these", function()
    local without = {}
    for _, entry in ipairs(walk.operations()) do
      if entry[2].second then table.insert(without, entry[1].word) end
    end
    table.sort(without)
    -- Of products only where an element is zero.
    assert.same({ "cumprod", "local_response_norm", "prod", "prod_all" }, without)
  end)
end)
