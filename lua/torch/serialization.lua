-- torch.save, torch.load and their like: objects in files and strings, in one call.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"

local torch = _G.torch
local stream = core.stream

-- Torch7's formats: text, or raw numbers with Longs of this machine, of 4 or of 8 bytes.
local formats = {
  ascii = function(file) return file:ascii() end,
  binary = function(file) return file:binary() end,
  b32 = function(file) return file:binary():longSize(4) end,
  b64 = function(file) return file:binary():longSize(8) end,
}

local option_names = { format = true, referenced = true, functions = true }

-- The options of a call: (format [, referenced]), one table, or the format and a table.
local function options_of(what, format, referenced)
  local given = type(format) == "table" and format or type(referenced) == "table" and referenced
  local options = { format = format, referenced = referenced }
  if given then
    options = { format = format ~= given and format or given.format,
      referenced = given.referenced, functions = given.functions }
    for name in pairs(given) do
      if not option_names[name] then
        errors.raise("%s: there is no option %s%s; there are format, referenced and functions",
          what, errors.value(name), errors.suggestion(errors.nearest(name, option_names)))
      end
    end
  end
  if options.format == nil then options.format = "binary" end
  if not formats[options.format] then
    errors.raise("%s: the format is 'ascii', 'binary', 'b32' or 'b64', not %s", what,
      errors.value(options.format))
  end
  return options
end

local function prepare(file, options)
  formats[options.format](file)
  if options.referenced == false then file:referenced(false) end
  if options.functions then file:allowFunctions() end
  return file
end

-- Hints ------------------------------------------------------------------------------------------

-- What a file begins with that this format cannot read, and what to do with it.
local beginnings = {
  { "^PK\3\4", "it is a zip archive, as PyTorch writes; let PyTorch write safetensors instead" },
  { "^\128[\2-\5]", "it is a Python pickle; let PyTorch write safetensors instead" },
  { "^%d+\r?\n", "it looks like text: the format may be 'ascii'", binary = true },
  { "^[\0-\8]\0\0\0", "it looks binary: leave the format 'ascii' out", ascii = true },
  { "^........{", "it looks like a safetensors file, which wick.safetensors reads" },
}

local function hint(head, options)
  for _, beginning in ipairs(beginnings) do
    local is_mine = not (beginning.binary or beginning.ascii)
      or (beginning.binary and options.format ~= "ascii")
      or (beginning.ascii and options.format == "ascii")
    if is_mine and head:find(beginning[1]) then return "; " .. beginning[2] end
  end
  return ""
end

local function head_of(file)
  if file:isQuiet() or not pcall(file.seek, file, 1) then return "" end
  local ok, head = pcall(function()
    return file:quiet():readByte(16):string()
  end)
  return ok and head or ""
end

-- Reads the file's first object and closes it, whatever becomes of it.
local function read_and_close(file, options)
  local ok, result = pcall(file.readObject, file)
  local head = not ok and head_of(file)
  file:close()
  if ok then return result end
  error(type(result) == "string" and result .. hint(head, options) or result, 0)
end

-- Files ------------------------------------------------------------------------------------------

--- torch.save(path, object [, format [, referenced]]): writes an object into a file. The format is
-- "binary" (the default), "ascii", "b32" or "b64". The file takes its place when it is complete:
-- until then, and when something cannot be written, the one before stays.
function torch.save(path, object, format, referenced)
  local options = options_of("torch.save", format, referenced)
  if type(path) ~= "string" then
    errors.raise("torch.save: expected the path of a file first, then the object; got %s",
      errors.value(path))
  end
  require "torch.disk_file"
  local file = prepare(stream.openSave(path), options)
  file:writeObject(object)
  file:close()
end

--- torch.load(path [, format [, referenced]]): reads what torch.save wrote; "b32" and "b64" are for
-- files of 32 and 64 bit machines. A table of options may come last: `functions = true` loads
-- functions too, from files that you trust; without it they are replaced by functions that raise.
-- Instances of unknown classes are read as tables, with a warning.
function torch.load(path, format, referenced)
  local options = options_of("torch.load", format, referenced)
  return read_and_close(prepare(torch.DiskFile(path, "r"), options), options)
end

-- Strings and storages ---------------------------------------------------------------------------

local function written(what, object, format)
  local file = prepare(torch.MemoryFile(), options_of(what, format))
  file:writeObject(object)
  return file
end

--- torch.serialize(object [, format]): the bytes that torch.save would write, as a string.
function torch.serialize(object, format)
  local file = written("torch.serialize", object, format)
  local text = stream.content(file)
  file:close()
  return text
end

--- torch.serializeToStorage(object [, format]): the same as a CharStorage.
function torch.serializeToStorage(object, format)
  local file = written("torch.serializeToStorage", object, format)
  local storage = file:storage()
  file:close()
  return storage:resize(#storage - 1)
end

--- torch.deserializeFromStorage(storage [, format]): the object that a CharStorage of bytes holds.
-- The format may be a table of options, as in torch.load.
function torch.deserializeFromStorage(storage, format, referenced)
  local options = options_of("torch.deserializeFromStorage", format, referenced)
  if class.typename(storage) ~= "torch.CharStorage" then
    errors.raise("torch.deserializeFromStorage: a torch.CharStorage expected, got %s",
      errors.value(storage))
  end
  require "torch.memory_file"
  local file = stream.openMemory(storage, "r", #storage, "a storage")
  return read_and_close(prepare(file, options), options)
end

--- torch.deserialize(string [, format]): the object that the bytes hold.
function torch.deserialize(text, format, referenced)
  local options = options_of("torch.deserialize", format, referenced)
  if type(text) ~= "string" then
    errors.raise("torch.deserialize: a string of bytes expected, got %s", errors.value(text))
  end
  require "torch.memory_file"
  local storage = torch.CharStorage():string(text)
  local file = stream.openMemory(storage, "r", #storage, "a string")
  return read_and_close(prepare(file, options), options)
end

torch.saveobj, torch.loadobj = torch.save, torch.load

return torch
