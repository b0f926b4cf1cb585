-- Precision and recall at thresholds: of what is counted as positive and what is, how much agrees.
require "torchnet.meter"

local errors = require "wick.errors"
local method = require "torchnet.method"
local read = require "torchnet.meter.read"
local tnt = require "torchnet.env"

local torch = require "torch"

local function thresholds_of(what, list)
  local thresholds = {}
  for _, threshold in pairs(list) do
    if type(threshold) ~= "number" or not (threshold >= 0 and threshold <= 1) then
      errors.raise("%s: threshold should be between 0 and 1, not %s", what,
        errors.value(threshold))
    end
    thresholds[#thresholds + 1] = threshold
  end
  table.sort(thresholds)
  return thresholds
end

-- Adds the sums of columns to those before.
local function accumulate(sums, threshold, flags)
  local columns = flags:double():sum(1):view(-1)
  sums[threshold] = sums[threshold] and sums[threshold]:add(columns) or columns
end

-- In percent; 100 where there is nothing to divide by.
local function percent(agreeing, all, per_class)
  if not per_class then
    local total = all:sum()
    return total == 0 and 100 or 100 * agreeing:sum() / total
  end
  local values = torch.cdiv(agreeing, all):mul(100)
  values[torch.eq(all, 0)] = 100
  return values
end

--- Makes the class tnt.<name>. base(output, target, threshold) tells, entry by entry of N x K
-- tensors, what agreement is a share of.
return function(name, base)
  local class_name = "tnt." .. name
  local Rate = torch.class(class_name, "tnt.Meter", tnt)

  Rate.__init = method(class_name, class_name, {
    { name = "threshold", type = "table", default = { 0.5 } },
    { name = "perclass", type = "boolean", default = false },
    noordered = true,
  }, function(self, threshold, perclass)
    self.threshold, self.perclass = thresholds_of(class_name, threshold), perclass
    self:reset()
  end)

  function Rate:reset()
    self.agreeing, self.all = {}, {}
  end

  Rate.add = method(class_name .. ":add", class_name, {
    { name = "output", type = "torch.*Tensor" },
    { name = "target", type = "torch.*Tensor" },
  }, function(self, output, target)
    local rows = read.matrix(class_name .. ":add", "output", output)
    local truth = read.matrix(class_name .. ":add", "target", target)
    read.checkSame(class_name .. ":add", rows, truth)
    local is_positive = torch.ne(truth, 0):double()
    for _, threshold in ipairs(self.threshold) do
      local is_chosen = torch.ge(rows, threshold):double()
      accumulate(self.agreeing, threshold, torch.cmul(is_chosen, is_positive))
      accumulate(self.all, threshold, base(is_chosen, truth))
    end
  end)

  Rate.value = method(class_name .. ":value", class_name, {
    { name = "t", type = "number", opt = true },
  }, function(self, t)
    return read.values(class_name .. ":value", self.threshold, function(threshold)
      if not self.all[threshold] then return 100 end
      return percent(self.agreeing[threshold], self.all[threshold], self.perclass)
    end, t)
  end)
end
