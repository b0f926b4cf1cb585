-- tnt.utils.sys: folders, lists of files, and command lines made of Lua.
local errors = require "wick.errors"
local lists = require "torchnet.utils.lists"
local md5 = require "md5"
local paths = require "paths"
local tds = require "tds"

local torch = require "torch"

local system = {}

--- md5(object): the digest of the object as torch.serialize writes it.
function system.md5(object)
  return md5.sumhexa(torch.serialize(object))
end

--- mkdir(path): makes the folder and those above it that are not there.
function system.mkdir(path)
  local made = path:sub(1, 1) == "/" and "/" or ""
  for part in path:gmatch("[^/]+") do
    made = made .. part
    if not paths.dirp(made) then
      local ok, reason = paths.mkdir(made)
      if not ok and not paths.dirp(made) then
        errors.raise("could not create directory %s: %s", path, tostring(reason))
      end
    end
    made = made .. "/"
  end
end

-- Reads that the table has not go to the globals, while f runs.
local function with_globals(environment, f)
  if getmetatable(environment) then
    errors.raise("tnt.utils.sys.cmdline: env should have no metatable")
  end
  setmetatable(environment, { __index = _G })
  local ok, message = pcall(f)
  setmetatable(environment, nil)
  if not ok then errors.raise("tnt.utils.sys.cmdline: %s", tostring(message)) end
end

--- cmdline(arg, env): runs every argument as Lua code whose variables are the fields of `env`:
-- `lr=0.1 "net={width=64}"`.
function system.cmdline(arguments, environment)
  for _, code in ipairs(arguments) do
    local chunk, message = load(code, "=argument", "t", environment)
    if not chunk then errors.raise("tnt.utils.sys.cmdline: compilation error: %s", message) end
    with_globals(environment, chunk)
  end
end

--- loadlist(path [, revert] [, maxload]): the lines of a file by number, and with `revert` the
-- numbers by line, in a tds.Hash.
function system.loadlist(path, revert, maxload)
  local lines = lists.lines(path, maxload)
  if not lines then errors.raise("tnt.utils.sys.loadlist: cannot read %s", tostring(path)) end
  local list = tds.Hash()
  for i, line in pairs(lines) do
    list[i] = line
    if revert then list[line] = i end
  end
  return list
end

local is_image = { jpeg = true, jpg = true, png = true }

local function add_images(list, folder)
  for name in paths.iterfiles(folder) do
    local path = folder .. "/" .. name
    if is_image[(paths.extname(name) or ""):lower()] then
      list[#list + 1] = path
    else
      print(("ignoring <%s>"):format(path))
    end
  end
  for name in paths.iterdirs(folder) do add_images(list, folder .. "/" .. name) end
end

--- listimgfiles(path [, list]): the JPEG and PNG files in the folder and those inside it, in
-- a tds.Hash.
function system.listimgfiles(path, list)
  if not paths.dirp(path) then
    errors.raise("tnt.utils.sys.listimgfiles: there is no folder %s", tostring(path))
  end
  list = list or tds.Hash()
  add_images(list, path)
  return list
end

return system
