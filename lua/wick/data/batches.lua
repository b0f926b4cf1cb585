-- wick.data.batches: goes through a data set in batches, in an order that a seed decides, and knows
-- where it is, so that a checkpoint can keep the place.
local class = require "torch.class"
local errors = require "wick.errors"
local sampler = require "wick.data.sampler"
local torch = require "torch"

local WHAT = "wick.data.batches"
local known = { batch = true, shuffle = true, seed = true, dropLast = true }

local Batches = {}
Batches.__index = Batches
Batches.__name = "wick.data.batches"

-- The tensors of a set and how many entries they have.
local function fields_of(set)
  local fields, size = {}, nil
  for name, value in pairs(set) do
    if class.isTensor(value) then fields[#fields + 1] = name end
  end
  table.sort(fields)
  for _, name in ipairs(fields) do
    local count = set[name]:size(1)
    if size and count ~= size then
      errors.raise("%s: the tensors of the set have %d and %d entries", WHAT, size, count)
    end
    size = count
  end
  if not size then
    errors.raise("%s: the set has no tensor; expected { data = ..., label = ... }", WHAT)
  end
  return fields, size
end

local function check_options(options)
  for name in pairs(options) do
    if not known[name] then
      errors.raise("%s: there is no option %s%s", WHAT, errors.value(name),
        errors.suggestion(errors.nearest(name, known)))
    end
  end
  local batch = math.tointeger(options.batch or 32)
  if not batch or batch < 1 then
    errors.raise("%s: a batch has a whole number of entries, at least 1, got %s", WHAT,
      errors.value(options.batch))
  end
  return batch
end

-- Iterating --------------------------------------------------------------------------------------

local function take(self, first, last)
  local batch = {}
  for _, name in ipairs(self.fields) do
    local tensor = self.set[name]
    batch[name] = self.order and tensor:index(1, self.order:narrow(1, first, last - first + 1))
      or tensor:narrow(1, first, last - first + 1)
  end
  return batch
end

local function next_batch(self)
  local first = self.position + 1
  local last = math.min(first + self.batch - 1, self.count)
  if first > last or (self.drop_last and last - first + 1 < self.batch) then
    self.epoch, self.position, self.order = self.epoch + 1, 0, nil
    return nil
  end
  if self.shuffle and not self.order then
    self.order = sampler.permutation(self.count, self.seed, self.epoch)
  end
  self.position = last
  return take(self, first, last)
end

--- The batches that are left of the epoch under way, for a loop: `for number, batch in
-- batches:iterate() do`. A batch has the set's tensors under their names; the last may be smaller.
-- After it the next epoch begins, in another order.
function Batches:iterate()
  return function()
    local batch = next_batch(self)
    if not batch then return nil end
    return (self.position + self.batch - 1) // self.batch, batch
  end
end

--- How many batches an epoch has.
function Batches:size()
  if self.drop_last then return self.count // self.batch end
  return (self.count + self.batch - 1) // self.batch
end

-- The place --------------------------------------------------------------------------------------

--- Where it is: a table of numbers for `restore`. The batch given last counts as done.
function Batches:state()
  return {
    epoch = self.epoch, position = self.position, seed = self.seed, batch = self.batch,
    count = self.count, shuffle = self.shuffle,
  }
end

--- Goes to where `state` was taken. The set has to have the same size.
function Batches:restore(state)
  for _, name in ipairs{ "count", "batch", "shuffle" } do
    if state[name] ~= self[name] then
      errors.raise("%s: the place was kept with %s = %s, here it is %s", WHAT, name,
        errors.value(state[name]), errors.value(self[name]))
    end
  end
  self.epoch, self.position, self.seed = state.epoch, state.position, state.seed
  self.order = nil
end

function Batches:__tostring()
  return ("%s(%d entries, %d batches of %d, epoch %d, position %d)"):format(WHAT, self.count,
    self:size(), self.batch, self.epoch, self.position)
end

--- wick.data.batches(set [, { batch = 32, shuffle = false, seed =, dropLast = false }]): `set` is a
-- table of tensors that have one entry a sample, such as `{ data =, label = }`. The order depends
-- on `seed` and the epoch alone; without one a seed is drawn from the default generator.
return function(set, options)
  options = options or {}
  local batch = check_options(options)
  local fields, count = fields_of(set)
  return setmetatable({
    set = set, fields = fields, count = count, batch = batch,
    shuffle = options.shuffle and true or false, drop_last = options.dropLast and true or false,
    seed = options.seed or (options.shuffle and torch.random(sampler.LARGEST_SEED) or 0),
    epoch = 1, position = 0,
  }, Batches)
end
