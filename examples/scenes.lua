-- Scenes composed of digits, whose places, names and pixels are known: what a detector and a
-- segmentation learn from and are measured by.
local torch = require "torch"
local files = require "wick.image"

local scenes = {}

local NOISE, INK = 0.06, 0.35

-- Boxes ------------------------------------------------------------------------------------------

local function area(box)
  return math.max(0, box[3] - box[1]) * math.max(0, box[4] - box[2])
end

--- How much two boxes {left, top, right, bottom} share: their intersection by their union, or by
-- the smaller of them, which is 1 for a box within another.
function scenes.overlap(a, b, by_smaller)
  local left, top = math.max(a[1], b[1]), math.max(a[2], b[2])
  local right, bottom = math.min(a[3], b[3]), math.min(a[4], b[4])
  if left >= right or top >= bottom then return 0 end
  local shared = area{ left, top, right, bottom }
  return shared / (by_smaller and math.min(area(a), area(b)) or area(a) + area(b) - shared)
end

local function is_free(box, boxes)
  for _, other in ipairs(boxes) do
    if scenes.overlap(box, other) > 0 then return false end
  end
  return true
end

-- Clutter ----------------------------------------------------------------------------------------

-- A stroke of a pen across the picture, as thick and bright as those of digits.
local function add_stroke(picture)
  local side = picture:size(3)
  local angle, length = torch.uniform(0, math.pi), torch.uniform(0.2, 0.6) * side
  local thick, bright = torch.uniform(0.6, 1.6), torch.uniform(0.5, 1)
  local x, y = torch.uniform(0, side), torch.uniform(0, side)
  for step = -length / 2, length / 2, 0.5 do
    local column, row = x + step * math.cos(angle), y + step * math.sin(angle)
    for i = math.ceil(row - thick), math.floor(row + thick) do
      for j = math.ceil(column - thick), math.floor(column + thick) do
        if i >= 1 and j >= 1 and i <= side and j <= side then
          picture[1][i][j] = math.max(picture[1][i][j], bright)
        end
      end
    end
  end
end

-- Scenes -----------------------------------------------------------------------------------------

local function part(plane, box)
  return plane:narrow(1, box[2] + 1, box[4] - box[2]):narrow(2, box[1] + 1, box[3] - box[1])
end

-- A square for a digit that none of the boxes touches, or nil.
local function place(boxes, side, smallest, largest)
  local size = torch.random(smallest, math.min(largest, side // 2))
  local left, top = torch.random(0, side - size), torch.random(0, side - size)
  local box = { left, top, left + size, top + size }
  return is_free(box, boxes) and box or nil
end

--- A noisy picture of 1 x side x side with digits in it; their boxes {left, top, right, bottom}
-- with a `label` each; and what every pixel is: 0 where there is no ink of a digit, else its label.
-- Options: `side`, `digits` (as many at most), `smallest` (16) and `largest` (48) in pixels, and
-- `strokes` (0) of a pen that mean nothing.
function scenes.compose(images, labels, options)
  local side, boxes = options.side, {}
  local picture, mask = torch.zeros(1, side, side):float(), torch.zeros(side, side):long()
  for _ = 1, options.strokes or 0 do add_stroke(picture) end
  for _ = 1, options.digits * 4 do
    local box = place(boxes, side, options.smallest or 16, options.largest or 48)
    if box and #boxes < options.digits then
      local n = torch.random(1, images:size(1))
      local size = box[3] - box[1]
      local digit = files.resize(images[n], size, size):clamp(0, 1)[1]
      box.label = labels[n]
      local paper = part(picture[1], box)
      paper:copy(torch.cmax(paper, digit))
      part(mask, box):copy(digit:gt(INK):long() * box.label)
      boxes[#boxes + 1] = box
    end
  end
  return (picture + torch.randn(picture:size()):float() * NOISE):clamp(0, 1), boxes, mask
end

return scenes
