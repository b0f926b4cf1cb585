-- The package `md5`: digests after RFC 1321, for telling files apart; not for keeping secrets.
--
--   require("md5").sumhexa("some bytes")   -- 32 hexadecimal digits
local md5 = {}

local turns = {
  7, 12, 17, 22, 7, 12, 17, 22, 7, 12, 17, 22, 7, 12, 17, 22,
  5, 9, 14, 20, 5, 9, 14, 20, 5, 9, 14, 20, 5, 9, 14, 20,
  4, 11, 16, 23, 4, 11, 16, 23, 4, 11, 16, 23, 4, 11, 16, 23,
  6, 10, 15, 21, 6, 10, 15, 21, 6, 10, 15, 21, 6, 10, 15, 21,
}

local sines = {}
for i = 1, 64 do sines[i] = math.floor(math.abs(math.sin(i)) * 2^32) end

local block_format = "<" .. ("I4"):rep(16)
local MASK = 0xffffffff

-- One of the four functions of three words, and the word of the block that goes with step i.
local function step(i, b, c, d)
  if i <= 16 then return (b & c) | (~b & d), i end
  if i <= 32 then return (d & b) | (~d & c), (5 * i - 4) % 16 + 1 end
  if i <= 48 then return b ~ c ~ d, (3 * i + 2) % 16 + 1 end
  return c ~ (b | (~d & MASK)), (7 * i - 7) % 16 + 1
end

local function add_block(state, words)
  local a, b, c, d = state[1], state[2], state[3], state[4]
  for i = 1, 64 do
    local f, word = step(i, b, c, d)
    local sum = (a + f + sines[i] + words[word]) & MASK
    local turn = turns[i]
    a, d, c, b = d, c, b, (b + ((sum << turn) | (sum >> (32 - turn)))) & MASK
  end
  state[1], state[2] = (state[1] + a) & MASK, (state[2] + b) & MASK
  state[3], state[4] = (state[3] + c) & MASK, (state[4] + d) & MASK
end

--- md5.sum(text): the 16 bytes of the digest.
function md5.sum(text)
  local padded = text .. "\x80" .. ("\0"):rep((55 - #text) % 64) .. ("<I8"):pack(#text * 8)
  local state = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 }
  for at = 1, #padded, 64 do add_block(state, { block_format:unpack(padded, at) }) end
  return ("<I4I4I4I4"):pack(table.unpack(state))
end

--- md5.sumhexa(text): the digest as 32 hexadecimal digits.
function md5.sumhexa(text)
  return (md5.sum(text):gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

return md5
