-- The mode for scripts written for Torch7: `wick --torch7 script.lua`, or `require "torch7"` under
-- any Lua 5.4. Double is the default type, numbers that are whole come back as Lua integers, shapes
-- that only agree in their number of elements go together, nothing is recorded but by modules for
-- themselves and inside `torch.withGrad`; what Lua 5.1 had is there again, and the globals and the
-- print of Torch7's interpreter. `off()` takes all of it back.
--
-- Whatever differs in this mode hangs on one of three switches set here: wick.mode for Lua code,
-- core.setTorch7 for the C module, and the changes that torch7.patch remembers.
local mode = require "wick.mode"
local patch = require "torch7.patch"
local core = require "wick.core"

local torch7 = {}

local before -- the default type outside the mode

-- Packages that th gave every script.
local packages = { "torch", "paths", "sys", "xlua" }

local function install_packages()
  for _, name in ipairs(packages) do patch.add(_G, name, require(name)) end
end

--- Switches the mode on for this Lua state; loading this module does.
function torch7.on()
  if mode.torch7 then return end
  local torch = require "torch"
  mode.torch7 = true
  core.setTorch7(true)
  before = torch.getdefaulttensortype()
  torch.setdefaulttensortype("torch.DoubleTensor")
  install_packages()
  require("torch7.lua51").install()
  require("torch7.tensors").install()
  require("torch7.loading").install()
  require("torch7.print").install()
end

--- Switches it off: all functions are what they were; packages that it loaded stay.
function torch7.off()
  if not mode.torch7 then return end
  patch.revert()
  require("torch").setdefaulttensortype(before)
  core.setTorch7(false)
  mode.torch7 = false
end

--- Whether the mode is on.
function torch7.isOn()
  return mode.torch7
end

torch7.on()
return torch7
