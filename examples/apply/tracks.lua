-- Convolution in three dimensions: events in a detector. A particle goes straight through a block
-- of sensors, or bends, or two come out of one point; the network sees the sensors that fired,
-- among others that fired for no reason.
--
--   wick examples/apply/tracks.lua
local torch = require "torch"
local nn = require "nn"
local paths = require "paths"
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Tells particle tracks apart by 3-D convolution.")
cmd:option("-train", 1200, "events to learn from")
cmd:option("-test", 300, "events for testing")
cmd:option("-noise", 0.005, "the part of the sensors that fire for no reason")
cmd:option("-steps", 400, "of training")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

local SIDE = 12
local KINDS = { "straight", "bent", "double" }

-- Events -----------------------------------------------------------------------------------------

local function is_inside(x, y, z)
  return math.min(x, y, z) >= 1 and math.max(x, y, z) < SIDE + 1
end

-- Fires the sensors along a path that begins at a point and turns by `bend` a step in the plane,
-- until it leaves the block or has turned back.
local function fly(event, x, y, z, direction, climb, bend)
  while is_inside(x, y, z) and math.abs(direction) < 3 do
    event[z // 1][y // 1][x // 1] = 1
    x, y, z = x + math.cos(direction) / 2, y + math.sin(direction) / 2, z + climb / 2
    direction = direction + bend / 2
  end
end

local function make_event(kind)
  local event = torch.Tensor(SIDE, SIDE, SIDE):bernoulli(options.noise)
  local direction, climb = torch.uniform(-0.5, 0.5), torch.uniform(-0.4, 0.4)
  local y, z = torch.uniform(4, 9), torch.uniform(4, 9)
  if kind == 3 then
    fly(event, 2, y, z, direction + 0.45, climb, 0)
    fly(event, 2, y, z, direction - 0.45, -climb, 0)
  else
    local bend = kind == 2 and torch.uniform(0.1, 0.2) * (torch.random(2) * 2 - 3) or 0
    fly(event, 1, y, z, direction, climb, bend)
  end
  return event
end

local function make_events(count)
  local events, kinds = torch.Tensor(count, 1, SIDE, SIDE, SIDE), torch.LongTensor(count)
  for i = 1, count do
    kinds[i] = (i - 1) % #KINDS + 1
    events[i][1]:copy(make_event(kinds[i]))
  end
  return events, kinds
end

-- The network ------------------------------------------------------------------------------------

local model = nn.Sequential()
model:add(nn.VolumetricConvolution(1, 8, 3, 3, 3, 1, 1, 1, 1, 1, 1)):add(nn.ReLU())
model:add(nn.VolumetricMaxPooling(2, 2, 2, 2, 2, 2))
model:add(nn.VolumetricConvolution(8, 16, 3, 3, 3, 1, 1, 1, 1, 1, 1)):add(nn.ReLU())
model:add(nn.VolumetricMaxPooling(2, 2, 2, 2, 2, 2))
model:add(nn.View(16 * 27):setNumInputDims(4)):add(nn.Linear(16 * 27, 3))
print(model:summary{ 1, SIDE, SIDE, SIDE })

local events, kinds = make_events(options.train)
local test_events, test_kinds = make_events(options.test)
learn.train(model, events, kinds, { steps = options.steps, rate = 0.003 })
print(("\nof %d events it has not seen: %.1f %% right"):format(options.test,
  learn.accuracy(model, test_events, test_kinds)))

-- Each event from above and from the side: a sensor is dark if any behind it fired.
local rows, answers = {}, learn.answers(model, test_events)
for kind, name in ipairs(KINDS) do
  local row = { name .. ": from above and from the side" }
  for i = 0, 3 do
    local n = kind + i * #KINDS
    local event = test_events[n][1]
    row[#row + 1] = { 1 - event:max(1)[1], "says " .. KINDS[answers[n]] }
    row[#row + 1] = { 1 - event:max(2):select(2, 1) }
  end
  rows[kind] = row
end
sheet.save(options.out, "tracks.png", { tile = 96, rows = rows })
