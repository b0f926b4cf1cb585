--- Every layer through the same questions: shapes, gradients, both protocols, copies, types, text.
local torch = require "torch"
local tape = require "nn.tape"
local cases = require "spec.support.nn_cases"

local function fresh(case, make)
  torch.manualSeed(7)
  return (make or case.make)():double()
end

local function input_of(case)
  torch.manualSeed(11)
  return case.input()
end

local function expected_sizes(case, input)
  if case.output then return case.output end
  return input:size():totable()
end

local function sizes_of(value)
  if torch.isTensor(value) then return value:size():totable() end
  local list = {}
  for i, entry in ipairs(value) do list[i] = sizes_of(entry) end
  return list
end

-- Gradients for an output, different in every place.
local function gradient_for(output)
  return tape.map(output, function(y)
    return torch.range(1, math.max(1, y:nElement())):double():mul(0.37):sin()
      :narrow(1, 1, y:nElement()):viewAs(y)
  end)
end

local function copies(list)
  local result = {}
  for i, t in ipairs(list) do result[i] = t:detach():clone() end
  return result
end

local function assert_same(expected, found, what)
  assert.equal(#expected, #found, what)
  for i, t in ipairs(expected) do
    assert.same(t:size():totable(), found[i]:size():totable(), what)
    assert.is_true(torch.equal(t, found[i]), ("%s %d\n%s\n%s"):format(what, i, t, found[i]))
  end
end

local function gradients(module)
  local _, grads = module:parameters()
  return copies(grads or {})
end

-- Output, gradInput and parameter gradients by forward and backward.
local function torch7_way(case, module)
  local input = input_of(case)
  module:zeroGradParameters()
  torch.manualSeed(5)
  local output = module:forward(input)
  local seen = copies(tape.tensors(output))
  local grad_input = module:backward(input, gradient_for(output))
  return seen, copies(tape.tensors(grad_input)), gradients(module)
end

-- The same by calling the module on recorded tensors.
local function modern_way(case, module)
  local leaves = tape.leaves(input_of(case))
  module:zeroGradParameters()
  torch.manualSeed(5)
  local output = module(leaves)
  local list, weights, loss = tape.tensors(output), tape.tensors(gradient_for(output)), 0
  local seen = copies(list)
  for i, y in ipairs(list) do
    if y:isRecorded() then loss = torch.cmul(y, weights[i]):sum() + loss end
  end
  loss:backward()
  local grads = {}
  for i, x in ipairs(tape.tensors(leaves)) do grads[i] = x.grad or x:detach():clone():zero() end
  return seen, copies(grads), gradients(module)
end

local function gradcheck(case)
  local module, input = fresh(case), input_of(case)
  local inputs, floating = {}, {}
  for _, x in ipairs(tape.tensors(input)) do
    if x:type() == "torch.DoubleTensor" then
      inputs[#inputs + 1] = x
      floating[#floating + 1] = x
    end
  end
  local parameters = module:namedParameters()
  for _, p in ipairs(parameters) do inputs[#inputs + 1] = p.tensor end
  return torch.gradcheck(function(...)
    local given, next_one = { ... }, 0
    local arguments = tape.map(input, function(x)
      if x:type() ~= "torch.DoubleTensor" then return x end
      next_one = next_one + 1
      return given[next_one]
    end)
    for i, p in ipairs(parameters) do p.module[p.field] = given[#floating + i] end
    torch.manualSeed(5)
    return table.unpack(tape.tensors(module(arguments)))
  end, inputs)
end

local both = { "weight", "bias", "gradWeight", "gradBias" }

for _, case in ipairs(cases) do
  describe(case.text:gsub("\n.*", ""), function()
    it("prints and has the shape of its arguments", function()
      local module, input = fresh(case), input_of(case)
      assert.equal(case.text, tostring(module))
      assert.same(expected_sizes(case, input), sizes_of(module:forward(input)))
      if case.named then
        local named = fresh(case, case.named)
        assert.equal(case.text, tostring(named))
        torch.manualSeed(5)
        local output = copies(tape.tensors(module:forward(input)))
        torch.manualSeed(5)
        assert_same(output, tape.tensors(named:forward(input)), "named")
      end
    end)

    it("has the gradients of differences", function()
      assert.is_true(select(1, assert(gradcheck(case))))
    end)

    it("gives both ways the same numbers to the bit", function()
      local module = fresh(case)
      local output, grad_input, grads = torch7_way(case, module)
      local output2, grad_input2, grads2 = modern_way(case, module:clone())
      assert_same(output, output2, "output")
      assert_same(grad_input, grad_input2, "gradInput")
      assert_same(grads, grads2, "parameter gradient")
    end)

    it("splits backward, scales it and repeats it", function()
      local module, input = fresh(case), input_of(case)
      local _, grad_input, grads = torch7_way(case, module)
      module:zeroGradParameters()
      torch.manualSeed(5)
      local grad_output = gradient_for(module:forward(input))
      local function grad_inputs()
        return copies(tape.tensors(module:updateGradInput(input, grad_output)))
      end
      assert_same(grad_input, grad_inputs(), "split")
      module:accGradParameters(input, grad_output, 0.5)
      module:accGradParameters(input, grad_output, 0.5)
      assert_same(grad_input, grad_inputs(), "again")
      for i, grad in ipairs(gradients(module)) do
        assert.is_true((grad - grads[i]):abs():max() <= 1e-12 * (1 + torch.abs(grads[i]):max()))
      end
    end)

    it("is cloned, flattened and converted", function()
      local module, input = fresh(case), input_of(case)
      local function run(m, x)
        torch.manualSeed(5)
        return copies(tape.tensors(m:forward(x)))
      end
      local output = run(module, input)
      local clone = module:clone()
      assert_same(output, run(clone, input), "clone")
      local flat = clone:getParameters()
      assert_same(output, run(clone, input), "flattened")
      if flat:nElement() > 0 then
        flat:mul(2)
        assert_same(output, run(module, input), "the original after its clone changed")
      end
      local single = module:clone():float()
      local floats = tape.map(input, function(x)
        return x:type() == "torch.DoubleTensor" and x:float() or x
      end)
      for i, y in ipairs(run(single, floats)) do
        if output[i]:type() == "torch.DoubleTensor" then
          assert.equal("torch.FloatTensor", y:type())
        end
        if not case.random then
          assert.is_true((y:double() - output[i]:double()):abs():max() < 1e-4)
        end
      end
      assert_same(output, run(module:clearState(), input), "after clearState")
    end)

    it("shares memory with a clone", function()
      local module = fresh(case)
      local clone = module:clone(table.unpack(case.share or both))
      local weights, grads = module:parameters()
      local other, other_grads = clone:parameters()
      for i, weight in ipairs(weights or {}) do
        weight:fill(0.25)
        grads[i]:fill(3)
        assert.is_true(torch.equal(weight, other[i]))
        assert.is_true(torch.equal(grads[i], other_grads[i]))
      end
    end)
  end)
end
