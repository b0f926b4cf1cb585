-- wick.checkpoint: a training run in one safetensors file, from which it goes on bit for bit: the
-- model's parameters and buffers under their names (so that the file serves as a file of weights),
-- optimiser state, random generator, the data's place, and numbers, texts and tables as JSON in the
-- metadata. Nothing in the file is executed.
local core = require "wick.core"
local errors = require "wick.errors"
local json = require "wick.json"
local safetensors = require "wick.safetensors"
local torch = require "torch"
local checkpoint_model = require "wick.checkpoint_model"
local state = require "wick.checkpoint_state"

local checkpoint = {}

local FORMAT = 1
local GENERATOR = state.PREFIX .. "generator"

-- Saving -----------------------------------------------------------------------------------------

--- checkpoint.save(path, { model =, optimState =, loader =, epoch =, ... }): keeps every entry
-- under its name, and the random generator. Entries are modules, tensors, numbers, texts, booleans,
-- tables of those, and objects with methods `state` and `restore` (such as wick.data.batches). The
-- file is in place, whole and durable when it returns; before that the old one is.
function checkpoint.save(path, entries)
  if type(entries) ~= "table" or getmetatable(entries) then
    errors.raise("checkpoint.save: expected a path and a table such as { model = model, epoch = 3 "
      .. "}, got %s", errors.value(entries))
  end
  local packed, names, tensors = state.pack(entries)
  if not tensors[GENERATOR] then names[#names + 1] = GENERATOR end
  tensors[GENERATOR] = torch.getRNGState()
  core.io.safetensorsSave(path, names, tensors, {
    ["wick.format"] = tostring(FORMAT), ["wick.state"] = json.encode(packed),
  })
end

-- Loading ----------------------------------------------------------------------------------------

-- The tree of the file; a file of weights alone is a model.
local function read_tree(path, metadata)
  local format = math.tointeger(tonumber(metadata["wick.format"] or FORMAT))
  if not format or format > FORMAT then
    errors.raise("checkpoint.load: %s is of format %s; this version reads up to %d", path,
      errors.value(metadata["wick.format"]), FORMAT)
  end
  local text = metadata["wick.state"]
  local tree = text and json.decode(text) or { model = { ["$module"] = "" } }
  if type(tree) ~= "table" or tree == json.null then
    errors.raise("checkpoint.load: the state in %s is no table", path)
  end
  return tree
end

local function name_list(tree)
  local names = {}
  for name in pairs(tree) do names[#names + 1] = tostring(name) end
  table.sort(names)
  return table.concat(names, ", ")
end

local function kind_of(entry)
  return type(entry) == "table" and (entry["$module"] and "module" or entry["$state"] and "state")
end

-- Refuses a target that is not in the file, or there as something else.
local function check_target(path, tree, name, target)
  local kind = state.is_module(target) and "module" or state.is_resumable(target) and "state"
  if tree[name] == nil then
    errors.raise("checkpoint.load: %s has no entry %s%s; it has %s", path, errors.value(name),
      errors.suggestion(errors.nearest(name, tree)), name_list(tree))
  elseif kind ~= (kind_of(tree[name]) or false) then
    errors.raise("checkpoint.load: the entry %q of %s is not what %s was saved as", name, path,
      errors.value(target))
  end
  return kind
end

-- Checks the targets against the file; returns the modules as a list of { wanted =, found = }.
local function match(path, tree, tensors, targets)
  local modules, lines = {}, {}
  for name, target in pairs(targets) do
    if check_target(path, tree, name, target) == "module" then
      local prefix = tree[name]["$module"]
      local pair = {
        wanted = checkpoint_model.tensors(target, prefix),
        found = state.tensors_under(prefix, tensors),
      }
      modules[#modules + 1] = pair
      local differences = checkpoint_model.differences(pair.wanted, pair.found)
      table.move(differences, 1, #differences, #lines + 1, lines)
    end
  end
  if #lines > 0 then
    errors.raise("checkpoint.load: %s does not fit the model:\n%s", path, table.concat(lines, "\n"))
  end
  return modules
end

local function refill(target, values)
  for key in pairs(target) do target[key] = nil end
  for key, value in pairs(values) do target[key] = value end
  return target
end

-- One entry as the caller gets it: the target filled, or what the file holds.
local function restored(packed, tensors, target)
  local value = state.unpack(packed, tensors)
  if state.is_module(target) then return target end
  if state.is_resumable(target) then
    target:restore(value)
    return target
  end
  if type(target) == "table" and type(value) == "table" then return refill(target, value) end
  return value
end

--- checkpoint.load(path [, { model =, loader =, ... }]): fills the modules and resumable objects
-- given, puts the random generator back, and returns a table of all entries; modules that were not
-- given appear as tensors by name. A plain table given under an entry's name is emptied and filled.
-- Names or shapes that do not fit are all listed in one error, raised before anything is changed. A
-- file of weights alone, from anywhere, fills `model`.
function checkpoint.load(path, targets)
  targets = targets or {}
  local tensors, metadata = safetensors.load(path)
  local tree = read_tree(path, metadata)
  local modules = match(path, tree, tensors, targets)
  local entries = {}
  for name, packed in pairs(tree) do entries[name] = restored(packed, tensors, targets[name]) end
  for _, pair in ipairs(modules) do checkpoint_model.fill(pair.wanted, pair.found) end
  if tensors[GENERATOR] then torch.setRNGState(tensors[GENERATOR]) end
  return entries
end

return checkpoint
