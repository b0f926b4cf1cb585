-- The state of a training run as JSON and tensors: tables, numbers and texts become JSON, tensors
-- are named in it and stand beside it. What JSON has no form for is an object with one name that
-- begins with "$": $tensor, $module, $state, $float, $bytes, $pairs.
local class = require "torch.class"
local errors = require "wick.errors"
local checkpoint_model = require "wick.checkpoint_model"

local state = {}

--- What tensors are called that are no weights of the model.
state.PREFIX = "state/"

--- Whether a value is an object whose place can be kept: it has methods `state` and `restore`.
function state.is_resumable(value)
  if type(value) ~= "table" then return false end
  local metatable = getmetatable(value)
  return type(metatable) == "table" and type(value.state) == "function"
    and type(value.restore) == "function"
end

--- Whether a value is a module, whose tensors go by their names.
function state.is_module(value)
  return type(value) == "table" and class.isTypeOf(value, "nn.Module")
end

-- Packing ----------------------------------------------------------------------------------------

-- Adds a tensor to the file under `name`, or with a number behind it when that is taken.
local function add_tensor(file, name, tensor)
  local unique, number = name, 1
  while file.tensors[unique] do
    number = number + 1
    unique = ("%s#%d"):format(name, number)
  end
  file.tensors[unique] = tensor
  file.names[#file.names + 1] = unique
  return unique
end

local function pack_module(file, value, path)
  local prefix = path == state.PREFIX .. "model" and "" or path .. "/"
  local tensors, names = checkpoint_model.tensors(value, prefix)
  for _, name in ipairs(names) do
    if prefix == "" and name:sub(1, #state.PREFIX) == state.PREFIX then
      errors.raise("checkpoint.save: a module of the model is called %q; names that begin with %q "
        .. "are the checkpoint's own", name, state.PREFIX)
    end
    add_tensor(file, name, tensors[name])
  end
  return { ["$module"] = prefix }
end

local function pack_number(value)
  if value ~= value then return { ["$float"] = "nan" } end
  if value == math.huge then return { ["$float"] = "inf" } end
  if value == -math.huge then return { ["$float"] = "-inf" } end
  return value
end

local function pack_string(value)
  if utf8.len(value) then return value end
  return { ["$bytes"] = value:gsub(".", function(c) return ("%02x"):format(c:byte()) end) }
end

-- The keys of a table in order, and whether they are all names or all places 1 to n.
local function keys_of(value)
  local keys, named = {}, true
  for key in pairs(value) do
    keys[#keys + 1] = key
    named = named and type(key) == "string" and key:sub(1, 1) ~= "$"
  end
  table.sort(keys, function(a, b)
    if type(a) == type(b) and type(a) ~= "boolean" then return a < b end
    return type(a) .. tostring(a) < type(b) .. tostring(b)
  end)
  return keys, named, #keys == #value
end

local pack

local function pack_pairs(file, value, path, keys)
  local list = {}
  for i, key in ipairs(keys) do
    if type(key) ~= "string" and type(key) ~= "number" and type(key) ~= "boolean" then
      errors.raise("checkpoint.save: %s has %s as a key; a checkpoint keeps names and numbers",
        path:sub(#state.PREFIX + 1), errors.value(key))
    end
    local name = ("%s/%s"):format(path, tostring(key))
    list[i] = { pack(file, key, name), pack(file, value[key], name) }
  end
  return { ["$pairs"] = list }
end

local function pack_table(file, value, path)
  if file.open[value] then
    errors.raise("checkpoint.save: %s contains itself", path:sub(#state.PREFIX + 1))
  end
  file.open[value] = true
  local keys, named, listed = keys_of(value)
  local packed = {}
  if named or listed then
    for _, key in ipairs(keys) do
      packed[key] = pack(file, value[key], ("%s/%s"):format(path, tostring(key)))
    end
  else
    packed = pack_pairs(file, value, path, keys)
  end
  file.open[value] = nil
  return packed
end

local function refuse(value, path)
  errors.raise("checkpoint.save: %s is %s; a checkpoint keeps numbers, texts, booleans, tensors, "
    .. "modules, tables of those, and objects with the methods `state` and `restore`",
    path:sub(#state.PREFIX + 1), errors.value(value))
end

function pack(file, value, path)
  local kind = type(value)
  if kind == "number" then return pack_number(value) end
  if kind == "string" then return pack_string(value) end
  if kind == "boolean" then return value end
  if class.isTensor(value) then
    file.seen[value] = file.seen[value] or add_tensor(file, path, value)
    return { ["$tensor"] = file.seen[value] }
  end
  if state.is_module(value) then return pack_module(file, value, path) end
  if state.is_resumable(value) then
    return { ["$state"] = pack(file, value:state(), path) }
  end
  if kind ~= "table" or getmetatable(value) then refuse(value, path) end
  return pack_table(file, value, path)
end

--- A table of everything to be kept, as a tree for JSON, the names of tensors in order, and the
-- tensors by name.
function state.pack(entries)
  local file = { tensors = {}, names = {}, seen = {}, open = {} }
  local packed, keys = {}, keys_of(entries)
  for _, key in ipairs(keys) do
    if type(key) ~= "string" then
      errors.raise("checkpoint.save: entries have names, got %s as one", errors.value(key))
    end
    packed[key] = pack(file, entries[key], state.PREFIX .. key)
  end
  return packed, file.names, file.tensors
end

-- Unpacking --------------------------------------------------------------------------------------

local special = {}
local content_of = {
  ["$tensor"] = "string", ["$module"] = "string", ["$state"] = "table", ["$float"] = "string",
  ["$bytes"] = "string", ["$pairs"] = "table",
}

local function unpack_value(value, tensors)
  if type(value) ~= "table" then return value end
  local name, content = next(value)
  if special[name] and next(value, name) == nil then
    if type(content) ~= content_of[name] then
      errors.raise("checkpoint.load: the state is damaged: %s is %s", name, errors.value(content))
    end
    return special[name](content, tensors)
  end
  local result = {}
  for key, entry in pairs(value) do result[key] = unpack_value(entry, tensors) end
  return result
end

special["$tensor"] = function(name, tensors)
  if not tensors[name] then
    errors.raise("checkpoint.load: the state is damaged: there is no tensor %q", name)
  end
  return tensors[name]
end

special["$module"] = function(prefix, tensors)
  return state.tensors_under(prefix, tensors)
end

special["$state"] = unpack_value

special["$float"] = function(text)
  if text == "nan" then return 0 / 0 end
  return text == "inf" and math.huge or -math.huge
end

special["$bytes"] = function(text)
  return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

special["$pairs"] = function(list, tensors)
  local result = {}
  for _, pair in ipairs(list) do
    local key, value
    if type(pair) == "table" then key, value = pair[1], unpack_value(pair[2], tensors) end
    key = unpack_value(key, tensors)
    if key ~= nil and key == key then result[key] = value end
  end
  return result
end

--- The tensors whose names begin with `prefix`; with "" all that are weights of the model.
function state.tensors_under(prefix, tensors)
  local found = {}
  for name, tensor in pairs(tensors) do
    local own = name:sub(1, #state.PREFIX) == state.PREFIX
    if prefix == "" and not own or prefix ~= "" and name:sub(1, #prefix) == prefix then
      found[name] = tensor
    end
  end
  return found
end

--- What a packed entry stands for; modules as tensors by name, resumable objects as their state.
state.unpack = unpack_value

return state
