--- Prints the results and gradients of every sample of every case, all bits of them: what two
-- processes that differ in what fresh memory holds have to print alike.
local torch = require "torch"
local walk = require "spec.support.walk"

local results = {}

local function text_of(array)
  local words = { table.concat(array.size, "x") }
  for i = 1, #array do words[i + 1] = ("%a"):format(array[i]) end
  return table.concat(words, " ")
end

--- Two dimensions of more than one element are what an element-wise operation needs to be large.
local function enlarged(case)
  return walk.mapped(walk.arguments(case.arguments), function(t)
    local repeats = {}
    for d, s in ipairs(t:size():totable()) do repeats[d] = s > 1 and 80 or 1 end
    return t:repeatTensor(table.unpack(repeats))
  end)
end

--- The large arguments of a case, or nil.
function results.large(case)
  if case.large then return walk.arguments(case.large) end
  if case.reference then return enlarged(case) end
end

--- The results and gradients of a call; false for a gradient there is not.
function results.tensors(op, case, arguments)
  if case.draws then torch.manualSeed(1) end
  local list = walk.call(op, case, arguments)
  local variables = walk.variables(case, arguments)
  if op.differentiable and #variables > 0 and walk.gives_real(op, case, arguments) then
    local grads = walk.gradients(op, case, arguments, variables)
    for i = 1, #variables do table.insert(list, grads[i] or false) end
  end
  return list
end

--- The lines of a case: one a result or gradient of each sample.
function results.lines(op, case)
  local lines = {}
  for number, sample in ipairs(walk.samples(case)) do
    for i, x in ipairs(results.tensors(op, case, walk.arguments(sample))) do
      local text = x and text_of(walk.array.of(x)) or "none"
      table.insert(lines, ("%s, sample %d, %d: %s"):format(op.word, number, i, text))
    end
  end
  return lines
end

if arg and arg[0] and arg[0]:find("op_results%.lua$") then
  for _, entry in ipairs(walk.operations()) do
    for _, line in ipairs(results.lines(entry[1], entry[2])) do print(line) end
  end
end

return results
