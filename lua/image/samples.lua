-- image: pictures to try things on, where Torch7 brings photographs along. They are drawn: always
-- the same, and without numbers from the generator.
local torch = require "torch"

local samples = {}

-- Planes of height x width that hold each pixel's x and y, from 0 to 1.
local function coordinates(height, width)
  local x = torch.linspace(0, 1, width):view(1, width):expand(height, width):contiguous()
  local y = torch.linspace(0, 1, height):view(height, 1):expand(height, width):contiguous()
  return x, y
end

-- Grain without a pattern that an eye sees, from -0.5 to 0.5.
local function grain(x, y)
  local wild = torch.sin(x * 9127.3 + y * 5501.7) * 43758.5453
  return wild - torch.floor(wild) - 0.5
end

-- 1 where `height` is above 0, 0 where it is below, with an edge some pixels wide.
local function mask(height)
  return (height * 60 + 0.5):clamp(0, 1)
end

-- Paints a colour over the picture where the mask says so.
local function paint(picture, where, colour)
  for channel = 1, 3 do
    local plane = picture[channel]
    plane:add(torch.cmul(where, colour[channel] - plane))
  end
end

-- Samples as a file would have them: 256 steps from 0 to 1.
local function in_steps(picture)
  return picture:clamp(0, 1):mul(255):round():div(255)
end

-- Ridges of hills from the farthest: where, how high, how wavy, which colour.
local ridges = {
  { level = 0.52, height = 0.05, waves = 9, shift = 0.4, colour = { 0.47, 0.52, 0.63 } },
  { level = 0.62, height = 0.06, waves = 6, shift = 2.1, colour = { 0.33, 0.43, 0.47 } },
  { level = 0.76, height = 0.07, waves = 4, shift = 4.0, colour = { 0.30, 0.39, 0.24 } },
}

--- image.lena(): a picture to try things on, 3 x 512 x 512 from 0 to 1: hills in the evening.
function samples.lena()
  local x, y = coordinates(512, 512)
  local picture = torch.Tensor(3, 512, 512)
  picture[1]:copy(y * 0.45 + 0.42)
  picture[2]:copy(y * 0.22 + 0.48)
  picture[3]:copy(y * -0.25 + 0.72)
  local from_sun = torch.sqrt(torch.pow(x - 0.68, 2) + torch.pow(y - 0.34, 2))
  paint(picture, mask(from_sun * -1 + 0.09), { 0.93, 0.83, 0.58 })
  for _, ridge in ipairs(ridges) do
    local outline = torch.sin(x * ridge.waves + ridge.shift) + torch.sin(x * ridge.waves * 2.7) / 3
    paint(picture, mask(y - ridge.level + outline * ridge.height), ridge.colour)
  end
  local noise = grain(x, y) * 0.06
  for channel = 1, 3 do picture[channel]:add(noise) end
  return in_steps(picture)
end

--- image.fabio(): a grey picture to try things on, 257 x 271 from 0 to 1: a ball on tiles.
function samples.fabio()
  local x, y = coordinates(257, 271)
  local tiles = torch.sign(torch.cmul(torch.sin(x * 40), torch.sin(y * 40)))
  local picture = tiles * 0.15 + 0.45 + y * 0.2
  local from_centre = torch.sqrt(torch.pow(x - 0.5, 2) + torch.pow(y - 0.5, 2))
  local from_light = torch.sqrt(torch.pow(x - 0.4, 2) + torch.pow(y - 0.38, 2))
  local ball = torch.exp(torch.pow(from_light, 2) * -9) * 0.8 + 0.1
  picture:add(torch.cmul(mask(from_centre * -1 + 0.33), ball - picture))
  return in_steps(picture:add(grain(x, y) * 0.04))
end

return samples
