--- Cases of core/op/bitwise.c. Bits are of integers alone: other types get integers to work on.
local maker = require "spec.support.make"

local function whole(...)
  local shapes = { ... }
  return function(make)
    if not make.integral then make = maker("torch.LongTensor") end
    local arguments = {}
    for i, value in ipairs(shapes) do
      arguments[i] = type(value) == "table" and make.between(0, 100, table.unpack(value)) or value
    end
    return arguments
  end
end

local function bits(with_tensor, f)
  return {
    arguments = with_tensor and whole({ 3, 4 }, { 3, 4 }) or whole({ 3, 4 }, 13),
    more = { with_tensor and whole({ 3, 4 }, { 4 }) or whole({ 3, 4 }, 6) },
    reference = f,
    types = "integers", nan = false, exact = true,
  }
end

-- An integer's type is lost in Lua: shifts to the right are tried on numbers from 0 on.
local function shift(with_tensor, f, integer)
  local function small(make)
    if not make.integral then return { make(3, 4), with_tensor and make(3, 4) or 2 } end
    return { make.between(0, 100, 3, 4), with_tensor and make.between(0, 5, 3, 4) or 2 }
  end
  return {
    arguments = small, types = "all", reference = f, integer = integer,
    more = not with_tensor and { function(make) return { make(3, 4), -1.5 } end } or nil,
  }
end

return {
  bitand = bits(false, function(x, a) return x & a end),
  bitor = bits(false, function(x, a) return x | a end),
  bitxor = bits(false, function(x, a) return x ~ a end),
  cbitand = bits(true, function(x, z) return x & z end),
  cbitor = bits(true, function(x, z) return x | z end),
  cbitxor = bits(true, function(x, z) return x ~ z end),
  lshift = shift(false, function(x, a) return x * 2 ^ a end, function(x, a) return x << a end),
  rshift = shift(false, function(x, a) return x / 2 ^ a end, function(x, a) return x >> a end),
  clshift = shift(true, function(x, z) return x * 2 ^ z end, function(x, z) return x << z end),
  crshift = shift(true, function(x, z) return x / 2 ^ z end, function(x, z) return x >> z end),
}
