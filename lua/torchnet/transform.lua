-- tnt.transform: functions that make functions of samples.
local argcheck = require "argcheck"
local errors = require "wick.errors"
local tables = require "torchnet.utils.table"
local tnt = require "torchnet.env"

local torch = require "torch"

local transform = {}
tnt.transform = transform

local function check_functions(what, transforms, pairs_of)
  for key, f in pairs_of(transforms) do
    if type(f) ~= "function" then
      errors.raise("tnt.transform.%s: table of functions expected, %s is %s", what,
        errors.value(key), errors.value(f))
    end
  end
end

--- identity(...): a function that returns what it is called with or, called with nothing, these
-- values.
function transform.identity(...)
  local values = table.pack(...)
  return function(...)
    if select("#", ...) > 0 then return ... end
    return table.unpack(values, 1, values.n)
  end
end

--- compose(list): calls the functions one after the other, each on what the last returned.
transform.compose = argcheck{
  help = "tnt.transform.compose",
  nonamed = true,
  { name = "transforms", type = "table" },
  call = function(transforms)
    check_functions("compose", transforms, ipairs)
    local steps = table.move(transforms, 1, #transforms, 1, {})
    return function(value)
      for _, step in ipairs(steps) do value = step(value) end
      return value
    end
  end,
}

--- merge(transforms): calls every function on the same value; the table of the results or, where
-- they are tensors that go together, one tensor of them.
transform.merge = argcheck{
  help = "tnt.transform.merge",
  nonamed = true,
  { name = "transforms", type = "table" },
  call = function(transforms)
    check_functions("merge", transforms, pairs)
    local all = tables.copy(transforms)
    return function(value)
      local results = {}
      for key, f in pairs(all) do results[key] = f(value) end
      return tables.canmergetensor(results) and tables.mergetensor(results) or results
    end
  end,
}

--- tablenew(): a function that copies tables, the values being the same.
function transform.tablenew()
  return tables.copy
end

--- tableapply(f): a function of tables that calls f on every value.
transform.tableapply = argcheck{
  help = "tnt.transform.tableapply",
  { name = "transform", type = "function" },
  call = function(f)
    return function(values)
      return tables.foreach(values, f)
    end
  end,
}

--- tablemergekeys(): a function that makes a table of samples a table of fields:
-- result[field][sample] is samples[sample][field].
function transform.tablemergekeys()
  return function(samples)
    local fields = {}
    for index, sample in pairs(samples) do
      if type(sample) ~= "table" then
        errors.raise("tnt.transform.tablemergekeys: sample %s is %s, a table with fields expected",
          errors.value(index), errors.value(sample))
      end
      for key, value in pairs(sample) do
        fields[key] = fields[key] or {}
        fields[key][index] = value
      end
    end
    return fields
  end
end

local function stack(field)
  return tables.canmergetensor(field) and tables.mergetensor(field) or field
end

--- makebatch{ merge = f }: a function that makes a list of samples a batch: field by field, tensors
-- stacked and all else as lists; or what `merge` makes of the table of lists.
transform.makebatch = argcheck{
  help = "tnt.transform.makebatch",
  { name = "merge", type = "function", opt = true },
  call = function(merge)
    local by_field = transform.tablemergekeys()
    return function(samples)
      if type(samples) ~= "table" then
        errors.raise("makebatch: table of samples expected, got %s", errors.value(samples))
      end
      local fields = by_field(samples)
      if merge then return merge(fields) end
      return tables.foreach(fields, stack)
    end
  end,
}

--- randperm(size): a function from places to indices, in an order drawn at random.
transform.randperm = argcheck{
  help = "tnt.transform.randperm",
  { name = "size", type = "number" },
  call = function(size)
    local order = torch.randperm(size):long()
    return function(index)
      return order[index]
    end
  end,
}

--- normalize([threshold = 0]): a function that takes a tensor's mean from it, in place, and
-- divides it by its standard deviation where that is above the threshold.
transform.normalize = argcheck{
  help = "tnt.transform.normalize",
  { name = "threshold", type = "number", default = 0 },
  call = function(threshold)
    return function(x)
      local deviation = x:std()
      x:add(-x:mean())
      if deviation > threshold then x:div(deviation) end
      return x
    end
  end,
}

return transform
