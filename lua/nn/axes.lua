-- Images and volumes as one: a family of layers is written once, for the axes it slides along.
-- Torch7 gives a layer a field an axis, kW and kH, or kT, kW and kH; arguments come in that order,
-- the dimensions of tensors in another.
local Axes = {}
Axes.__index = Axes

-- Names of fields by prefix, an axis each, made at the first look.
local function names_of(axes)
  return setmetatable({}, {
    __index = function(names, prefix)
      local list = {}
      for i, axis in ipairs(axes) do list[i] = prefix .. axis end
      names[prefix] = list
      return list
    end,
  })
end

local function new(arguments, dimensions)
  return setmetatable({
    arguments = arguments, dimensions = dimensions, count = #dimensions,
    by_argument = names_of(arguments), by_dimension = names_of(dimensions),
  }, Axes)
end

local axes = {
  spatial = new({ "W", "H" }, { "H", "W" }),
  volumetric = new({ "T", "W", "H" }, { "T", "H", "W" }),
  -- Torch7's fractional pooling alone has the depth of volumes last.
  depth_last = new({ "T", "W", "H" }, { "H", "W", "T" }),
}

local function same_as(field)
  return function(values)
    return values[field]
  end
end

--- The names of a layer's fields, in the order of arguments: of "k" kW and kH. The list is shared.
function Axes:fields(prefix)
  return self.by_argument[prefix]
end

--- The place of an axis among arguments.
function Axes:argument_of(axis)
  for i, name in ipairs(self.arguments) do
    if name == axis then return i end
  end
end

--- Rows for wick.args, an axis each. `first` is the default of the first (nil: it has none),
-- `others` that of the others (nil: what the one before is).
function Axes:rows(prefix, kind, first, others)
  local rows = {}
  for i, name in ipairs(self:fields(prefix)) do
    local default = first
    if i > 1 then default = others == nil and same_as(rows[i - 1][1]) or others end
    rows[i] = { name, kind, default }
  end
  return rows
end

--- The same with what the axis's field of another prefix is as the default.
function Axes:rows_like(prefix, kind, other)
  local rows, like = self:rows(prefix, kind), self:fields(other)
  for i, row in ipairs(rows) do row[3] = same_as(like[i]) end
  return rows
end

--- A declaration for wick.args: lists of rows, one after the other, and options by name. An option
-- that is a string names a prefix and sets a value an axis, or all of them.
function Axes:declaration(name, lists, options)
  local declaration = { name }
  for _, rows in ipairs(lists) do table.move(rows, 1, #rows, #declaration + 1, declaration) end
  for option, value in pairs(options) do
    if type(value) == "string" then value = self:fields(value) end
    declaration[option] = value
  end
  return declaration
end

--- A layer's values of a prefix in the order of dimensions; `default` where a field is nil.
function Axes:values(layer, prefix, default)
  local values, names = {}, self.by_dimension[prefix]
  for i = 1, self.count do
    local value = layer[names[i]]
    values[i] = value == nil and default or value
  end
  return values
end

--- Whether all of a layer's values of a prefix are that one, or nil.
function Axes:all(layer, prefix, value)
  for _, name in ipairs(self:fields(prefix)) do
    if layer[name] ~= nil and layer[name] ~= value then return false end
  end
  return true
end

--- A layer's values of a prefix as text, in the order of arguments.
function Axes:text(layer, prefix, separator)
  local values = {}
  for i, name in ipairs(self:fields(prefix)) do values[i] = ("%d"):format(layer[name] or 0) end
  return table.concat(values, separator)
end

--- Stride and padding as text, where they are not the default: ", 2,2, 1,1".
function Axes:steps_text(layer)
  local padding = ""
  if layer[self:fields("pad")[1]] == "same" then
    padding = ", same"
  elseif not self:all(layer, "pad", 0) then
    padding = ", " .. self:text(layer, "pad", ",")
  end
  if padding == "" and self:all(layer, "d", 1) then return "" end
  return ", " .. self:text(layer, "d", ",") .. padding
end

--- The sizes of a tensor's last dimensions, one an axis.
function Axes:sides(x)
  local sides, first = {}, x:dim() - self.count
  for i = 1, self.count do sides[i] = x:size(first + i) end
  return sides
end

--- Whether x has those dimensions, channels, and perhaps a batch.
function Axes:fits(x)
  return x:dim() == self.count + 1 or x:dim() == self.count + 2
end

return axes
