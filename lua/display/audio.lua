-- Sound as a WAV file of 16 bits a sample.
local class = require "torch.class"
local core = require "wick.core"
local errors = require "wick.errors"

local FULL = 32767

local function check(samples, rate)
  if not class.isTensor(samples) or samples:dim() < 1 or samples:dim() > 2 then
    errors.raise("display.audio: samples are a tensor of N, or N x channels, got %s",
      errors.value(samples))
  elseif not math.tointeger(rate) or rate < 1 then
    errors.raise("display.audio: the rate is %s, samples a second expected", errors.value(rate))
  end
end

--- Writes samples (N, or N x channels, from -1 to 1, clamped) at `rate` a second.
return function(path, samples, rate)
  check(samples, rate)
  local channels = samples:dim() == 2 and samples:size(2) or 1
  local list, words = samples:detach():double():contiguous():view(-1):totable(), {}
  for i, value in ipairs(list) do
    if value ~= value then value = 0 end
    words[i] = ("<i2"):pack(math.floor(math.min(math.max(value, -1), 1) * FULL + 0.5))
  end
  local data = table.concat(words)
  rate = math.tointeger(rate)
  local header = ("<c4I4c4c4I4I2I2I4I4I2I2c4I4"):pack("RIFF", 36 + #data, "WAVE", "fmt ", 16, 1,
    channels, rate, rate * channels * 2, channels * 2, 16, "data", #data)
  core.io.writeFile(path, header .. data)
end
