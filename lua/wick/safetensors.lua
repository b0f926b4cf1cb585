-- wick.safetensors: named tensors in one file, the format that weights travel in. Nothing in it is
-- executable; every count is checked against the file before memory is asked for.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"

local safetensors = {}

--- safetensors.load(path [, { map = true }]): the tensors by name, the metadata (text by name), and
-- the list of names in the order of the file. With `map` nothing is read until it is used: the
-- tensors are read-only views of the file's memory, which many processes share. The risk: a file
-- that another program cuts short or overwrites in place while a tensor lives ends the process
-- (SIGBUS); what `save` writes replaces the file and leaves old views whole.
function safetensors.load(path, options)
  local map = false
  for name, value in pairs(options or {}) do
    if name ~= "map" then
      errors.raise("safetensors.load: there is no option %s%s", errors.value(name),
        errors.suggestion(errors.nearest(name, { map = true })))
    end
    map = value
  end
  return core.io.safetensorsLoad(path, map)
end

-- A list of { name, tensor } as names in order and tensors by name.
local function from_list(list)
  local names, tensors = {}, {}
  for i, entry in ipairs(list) do
    local name, tensor = entry[1] or entry.name, entry[2] or entry.tensor
    names[i] = name
    tensors[name] = tensor
  end
  return names, tensors
end

local function sorted_names(tensors)
  local names = {}
  for name in pairs(tensors) do
    if type(name) ~= "string" then
      errors.raise("safetensors.save: tensors have names, got %s as one", errors.value(name))
    end
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

--- safetensors.save(path, tensors [, metadata]): writes a table of tensors by name, in the order of
-- their names, or a list of { name, tensor } in its order (so also what `namedParameters` gives).
-- `metadata` is text by name. The file is in place, whole and durable when it returns; before that
-- the old one is.
function safetensors.save(path, tensors, metadata)
  if type(tensors) ~= "table" or class.isTensor(tensors) then
    errors.raise("safetensors.save: expected a table of tensors by name or a list of { name, "
      .. "tensor }, got %s", errors.value(tensors))
  end
  local names
  if #tensors > 0 then
    names, tensors = from_list(tensors)
  else
    names = sorted_names(tensors)
  end
  core.io.safetensorsSave(path, names, tensors, metadata)
end

return safetensors
