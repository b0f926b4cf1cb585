-- wick.image.resize: images of another size, as the libraries of today resize them.
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"

local filters = {
  nearest = "simple", area = "area", bilinear = "bilinear", bicubic = "bicubic",
  lanczos = "lanczos",
}

local known = { filter = true, antialias = true }

local function filter_of(name)
  if name == nil then return "bilinear" end
  if filters[name] then return filters[name] end
  local nearest = type(name) == "string" and errors.nearest(name, filters)
  errors.raise("wick.image.resize: there is no filter %s%s", errors.value(name), nearest
    and errors.suggestion(nearest) or "; there are nearest, area, bilinear, bicubic and lanczos")
end

local function read_options(options)
  if options == nil then return {} end
  if type(options) == "string" then return { filter = options } end
  if type(options) ~= "table" then
    errors.raise("wick.image.resize: the options are %s; a table, or the filter's name expected",
      errors.value(options))
  end
  for name in pairs(options) do
    if not known[name] then
      errors.raise("wick.image.resize: there is no option %s; there are filter and antialias",
        errors.value(name))
    end
  end
  return options
end

--- image.resize(tensor, height, width [, { filter = "bilinear", antialias = true }]): the image,
-- height x width or channels x height x width of bytes, floats or doubles, with as many pixels as
-- asked for. filter: "nearest", "area" (means), "bilinear", "bicubic" or "lanczos". Pixels are
-- squares whose outer corners stay where they are; an image that shrinks is smoothed by as much
-- unless antialias = false. The same as Pillow's, byte for byte.
return function(tensor, height, width, options)
  if not class.isTensor(tensor) then
    errors.raise("wick.image.resize: the image is %s, a tensor expected", errors.value(tensor))
  end
  options = read_options(options)
  return core.image.resize(tensor, height, width, filter_of(options.filter),
    options.antialias ~= false)
end
