-- The small functions of the package: where packages are, files beside others, per-object tables,
-- and those that only exist because Torch7's scripts call them.
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"

local torch = _G.torch

-- Packages ---------------------------------------------------------------------------------------

--- The folder of a package's Lua files; without a name, the one that torch's folder is in.
function torch.packageLuaPath(name)
  if not name then
    local file = assert(package.searchpath("torch", package.path))
    return (file:gsub("/?torch/init%.lua$", ""))
  end
  local file = package.searchpath(name, package.path)
  if not file then
    errors.raise("torch.packageLuaPath: there is no package %s", errors.value(name))
  end
  return file:match("^(.*)/[^/]*$") or "."
end

--- Runs a file of a package; returns what it returns.
function torch.include(package_name, file)
  return assert(loadfile(torch.packageLuaPath(package_name) .. "/" .. file))()
end

-- Objects ----------------------------------------------------------------------------------------

--- Whether two values are the same object, tensors and storages by what they stand for.
function torch.isequal(a, b)
  if rawequal(a, b) then return true end
  return type(a) == "userdata" and type(b) == "userdata" and core.pointer(a) == core.pointer(b)
end

local environments = setmetatable({}, { __mode = "k" })

--- The table kept with an object by `torch.setenv`, or nil.
function torch.getenv(object)
  return environments[object]
end

--- Keeps a table with an object, for as long as the object lives.
function torch.setenv(object, environment)
  if type(environment) ~= "table" then
    errors.raise("torch.setenv: expected a table as argument 2, got %s", errors.value(environment))
  end
  environments[object] = environment
end

local descriptors = { [io.stdin] = 0, [io.stdout] = 1, [io.stderr] = 2 }

--- Whether a file is a terminal: standard input, output or error may be.
function torch.isatty(file)
  local descriptor = descriptors[file]
  return descriptor ~= nil and require("wick.system").isatty(descriptor)
end

-- What scripts call and Wick does by itself ------------------------------------------------------

-- Lua's collector always sees the bytes of tensors; the flag is kept for those who ask.
torch._heaptracking = true

--- Notes whether tensors' memory counts for Lua's collector; here it always does.
function torch.setheaptracking(on)
  torch._heaptracking = on and true or false
end

--- Nothing has to be done for new threads.
function torch.updatethreadlocals()
end

torch.updateerrorhandlers = torch.updatethreadlocals

local function needs_ffi(name)
  torch[name] = function()
    errors.raise("torch.%s works on LuaJIT's ffi, which Lua 5.4 has not; a C program reaches "
      .. "tensors through wick.h and wick_lua.h", name)
  end
end

needs_ffi("metatype")
needs_ffi("pushudata")

--- The memory of a tensor or a storage as a pointer to its first element, which lua/ffi.lua
-- explains.
torch.data = core.ffi.data

--- A number that is the object's own: equal for two boxes of one tensor or storage.
function torch.cdata(object)
  if not class.isTensor(object) and not class.isStorage(object) then
    errors.raise("torch.cdata: expected a tensor or a storage, got %s", errors.value(object))
  end
  return core.pointer(object)
end

for _, metatable in pairs(core.classes) do
  metatable.cdata, metatable.data = torch.cdata, torch.data
end

--- Runs the examples of all operations, or of those named or fitting a pattern, as tests.
function torch.test(names)
  return require("torch.self_test")(names)
end
