-- How th's scripts loaded files: `require` of names beside the calling file, `include`, `import`.
local patch = require "torch7.patch"

local loading = {}

local plain_require = require

-- The folder of the source file that called, `level` functions up; nil at the prompt.
local function folder_at(level)
  local info = debug.getinfo(level + 1, "S")
  local file = info and info.source:match("^@(.*)$")
  return file and (file:match("^(.*)/[^/]*$") or ".")
end

local function readable(name)
  local file = io.open(name, "rb")
  if not file then return false end
  local is_file = file:read(0) ~= nil or file:seek("end") == 0
  file:close()
  return is_file
end

local function load_chunk(name)
  return assert(loadfile(name))()
end

local function load_object(name)
  return plain_require("torch").load(name)
end

local function load_json(name)
  local file <close> = assert(io.open(name, "rb"))
  return plain_require("wick.json").decode(file:read("a"))
end

local readers = {
  lua = load_chunk, t7 = load_object, th = load_object, net = load_object, json = load_json,
}

local endings = { ".lua", "/init.lua", ".t7", ".th", ".net", ".json" }

-- The file meant by a name beside `folder`, and what reads it.
local function find_beside(folder, name)
  local base = folder .. "/" .. name
  local extension = name:match("%.(%a%w*)$")
  if readers[extension] and readable(base) then return base, readers[extension] end
  for _, ending in ipairs(endings) do
    if readable(base .. ending) then return base .. ending, readers[ending:match("%.(%w+)$")] end
  end
end

--- `require`: a name that begins with a dot is a file beside the calling one and is read anew at
-- every call; so is a name that no module has.
function loading.require(name)
  local folder = folder_at(2) or "."
  if type(name) == "string" and name:sub(1, 1) == "." then
    local file, read = find_beside(folder, (name:gsub("^%.([^./])", "%1")))
    if file then return read(file) end
    error(("module '%s' not found beside %s"):format(name, folder), 2)
  end
  if package.loaded[name] ~= nil then return package.loaded[name] end
  local found, result = pcall(plain_require, name)
  if found then return result end
  local message = tostring(result)
  if message:find(("module '%s' not found"):format(name), 1, true) then
    local file, read = find_beside(folder, name)
    if file then return read(file) end
  end
  error(result, 0)
end

--- Runs a file beside the calling one and returns what it returns.
function loading.include(file)
  local folder = folder_at(2) or "."
  return assert(loadfile(file:sub(1, 1) == "/" and file or folder .. "/" .. file))()
end

--- Requires a module and copies its members into the globals, over what is there with `force`.
function loading.import(name, force)
  local module = loading.require(name)
  if type(module) ~= "table" then return module end
  for key, value in pairs(module) do
    if force or rawget(_G, key) == nil then rawset(_G, key, value) end
  end
  return module
end

--- Puts require, include and import among the globals.
function loading.install()
  patch.set(_G, "require", loading.require)
  patch.add(_G, "include", loading.include)
  patch.add(_G, "import", loading.import)
end

return loading
