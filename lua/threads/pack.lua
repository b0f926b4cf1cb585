-- Values as messages to another Lua state: a string, and the list of those objects whose memory the
-- other state is to see. Tables, functions with their upvalues, tensors and instances of classes go
-- as they are, shared parts and cycles included. What belongs to a library goes by its name.
-- threads.unpack reads what is written here: a letter for each value and then its content.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local globals = require "wick.globals"
local saved_field = require "torch.saved_field"

local shared = core.threads
local rawmetatable = debug.getmetatable

local put -- writes any value

local function add(work, letter, format, ...)
  local n = work.count + 1
  work.count = n
  work.pieces[n] = letter .. (format and format:pack(...) or "")
end

-- Notes an object by its number, in the order of their beginnings.
local function remember(work, key)
  work.numbers = work.numbers + 1
  work.known[key] = work.numbers
end

-- Libraries --------------------------------------------------------------------------------------

local standard = {}
for name in ("string table math io os coroutine utf8 debug package"):gmatch("%a+") do
  standard[name] = true
end

local own = {}
for name in ("wick threads tds ffi argcheck csvigo md5 autograd display dok moses torchnet trepl "
  .. "totem cutorch cunn cudnn cltorch clnn optnet cjson pl"):gmatch("%S+") do
  own[name] = true
end

local function holds_c_functions(module)
  for _, value in next, module do
    if type(value) == "function" and debug.getinfo(value, "S").what == "C" then return true end
  end
  return false
end

-- Modules that are code, not data: copies of them would be of no use.
local function is_library(name, module)
  local first = name:match("^[^.]*")
  return standard[name] or own[first] or globals.is_package(first) or holds_c_functions(module)
end

-- Libraries by table, and their functions as { module, key }.
local function libraries()
  local modules, functions = {}, {}
  for name, module in pairs(package.loaded) do
    if type(module) == "table" and name ~= "_G" and is_library(name, module) then
      modules[module] = name
      for key, value in next, module do
        if type(key) == "string" and type(value) == "function" then
          functions[value] = { name, key }
        end
      end
    end
  end
  for key, value in next, package.loaded._G do
    if type(value) == "function" then functions[value] = { "_G", key } end
  end
  return { modules = modules, functions = functions }
end

local function library_of(work)
  work.libraries = work.libraries or libraries()
  return work.libraries
end

-- The name of the class that a table is the constructor or the metatable of, and its letter.
local function class_part(subject)
  local metatable = rawmetatable(subject)
  local protected = metatable and rawget(metatable, "__metatable")
  local name = type(protected) == "table" and rawget(protected, "__typename")
  if name and rawequal(class.getconstructortable(name), subject) then return name, "k" end
  name = rawget(subject, "__typename")
  if name and rawequal(class.registered(name), subject) then return name, "m" end
end

local function put_part_of_library(work, subject)
  if rawequal(subject, _G) then
    add(work, "G")
    return true
  end
  local name, letter = class_part(subject)
  if not name then name, letter = library_of(work).modules[subject], "M" end
  if name then add(work, letter, "<s8", name) end
  return name ~= nil
end

-- Kinds of values --------------------------------------------------------------------------------

local function refuse(value, name)
  errors.raise("threads: %s cannot go to another thread (%s)", errors.value(value),
    name and ("it is %s"):format(name) or "it was passed itself")
end

local function put_object(work, object)
  local n = #work.objects + 1
  work.objects[n] = object
  return n
end

local function place(key)
  return type(key) == "string" and ('the field "%s"'):format(key) or "an entry of a table"
end

local function put_fields(work, subject, transient)
  for key, value in next, subject do
    if not (transient and transient[key]) then
      local name = place(key)
      put(work, key, name)
      put(work, saved_field(key, value), name)
    end
  end
  add(work, "e")
end

local function put_storage(work, storage)
  local key = core.pointer(storage)
  if work.known[key] then return add(work, "r", "<i8", work.known[key]) end
  remember(work, key)
  add(work, "S", "<i8", put_object(work, storage))
end

local function put_tensor(work, tensor)
  local storage, geometry = shared.geometry(tensor)
  remember(work, core.pointer(tensor))
  add(work, "X", "<s8s8", class.typename(tensor), geometry)
  if storage then put_storage(work, storage) else add(work, "n") end
end

-- An instance that writes itself does so in the other state's hands, too.
local function put_own_writing(work, object, write)
  local file = _G.torch.MemoryFile():binary()
  write(object, file)
  add(work, "W", "<s8i8s8", class.typename(object), class.version(object) or 1,
    core.stream.content(file))
  file:close()
end

local function put_instance(work, object, name)
  local metatable = rawmetatable(object)
  local write = metatable.__write or metatable.write or metatable.__write__
  remember(work, object)
  if write then return put_own_writing(work, object, write) end
  if type(object) ~= "table" then refuse(object, name) end
  add(work, "C", "<s8", class.typename(object))
  put_fields(work, object, metatable.__transient)
end

-- Mutexes and counters are always the same everywhere; what can write itself is copied where all
-- is.
local function goes_as_it_is(work, value)
  return shared.canShare(value) and not (work.copies and rawmetatable(value).write)
end

local function put_userdata(work, value, name)
  if goes_as_it_is(work, value) then
    remember(work, value)
    add(work, "O", "<i8", put_object(work, value))
  elseif class.isTensor(value) then
    put_tensor(work, value)
  elseif class.isStorage(value) then
    put_storage(work, value)
  elseif class.typename(value) then
    put_instance(work, value, name)
  else
    refuse(value, name)
  end
end

local function put_table(work, subject, name)
  if class.typename(subject) then return put_instance(work, subject, name) end
  if put_part_of_library(work, subject) then return end
  remember(work, subject)
  add(work, "T")
  put_fields(work, subject)
end

-- Upvalues that functions share have one number.
local function put_upvalue(work, f, i)
  local name, value = debug.getupvalue(f, i)
  local id = debug.upvalueid(f, i)
  if not work.upvalues[id] then
    work.upvalue_count = work.upvalue_count + 1
    work.upvalues[id] = work.upvalue_count
    add(work, "U", "<i8", work.upvalue_count)
    if name == "_ENV" then value = _G end
    put(work, value, ('the upvalue "%s"'):format(name))
  else
    add(work, "u", "<i8", work.upvalues[id])
  end
end

local function put_function(work, f, name)
  local info = debug.getinfo(f, "Su")
  local is_library_function = info.what == "C"
    or info.source:sub(1, #errors.library) == errors.library
  local found = is_library_function and library_of(work).functions[f]
  if found then return add(work, "N", "<s8s8", found[1], found[2]) end
  if info.what == "C" then refuse(f, name) end
  remember(work, f)
  add(work, "F", "<s8i8", string.dump(f), info.nups)
  for i = 1, info.nups do put_upvalue(work, f, i) end
end

local kinds = {
  ["nil"] = function(work) add(work, "n") end,
  boolean = function(work, value) add(work, value and "t" or "f") end,
  string = function(work, value) add(work, "s", "<s8", value) end,
  table = put_table,
  ["function"] = put_function,
  userdata = put_userdata,
}

function kinds.number(work, value)
  if math.type(value) == "integer" then return add(work, "i", "<i8", value) end
  add(work, "d", "<d", value)
end

-- What stands for the value among those written: tensors may have several boxes.
local function identity(value)
  if type(value) == "userdata" and core.classes[class.typename(value)] then
    return core.pointer(value)
  end
  return value
end

local has_identity = { table = true, ["function"] = true, userdata = true }

function put(work, value, name)
  local kind = type(value)
  local number = has_identity[kind] and work.known[identity(value)]
  if number then return add(work, "r", "<i8", number) end
  if not kinds[kind] then refuse(value, name) end
  kinds[kind](work, value, name)
end

--- The values that follow as a string and a list of objects, for a queue's `put`. Storages among
-- the objects are copied by the queue; `copies` says that it will, so that the rest is copied, too.
return function(copies, ...)
  local work = {
    copies = copies, pieces = {}, count = 0, known = {}, numbers = 0, objects = {}, upvalues = {},
    upvalue_count = 0,
  }
  local n = select("#", ...)
  add(work, "", "<i8", n)
  for i = 1, n do put(work, (select(i, ...))) end
  return table.concat(work.pieces), work.objects
end
