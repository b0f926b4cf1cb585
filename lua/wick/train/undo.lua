-- Trying things on a run without leaving a trace: weights, buffers, optimiser, random numbers and
-- the place in the data are put back.
local core = require "wick.core"
local class = require "torch.class"

local function copy(value)
  if class.isTensor(value) then return value:detach():clone() end
  if type(value) ~= "table" then return value end
  local result = {}
  for key, entry in pairs(value) do result[key] = copy(entry) end
  return result
end

local function tensors_of(model)
  local list = {}
  for i, entry in ipairs(model:namedParameters(true)) do list[i] = entry.tensor:detach() end
  return list
end

local function put_back(run, kept)
  for i, tensor in ipairs(tensors_of(run.model)) do tensor:copy(kept.tensors[i]) end
  local state = run.options.optimState
  for key in pairs(state) do state[key] = nil end
  for key, value in pairs(kept.optimState) do state[key] = value end
  run.gradients:zero()
  run.step, run.average = kept.step, kept.average
  run.options.hooks, run.learning_rate = kept.hooks, nil
  if kept.place then run.options.data:restore(kept.place) end
  core.setGenerator(kept.generator)
end

--- Calls f(run), without hooks and averages, and puts everything back as it was; returns what f
-- returns, and raises what it raises.
return function(run, f)
  local given = run.options
  local kept = {
    tensors = copy(tensors_of(run.model)), optimState = copy(given.optimState), step = run.step,
    average = run.average, hooks = given.hooks, place = given.data.state and given.data:state(),
    generator = core.getGenerator(),
  }
  given.hooks, run.average = {}, nil
  local ok, result = pcall(f, run)
  put_back(run, kept)
  if not ok then error(result, 0) end
  return result
end
