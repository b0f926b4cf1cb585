-- wick.data.dataset: what data sets share, and those made of others. A data set answers `size()`
-- and `get(i)`, a sample: `{ input = tensor, target = class or tensor }`, with images also `mask`
-- (height x width) and `boxes` (n x 4: left, top, right, bottom). A set of files answers `entry(i)`
-- as well: the sample before anything is read, with `path` instead of `input`, so that a loader's
-- workers can read it. A set is `steady` when it does not matter when its samples are read, as of
-- files and tensors; loaders read such sets ahead of an epoch's beginning.
--
--   local set = data.imageFolder("photographs")
--   local train, valid = set:shuffle(1):split(0.8, 0.2)
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local sampler = require "wick.data.sampler"

local Dataset = {}
Dataset.__index = Dataset
Dataset.__name = "wick.data.dataset"

local dataset = {}

--- Whether a value answers `size` and `get`.
function dataset.is(value)
  if type(value) ~= "table" then return false end
  return type(value.size) == "function" and type(value.get) == "function"
end

--- The data set that `value` is, or that a table of tensors makes (`wick.data.tensors`); `what`
-- begins the message about anything else.
function dataset.of(what, value)
  if dataset.is(value) then return value end
  local is_plain = type(value) == "table" and not getmetatable(value)
  if is_plain and class.isTensor(value.input or value.data) then
    return require("wick.data.tensors")(value)
  end
  errors.raise("%s: expected a data set, which has the methods size and get, or a table of tensors "
    .. "such as { input = images, target = labels }, got %s", what, errors.value(value))
end

--- A sample as far as it can be had without reading files: what `entry` gives, or `get`.
function dataset.entry(set, i)
  if set.entry then return set:entry(i) end
  return set:get(i)
end

--- `i` as a place in `set`; an error when there is none.
function dataset.check_place(set, i)
  local place = math.tointeger(i)
  if not place or place < 1 or place > set:size() then
    errors.raise("%s: there is no sample %s; there are %d", set.__name or Dataset.__name,
      errors.value(i), set:size())
  end
  return place
end

--- The object `fields` as a data set: it has the methods `size` and `get`, and gets the others.
-- `name` is what it is called in messages.
function dataset.make(name, fields)
  fields.__name = name
  return setmetatable(fields, Dataset)
end

-- Sets made of one other -------------------------------------------------------------------------

-- A set of `count` samples, which stand in `base` at the places that `place(i)` gives.
local function view(name, base, count, place)
  local set = {
    base = base, classes = base.classes, channels = base.channels, steady = base.steady,
  }

  function set:size()
    return count
  end

  function set:get(i)
    return base:get(place(dataset.check_place(self, i)))
  end

  if base.entry then
    function set:entry(i)
      return base:entry(place(dataset.check_place(self, i)))
    end
  end

  return dataset.make(name, set)
end

-- The numbers of a tensor or a list as a LongTensor.
local function places_of(what, base, list)
  local places = class.isTensor(list) and list:long() or torch.LongTensor(list)
  if places:nElement() == 0 or places:min() < 1 or places:max() > base:size() then
    errors.raise("%s: places are numbers from 1 to %d; got %s", what, base:size(),
      places:nElement() == 0 and "none" or ("%d to %d"):format(places:min(), places:max()))
  end
  return places:view(-1)
end

--- The samples at the places in a list or tensor, in its order; a place may come several times.
function Dataset:resample(list)
  local places = places_of("resample", self, list)
  return view("wick.data.resample", self, places:nElement(), function(i) return places[i] end)
end

--- All samples in an order that the seed decides (1 without one).
function Dataset:shuffle(seed)
  return self:resample(sampler.permutation(self:size(), seed or 1, 0))
end

-- What each part gets of `size` samples: shares when they are 1 at most in all, else numbers.
local function counts_of(size, parts)
  local total, counts = 0, {}
  for i, part in ipairs(parts) do
    if type(part) ~= "number" or part <= 0 then
      errors.raise("split: a part is a share or a number of samples above 0, not %s",
        errors.value(part))
    end
    total = total + part
    counts[i] = part
  end
  if total > 1 + 1e-9 then return counts, total end
  local sum, before = 0, 0
  for i, part in ipairs(parts) do
    sum = sum + part
    local last = math.floor(sum * size + 0.5)
    counts[i], before = last - before, last
  end
  return counts, before
end

--- Several data sets, one behind the other: `set:split(0.8, 0.2)` or `set:split(1000, 200)`.
function Dataset:split(...)
  local counts, total = counts_of(self:size(), { ... })
  if total > self:size() then
    errors.raise("split: %s samples asked for, there are %d", errors.value(total), self:size())
  end
  local sets, first = {}, 0
  for i, count in ipairs(counts) do
    local before = first
    count = math.tointeger(count) or errors.raise("split: %s is no number of samples",
      errors.value(count))
    sets[i] = view("wick.data.split", self, count, function(k) return before + k end)
    first = first + count
  end
  return table.unpack(sets)
end

-- One function of a sample, from a function or from functions of its fields.
local function transformation(f)
  if type(f) == "function" then return f end
  if type(f) ~= "table" then
    errors.raise("transform: expected a function of a sample or a table of functions of its "
      .. "fields, got %s", errors.value(f))
  end
  return function(sample)
    local changed = {}
    for name, value in pairs(sample) do changed[name] = f[name] and f[name](value) or value end
    return changed
  end
end

--- Samples as `f(sample)` returns them; `{ input = f, target = g }` changes fields alone.
function Dataset:transform(f)
  local base, change = self, transformation(f)
  return dataset.make("wick.data.transform", {
    base = base, classes = base.classes, channels = base.channels,
    size = function() return base:size() end,
    get = function(_, i) return change(base:get(i)) end,
  })
end

--- Keeps every sample in memory from its first reading on.
function Dataset:cache()
  local base, kept = self, {}
  return dataset.make("wick.data.cache", {
    base = base, classes = base.classes, channels = base.channels,
    size = function() return base:size() end,
    get = function(_, i)
      kept[i] = kept[i] or base:get(i)
      return kept[i]
    end,
  })
end

--- All samples as tensors in memory (wick.data.tensors), files read once and by as many threads as
-- there are cores. For sets that fit, of images of one size.
function Dataset:inMemory()
  local columns = {}
  local function keep(name, values)
    columns[name] = columns[name] or {}
    table.move(values, 1, #values, #columns[name] + 1, columns[name])
  end
  local loader = require("wick.data.loader"){ self, batchSize = 256, log = function() end }
  for batch in loader:epoch(1) do
    for _, name in ipairs{ "input", "target", "mask" } do keep(name, { batch[name] }) end
    if batch.boxes then keep("boxes", batch.boxes) end
  end
  local set = { classes = self.classes, boxes = columns.boxes }
  for _, name in ipairs{ "input", "target", "mask" } do
    set[name] = #columns[name] > 0 and torch.cat(columns[name], 1) or nil
  end
  return require("wick.data.tensors")(set)
end

-- Samples as one: tensors and numbers stacked, other values in lists.
local function stacked(samples)
  local batch = {}
  for name, first in pairs(samples[1]) do
    local list = {}
    for i, sample in ipairs(samples) do list[i] = sample[name] end
    if class.isTensor(first) then
      for i, tensor in ipairs(list) do
        list[i] = tensor:view(1, table.unpack(tensor:size():totable()))
      end
      batch[name] = torch.cat(list, 1)
    elseif type(first) == "number" then
      batch[name] = math.type(first) == "integer" and torch.LongTensor(list) or torch.Tensor(list)
    else
      batch[name] = list
    end
  end
  return batch
end

--- A set of batches: each of `count` samples as one, the last of what is left.
function Dataset:batch(count)
  local base = self
  count = math.tointeger(count)
  if not count or count < 1 then errors.raise("batch: a batch has at least one sample") end
  return dataset.make("wick.data.batch", {
    base = base, classes = base.classes,
    size = function() return (base:size() + count - 1) // count end,
    get = function(batches, i)
      local first = (dataset.check_place(batches, i) - 1) * count
      local samples = {}
      for k = 1, math.min(count, base:size() - first) do samples[k] = base:get(first + k) end
      return stacked(samples)
    end,
  })
end

function Dataset:__tostring()
  return ("%s(%d samples%s)"):format(self.__name, self:size(),
    self.classes and (", %d classes"):format(#self.classes) or "")
end

-- Sets made of several ---------------------------------------------------------------------------

--- The samples of several data sets, one set behind the other.
function dataset.concat(sets)
  local ends, total, entries, steady = {}, 0, true, true
  for i, set in ipairs(sets) do
    sets[i] = dataset.of("wick.data.concat", set)
    total = total + sets[i]:size()
    ends[i], entries = total, entries and sets[i].entry ~= nil
    steady = steady and sets[i].steady
  end
  if #sets == 0 then errors.raise("wick.data.concat: expected a list of data sets") end

  local function find(self, i)
    i = dataset.check_place(self, i)
    local k = 1
    while i > ends[k] do k = k + 1 end
    return sets[k], i - (ends[k - 1] or 0)
  end

  local function through(read)
    return function(self, i) return read(find(self, i)) end
  end

  return dataset.make("wick.data.concat", {
    classes = sets[1].classes, channels = sets[1].channels, steady = steady,
    size = function() return total end,
    get = through(function(set, i) return set:get(i) end),
    entry = entries and through(function(set, i) return set:entry(i) end) or nil,
  })
end

return setmetatable(dataset, {
  --- wick.data.dataset{ size = n or function, get = function(i) }: a data set of the caller's own,
  -- with the methods of all; `get(i)` returns a sample. Other fields are kept, such as `classes`.
  __call = function(_, fields)
    if type(fields) ~= "table" or type(fields.get) ~= "function" or not fields.size then
      errors.raise("wick.data.dataset: expected { size = n, get = function(i) ... end }")
    end
    local size, get, set = fields.size, fields.get, {}
    for name, value in pairs(fields) do set[name] = value end
    set.size = function() return type(size) == "function" and size() or size end
    set.get = function(self, i) return get(dataset.check_place(self, i)) end
    return dataset.make("wick.data.dataset", set)
  end,
})
