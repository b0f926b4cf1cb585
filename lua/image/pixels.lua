-- What image's functions share: their images, their destinations, and their complaints.
local class = require "torch.class"
local errors = require "wick.errors"
local mode = require "wick.mode"

local pixels = {}

--- Raises `<image.scale> message`, formatted when arguments follow.
function pixels.refuse(name, message, ...)
  if select("#", ...) > 0 then message = message:format(...) end
  errors.raise("<image.%s> %s", name, message)
end

--- Raises that the arguments fit none of the ways in which a function is called.
function pixels.misused(name, ...)
  local ways = {}
  for i, arguments in ipairs{ ... } do ways[i] = ("image.%s(%s)"):format(name, arguments) end
  pixels.refuse(name, "incorrect arguments; expected %s", table.concat(ways, " or "))
end

--- The image itself. Scripts written for Torch7 know nothing of recording: theirs is detached.
function pixels.of(name, image)
  if not class.isTensor(image) then
    pixels.refuse(name, "the image is %s, a tensor expected", errors.value(image))
  end
  return mode.torch7 and image:detach() or image
end

--- An image of three colours, 3 x height x width.
function pixels.colours(name, image)
  image = pixels.of(name, image)
  if image:dim() ~= 3 or image:size(1) ~= 3 then
    pixels.refuse(name, "input image has to be a 3D tensor of shape 3 x H x W, got %s",
      errors.value(image))
  end
  return image
end

--- A value whose fraction, if any, is cut off, as Torch7 cuts positions and sizes.
function pixels.whole(name, what, value)
  local number = tonumber(value)
  if not number or number ~= number or math.abs(number) >= 2 ^ 53 then
    pixels.refuse(name, "%s is %s, a number expected", what, errors.value(value))
  end
  return math.tointeger(number >= 0 and math.floor(number) or math.ceil(number))
end

--- Height and width.
function pixels.size(name, image)
  local dims = image:dim()
  if dims ~= 2 and dims ~= 3 then
    pixels.refuse(name, "the image is %s; height x width or channels x height x width expected",
      errors.value(image))
  end
  return image:size(dims - 1), image:size(dims)
end

--- The result, or where there is a destination, that, holding it.
function pixels.give(name, destination, result)
  if destination == nil then return result end
  if not class.isTensor(destination) then
    pixels.refuse(name, "the destination is %s, a tensor expected", errors.value(destination))
  end
  return destination:resize(result:size()):copy(result)
end

--- A list of arguments without the destination that may come first: (destination or nil, the rest).
-- One is there when the second argument is a tensor as well.
function pixels.destination(...)
  if class.isTensor((select(2, ...))) then return (...), select(2, ...) end
  return nil, ...
end

--- Floating values, 0 to 255, as bytes: rounded and clamped.
function pixels.bytes(values)
  return (values + 0.5):clamp(0, 255):floor():byte()
end

return pixels
