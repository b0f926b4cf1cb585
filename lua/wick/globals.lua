-- The globals that Torch7's interpreter gave scripts: packages under their names, each loaded when
-- its name is first read. Only the program installs them; library modules require what they need.
local mode = require "wick.mode"

local globals = {}

local packages = {
  torch = true, nn = true, optim = true, image = true, xlua = true, paths = true, sys = true,
  gnuplot = true,
}

-- Penlight's, where it is installed: Torch7's interpreter gave scripts these too.
local penlight = {}
for name in ("List Map MultiMap OrderedMap Set Date app array2d class compat comprehension config "
  .. "data dir file func input lapp lexer luabalanced operator path permute pretty seq sip "
  .. "stringio stringx tablex template test text types url utils xml"):gmatch("%S+") do
  penlight[name] = "pl." .. name
end

-- What else to do for a name that is not set (the prompt's warning): a function of the name.
globals.missing = nil

local function is_there(name)
  return package.loaded[name] or package.preload[name]
    or package.searchpath(name, package.path) or package.searchpath(name, package.cpath)
end

local function load_package(environment, name)
  local package_name = packages[name] and name or mode.torch7 and penlight[name]
  if package_name and is_there(package_name) then
    local module = require(package_name)
    rawset(environment, name, module)
    return module
  end
  if globals.missing then globals.missing(name) end
  return nil
end

--- Makes the packages' names work in the global table.
function globals.install()
  setmetatable(_G, { __index = load_package })
end

--- Whether `name` is one of the packages.
function globals.is_package(name)
  return packages[name] == true
end

--- The packages' names, in no order.
function globals.packages()
  return pairs(packages)
end

return globals
