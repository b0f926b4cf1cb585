-- Takes from a Lua state what reaches outside of it, for hosts that run other people's scripts
-- (wick_lua.h, the option `sandbox`): files, programs, the environment, threads, raw memory,
-- bytecode, and the host's limits. To be called before anything but wick.core is required, so that
-- nobody has kept what is taken away.
local core = require "wick.core"
local errors = require "wick.errors"
local system = require "wick.system"

-- A function that stands where `what` was.
local function refusal(what)
  return function()
    errors.raise("%s: this host keeps scripts from files, programs, threads and memory", what)
  end
end

-- Standard libraries are changed in place: whoever has one has the changed one.
local function replace(library, name, f)
  library[name] = f
end

local function refuse(library, prefix, names)
  for _, name in ipairs(names) do
    if library[name] then library[name] = refusal(prefix .. name) end
  end
end

local function refuse_all(library, prefix)
  for name, value in pairs(library) do
    if type(value) == "function" then library[name] = refusal(prefix .. name) end
  end
end

local function refuse_files()
  refuse(io, "io.", { "open", "lines", "popen", "tmpfile", "input", "output", "read", "close" })
  refuse(getmetatable(io.stdin).__index, "file:", { "close", "lines", "read" })
  refuse(os, "os.", { "execute", "exit", "remove", "rename", "setlocale", "tmpname" })
  replace(os, "getenv", function() return nil end)
  refuse(system, "wick.system.",
    { "kind", "is_link", "is_executable", "mkdir", "rmdir", "list", "sleep" })
  system.cwd = function() return "/" end
  refuse_all(core.io, "io.")
  refuse(core.stream, "torch.", { "openDisk", "openPipe", "openSave" })
  refuse(core, "", { "loader" })
end

-- A storage made of a name is a mapped file.
local function refuse_mapping()
  local new_storage, mapped = core.newStorage, refusal("torch.Storage")
  core.newStorage = function(class, source, ...)
    if type(source) == "string" then mapped() end
    return new_storage(class, source, ...)
  end
end

local function refuse_memory()
  refuse_all(core.ffi, "ffi.")
  refuse_all(core.threads, "threads.")
  refuse(core, "core.", { "failAfter", "handle", "interrupter", "setMemoryLimit" })
end

-- Modules are those that the host preloads or compiled in.
local function refuse_search_paths()
  local searchers = package.searchers
  for i = #searchers, 3, -1 do searchers[i] = nil end
  package.path, package.cpath = "", ""
  replace(package, "searchpath", function(name) return nil, ("no file for '%s'"):format(name) end)
  refuse(package, "package.", { "loadlib" })
end

-- `load` takes text, whatever mode it is asked for.
local function refuse_bytecode()
  local load_any = load
  _G.load = function(chunk, name, _, ...) return load_any(chunk, name, "t", ...) end
  refuse(_G, "", { "dofile", "loadfile" })
end

-- What tells where an error was stays; what could reach what was taken away goes.
local function refuse_inspection()
  local get_info = debug.getinfo
  local kept = { getmetatable = true, traceback = true }
  for name in pairs(debug) do
    if not kept[name] then replace(debug, name, refusal("debug." .. name)) end
  end
  replace(debug, "getinfo", function(at, ...)
    local info = get_info(type(at) == "number" and at + 1 or at, ...)
    if info then info.func = nil end
    return info
  end)
end

--- Takes it away, for good.
return function()
  refuse_files()
  refuse_mapping()
  refuse_memory()
  refuse_search_paths()
  refuse_bytecode()
  refuse_inspection()
end
