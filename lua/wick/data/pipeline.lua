-- wick.data.pipeline: augmentation as data. A pipeline is a table of stages; each is a table that
-- begins with the stage's name, followed by its arguments in order or by name:
--
--   wick.data.pipeline{
--     { "RandomResizedCrop", 224, scale = { 0.08, 1 } },
--     { "HFlip", 0.5 },
--     { "ColorJitter", brightness = 0.4 },
--     { "Normalize", mean = { 0.485, 0.456, 0.406 }, std = { 0.229, 0.224, 0.225 } },
--   }
--
-- A stage may be Lua: a function(image, sample), or { "module", "function" }, which a loader's
-- workers can run as well. The stages themselves are C; core/data has their descriptors.
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"
local known = require "wick.data.stages"
local torch = require "torch"

local WHAT = "wick.data.pipeline"
local LARGEST_SEED = 2 ^ 53

local Pipeline = {}
Pipeline.__index = Pipeline
Pipeline.__name = WHAT

local build

-- Reading stages ---------------------------------------------------------------------------------

local function fail(place, name, message, ...)
  errors.raise(("%s: stage %d%s: %s"):format(WHAT, place, name and ", " .. name or "",
    message:format(...)))
end

local function count_of(table)
  local count = 0
  for _ in pairs(table) do count = count + 1 end
  return count
end

local function argument_at(kind, place, key)
  if kind.args[key] then return kind.args[key] end
  if type(key) ~= "string" then
    fail(place, kind.name, "argument %s is one too many", errors.value(key))
  end
  local names = {}
  for _, argument in ipairs(kind.args) do
    if argument.name == key then return argument end
    names[argument.name] = true
  end
  fail(place, kind.name, "there is no argument %s%s", errors.value(key),
    errors.suggestion(errors.nearest(key, names)))
end

-- A value as the core takes it.
local function value_of(kind, argument, place, value)
  if argument.kind ~= "stages" then
    if class.isTensor(value) then return value:double():totable() end
    return value
  end
  if type(value) ~= "table" then
    fail(place, kind.name, "%s: a list of stages expected, got %s", argument.name,
      errors.value(value))
  end
  return build(value).handle
end

local function arguments_of(kind, place, stage)
  local values = {}
  for key, value in pairs(stage) do
    if key ~= 1 then
      local argument = argument_at(kind, place, math.type(key) == "integer" and key - 1 or key)
      if values[argument.name] ~= nil then
        fail(place, kind.name, "%s is given twice", argument.name)
      end
      values[argument.name] = value_of(kind, argument, place, value)
    end
  end
  return values
end

-- Whether a stage is { "module", "function" }: two words, the first not a stage's name.
local function is_module_function(stage)
  return count_of(stage) == 2 and type(stage[1]) == "string" and type(stage[2]) == "string"
    and not known.find(stage[1])
end

local function add_module_function(handle, place, module, name)
  local found, functions = pcall(require, module)
  if not found then
    fail(place, nil, "%s is no stage%s, and no module: %s", errors.value(module),
      known.suggestion(module), tostring(functions):match("^[^\n]*"))
  end
  if type(functions) ~= "table" or type(functions[name]) ~= "function" then
    fail(place, nil, "the module %s has no function %s", module, name)
  end
  core.pipeline.addCall(handle, module .. "." .. name, module, name)
end

local function add_stage(handle, place, stage)
  if type(stage) == "string" then stage = { stage } end
  if type(stage) == "table" and type(stage[1]) == "function" and #stage == 1 then
    stage = stage[1]
  end
  if type(stage) == "function" then
    core.pipeline.addCall(handle, "a function", stage)
  elseif type(stage) ~= "table" or type(stage[1]) ~= "string" then
    fail(place, nil, 'a stage is a table such as { "HFlip", 0.5 } or a function, got %s',
      errors.value(type(stage) == "table" and stage[1] or stage))
  elseif is_module_function(stage) then
    add_module_function(handle, place, stage[1], stage[2])
  else
    local kind = known.find(stage[1])
    if not kind then
      fail(place, nil, "there is no stage %s%s", errors.value(stage[1]),
        known.suggestion(stage[1]))
    end
    local added, message = pcall(core.pipeline.add, handle, kind.name,
      arguments_of(kind, place, stage))
    if not added then error(errors.within(WHAT, message), 0) end
  end
end

function build(stages)
  if getmetatable(stages) == Pipeline then return stages end
  if type(stages) ~= "table" then
    errors.raise("%s: a table of stages expected, got %s", WHAT, errors.value(stages))
  end
  for key in pairs(stages) do
    if math.type(key) ~= "integer" or key < 1 or key > count_of(stages) then
      errors.raise("%s: stages are a list; %s is no place in it", WHAT, errors.value(key))
    end
  end
  local handle = core.pipeline.new()
  for place, stage in ipairs(stages) do add_stage(handle, place, stage) end
  return setmetatable({ handle = handle, stages = stages }, Pipeline)
end

-- Applying ---------------------------------------------------------------------------------------

local fields = { image = true, mask = true, boxes = true, target = true }

local function seed_of(seed)
  if seed == nil then return torch.random(LARGEST_SEED) end
  local whole = math.tointeger(seed)
  if whole then return whole end
  errors.raise("%s: the seed is a whole number, got %s", WHAT, errors.value(seed))
end

--- pipeline(image [, seed]): the image, channels x height x width of bytes (0 to 255) or floats
-- (0 to 1), after all stages; what was handed in stays as it is. pipeline{ image =, mask =,
-- boxes =, target = } gives a table of the same: the mask (height x width) and the boxes (n x 4:
-- left, top, right, bottom in pixels) go where the image's pixels go. The same seed gives the same
-- result; without one it is drawn from the default generator.
function Pipeline:__call(sample, seed)
  local whole = type(sample) == "table"
  if not whole then
    if not class.isTensor(sample) then
      errors.raise("%s: an image or a table with one expected, got %s", WHAT, errors.value(sample))
    end
    sample = { image = sample }
  end
  for name in pairs(sample) do
    if not fields[name] then
      errors.raise("%s: a sample has no %s%s", WHAT, errors.value(name),
        errors.suggestion(errors.nearest(name, fields)))
    end
  end
  local image, mask, boxes, target = core.pipeline.apply(self.handle, seed_of(seed), sample.image,
    sample.mask, sample.boxes, sample.target)
  if not whole then return image end
  return { image = image, mask = mask, boxes = boxes, target = target }
end

--- pipeline:applyBatch(images, targets [, seed]): what the stages of batches (MixUp, CutMix) make
-- of n x channels x height x width floats and of n classes or n x classes shares. The stages of
-- samples are left out.
function Pipeline:applyBatch(images, targets, seed)
  return core.pipeline.applyBatch(self.handle, seed_of(seed), images, targets)
end

-- Showing ----------------------------------------------------------------------------------------

local value_text

local function stage_text(stage)
  if type(stage) == "string" then return ("{ %q }"):format(stage) end
  if type(stage) ~= "table" then return "a function" end
  local names, parts = {}, {}
  for i, value in ipairs(stage) do parts[i] = value_text(value) end
  for name in pairs(stage) do
    if math.type(name) ~= "integer" then names[#names + 1] = tostring(name) end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    parts[#parts + 1] = ("%s = %s"):format(name, value_text(stage[name]))
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

function value_text(value)
  if type(value) ~= "table" then return errors.value(value) end
  return stage_text(getmetatable(value) == Pipeline and value.stages or value)
end

--- The pipeline as it is written in a script.
function Pipeline:__tostring()
  local lines = { WHAT .. "{" }
  for _, stage in ipairs(self.stages) do lines[#lines + 1] = "  " .. stage_text(stage) .. "," end
  return table.concat(lines, "\n") .. "\n}"
end

--- wick.data.pipeline(stages): a pipeline of these stages, checked; one that is a pipeline already
-- is returned. wick.data.stages lists what there is.
return build
