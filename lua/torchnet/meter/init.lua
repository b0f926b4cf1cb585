-- tnt.Meter: what observations are added to and a value is read from.
local errors = require "wick.errors"
local tnt = require "torchnet.env"

local torch = require "torch"

local Meter = torch.class("tnt.Meter", tnt)

--- tnt.Meter(): the parent of all meters; a class of your own defines `add`, `value` and `reset`.
function Meter:__init() end

for _, name in ipairs{ "reset", "value", "add" } do
  Meter[name] = function(self)
    errors.raise("A tnt.Meter should implement the %s() function; %s does not", name,
      torch.type(self))
  end
end
