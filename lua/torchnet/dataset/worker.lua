-- What a thread of tnt.ParallelDatasetIterator does. Its dataset is the global `gdataset`, which
-- functions sent there may use as well.
local errors = require "wick.errors"

local torch = require "torch"

local worker = {}

--- Makes the thread's dataset: closure(number).
function worker.start(closure, number)
  local dataset = closure(number)
  if not torch.isTypeOf(dataset, "tnt.Dataset") then
    errors.raise("tnt.ParallelDatasetIterator: closure should return a Dataset class, not %s",
      errors.value(dataset))
  end
  rawset(_G, "gdataset", dataset)
end

--- A place and the sample of that index.
function worker.get(place, index)
  return place, _G.gdataset:get(index)
end

--- What the method of the dataset returns.
function worker.exec(name, ...)
  return _G.gdataset:exec(name, ...)
end

return worker
