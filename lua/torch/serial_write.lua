-- Writing objects in Torch7's format. Tables inside tables stand on a stack of our own, so that
-- neither long lists nor cycles meet a limit. An object that was written before is a number.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local saved_field = require "torch.saved_field"

local stream = core.stream
local rawmetatable = debug.getmetatable

local writer = {}

local NIL, NUMBER, STRING, TABLE, TORCH, BOOLEAN, FUNCTION = 0, 1, 2, 3, 4, 5, 8
local plain_tags = { ["nil"] = NIL, number = NUMBER, string = STRING, boolean = BOOLEAN }

-- What an object is ------------------------------------------------------------------------------

-- A class's own way to write its instances.
local function own_write(object)
  local metatable = rawmetatable(object)
  return metatable.__write or metatable.write or metatable.__write__
end

local function is_torch_object(object)
  local name = class.typename(object)
  if not name then return false end
  return core.classes[name] ~= nil or class.factory(name) ~= nil
end

--- The number that stands in front of the object; nil when it cannot be written.
function writer.tag(object)
  local kind = type(object)
  if plain_tags[kind] then return plain_tags[kind] end
  if class.typename(object) then return is_torch_object(object) and TORCH or nil end
  if kind == "table" then return TABLE end
  if kind == "function" and debug.getinfo(object, "S").what ~= "C" then return FUNCTION end
  return nil
end

local has_identity = { table = true, ["function"] = true, userdata = true }

-- What stands for the object among those written: tensors and storages may have several boxes.
-- Nothing for values that are written in full every time.
local function identity(object)
  if not has_identity[type(object)] then return nil end
  return core.classes[class.typename(object)] and core.pointer(object) or object
end

-- The work ---------------------------------------------------------------------------------------

-- A frame is a table that is being written: its fields are next key, value waiting, and the name
-- for messages.
local function path(work)
  local names = {}
  for depth = 1, work.depth do
    if work.names[depth] ~= nil then names[#names + 1] = tostring(work.names[depth]) end
  end
  return table.concat(names, ".")
end

local function refuse(work, object, name)
  local place = path(work)
  if name ~= nil then place = place == "" and tostring(name) or place .. "." .. tostring(name) end
  if class.typename(object) then
    errors.raise("<%s> is a non-serializable Torch object, at %s", class.typename(object), place)
  elseif math.type(object) == "integer" then
    errors.raise("Unwritable object <integer %d> at %s: files hold numbers as doubles, and no "
      .. "double is this one", object, place)
  end
  errors.raise("Unwritable object <%s> at %s", type(object), place)
end

local function push(work, step, subject, name)
  local depth = work.depth + 1
  work.depth = depth
  work.steps[depth], work.subjects[depth], work.names[depth] = step, subject, name
  work.keys[depth], work.values[depth], work.waiting[depth] = nil, nil, false
end

local function pop(work)
  local depth = work.depth
  work.subjects[depth], work.keys[depth], work.values[depth] = nil, nil, nil
  work.names[depth] = nil
  work.depth = depth - 1
end

local function next_index(work)
  local index = (work.state.count or 0) + 1
  work.state.count = index
  return index
end

-- Notes that the object is number `index`, and keeps it alive: an address is not to be used again.
local function remember(work, key, object, tag, index)
  local state = work.state
  if state.unreferenced then return end
  local written = state.written
  if not written then
    written = { index = {}, tag = {}, kept = {} }
    state.written = written
  end
  written.index[key], written.tag[index], written.kept[index] = index, tag, object
end

local function known(work, key)
  local written = work.state.written
  return written and written.index[key]
end

local emit

-- Kinds of objects -------------------------------------------------------------------------------

local function step_table(work, depth)
  local file, subject = work.file, work.subjects[depth]
  local key, value
  if work.waiting[depth] then
    key, value = work.keys[depth], work.values[depth]
    work.waiting[depth], work.values[depth] = false, nil
    return emit(work, value, key)
  elseif work.hook then
    key, value = next(subject, work.keys[depth])
  else
    key, value = stream.writeEntries(file, subject, work.keys[depth])
  end
  if key == nil then return pop(work) end
  work.keys[depth], work.values[depth], work.waiting[depth] = key, value, true
  emit(work, key, key)
end

local function begin_table(work, subject, name)
  stream.writeInts(work.file, stream.countEntries(subject))
  push(work, step_table, subject, name)
end

-- The fields of an instance that are written: those that a class calls transient, and those that
-- cannot be, are left out.
local function fields_of(work, object, name)
  local fields, transient = {}, rawmetatable(object).__transient or {}
  for key, value in pairs(object) do
    if transient[key] then -- belongs to a run
      goto continue
    elseif writer.tag(value) then
      fields[key] = saved_field(key, value)
    else
      local place = path(work)
      print(("$ Warning: cannot write object field <%s> of <%s> %s"):format(tostring(key),
        class.typename(object), place == "" and tostring(name) or place .. "." .. tostring(name)))
    end
    ::continue::
  end
  return fields
end

local function write_storage(work, storage)
  if not storage then return stream.writePlain(work.file, nil) end
  emit(work, storage, "storage")
end

local function write_tensor(work, tensor)
  stream.writeTensor(work.file, tensor)
  local storage = tensor:storage()
  write_storage(work, storage)
end

local function write_body(work, object, name)
  local typename = class.typename(object)
  local write = own_write(object)
  if core.classes[typename] then
    if class.isTensor(object) then return write_tensor(work, object) end
    return stream.writeStorage(work.file, object)
  elseif write then
    return write(object, work.file)
  elseif type(object) ~= "table" then
    refuse(work, object, name)
  end
  stream.writeInts(work.file, TABLE, next_index(work))
  begin_table(work, fields_of(work, object, name), name)
end

local function begin_torch(work, object, name)
  stream.writeText(work.file, ("V %d"):format(class.version(object) or 1))
  stream.writeText(work.file, class.typename(object))
  write_body(work, object, name)
end

-- One upvalue a step, as {name =, id =, value =}; the environment goes without its value.
local function step_upvalues(work, depth)
  local file, subject = work.file, work.subjects[depth]
  local i = (work.keys[depth] or 0) + 1
  work.keys[depth] = i
  local name, value = debug.getupvalue(subject, i)
  if not name then return pop(work) end
  if name == "_ENV" or rawequal(value, _G) then name, value = "_ENV", nil end
  local ids = work.state.upvalues or { count = 0 }
  work.state.upvalues = ids
  local id = debug.upvalueid(subject, i)
  if not ids[id] then
    ids.count = ids.count + 1
    ids[id] = ids.count
  end
  stream.writePlain(file, i)
  stream.writeInts(file, TABLE, next_index(work), value == nil and 2 or 3)
  stream.writePlain(file, "name")
  stream.writePlain(file, name)
  stream.writePlain(file, "id")
  stream.writePlain(file, ids[id])
  if value ~= nil then
    stream.writePlain(file, "value")
    emit(work, value, name)
  end
end

local function begin_function(work, f, name)
  local code = string.dump(f)
  local dumped = work.state.dumped or {}
  work.state.dumped = dumped
  dumped[code] = true
  stream.writeText(work.file, code)
  stream.writeInts(work.file, TABLE, next_index(work), debug.getinfo(f, "u").nups)
  push(work, step_upvalues, f, name)
end

local beginnings = { [TABLE] = begin_table, [TORCH] = begin_torch, [FUNCTION] = begin_function }

-- The number of an object that was written before, written again; false when it was not.
local function refer(work, key)
  local index = key ~= nil and known(work, key)
  if not index then return false end
  stream.writeInts(work.file, work.state.written.tag[index], index)
  return true
end

-- Writes a value, or begins with one that holds others.
function emit(work, value, name)
  local key = identity(value)
  if refer(work, key) then return end
  local object, object_key = value, key
  if work.hook and value ~= nil then
    object = work.hook(value)
    object_key = identity(object)
    if refer(work, object_key) then return end
  end
  if stream.writePlain(work.file, object) then return end
  local tag = writer.tag(object)
  if not beginnings[tag] then refuse(work, object, name) end
  local index = next_index(work)
  remember(work, object_key, object, tag, index)
  if key ~= nil and not rawequal(object, value) then
    remember(work, key, { value, object }, tag, index)
  end
  stream.writeInts(work.file, tag, index)
  beginnings[tag](work, object, name)
end

--- Writes an object into a file; see torch.File.
function writer.write(file, object, name, hook)
  local work = {
    file = file, state = stream.state(file), hook = hook,
    depth = 0, steps = {}, subjects = {}, names = {}, keys = {}, values = {}, waiting = {},
  }
  emit(work, object, name or "<?>")
  while work.depth > 0 do work.steps[work.depth](work, work.depth) end
end

return writer
