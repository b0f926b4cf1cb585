-- paths: file names and directories, after Torch7.
local errors = require "wick.errors"
local system = require "wick.system"

local paths = {}
rawset(_G, "paths", paths)

--- Whether `path` is a regular file.
function paths.filep(path)
  return system.kind(path) == "file"
end

--- Whether `path` is a directory.
function paths.dirp(path)
  return system.kind(path) == "directory"
end

--- The last component of `path`, without `suffix` when it ends so.
function paths.basename(path, suffix)
  local name = path:gsub("/+$", ""):match("[^/]*$")
  if name == "" then name = path:sub(1, 1) == "/" and "/" or "." end
  if suffix then
    if suffix:sub(1, 1) ~= "." then suffix = "." .. suffix end
    if #name > #suffix and name:sub(-#suffix) == suffix then name = name:sub(1, -#suffix - 1) end
  end
  return name
end

--- What stands before the last component: "." when nothing does.
function paths.dirname(path)
  local trimmed = path:gsub("/+$", "")
  if trimmed == "" then return path:sub(1, 1) == "/" and "/" or "." end
  local directory = trimmed:match("^(.*)/[^/]*$")
  if not directory then return "." end
  directory = directory:gsub("/+$", "")
  return directory == "" and "/" or directory
end

--- The extension without its dot, or nil.
function paths.extname(path)
  return paths.basename(path):match("^.+%.([^.]+)$")
end

local function normalise(path)
  local parts = {}
  for part in path:gmatch("[^/]+") do
    if part == ".." then
      parts[#parts] = nil
    elseif part ~= "." then
      parts[#parts + 1] = part
    end
  end
  return "/" .. table.concat(parts, "/")
end

--- Resolves the paths one after the other, from the current directory on: absolute and normalised.
function paths.concat(...)
  local path = system.cwd()
  for i = 1, select("#", ...) do
    local part = select(i, ...)
    if type(part) ~= "string" then
      errors.raise("paths.concat: part %d is %s, a string expected", i, errors.value(part))
    end
    path = part:sub(1, 1) == "/" and part or path .. "/" .. part
  end
  return normalise(path)
end

--- The current directory.
function paths.cwd()
  return system.cwd()
end

--- The names in a directory, "." and ".." among them; nil when it cannot be read.
function paths.dir(path)
  return (system.list(path))
end

local function iterate(names)
  local i = 0
  return function()
    i = i + 1
    return names[i]
  end
end

local function select_names(path, keep)
  local names, reason = system.list(path)
  if not names then errors.raise("%s", reason) end
  local kept = {}
  for _, name in ipairs(names) do
    if keep(name) then kept[#kept + 1] = name end
  end
  return iterate(kept)
end

--- Iterates over the names in a directory; `filter` is a Lua pattern or a function of the name.
function paths.files(path, filter)
  return select_names(path, function(name)
    if type(filter) == "string" then return name:find(filter) ~= nil end
    return not filter or filter(name)
  end)
end

local function is_dots(name)
  return name == "." or name == ".."
end

--- Iterates over the names of the directories in a directory.
function paths.iterdirs(path)
  return select_names(path, function(name)
    return not is_dots(name) and paths.dirp(path .. "/" .. name)
  end)
end

--- Iterates over the names in a directory that are not directories.
function paths.iterfiles(path)
  return select_names(path, function(name)
    return not is_dots(name) and not paths.dirp(path .. "/" .. name)
  end)
end

--- Makes a directory whose parent exists: true, or nil and a message.
function paths.mkdir(path)
  return system.mkdir(path)
end

--- Removes an empty directory: true, or nil and a message.
function paths.rmdir(path)
  return system.rmdir(path)
end

local function remove_all(path)
  if system.is_link(path) or not paths.dirp(path) then return os.remove(path) end
  for _, name in ipairs(system.list(path) or {}) do
    if not is_dots(name) then
      local done, reason = remove_all(path .. "/" .. name)
      if not done then return done, reason end
    end
  end
  return system.rmdir(path)
end

--- Removes `path` and all in it, once the second argument says "yes".
function paths.rmall(path, confirmation)
  if confirmation ~= "yes" then
    errors.raise('paths.rmall: removes everything in %s; say so with "yes" as the second argument',
      errors.value(path))
  end
  return remove_all(path)
end

-- Removes its files when the Lua state closes.
local temporary = setmetatable({}, {
  __gc = function(names)
    for _, name in ipairs(names) do os.remove(name) end
  end,
})

--- The name of a temporary file, removed at the end.
function paths.tmpname()
  local name = os.tmpname()
  temporary[#temporary + 1] = name
  return name
end

-- The file that called, at the first level outside this one; nil at a prompt.
local function calling_file()
  local here = debug.getinfo(1, "S").source
  for level = 2, math.huge do
    local info = debug.getinfo(level, "S")
    if not info then return nil end
    if info.what ~= "C" and info.source ~= here then return info.source:match("^@(.*)") end
  end
end

--- The full path of the calling file, or of `name` beside it; nil at a prompt.
function paths.thisfile(name)
  local file = calling_file()
  if not file then return nil end
  if not name then return (paths.concat(file)) end
  return (paths.concat(paths.dirname(file), name))
end

--- Runs a file named relative to the calling one.
function paths.dofile(name)
  local file = calling_file()
  return dofile(paths.concat(file and paths.dirname(file) or ".", name))
end

--- The full path of the first of the programs that $PATH has, or nil.
function paths.findprogram(...)
  for _, name in ipairs{ ... } do
    local directories = name:find("/", 1, true) and "" or os.getenv("PATH") or ""
    for directory in (directories .. ":"):gmatch("([^:]*):") do
      local file = paths.concat(directory, name)
      if paths.filep(file) and system.is_executable(file) then return file end
    end
  end
  return nil
end

--- System, host and machine.
function paths.uname()
  return system.uname()
end

function paths.is_win()
  return nil
end

function paths.is_mac()
  return system.uname() == "Darwin" or nil
end

--- Loads a C library with its symbols visible to all, and opens it as `require` would.
function paths.require(name)
  local file, reason = package.searchpath(name, package.cpath)
  if not file then errors.raise("paths.require: %s", reason) end
  assert(package.loadlib(file, "*"))
  return assert(package.loadlib(file, "luaopen_" .. name:gsub("%.", "_")))(name, file)
end

--- There is no registry but on Windows.
function paths.getregistryvalue()
  errors.raise("paths.getregistryvalue: only Windows has a registry")
end

-- The folder of the interpreter: `arg` has its name at the lowest index.
--- The directory of the interpreter.
function paths.execdir()
  local lowest = 0
  while arg and arg[lowest - 1] do lowest = lowest - 1 end
  local program = arg and arg[lowest] and paths.findprogram(arg[lowest])
  return program and paths.dirname(program)
end

paths.home = os.getenv("HOME") or "/"

-- Where `make install` puts things: this file is PREFIX/share/lua/5.4/paths/init.lua.
local source = debug.getinfo(1, "S").source:match("^@(.*)") or "."
paths.install_lua_path = paths.concat(source, "../..")
paths.install_prefix = paths.concat(paths.install_lua_path, "../../..")
paths.install_lua_cpath = paths.concat(paths.install_prefix, "lib/lua/5.4")
for name, folder in pairs{ bin = "bin", lib = "lib", share = "share", include = "include",
  man = "share/man", html = "share/doc/wick", hlp = "share/doc/wick", cmake = "lib/cmake/wick" } do
  paths["install_" .. name] = paths.concat(paths.install_prefix, folder)
end

return paths
