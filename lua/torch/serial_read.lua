-- Reading objects in Torch7's format, from files that nobody vouches for: what they announce is
-- checked, what is nested stands on a stack of our own, and code is not loaded unless allowed. An
-- object is known under its number before its content is read, so cycles find it.
local core = require "wick.core"
local class = require "torch.class"
local globals = require "wick.globals"

local stream = core.stream

local reader = {}

local TABLE, TORCH, OLDEST_FUNCTION, OLD_FUNCTION, FUNCTION = 3, 4, 6, 7, 8
local kinds = { -- of objects that hold others
  [TABLE] = "a table", [TORCH] = "a torch object", [OLDEST_FUNCTION] = "a function",
  [OLD_FUNCTION] = "a function", [FUNCTION] = "a function",
}

-- Objects that read themselves may hold others of the kind; each takes some of Lua's stack.
local DEEPEST = 5000

local function refuse(work, message, ...)
  stream.refuse(work.file, message:format(...))
end

local function warn(work, message, ...)
  io.stderr:write("$ Warning: ", stream.name(work.file), ": ", message:format(...), "\n")
end

-- Numbers of objects -----------------------------------------------------------------------------

-- The object of that number, if it was read before.
local function known(work, tag, index)
  local read = work.state.read
  if not read or read.object[index] == nil then return nil end
  if kinds[read.tag[index]] ~= kinds[tag] then
    refuse(work, "object %d is %s, but is referred to as %s", index, kinds[read.tag[index]],
      kinds[tag])
  end
  return read.object[index]
end

local function remember(work, tag, index, object)
  local state = work.state
  if state.unreferenced or not index then return object end
  local read = state.read
  if not read then
    read = { object = {}, tag = {} }
    state.read = read
  end
  read.object[index], read.tag[index] = object, tag
  return object
end

-- Frames: tables that are being filled -----------------------------------------------------------

-- `finish(work, table, subject)` is called when the table is complete.
local function push(work, subject, left, finish, owner)
  local depth = work.depth + 1
  work.depth = depth
  work.tables[depth], work.left[depth], work.pending[depth] = subject, left, nil
  work.finish[depth], work.owners[depth] = finish or false, owner or false
end

local begin

local function pop(work)
  local depth = work.depth
  local finish, owner, subject = work.finish[depth], work.owners[depth], work.tables[depth]
  work.tables[depth], work.owners[depth], work.finish[depth] = nil, nil, nil
  work.depth = depth - 1
  if finish then finish(work, owner, subject) end
end

-- Goes on until an entry holds another object, or to the end of the table.
local function step(work)
  local depth = work.depth
  local subject, pending = work.tables[depth], work.pending[depth]
  if pending ~= nil then
    local tag, value = stream.readValue(work.file)
    if tag == nil then refuse(work, "the file ends in the middle of a table") end
    work.pending[depth], work.left[depth] = nil, work.left[depth] - 1
    if kinds[tag] then value = begin(work, tag, value) end
    subject[pending] = value
    return
  end
  local left, tag, index, key = stream.readEntries(work.file, subject, work.left[depth])
  if left == 0 then return pop(work) end
  if key == nil then
    work.left[depth] = left
    work.pending[depth] = begin(work, tag, index)
  else
    work.left[depth] = left - 1
    subject[key] = begin(work, tag, index)
  end
end

-- Begins with a table that belongs to `owner`.
local function begin_owned(work, what, finish, owner)
  local tag, index = stream.readValue(work.file)
  if tag ~= TABLE then refuse(work, "the content of %s is to be a table", what) end
  local subject = known(work, TABLE, index)
  if subject then return finish(work, owner, subject) end
  subject = remember(work, TABLE, index, {})
  push(work, subject, stream.readCount(work.file), finish, owner)
end

local function begin_table(work, index)
  local subject = known(work, TABLE, index)
  if subject then return subject end
  subject = remember(work, TABLE, index, {})
  push(work, subject, stream.readCount(work.file))
  return subject
end

-- Tensors and storages ---------------------------------------------------------------------------

-- What GPU classes of old are called here.
local function name_here(name)
  local kind, what = name:match("^torch%.Cuda(%a-)(Tensor)$")
  if not kind then kind, what = name:match("^torch%.Cuda(%a-)(Storage)$") end
  if not kind then return name end
  return ("torch.%s%s"):format(kind == "" and "Float" or kind, what)
end

local function read_class(work)
  local text = stream.readText(work.file)
  local version = text:match("^V (%d+)$")
  if not version then return name_here(text), 0 end
  return name_here(stream.readText(work.file)), math.tointeger(tonumber(version)) or 0
end

local function read_storage(work, name, index)
  return remember(work, TORCH, index, stream.readStorage(work.file, name))
end

-- The storage of a tensor, or nil.
local function read_tensors_storage(work)
  local tag, index = stream.readValue(work.file)
  if tag == 0 then return nil end
  local storage = tag == TORCH and known(work, TORCH, index)
  if tag == TORCH and not storage then
    local name = read_class(work)
    if core.classes[name] and name:find("Storage$") then
      return read_storage(work, name, index)
    end
  end
  if not class.isStorage(storage) then refuse(work, "a tensor is to have a storage here") end
  return storage
end

local function read_tensor(work, name, index)
  local tensor = remember(work, TORCH, index, core.new(name))
  local geometry = stream.readTensor(work.file)
  stream.setTensor(work.file, tensor, geometry, read_tensors_storage(work))
  return tensor
end

-- Instances --------------------------------------------------------------------------------------

-- The class of that name. Looking for it loads packages and their parts by the words of their names
-- alone; anything else a file says is only looked up.
local function metatable_of(name)
  local package_name = name:match("^(%a[%w_]*)%.[%w_.]+$")
  if package_name and (type(rawget(_G, package_name)) == "table"
    or globals.is_package(package_name) or class.in_family(name)) then
    return class.getmetatable(name)
  end
  return class.registered(name)
end

local function take_fields(_, object, fields)
  for key, value in pairs(fields) do object[key] = value end
end

local function read_itself(work, read, object, version)
  local state = work.state
  local depth = (state.depth or 0) + 1
  if depth > DEEPEST then
    state.depth = 0
    refuse(work, "objects that read themselves are nested more than %d deep", DEEPEST)
  end
  state.depth = depth
  read(object, work.file, version)
  state.depth = depth - 1
end

-- What a file calls a class, fit to be shown.
local function shown(name)
  local text = name:gsub("[^%g ]", "?")
  return #text > 60 and text:sub(1, 57) .. "..." or text
end

-- The class of a library or of a script that is not here; torch's own are.
local function check_unknown(work, name)
  if not name:find("^[%a_][%w_.-]*$") or name:find("^torch%.") then
    refuse(work, "unknown Torch class <%s>", shown(name))
  end
end

local function warn_of_unknown(work, name)
  local warned = work.state.warned or {}
  work.state.warned = warned
  if warned[name] then return end
  warned[name] = true
  local package_name = name:match("^(%a+)%.")
  warn(work, "unknown Torch class <%s>: its objects are read as tables%s", shown(name),
    package_name and globals.is_package(package_name) and not rawget(_G, package_name)
      and ('; require "%s" first makes it known'):format(package_name) or "")
end

local function begin_unknown(work, name, index)
  check_unknown(work, name)
  warn_of_unknown(work, name)
  local object = remember(work, TORCH, index, {})
  begin_owned(work, ("the unknown Torch class <%s>"):format(shown(name)), take_fields, object)
  return object
end

local function begin_torch(work, index)
  local object = known(work, TORCH, index)
  if object then return object end
  local name, version = read_class(work)
  if core.classes[name] then
    local read = name:find("Tensor$") and read_tensor or read_storage
    return read(work, name, index)
  end
  local metatable = metatable_of(name)
  local factory = metatable and rawget(metatable, "__factory")
  if not factory then return begin_unknown(work, name, index) end
  object = remember(work, TORCH, index, factory())
  local read = metatable.__read or metatable.read or metatable.__read__
  if read then
    read_itself(work, read, object, version)
  else
    begin_owned(work, name, take_fields, object)
  end
  return object
end

-- Functions --------------------------------------------------------------------------------------

-- What stands for a function that was not loaded.
local function placeholder(work, reason)
  local message = ("this function stands for one of %s that was not loaded: %s"):format(
    stream.name(work.file), reason)
  if not work.state.warned_of_functions then
    work.state.warned_of_functions = true
    warn(work, "functions were not loaded: %s", reason)
  end
  return function()
    error(message, 2)
  end
end

local NOT_ALLOWED = "functions are code and can do anything; for a file that you trust, the option "
  .. "functions = true of torch.load and torch.deserialize, or file:allowFunctions(), loads them"

-- The function, and whether it is the one of the file.
local function load_function(work, code)
  local state = work.state
  if not state.functions and not (state.dumped and state.dumped[code]) then
    return placeholder(work, NOT_ALLOWED), false
  end
  local f, problem = load(code, stream.name(work.file), "b")
  if f then return f, true end
  return placeholder(work, "they are not this Lua's: " .. problem), false
end

-- Gives function f its i-th upvalue: one that another function read from this file has too (by its
-- number), the environment, or a value of its own.
local function set_upvalue(work, f, i, entry)
  local name = debug.getupvalue(f, i)
  if not name then refuse(work, "a function has no upvalue %s", tostring(i)) end
  local shared = work.state.shared or {}
  work.state.shared = shared
  local id = entry.id == entry.id and entry.id or nil
  local other = id and shared[id]
  if other and debug.getupvalue(other.f, other.i) then
    debug.upvaluejoin(f, i, other.f, other.i)
    return
  end
  local value = entry.value
  if entry.name == "_ENV" then value = _G end
  debug.setupvalue(f, i, value)
  if id then shared[id] = { f = f, i = i } end
end

local function set_upvalues(work, f, list)
  for i, entry in pairs(list) do
    if math.type(i) ~= "integer" or type(entry) ~= "table" then
      refuse(work, "the upvalues of a function are to be a list of tables")
    end
    set_upvalue(work, f, i, entry)
  end
end

-- Functions of old have nothing but the values.
local function set_values(work, f, list)
  for i = 1, 255 do
    local name = debug.getupvalue(f, i)
    if not name then return end
    set_upvalue(work, f, i, { name = name, value = list[i] })
  end
end

local function begin_function(work, index, tag)
  local f = tag ~= OLDEST_FUNCTION and known(work, tag, index)
  if f then return f end
  local is_real
  f, is_real = load_function(work, stream.readText(work.file))
  remember(work, tag, tag ~= OLDEST_FUNCTION and index, f)
  local set = is_real and (tag == FUNCTION and set_upvalues or set_values)
  begin_owned(work, "a function", set or function() end, f)
  return f
end

local beginnings = {
  [TABLE] = begin_table, [TORCH] = begin_torch, [OLDEST_FUNCTION] = begin_function,
  [OLD_FUNCTION] = begin_function, [FUNCTION] = begin_function,
}

-- The object of that number, whose content may stand before us still.
function begin(work, tag, index)
  return beginnings[tag](work, index, tag)
end

--- Reads an object from a file; see torch.File.
function reader.read(file)
  local tag, value = stream.readValue(file)
  if not kinds[tag] then return value end
  local work = {
    file = file, state = stream.state(file),
    depth = 0, tables = {}, left = {}, pending = {}, finish = {}, owners = {},
  }
  local object = begin(work, tag, value)
  while work.depth > 0 do step(work) end
  return object
end

return reader
