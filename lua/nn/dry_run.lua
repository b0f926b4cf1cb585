-- A model run on zeros, to see what passes through it: sizes become an input, and every module's
-- input and output are shown to a function. Running statistics, outputs, the mode and the random
-- numbers stay as they were.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local tape = require "nn.tape"

local dry_run = {}

-- Input ------------------------------------------------------------------------------------------

--- How many samples an input made from sizes has: a batch, so that it cannot be taken for one.
dry_run.BATCH = 2

local function type_of(model)
  local weights = model:parameters(true)
  return weights and weights[1] and weights[1]:type() or model:type()
end

-- Class and word numbers start at 1.
local function takes_numbers(model)
  return #model:findModules("nn.LookupTable") > 0
end

-- Zeros for sizes of one sample, or for tables of them.
local function make_input(sizes, name, value)
  if type(sizes[1]) == "table" then
    local inputs = {}
    for i, entry in ipairs(sizes) do inputs[i] = make_input(entry, name, value) end
    return inputs
  end
  return torch.Tensor(dry_run.BATCH, table.unpack(sizes)):type(name):fill(value)
end

--- What the model is run on, from the sizes of one sample or from a tensor; second result: whether
-- the first dimension is a batch that we added.
function dry_run.input(model, ...)
  local first = ...
  if class.isTensor(first) then return tape.detach(first), false end
  local sizes = type(first) == "number" and { ... } or first
  if class.isStorage(sizes) then sizes = sizes:totable() end
  if type(sizes) ~= "table" then
    errors.raise("%s: check, costs and summary take the sizes of one sample, {3, 32, 32}, or a "
      .. "tensor; got %s", class.typename(model), errors.value(first))
  end
  return make_input(sizes, type_of(model), takes_numbers(model) and 1 or 0), true
end

-- Walking ----------------------------------------------------------------------------------------

-- The modules with the places by which messages call them, "2.conv1".
local function places(model)
  local list = {}
  local function walk(module, place)
    list[#list + 1] = { module = module, place = place }
    for i, child in ipairs(rawget(module, "modules") or {}) do
      local name = tostring(rawget(child, "name") or i)
      walk(child, place == "" and name or place .. "." .. name)
    end
  end
  walk(model, "")
  return list
end

local STATE = { "train", "output", "gradInput", "_kept", "_run" }

local function save_state(modules)
  local saved = { generator = core.getGenerator() }
  for i, module in ipairs(modules) do
    local state = { fields = {}, buffers = {} }
    for _, list in ipairs{ STATE, module.cleared } do
      for _, name in ipairs(list) do state.fields[name] = { value = rawget(module, name) } end
    end
    for _, name in ipairs(module:buffers()) do state.buffers[name] = module[name]:clone() end
    module.train, module._kept = false, nil
    if class.isTensor(module.output) then module.output = module.output.new() end
    saved[i] = state
  end
  return saved
end

local function restore_state(modules, saved)
  core.setGenerator(saved.generator)
  for i, module in ipairs(modules) do
    for name, field in pairs(saved[i].fields) do rawset(module, name, field.value) end
    for name, copy in pairs(saved[i].buffers) do
      if torch.equal(module[name], copy) == false then module[name]:copy(copy) end
    end
  end
end

-- Calls seen(entry, input, output) after each module's updateOutput while f runs.
local function watching(list, seen, f)
  for _, entry in ipairs(list) do
    local module, update = entry.module, entry.module.updateOutput
    entry.own = rawget(module, "updateOutput")
    rawset(module, "updateOutput", function(self, input)
      local output = update(self, input)
      seen(entry, input, output)
      return output
    end)
  end
  local ok, message = pcall(f)
  for _, entry in ipairs(list) do rawset(entry.module, "updateOutput", entry.own) end
  if not ok then error(message, 0) end
end

local function distinct(list)
  local entries, modules, seen = {}, {}, {}
  for _, entry in ipairs(list) do
    if not seen[entry.module] then
      seen[entry.module] = true
      entries[#entries + 1], modules[#modules + 1] = entry, entry.module
    end
  end
  return entries, modules
end

--- Runs the model and calls seen(entry, input, output) for every module; an entry has `module` and
-- `place`, the name by which messages call it.
function dry_run.walk(model, input, seen)
  local entries, modules = distinct(places(model))
  local saved = save_state(modules)
  local ok, message = pcall(torch.noGrad, watching, entries, seen, function()
    model:forward(input)
  end)
  restore_state(modules, saved)
  if not ok then error(message, 0) end
end

return dry_run
