-- The globals that Torch7's interpreter gave scripts: packages under their names, each loaded when
-- its name is first read. Only the program installs them; library modules require what they need.
local globals = {}

local packages = {
  torch = true, nn = true, optim = true, image = true, xlua = true, paths = true, sys = true,
}

-- What else to do for a name that is not set (the prompt's warning): a function of the name.
globals.missing = nil

local function is_there(name)
  return package.loaded[name] or package.preload[name]
    or package.searchpath(name, package.path) or package.searchpath(name, package.cpath)
end

local function load_package(environment, name)
  if packages[name] and is_there(name) then
    local module = require(name)
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
