-- optim.ConfusionMatrix: how often each class was taken for which, and the rates that follow.
-- Returns the constructor.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"

local home = {}
--- `optim.ConfusionMatrix(n [, names])` or `optim.ConfusionMatrix(names)`: rows are the targets,
-- columns the predictions.
local ConfusionMatrix = class.class("optim.ConfusionMatrix", home)

function ConfusionMatrix:__init(count, names)
  if type(count) == "table" then count, names = #count, count end
  count = math.tointeger(count)
  if not count or count < 1 then
    errors.raise("optim.ConfusionMatrix: a number of classes or a list of their names expected")
  end
  self.nclasses = count
  self.classes = names or {}
  self.mat = torch.LongTensor(count, count):zero()
  self.valids = torch.FloatTensor(count):zero()
  self.unionvalids = torch.FloatTensor(count):zero()
  self.totalValid, self.averageValid, self.averageUnionValid = 0, 0, 0
end

-- Counting -------------------------------------------------------------------------------------

local function largest(values)
  local best = 1
  for i = 2, #values do
    if values[i] > values[best] then best = i end
  end
  return best
end

-- A class: a number, a tensor of one number, or scores of which the largest counts.
local function class_of(value)
  if type(value) == "number" then return math.floor(value) end
  local values = value:contiguous():view(-1):totable()
  return #values == 1 and math.floor(values[1]) or largest(values)
end

-- A list of classes: of N or N x 1 numbers, or of N rows of scores.
local function classes_of(values)
  if values:dim() == 1 or values:size(2) == 1 then
    local list = values:contiguous():view(-1):totable()
    for i, value in ipairs(list) do list[i] = math.floor(value) end
    return list
  end
  local list = values:totable()
  for i, scores in ipairs(list) do list[i] = largest(scores) end
  return list
end

local function check_class(self, what, value)
  if value < 1 or value > self.nclasses then
    errors.raise("optim.ConfusionMatrix: %s %s, there are %d classes", what, errors.number(value),
      self.nclasses)
  end
end

-- Adds the pairs of two lists; targets below 1 do not count.
local function count_pairs(self, predictions, targets)
  local counts = {}
  for i, target in ipairs(targets) do
    if target >= 1 then
      check_class(self, "target", target)
      check_class(self, "prediction", predictions[i])
      local row = counts[target] or {}
      counts[target] = row
      row[predictions[i]] = (row[predictions[i]] or 0) + 1
    end
  end
  for target, row in pairs(counts) do
    for prediction, count in pairs(row) do
      self.mat[{ target, prediction }] = self.mat[{ target, prediction }] + count
    end
  end
end

--- Adds one prediction (a class, or scores) for a target (a class, or one-hot).
function ConfusionMatrix:add(prediction, target)
  count_pairs(self, { class_of(prediction) }, { class_of(target) })
end

--- Adds N predictions (classes or N x C scores) for N targets (classes or N x C one-hot).
function ConfusionMatrix:batchAdd(predictions, targets)
  local predicted, wanted = classes_of(predictions), classes_of(targets)
  if #predicted ~= #wanted then
    errors.raise("optim.ConfusionMatrix: %d predictions for %d targets", #predicted, #wanted)
  end
  count_pairs(self, predicted, wanted)
end

--- Forgets all counts.
function ConfusionMatrix:zero()
  self.mat:zero()
  self.valids:zero()
  self.unionvalids:zero()
  self.totalValid, self.averageValid, self.averageUnionValid = 0, 0, 0
end

-- Rates ----------------------------------------------------------------------------------------

-- Row sums, column sums and the sum of everything.
local function sums(counts)
  local rows, columns, total = {}, {}, 0
  for i = 1, #counts do
    for j = 1, #counts do
      rows[i] = (rows[i] or 0) + counts[i][j]
      columns[j] = (columns[j] or 0) + counts[i][j]
      total = total + counts[i][j]
    end
  end
  return rows, columns, total
end

local function mean_of_numbers(tensor)
  local sum, count = 0, 0
  for _, value in ipairs(tensor:totable()) do
    if value == value then sum, count = sum + value, count + 1 end
  end
  return sum / count
end

--- Computes `valids` (recall of each class), `unionvalids` (intersection over union), their means
-- over the classes that occur, and `totalValid` (the fraction that is right).
function ConfusionMatrix:updateValids()
  local counts = self.mat:totable()
  local rows, columns, total = sums(counts)
  local right = 0
  for i = 1, self.nclasses do
    right = right + counts[i][i]
    self.valids[i] = counts[i][i] / rows[i]
    self.unionvalids[i] = counts[i][i] / (rows[i] + columns[i] - counts[i][i])
  end
  self.totalValid = right / total
  self.averageValid = mean_of_numbers(self.valids)
  self.averageUnionValid = mean_of_numbers(self.unionvalids)
end

-- The mean rate at which the other classes that occur are taken for class `i`.
local function false_acceptance(counts, rows, i)
  local sum, others = 0, 0
  for j = 1, #counts do
    if j ~= i and rows[j] > 0 then
      sum, others = sum + counts[j][i] / rows[j], others + 1
    end
  end
  return sum / others
end

--- Rates of false rejection and false acceptance: for every class (-1 where it does not occur),
-- and for those that occur: four tensors.
function ConfusionMatrix:farFrr()
  local counts = self.mat:totable()
  local rows = sums(counts)
  local class_frrs, class_fars, frrs, fars = {}, {}, {}, {}
  for i = 1, self.nclasses do
    class_frrs[i], class_fars[i] = -1, -1
    if rows[i] > 0 then
      class_frrs[i] = 1 - counts[i][i] / rows[i]
      class_fars[i] = false_acceptance(counts, rows, i)
      frrs[#frrs + 1], fars[#fars + 1] = class_frrs[i], class_fars[i]
    end
  end
  return torch.Tensor(class_frrs), torch.Tensor(class_fars), torch.Tensor(frrs), torch.Tensor(fars)
end

-- Picture and text -------------------------------------------------------------------------------

local sort_modes = { score = true, occurrence = true }

--- render([sortmode = "score" [, display = false [, block = 25 [, legendwidth = 200]]]]): the
-- matrix as an image, a FloatTensor 3 x height x width, its classes ordered by their rates or by
-- their "occurrence". With `display` the image also goes to a file, by display.image.
function ConfusionMatrix:render(sortmode, display, block, legendwidth)
  sortmode = sortmode or "score"
  if not sort_modes[sortmode] then
    errors.raise('optim.ConfusionMatrix: render sorts by "score" or "occurrence", not %s',
      errors.value(sortmode))
  end
  local image = require("optim.confusion_image")(self, sortmode, block or 25, legendwidth or 200)
  if display then require("display").image(image, { win = "confusion-matrix" }) end
  return image
end

local function percent(fraction)
  local number = fraction * 100
  return number ~= number and "nan" or errors.number(number)
end

local function cell_format(counts)
  local most = 1
  for _, row in ipairs(counts) do most = math.max(most, table.unpack(row)) end
  local width = math.max(8, 1 + math.ceil(math.log(most, 10)))
  return ("%%%dd"):format(width)
end

local function row_text(self, i, row, format)
  local cells = {}
  for j, count in ipairs(row) do cells[j] = format:format(count) end
  local close = i == self.nclasses and "]]  " or "]   "
  local name, rate = self.classes[i], self.valids[i] * 100
  local share = rate == rate and ("%2.3f"):format(rate) or "nan"
  return ("%s[%s%s%s%% %s\n"):format(i == 1 and "[" or " ", table.concat(cells), close, share,
    name and ("\t[class: %s]"):format(tostring(name)) or "")
end

function ConfusionMatrix:__tostring__()
  self:updateValids()
  local counts = self.mat:totable()
  local format = cell_format(counts)
  local lines = { "ConfusionMatrix:\n" }
  for i, row in ipairs(counts) do lines[#lines + 1] = row_text(self, i, row, format) end
  lines[#lines + 1] = (" + average row correct: %s%% \n"):format(percent(self.averageValid))
  lines[#lines + 1] = (" + average rowUcol correct (VOC measure): %s%% \n"):format(
    percent(self.averageUnionValid))
  lines[#lines + 1] = (" + global correct: %s%%"):format(percent(self.totalValid))
  return table.concat(lines)
end

return home.ConfusionMatrix
