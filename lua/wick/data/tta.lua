-- wick.data.tta: test-time augmentation. A network sees several views of every image, and what it
-- says of them is averaged.
--
--   network   a module, or a function, from n x channels x height x width to n x classes
--   scales    sides: views whose shorter side is resized to each
--   crops     5: the corners and the middle; 10: those and their mirror images; of `size` pixels
--   flips     true: also the mirror image of every view
--   pipeline  stages that every view goes through, `times` times, with the seeds from `seed` on
--   output    what the network gives: "logProbabilities" (as nn.LogSoftMax does), "probabilities"
--             or "scores" (before a softmax)
--   average   what is averaged and returned: "probabilities" (the arithmetic mean), or
--             "logProbabilities" (the geometric mean, which adds up to 1 again)
--
-- Views multiply: two scales and flips are four.
local class = require "torch.class"
local errors = require "wick.errors"
local pipeline = require "wick.data.pipeline"
local torch = require "torch"

local WHAT = "wick.data.tta"

local Tta = {}
Tta.__index = Tta
Tta.__name = WHAT

-- Views: functions from one image to another -----------------------------------------------------

local mirror = pipeline{ { "HFlip", 1 } }

local function resized(side)
  local stages = pipeline{ { "Resize", side } }
  return function(image) return stages(image, 0) end
end

-- Parts of size x size: `down` and `across` say where, from 0 (top, left) to 1.
local function cropped(size, down, across)
  return function(image)
    local height, width = image:size(2), image:size(3)
    if height < size or width < size then
      errors.raise("%s: the image %s is smaller than crops of %d", WHAT, errors.value(image), size)
    end
    local top = math.floor((height - size) * down + 0.5)
    local left = math.floor((width - size) * across + 0.5)
    return image:narrow(2, top + 1, size):narrow(3, left + 1, size)
  end
end

local function five_crops(size)
  local places = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 }, { 0.5, 0.5 } }
  local list = {}
  for i, place in ipairs(places) do list[i] = cropped(size, place[1], place[2]) end
  return list
end

local function augmented(stages, seed, times)
  local list = {}
  for i = 1, times do
    list[i] = function(image) return stages(image, seed + i - 1) end
  end
  return list
end

-- All views of one list followed by all of the other.
local function product(views, more)
  local list = {}
  for _, first in ipairs(views) do
    for _, second in ipairs(more) do
      list[#list + 1] = function(image) return second(first(image)) end
    end
  end
  return list
end

local function same(image) return image end

local function flipped(image) return mirror(image, 0) end

local function views_of(options)
  local views = { same }
  if options.scales then
    local list = {}
    for i, side in ipairs(options.scales) do list[i] = resized(side) end
    views = product(views, list)
  end
  if options.crops then views = product(views, five_crops(options.size)) end
  if options.flips or options.crops == 10 then views = product(views, { same, flipped }) end
  if options.pipeline then
    views = product(views, augmented(options.pipeline, options.seed, options.times))
  end
  return views
end

-- Options ----------------------------------------------------------------------------------------

local defaults = {
  network = false, scales = false, crops = false, size = false, flips = false, pipeline = false,
  times = 1, seed = 1, output = "logProbabilities", average = "probabilities",
}

local to_log_probabilities = {
  logProbabilities = function(output) return output end,
  probabilities = function(output) return torch.log(output) end,
  scores = function(output) return torch.logSoftMax(output) end,
}

local function check_names(options)
  for name in pairs(options) do
    if defaults[name] == nil and name ~= 1 then
      errors.raise("%s: there is no option %s%s", WHAT, errors.value(name),
        errors.suggestion(errors.nearest(name, defaults)))
    end
  end
end

local function check_choice(name, value, choices)
  if choices[value] then return end
  local known = {}
  for choice in pairs(choices) do known[#known + 1] = errors.value(choice) end
  table.sort(known)
  errors.raise("%s: %s is %s; one of %s expected", WHAT, name, errors.value(value),
    table.concat(known, ", "))
end

local function check_whole(name, value, least)
  local whole = math.tointeger(value)
  if not whole or whole < least then
    errors.raise("%s: %s is %s; a whole number from %d on expected", WHAT, name,
      errors.value(value), least)
  end
end

local function check_values(options)
  check_choice("output", options.output, to_log_probabilities)
  check_choice("average", options.average, { probabilities = true, logProbabilities = true })
  check_whole("times", options.times, 1)
  check_whole("seed", options.seed, 0)
  if options.crops then
    check_choice("crops", options.crops, { [5] = true, [10] = true })
    check_whole("size", options.size, 1)
  end
  if options.scales and (type(options.scales) ~= "table" or #options.scales == 0) then
    errors.raise("%s: scales is %s; a list of sides expected", WHAT, errors.value(options.scales))
  end
end

local function read_options(given)
  if type(given) ~= "table" then
    errors.raise("%s: a table of options expected, got %s", WHAT, errors.value(given))
  end
  check_names(given)
  local options = {}
  for name, default in pairs(defaults) do
    options[name] = given[name]
    if given[name] == nil then options[name] = default end
  end
  options.network = given[1] or options.network
  if not options.network then errors.raise("%s: the network is missing", WHAT) end
  check_values(options)
  if options.pipeline then options.pipeline = pipeline(options.pipeline) end
  return options
end

-- Running ----------------------------------------------------------------------------------------

-- The view of every image, stacked.
local function view_batch(view, images)
  local list = {}
  for i = 1, images:size(1) do
    local seen = view(images[i])
    list[i] = seen:view(1, seen:size(1), seen:size(2), seen:size(3))
  end
  local batch = #list == 1 and list[1] or torch.cat(list, 1)
  return batch:type() == "torch.ByteTensor" and batch:float():div(255) or batch
end

-- n x classes logarithms of probabilities.
local function run(self, batch)
  local output = self.network(batch)
  if not class.isTensor(output) then
    errors.raise("%s: the network gave %s; n x classes expected", WHAT, errors.value(output))
  end
  if output:dim() == 1 then output = output:view(batch:size(1), -1) end
  return to_log_probabilities[self.output](output)
end

local function average(self, images)
  local sum
  for _, view in ipairs(self.views) do
    local said = run(self, view_batch(view, images))
    if self.average == "probabilities" then said = torch.exp(said) end
    sum = sum and sum + said or said:clone()
  end
  sum:div(#self.views)
  if self.average == "probabilities" then return sum end
  return torch.logSoftMax(sum)
end

-- Runs with the network as it is when it is used, and puts it back.
local function evaluating(network, run_it)
  local training = type(network) == "table" and network.train
  if training then network:evaluate() end
  local results = table.pack(pcall(torch.noGrad, run_it))
  if training then network:training() end
  if not results[1] then error(results[2], 0) end
  return results[2]
end

--- tta(images): the averages, n x classes, for n x channels x height x width bytes (which become 0
-- to 1) or floats; a vector for one image.
function Tta:__call(images)
  if not class.isTensor(images) or (images:dim() ~= 3 and images:dim() ~= 4) then
    errors.raise("%s: images are %s; n x channels x height x width expected", WHAT,
      errors.value(images))
  end
  local single = images:dim() == 3
  if single then images = images:view(1, images:size(1), images:size(2), images:size(3)) end
  local said = evaluating(self.network, function() return average(self, images) end)
  return single and said[1] or said
end

--- The number of views of every image.
function Tta:size()
  return #self.views
end

function Tta:__tostring()
  return ("%s(%d views, the mean of %s)"):format(WHAT, #self.views, self.average)
end

--- wick.data.tta{ network, flips =, crops =, size =, scales =, pipeline =, times =, output =,
-- average = }: a function of images; see the top of the file.
return function(given)
  local options = read_options(given)
  return setmetatable({
    network = options.network, output = options.output, average = options.average,
    views = views_of(options),
  }, Tta)
end
