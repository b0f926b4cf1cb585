-- Pictures of houses, drawn with chance in every brick, and the plans they were drawn by: a plan
-- says with one colour each where sky, grass, wall, roof, windows, door and trees are. It says
-- nothing of the colour of the bricks, of clouds and leaves: who paints a house by a plan has to
-- make them up.
local torch = require "torch"

local houses = {}

local SIDE = 64
local row = torch.range(1, SIDE):view(SIDE, 1):expand(SIDE, SIDE):contiguous()
local column = row:t():contiguous()

local PLAN = {
  sky = { 0.30, 0.60, 0.95 }, grass = { 0.35, 0.75, 0.25 }, wall = { 0.80, 0.30, 0.25 },
  roof = { 0.45, 0.20, 0.55 }, window = { 0.98, 0.85, 0.20 }, door = { 0.95, 0.55, 0.10 },
  tree = { 0.05, 0.40, 0.20 }, trunk = { 0.40, 0.25, 0.15 },
}
local WALLS = {
  { 0.66, 0.33, 0.26 }, { 0.80, 0.71, 0.55 }, { 0.55, 0.57, 0.62 }, { 0.86, 0.80, 0.74 },
  { 0.50, 0.30, 0.28 },
}
local ROOFS = { { 0.33, 0.30, 0.34 }, { 0.55, 0.27, 0.20 }, { 0.30, 0.36, 0.44 } }
local DOORS = { { 0.20, 0.36, 0.26 }, { 0.50, 0.14, 0.14 }, { 0.18, 0.25, 0.45 } }
local LEAVES = { { 0.22, 0.45, 0.16 }, { 0.36, 0.48, 0.14 }, { 0.60, 0.40, 0.12 } }

-- Planes of light, SIDE x SIDE -------------------------------------------------------------------

local function any_of(list) return list[torch.random(1, #list)] end

-- Grains of so many pixels, each lighter or darker by chance.
local function grains(height, width)
  local down, across = (SIDE - 1) // height + 1, (SIDE - 1) // width + 2
  local wide = torch.randn(down, 1, across, 1):expand(down, height, across, width):contiguous()
  return wide:view(down * height, across * width):narrow(1, 1, SIDE)
end

local function every(plane, count) return torch.eq(torch.remainder(plane, count), 0):float() end

-- Rows of bricks, every second one shifted by half a brick; mortar between them.
local function bricks(height, width)
  local odd = every(torch.floor((row - 1) / height), 2)
  local shifted = column + odd * (width // 2)
  local shade = grains(height, width)
  shade = torch.cmul(shade:narrow(2, 1, SIDE), 1 - odd)
    + torch.cmul(shade:narrow(2, 1 + width // 2, SIDE), odd)
  local mortar = torch.cmax(every(row - 1, height), every(shifted - 1, width))
  return shade, mortar
end

-- Soft patches, lighter and darker, -1 to 1.
local function clouds()
  local plane = torch.zeros(SIDE, SIDE)
  for _ = 1, 6 do
    local wave = column * torch.uniform(0.03, 0.16) + row * torch.uniform(0.1, 0.4)
    plane:add(torch.sin(wave + torch.uniform(0, 6.3)))
  end
  return plane / 4
end

-- A colour for every pixel: one colour times a plane of light.
local function coloured(colour, light)
  local planes = torch.Tensor(3, SIDE, SIDE)
  for channel = 1, 3 do planes[channel]:copy(light * colour[channel]) end
  return planes
end

-- Areas, planes of zeros and ones ----------------------------------------------------------------

local function rectangle(top, left, bottom, right)
  local area = torch.zeros(SIDE, SIDE)
  area:sub(top, bottom, left, right):fill(1)
  return area
end

local function gable(top, bottom, left, right)
  local middle, half = (left + right) / 2, (right - left) / 2
  local reach = (row - top) * (half / (bottom - top))
  local inside = torch.le(torch.abs(column - middle), reach):float()
  return torch.cmul(inside, rectangle(top, 1, bottom, SIDE))
end

local function disc(y, x, radius)
  return torch.le(torch.pow(row - y, 2) + torch.pow(column - x, 2), radius * radius):float()
end

-- Painting ---------------------------------------------------------------------------------------

-- Lays a part over what is there, in the plan and in the picture.
local function lay(scene, part, area, planes)
  area = area:view(1, SIDE, SIDE):expand(3, SIDE, SIDE)
  local flat = coloured(PLAN[part], torch.ones(SIDE, SIDE))
  scene.plan = scene.plan + torch.cmul(flat - scene.plan, area)
  scene.picture = scene.picture + torch.cmul(planes - scene.picture, area)
end

local function lay_ground(scene, horizon)
  local evening = torch.uniform(0, 1)
  local haze = (row - 1) / horizon
  local sky = coloured({ 0.35 + 0.3 * evening, 0.55, 0.9 - 0.2 * evening }, 1 - haze * 0.1)
  local white = torch.clamp(clouds() + haze * 0.4, 0, 0.9):view(1, SIDE, SIDE):expandAs(sky)
  lay(scene, "sky", rectangle(1, 1, SIDE, SIDE), sky + torch.cmul(1 - sky, white))
  local blades = grains(2, 1):narrow(2, 1, SIDE) * 0.16 + (row - horizon) * 0.01 + 0.85
  lay(scene, "grass", rectangle(horizon, 1, SIDE, SIDE), coloured({ 0.36, 0.55, 0.2 }, blades))
end

local function lay_wall(scene, top, left, bottom, right)
  local shade, mortar = bricks(3, 6)
  local stone = coloured(any_of(WALLS), 1 + shade * 0.10 - (column - left) * 0.004)
  local between = coloured({ 0.75, 0.73, 0.7 }, torch.ones(SIDE, SIDE)) - stone
  lay(scene, "wall", rectangle(top, left, bottom, right),
    stone + torch.cmul(between, (mortar * 0.5):view(1, SIDE, SIDE):expandAs(between)))
  scene.picture:sub(1, 3, top, top + 1, left, right):mul(0.6) -- the roof's shadow
end

local function lay_roof(scene, top, left, bottom, right)
  local shade, gaps = bricks(3, 4)
  lay(scene, "roof", gable(top, bottom, left - 3, right + 3),
    coloured(any_of(ROOFS), 1.1 + shade * 0.12 - gaps * 0.35))
end

local function lay_window(scene, top, left, height, width)
  local bottom, right = top + height - 1, left + width - 1
  local glass = 0.75 + torch.sin((row + column) * 0.5 + torch.uniform(0, 6.3)) * 0.25
  local frame = rectangle(top, left, bottom, right)
    - rectangle(top + 1, left + 1, bottom - 1, right - 1)
  frame:sub(top, bottom, left + width // 2, left + width // 2):fill(1)
  frame:sub(top + height // 2, top + height // 2, left, right):fill(1)
  local planes = coloured({ 0.38, 0.50, 0.62 }, glass)
  planes = planes + torch.cmul(0.95 - planes, frame:view(1, SIDE, SIDE):expandAs(planes))
  lay(scene, "window", rectangle(top, left, bottom, right), planes)
end

local function lay_door(scene, left, bottom)
  local panels = 1 - every(column - left, 3) * 0.35 - every(row, 5) * 0.2
  lay(scene, "door", rectangle(bottom - 11, left, bottom, left + 6),
    coloured(any_of(DOORS), panels))
  scene.picture:sub(1, 3, bottom - 6, bottom - 5, left + 5, left + 5):fill(0.9) -- its knob
end

local function lay_tree(scene, x, horizon)
  local size, y = torch.uniform(6, 9), horizon - torch.random(8, 12)
  local bark = coloured({ 0.36, 0.26, 0.18 }, 1 + grains(3, 1):narrow(2, 1, SIDE) * 0.15)
  lay(scene, "trunk", rectangle(y, x - 1, horizon + 3, x), bark)
  local leaves = 1 + grains(2, 2):narrow(2, 1, SIDE) * 0.22 - (column - x + row - y) * 0.02
  lay(scene, "tree", disc(y, x, size), coloured(any_of(LEAVES), leaves))
end

-- Floors of windows, evenly spread; the door stands below one of the columns.
local function lay_front(scene, top, left, bottom, right)
  local count, floors = torch.random(2, 4), bottom - top > 26 and 2 or 1
  local pitch = (right - left) / count
  local width = math.min(8, math.floor(pitch) - 3)
  local door = torch.random(1, count)
  for floor = 1, floors do
    for i = 1, count do
      local x, y = math.floor(left + (i - 0.5) * pitch - width / 2 + 0.5), top + 14 * floor - 10
      if floor < floors or i ~= door then lay_window(scene, y, x, 9, width) end
    end
  end
  lay_door(scene, math.floor(left + (door - 0.5) * pitch - 3), bottom)
end

local function draw()
  local scene = { plan = torch.zeros(3, SIDE, SIDE), picture = torch.zeros(3, SIDE, SIDE) }
  local horizon = torch.random(46, 52)
  local left, right = torch.random(5, 18), torch.random(46, 60)
  local bottom = horizon + torch.random(2, 5)
  local top = bottom - (torch.uniform() < 0.5 and torch.random(30, 32) or torch.random(18, 22))
  lay_ground(scene, horizon)
  if torch.uniform() < 0.5 then lay_tree(scene, torch.random(4, 60), horizon) end
  lay_wall(scene, top, left, bottom, right)
  lay_roof(scene, math.max(2, top - torch.random(10, 15)), left, top, right)
  lay_front(scene, top, left, bottom, right)
  if torch.uniform() < 0.4 then lay_tree(scene, torch.random(4, 60), bottom + 3) end
  return scene
end

--- Plans and pictures, both N x 3 x 64 x 64 from 0 to 1.
function houses.draw(count)
  local plans, pictures = torch.Tensor(count, 3, SIDE, SIDE), torch.Tensor(count, 3, SIDE, SIDE)
  for i = 1, count do
    local scene = draw()
    plans[i], pictures[i] = scene.plan, scene.picture:clamp(0, 1)
  end
  return plans, pictures
end

return houses
