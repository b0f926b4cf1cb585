-- The options that every layer's constructor takes besides its own:
--
--   name          by which messages, checkpoints and namedParameters call it
--   weightFiller, biasFiller
--                 what the parameters begin as (nn.fillers)
--   learningRateMultiplier, weightDecayMultiplier
--                 a number for all parameters, { weight = 1, bias = 2 }, or { 1, 2 } for the weight
--                 and the bias; optim.groups hands them on
--   regularizer   { weight = 1e-4, bias = ..., activity = { l1 = 1e-5, l2 = 0 } }: a number is l2;
--                 Module:penalty adds them up
--   activation    a function of what the layer computes, by name: "relu"
--   frozen        true: the parameters stay as they are (Module:freeze)
--   weights       a layer of the same kind, whose parameters this one shares
--   channelsLast  true: images come and go as H x W x C, N x H x W x C; volumes likewise
--   fit           "exact": it is an error when windows do not cover the input evenly
--
-- They are read with the layer's own arguments (nn.layer), checked here when the constructor is
-- through, and kept in the field `options`; those that change a run are at work in `run`.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local axes = require "nn.axes"

local options = {}

--- Rows for wick.args, by name only.
options.rows = {
  { "weightFiller", "number|string|table|function?" },
  { "biasFiller", "number|string|table|function?" },
  { "learningRateMultiplier", "number|table?" }, { "weightDecayMultiplier", "number|table?" },
  { "regularizer", "table?" }, { "activation", "string?" }, { "frozen", "boolean?" },
  { "weights", "nn.Module?" }, { "channelsLast", "boolean?" }, { "fit", "'exact'|'floor'?" },
}

--- Takes the options out of a constructor's arguments into the layer's field `options`, if there
-- are any. `own` says which of the names are arguments of the layer's own.
function options.take(layer, arguments, own)
  local taken
  for _, row in ipairs(options.rows) do
    local name = row[1]
    if not own[name] and arguments[name] ~= nil then
      taken = taken or {}
      taken[name], arguments[name] = arguments[name], nil
    end
  end
  layer.options = taken
end

-- Activations ------------------------------------------------------------------------------------

local activations = {
  linear = function(x) return x end,
  relu = torch.relu, relu6 = function(x) return torch.clamp(x, 0, 6) end,
  leakyRelu = function(x) return torch.leakyRelu(x, 0.01) end, elu = torch.elu,
  sigmoid = torch.sigmoid, logSigmoid = torch.logSigmoid, tanh = torch.tanh,
  softPlus = torch.softPlus, softMax = torch.softMax, logSoftMax = torch.logSoftMax,
  exp = torch.exp,
}

local function check_activation(layer, name)
  if activations[name] then return end
  local names = {}
  for known in pairs(activations) do names[#names + 1] = known end
  table.sort(names)
  local nearest = errors.nearest(name, activations)
  errors.raise("%s: there is no activation %s%s", class.typename(layer), errors.value(name),
    nearest and errors.suggestion(nearest) or "; there are " .. table.concat(names, ", "))
end

-- Checking ---------------------------------------------------------------------------------------

local PLACES = { "weight", "bias" }

local function refuse(layer, message, ...)
  errors.raise("%s: " .. message, class.typename(layer), ...)
end

-- A number, { 1, 2 } or { weight = 1, bias = 2 } as a table by parameter.
local function by_parameter(layer, option, value)
  if type(value) == "number" then value = { value, value } end
  local result = {}
  for key, factor in pairs(value) do
    local name = PLACES[key] or key
    if not PLACES[key] and not class.isTensor(layer[name]) then
      refuse(layer, "%s is given for %s, which is no parameter of it", option, errors.value(name))
    elseif type(factor) ~= "number" or factor < 0 then
      refuse(layer, "%s of the %s is %s, a number not below 0 expected", option, name,
        errors.value(factor))
    end
    result[name] = factor
  end
  return result
end

local function check_fillers(layer, given)
  for _, name in ipairs(PLACES) do
    if given[name .. "Filler"] and not layer[name] then
      refuse(layer, "there is no %s for %sFiller to fill", name, name)
    end
  end
end

local NORMS = { l1 = true, l2 = true }

-- One entry of a regulariser, as { l1 =, l2 = }.
local function read_norms(layer, name, given)
  if type(given) == "number" then given = { l2 = given } end
  if type(given) ~= "table" then
    refuse(layer, "the regularizer of the %s is %s; a number (l2) or { l1 =, l2 = } expected", name,
      errors.value(given))
  end
  for norm, factor in pairs(given) do
    if not NORMS[norm] or type(factor) ~= "number" then
      refuse(layer, "the regularizer of the %s has %s = %s; it has the numbers l1 and l2", name,
        tostring(norm), errors.value(factor))
    end
  end
  return given
end

local function read_regularizer(layer, given)
  local result = {}
  for name, norms in pairs(given) do
    if name ~= "activity" and not class.isTensor(layer[name]) then
      refuse(layer, "there is no %s to regularize; a regularizer has entries for parameters and "
        .. 'for "activity"', tostring(name))
    end
    result[name] = read_norms(layer, name, norms)
  end
  return result
end

-- What changes a run is for layers whose gradient comes from the tape.
local function check_run(layer, given)
  local activity = given.regularizer and given.regularizer.activity
  local option = given.activation and "activation" or given.channelsLast and "channelsLast"
    or activity and "a regularizer of activity"
  if option and layer.updateGradInput ~= torch.getmetatable("nn.Module").updateGradInput then
    refuse(layer, "%s is for layers made of operations; this one has a gradient of its own", option)
  end
  if given.activation then check_activation(layer, given.activation) end
  if given.fit == "exact" and not (layer.kW and layer.dW and (layer.axes or layer.window))
    or given.fit and layer.adjW then
    refuse(layer, "fit is for convolutions and poolings, whose windows slide over images")
  end
end

-- Parameters of another layer --------------------------------------------------------------------

local function share(layer, other)
  if class.typename(layer) ~= class.typename(other) then
    refuse(layer, "weights is %s; a layer of the same class expected", errors.value(other))
  end
  local fields = {}
  for _, name in ipairs(rawget(layer, "_parameters") or {}) do
    if not class.isTensor(other[name]) or not layer[name]:isSameSizeAs(other[name]) then
      refuse(layer, "its %s is %s, that of the layer whose weights it is to share %s", name,
        errors.value(layer[name]), errors.value(other[name]))
    end
    fields[#fields + 1] = name
    fields[#fields + 1] = "grad" .. name:sub(1, 1):upper() .. name:sub(2)
  end
  layer:share(other, table.unpack(fields))
end

--- Checks a layer's options and does what they ask for once; constructors end with it.
function options.finish(layer)
  local given = layer.options
  if given.regularizer then given.regularizer = read_regularizer(layer, given.regularizer) end
  for _, name in ipairs{ "learningRateMultiplier", "weightDecayMultiplier" } do
    if given[name] then given[name] = by_parameter(layer, name, given[name]) end
  end
  check_fillers(layer, given)
  check_run(layer, given)
  if given.weights then share(layer, given.weights) end
  if given.frozen then layer:freeze() end
  given.weights, given.frozen = nil, nil
end

-- Running ----------------------------------------------------------------------------------------

local function spatial_dims(layer)
  if layer.axes then return layer.axes.count end
  return layer.nDim and layer.nDim - 2 or 2
end

-- The channels moved to where layers have them, or (`back`) behind the image again.
local function moved(layer, x, back)
  local dims, channels = x:dim(), x:dim() - spatial_dims(layer)
  if channels < 1 then
    errors.raise("channelsLast takes images of height x width x channels, perhaps in a batch; got "
      .. "%s", errors.value(x))
  end
  local order = {}
  for dim = 1, dims do order[dim] = dim end
  if back then
    table.insert(order, table.remove(order, channels))
  else
    table.insert(order, channels, table.remove(order))
  end
  return torch.permute(x, order):contiguous()
end

local WORDS = { W = "width", H = "height", T = "depth" }

local function check_fit(layer, input)
  local along = layer.axes or axes.spatial
  local sides = along:sides(input)
  for i, axis in ipairs(along.dimensions) do
    local pad, kernel, step = layer["pad" .. axis] or 0, layer["k" .. axis], layer["d" .. axis]
    kernel = (layer["dilation" .. axis] or 1) * (kernel - 1) + 1
    local rest = pad ~= "same" and sides[i] + 2 * pad - kernel
    if rest and (rest < 0 or rest % step ~= 0) then
      errors.raise("does not fit: a %s of %d padded by %d has %.2f places for windows of %d every "
        .. '%d, and fit = "exact" asks for a whole number', WORDS[axis], sides[i], pad,
        rest / step + 1, kernel, step)
    end
  end
end

--- updateOutput of a layer with options.
function options.run(layer, input)
  local given = layer.options
  if given.channelsLast then input = moved(layer, input) end
  if given.fit == "exact" then check_fit(layer, input) end
  local output = layer:updateOutput(input)
  if given.activation then output = activations[given.activation](output) end
  if given.channelsLast then output = moved(layer, output, true) end
  if given.regularizer and given.regularizer.activity then
    layer._activity = core.recording() and output or nil
  end
  return output
end

return options
