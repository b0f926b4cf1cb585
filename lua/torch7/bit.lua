-- LuaJIT's module bit: operations on 32 bits, whose results are signed.
local bit = {}

--- A number as 32 signed bits.
function bit.tobit(x)
  x = math.tointeger(x) or math.tointeger(x // 1)
  x = x & 0xffffffff
  return x >= 0x80000000 and x - 0x100000000 or x
end

local tobit = bit.tobit

local function unsigned(x)
  return tobit(x) & 0xffffffff
end

local function folding(operation)
  return function(first, ...)
    local result = tobit(first)
    for _, x in ipairs{ ... } do result = operation(result, tobit(x)) end
    return tobit(result)
  end
end

bit.band = folding(function(a, b) return a & b end)
bit.bor = folding(function(a, b) return a | b end)
bit.bxor = folding(function(a, b) return a ~ b end)

function bit.bnot(x)
  return tobit(~tobit(x))
end

function bit.lshift(x, n)
  return tobit(tobit(x) << (tobit(n) & 31))
end

function bit.rshift(x, n)
  return tobit(unsigned(x) >> (tobit(n) & 31))
end

--- Shifts right and keeps the sign.
function bit.arshift(x, n)
  return tobit(x) // (1 << (tobit(n) & 31))
end

--- Rotates left.
function bit.rol(x, n)
  n = tobit(n) & 31
  return tobit(unsigned(x) << n | unsigned(x) >> (32 - n))
end

--- Rotates right.
function bit.ror(x, n)
  return bit.rol(x, 32 - (tobit(n) & 31))
end

--- Turns the order of the four bytes round.
function bit.bswap(x)
  return tobit((string.unpack("<I4", string.pack(">I4", unsigned(x)))))
end

--- The lowest `digits` (8) hexadecimal digits, capitals for a negative count.
function bit.tohex(x, digits)
  digits = digits or 8
  local text = ("%08x"):format(unsigned(x)):sub(-math.min(8, math.abs(digits)))
  return digits < 0 and text:upper() or text
end

return bit
