-- What meters of rankings keep: all scores and targets, and weights where there are any.
local errors = require "wick.errors"

local torch = require "torch"

local scores = {}

--- An empty collection.
function scores.new()
  return { output = {}, target = {}, weight = {} }
end

--- Adds N x K scores and targets, and N weights or nil.
function scores.add(all, what, output, target, weight)
  local first = all.output[1]
  if first and first:size(2) ~= output:size(2) then
    errors.raise("%s: dimensions for output should match previously added examples: %d columns, "
      .. "before %d", what, output:size(2), first:size(2))
  elseif first and (#all.weight > 0) ~= (weight ~= nil) then
    errors.raise("%s: weights come with all examples or with none", what)
  end
  table.insert(all.output, output:clone())
  table.insert(all.target, target:clone())
  if weight then table.insert(all.weight, weight:clone()) end
end

-- The tensors of a list as one, which takes their place.
local function join(list)
  if #list > 1 then
    local joined = torch.cat(list, 1)
    for i in ipairs(list) do list[i] = nil end
    list[1] = joined
  end
  return list[1]
end

--- All scores and targets, N x K, and the N weights or nil; nothing when there are none.
function scores.all(all)
  return join(all.output), join(all.target), join(all.weight)
end

return scores
