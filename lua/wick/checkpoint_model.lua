-- How a model and the tensors of a file are brought together: by name, all differences in one
-- message.
local errors = require "wick.errors"

local checkpoint_model = {}

local MOST_LINES = 8

local function shape(tensor)
  return (errors.value(tensor):gsub("^torch%.", ""))
end

-- Lines of one kind of difference, the last of which counts those left out.
local function add_lines(lines, title, list)
  for i = 1, math.min(#list, MOST_LINES) do
    lines[#lines + 1] = ("  %s %s"):format(title, list[i])
  end
  if #list > MOST_LINES then
    lines[#lines + 1] = ("  %s %d more"):format(title, #list - MOST_LINES)
  end
end

-- The names of `a` that `b` has not, and for each the nearest that only `b` has.
local function missing(a, b, only_in_b)
  local list = {}
  for name, tensor in pairs(a) do
    if not b[name] then
      local nearest = errors.nearest(name, only_in_b)
      list[#list + 1] = ('"%s" (%s)%s'):format(name, shape(tensor),
        nearest and (', the nearest name there is "%s"'):format(nearest) or "")
    end
  end
  table.sort(list)
  return list
end

local function without(a, b)
  local only = {}
  for name, tensor in pairs(a) do
    if not b[name] then only[name] = tensor end
  end
  return only
end

local function reshaped(wanted, found)
  local list = {}
  for name, tensor in pairs(wanted) do
    if found[name] and not found[name]:isSameSizeAs(tensor) then
      list[#list + 1] = ('"%s": %s in the file, %s in the model'):format(name, shape(found[name]),
        shape(tensor))
    end
  end
  table.sort(list)
  return list
end

--- The parameters and buffers of a model by name, with `prefix` in front, and the names in order.
function checkpoint_model.tensors(model, prefix)
  local tensors, names = {}, {}
  for _, entry in ipairs(model:namedParameters(true)) do
    local name = prefix .. entry.name
    if tensors[name] then
      errors.raise("checkpoint: the model has two tensors called %q; give its modules different "
        .. "names", name)
    end
    tensors[name] = entry.tensor
    names[#names + 1] = name
  end
  return tensors, names
end

--- What keeps the tensors `found` in a file from going into the tensors `wanted` of a model: a list
-- of lines, empty when they fit.
function checkpoint_model.differences(wanted, found)
  local lines = {}
  local only_wanted, only_found = without(wanted, found), without(found, wanted)
  add_lines(lines, "missing in the file:", missing(wanted, found, only_found))
  add_lines(lines, "not in the model:", missing(found, wanted, only_wanted))
  add_lines(lines, "of another shape:", reshaped(wanted, found))
  return lines
end

--- Copies the file's values into the model's tensors.
function checkpoint_model.fill(wanted, found)
  for name, tensor in pairs(wanted) do tensor:detach():copy(found[name]) end
end

return checkpoint_model
