-- What parameters begin as: the values of the options weightFiller and biasFiller.
--
--   0.1                                     every entry is that number
--   "xavier"                                a filler by name, as it is unless told otherwise
--   { "gaussian", mean = 0, deviation = 0.01 }
--   { "uniform", low = -0.05, high = 0.05 }
--   { "xavier", fan = "average" }           within sqrt(3 / fan) (Glorot and Bengio, 2010)
--   { "msra", fan = "in" }                  normal, variance 2 / fan (He et al., 2015); "kaiming"
--   function(tensor, fan_in, fan_out)       fills the tensor itself
--
-- A fan is how many inputs an output is computed from ("in"), how many outputs an input goes into
-- ("out"), or the mean of both ("average").
local errors = require "wick.errors"
local torch = require "torch"

local fillers = {}

local function fan_of(options, fans)
  if options.fan == "average" then return (fans["in"] + fans.out) / 2 end
  return fans[options.fan]
end

-- Each has its options with their defaults, and fills a tensor.
local known = {
  constant = { options = { value = 0 }, fill = function(tensor, options)
    tensor:fill(options.value)
  end },
  gaussian = { options = { mean = 0, deviation = 0.01 }, fill = function(tensor, options)
    tensor:normal(options.mean, options.deviation)
  end },
  uniform = { options = { low = -0.05, high = 0.05 }, fill = function(tensor, options)
    tensor:uniform(options.low, options.high)
  end },
  xavier = { options = { fan = "average" }, fill = function(tensor, options, fans)
    local bound = math.sqrt(3 / fan_of(options, fans))
    tensor:uniform(-bound, bound)
  end },
  msra = { options = { fan = "in" }, fill = function(tensor, options, fans)
    tensor:normal(0, math.sqrt(2 / fan_of(options, fans)))
  end },
}
known.kaiming = known.msra

local FANS = { ["in"] = true, out = true, average = true }

local function check_option(what, filler, name, value)
  local default = known[filler].options[name]
  if default == nil then
    errors.raise("%s: the filler %q has no option %s%s", what, filler, errors.value(name),
      errors.suggestion(errors.nearest(name, known[filler].options)))
  elseif name == "fan" and not FANS[value] then
    errors.raise('%s: a fan is "in", "out" or "average", not %s', what, errors.value(value))
  elseif name ~= "fan" and type(value) ~= "number" then
    errors.raise("%s: the filler's %s is a number, not %s", what, name, errors.value(value))
  end
end

-- The filler's name and a table of options, all of them there.
local function read_table(what, given)
  local name, options = given[1], {}
  if not known[name] then
    local nearest = type(name) == "string" and errors.nearest(name, known)
    errors.raise("%s: there is no filler %s%s", what, errors.value(name),
      nearest and errors.suggestion(nearest)
      or "; there are constant, gaussian, uniform, xavier and msra")
  end
  for option, default in pairs(known[name].options) do options[option] = default end
  for option, value in pairs(given) do
    if option ~= 1 then
      check_option(what, name, option, value)
      options[option] = value
    end
  end
  return name, options
end

--- fillers.fill(what, tensor, filler, fan_in, fan_out): fills a tensor as the option says; `what`
-- begins the messages.
function fillers.fill(what, tensor, filler, fan_in, fan_out)
  if type(filler) == "number" then filler = { "constant", value = filler } end
  if type(filler) == "string" then filler = { filler } end
  torch.noGrad(function()
    if type(filler) == "function" then return filler(tensor, fan_in, fan_out) end
    local name, options = read_table(what, filler)
    known[name].fill(tensor, options, { ["in"] = fan_in, out = fan_out })
  end)
end

return fillers
