-- Modules and memory: copies, sharing, element types, one flat storage for all parameters.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local replay = require "nn.replay"
local torch = require "torch"
local nn = _G.nn

local Module = nn.Module

-- Copies -----------------------------------------------------------------------------------------

-- What belongs to a run and not to the module: never copied or saved.
local transient = { _kept = true, _run = true, _activity = true, _flat = true }
Module.__transient = transient

local function copy_tensor(x, storages)
  local storage = x:storage()
  if not storage then return x.new() end
  local key = core.pointer(storage)
  if not storages[key] then
    local whole = x.new(storage)
    storages[key] = whole:detach():clone():storage()
  end
  return x.new(storages[key], x:storageOffset(), x:size(), x:stride())
end

-- The copy of a value; tables that it meets first stand in `work`, to be filled: graphs of modules
-- are as deep as they are long.
local function copy_of(value, work)
  if class.isTensor(value) then
    if core.isLetGo(value) then return nil end
    local key = core.pointer(value)
    work.seen[key] = work.seen[key] or copy_tensor(value, work.storages)
    return work.seen[key]
  end
  if type(value) ~= "table" then return value end
  local result = work.seen[value]
  if not result then
    result = {}
    work.seen[value] = result
    work[#work + 1] = value
  end
  return result
end

local function copy(value)
  local work = { seen = {}, storages = {} }
  local result = copy_of(value, work)
  while #work > 0 do
    local original = table.remove(work)
    local target = work.seen[original]
    for key, entry in pairs(original) do
      if not transient[key] then target[copy_of(key, work)] = copy_of(entry, work) end
    end
    local metatable = getmetatable(original)
    if type(metatable) == "table" then setmetatable(target, metatable) end
  end
  return result
end

local function bind_all(module)
  module:apply(function(one)
    one:bind()
  end)
end

--- A deep copy; what shares memory inside it shares memory in the copy. Fields named are shared
-- with the original: clone("weight", "bias", "gradWeight", "gradBias").
function Module:clone(...)
  bind_all(self)
  local result = copy(self)
  bind_all(result)
  if select("#", ...) > 0 then result:share(self, ...) end
  return result
end

--- Makes the named fields look at `other`'s memory, child by child.
function Module:share(other, ...)
  for _, name in ipairs{ ... } do
    if class.isTensor(self[name]) and class.isTensor(other[name]) then
      core.point(self[name], other[name])
      self.shared, other.shared = true, true
    end
  end
  self:bind()
  for i, child in ipairs(rawget(self, "modules") or {}) do child:share(other.modules[i], ...) end
  return self
end

-- Element types ----------------------------------------------------------------------------------

local function convert_tensor(x, name, cache)
  if x:type() == name or not x:type():find("^torch%.%a*Tensor$") then return x end
  local storage = x:storage()
  if not storage then return core.point(x, torch.getconstructortable(name)()) end
  local key = core.pointer(storage)
  cache[key] = cache[key] or x.new(storage):detach():type(name):storage()
  local new = torch.getconstructortable(name)
  return core.point(x, new(cache[key], x:storageOffset(), x:size(), x:stride()))
end

-- Conversion is of what takes part in computation: floating tensors that are there.
local function is_convertible(x)
  if core.isLetGo(x) then return false end
  local name = x:type()
  return name == "torch.FloatTensor" or name == "torch.DoubleTensor" or name == "torch.HalfTensor"
end

-- A module or criterion that converts in a way of its own is asked to.
local function converts_itself(value)
  return class.typename(value) and type(value.type) == "function" and value.type ~= Module.type
end

local function is_module(value)
  return class.isTypeOf(value, "nn.Module") or class.isTypeOf(value, "nn.Criterion")
end

-- Converts a module's tensors in nested tables, however deep; runs that were kept go.
local function convert(module, name, cache)
  local seen, work = { [module] = true }, { module }
  while #work > 0 do
    local owner = table.remove(work)
    rawset(owner, "_kept", nil)
    rawset(owner, "_flat", nil)
    if is_module(owner) then owner._type = name end
    for key, entry in pairs(owner) do
      if class.isTensor(entry) then
        if is_convertible(entry) and not transient[key] then convert_tensor(entry, name, cache) end
      elseif type(entry) == "table" and not seen[entry] then
        seen[entry] = true
        if converts_itself(entry) then
          entry:type(name, cache)
        else
          work[#work + 1] = entry
        end
      end
    end
  end
end

--- Without an argument the module's type; with one ("torch.DoubleTensor") all floating tensors in
-- it are converted, what shares memory goes on sharing it. Modules converted with one `cache`
-- table keep what they share among each other. Returns self.
function Module:type(name, cache)
  if not name then return self._type end
  replay.forget(self)
  convert(self, name, cache or {})
  bind_all(self)
  return self
end

for short, name in pairs{ float = "torch.FloatTensor", double = "torch.DoubleTensor" } do
  Module[short] = function(self, cache)
    return self:type(name, cache)
  end
end

--- The fields, besides output and gradInput, that `clearState` drops.
Module.cleared = {}

--- Drops what a class keeps of a run besides fields; classes that do define it.
function Module:dropRun()
end

local function clear_own(module)
  module._kept = nil
  replay.forget(module)
  module:dropRun()
  for _, name in ipairs(module.cleared) do module[name] = nil end
  for _, name in ipairs{ "output", "gradInput" } do
    local value = rawget(module, name)
    if class.isTensor(value) then
      module[name] = value.new()
    elseif type(value) == "table" then
      module[name] = class.isTensor(value[1]) and {} or torch.Tensor():type(module._type)
    end
  end
end

--- Drops outputs, input gradients and what a forward keeps for backward. Returns self.
function Module:clearState()
  clear_own(self)
  for _, child in ipairs(rawget(self, "modules") or {}) do child:clearState() end
  return self
end

-- One flat storage -------------------------------------------------------------------------------

-- The runs of elements that the tensors look at, merged storage by storage in order of appearance.
local function add_run(runs, tensor)
  local storage = tensor:storage()
  local key = core.pointer(storage)
  local first = tensor:storageOffset()
  local last = first + tensor:nElement() - 1
  for _, run in ipairs(runs) do
    if run.key == key and first <= run.last + 1 and last >= run.first - 1
      and (first <= run.last and last >= run.first) then
      run.first, run.last = math.min(run.first, first), math.max(run.last, last)
      return run
    end
  end
  runs[#runs + 1] = { key = key, storage = storage, first = first, last = last }
  return runs[#runs]
end

-- Whether the elements stand next to each other, in whatever order.
local function is_compact(tensor)
  if tensor:isContiguous() then return true end
  local dims = {}
  for dim = 1, tensor:dim() do
    if tensor:size(dim) > 1 then dims[#dims + 1] = { tensor:stride(dim), tensor:size(dim) } end
  end
  table.sort(dims, function(a, b) return a[1] < b[1] end)
  local expected = 1
  for _, entry in ipairs(dims) do
    if entry[1] ~= expected then return false end
    expected = expected * entry[2]
  end
  return true
end

local function lay_out(tensors)
  local runs, run_of = {}, {}
  for i, tensor in ipairs(tensors) do
    if not is_compact(tensor) then
      errors.raise("getParameters: Cannot gather tensors that are not compact: parameter %d, %s",
        i, errors.value(tensor))
    end
    run_of[i] = tensor:nElement() > 0 and add_run(runs, tensor) or nil
  end
  local total = 0
  for _, run in ipairs(runs) do
    run.start = total + 1
    total = total + run.last - run.first + 1
  end
  return runs, run_of, total
end

local function copy_runs(flat, runs)
  local new = flat.new
  for _, run in ipairs(runs) do
    local n = run.last - run.first + 1
    flat:narrow(1, run.start, n):copy(new(run.storage, run.first, torch.LongStorage{ n }))
  end
end

-- Moves the tensors into one new storage; returns it as a 1-D tensor and where each of them went.
local function flatten(tensors)
  if #tensors == 0 then return torch.Tensor(), {} end
  local runs, run_of, total = lay_out(tensors)
  local flat = tensors[1].new(total)
  local ranges, storage = {}, flat:storage()
  torch.noGrad(copy_runs, flat, runs)
  for i, tensor in ipairs(tensors) do
    local run = run_of[i]
    if run then
      local at = run.start + tensor:storageOffset() - run.first
      local view = tensor.new(storage, at, tensor:size(), tensor:stride())
      core.point(tensor, view)
      ranges[i] = { at, at + tensor:nElement() - 1 }
    end
  end
  return flat, ranges
end

-- Ranges in ascending order, each once.
local function distinct(ranges)
  local list, last = {}, 0
  local sorted = {}
  for _, range in pairs(ranges) do sorted[#sorted + 1] = range end
  table.sort(sorted, function(a, b)
    return a[1] < b[1] or (a[1] == b[1] and a[2] > b[2])
  end)
  for _, range in ipairs(sorted) do
    if range[1] > last then
      list[#list + 1] = range
      last = range[2]
    end
  end
  return list
end

--- Module.flatten(tensors): moves a list of tensors into one storage, which is returned as a 1-D
-- tensor; what shared memory appears once.
function Module.flatten(tensors)
  local flat = flatten(tensors)
  return flat
end

-- Whether the tensors lie in a flat one as an earlier call has put them there, all of them and
-- nothing else.
local function lies_in(flat, tensors)
  if not flat or #tensors == 0 then return false end
  local runs, _, total = lay_out(tensors)
  local key = core.pointer(flat:storage())
  for _, run in ipairs(runs) do
    if run.key ~= key then return false end
  end
  return total == flat:nElement()
end

-- What both tensors of the last call are remembered by, as long as somebody else holds them.
local remembered = { __mode = "v" }

-- Those two, if all weights and gradients lie in them still. Taken out first: what is remembered
-- weakly may go while one looks.
local function flat_before(self, weights, grads)
  local flat, flat_grads = table.unpack(rawget(self, "_flat") or {}, 1, 2)
  if lies_in(flat, weights) and lies_in(flat_grads, grads) then return flat, flat_grads end
end

--- All parameters and all gradients as two 1-D tensors; the module's own tensors become views of
-- them. Called again, it gives the same two as long as everything lies in them: to be called anew
-- after `type`, `clone` or another module's getParameters with the same layers.
function Module:getParameters()
  local weights, grads = self:parameters()
  weights, grads = weights or {}, grads or {}
  self._kept = nil
  local last, last_grads = flat_before(self, weights, grads)
  if last then return last, last_grads end
  local flat, ranges = flatten(weights)
  local flat_grads, grad_ranges = flatten(grads)
  if flat:nElement() ~= flat_grads:nElement() then
    errors.raise("getParameters: %d parameters but %d gradients; check that you are sharing "
      .. "parameters and gradParameters", flat:nElement(), flat_grads:nElement())
  end
  if flat:nElement() > 0 then
    core.divide(flat:storage(), distinct(ranges))
    core.divide(flat_grads:storage(), distinct(grad_ranges))
  end
  bind_all(self)
  core.collectGarbage() -- the memory that parameters and gradients had before
  self._flat = setmetatable({ flat, flat_grads }, remembered)
  return flat, flat_grads
end
