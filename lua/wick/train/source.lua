-- Where the batches of training and testing come from: loaders as they are, wick.data.batches, data
-- sets and tables of tensors under the loader's two methods, `epoch` and `size`.
local class = require "torch.class"
local data = require "wick.data"
local errors = require "wick.errors"

local source = {}

local Batches = {}
Batches.__index = Batches

--- The batches of an epoch, whose number wick.data.batches keeps itself.
function Batches:epoch()
  local iterate = self.batches:iterate()
  return function()
    local _, batch = iterate()
    return batch
  end
end

--- How many batches an epoch has.
function Batches:size()
  return self.batches:size()
end

--- Where it is, for wick.checkpoint.
function Batches:state()
  return self.batches:state()
end

--- Goes to where `state` was taken.
function Batches:restore(state)
  self.batches:restore(state)
end

local function from_batches(batches)
  return setmetatable({ batches = batches }, Batches)
end

local function is_table_of_tensors(value)
  return not getmetatable(value) and class.isTensor(value.input or value.data)
end

--- A source of batches: has epoch(number), an iterator, and size(). `settings`: batch, shuffle and
-- seed, for what is no loader yet. `what` begins messages.
function source.of(what, value, settings)
  if type(value.epoch) == "function" then return value end
  if type(value.iterate) == "function" then return from_batches(value) end
  if is_table_of_tensors(value) then return from_batches(data.batches(value, settings)) end
  if data.dataset.is(value) then
    return data.loader{ value, batchSize = settings.batch, shuffle = settings.shuffle or false,
      seed = settings.seed }
  end
  errors.raise("%s: data is %s; a loader, a data set or a table of tensors such as { input = "
    .. "images, target = labels } expected", what, errors.value(value))
end

--- Ends the threads of a source that has some waiting for another epoch; nil is fine.
function source.close(batches)
  if batches and type(batches.close) == "function" then batches:close() end
end

--- Input and target of a batch.
function source.pair(what, batch, prepare, training)
  if prepare then return prepare(batch, training) end
  local input, target = batch.input or batch.data, batch.target
  if target == nil then target = batch.label end
  if input == nil or target == nil then
    errors.raise("%s: a batch has no %s; give a function as prepare, which returns input and "
      .. "target", what, input == nil and "input" or "target")
  end
  return input, target
end

return source
