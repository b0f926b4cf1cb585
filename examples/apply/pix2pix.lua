-- Houses painted by their plans: image-to-image translation (Isola, Zhu, Zhou and Efros, 2017). The
-- generator is a U-Net, which hands what it saw on its way down to the same size on its way up; the
-- discriminator sees plan and picture and judges patches, not the whole. What is learned is their
-- verdict and the mean distance (L1) to the picture that was drawn by the plan.
--
--   wick examples/apply/pix2pix.lua
--
-- The same generator with the distance alone is trained beside it. It is nearer to the picture on
-- average, and paints what is nearest to all possible pictures: a wall between all colours, without
-- bricks.
local torch = require "torch"
local nn = require "nn"
local paths = require "paths"
local game = paths.dofile("../game.lua")
local houses = paths.dofile("../houses.lua")
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Pictures of houses from their plans, by a conditional adversarial network (pix2pix).")
cmd:option("-train", 800, "houses to learn from")
cmd:option("-test", 100, "houses to measure with")
cmd:option("-steps", 3000, "of training, for each of the two generators")
cmd:option("-batch", 4, "houses a step")
cmd:option("-width", 32, "maps of the first layer")
cmd:option("-rate", 0.0002, "of Adam")
cmd:option("-near", 100, "weight of the distance, beside the verdict's")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
io.stdout:setvbuf("line")
torch.manualSeed(options.seed)

-- The two networks -------------------------------------------------------------------------------

-- A level of the U: half the size, what is `inside`, the size again; and beside it the input.
local function level(planes, hidden, out, inside)
  local deep = nn.Sequential():add(nn.LeakyReLU(0.2))
  deep:add(nn.SpatialConvolution(planes, hidden, 4, 4, 2, 2, 1, 1))
  deep:add(nn.SpatialBatchNormalization(hidden))
  if inside then deep:add(inside) end
  deep:add(nn.ReLU()):add(nn.SpatialFullConvolution(inside and 2 * hidden or hidden, out, 4, 4,
    2, 2, 1, 1))
  deep:add(nn.SpatialBatchNormalization(out))
  return nn.Concat(2):add(nn.Identity()):add(deep)
end

-- 3 x 64 x 64 in and out: down to 4 x 4 and up again.
local function make_generator()
  local width, model = options.width, nn.Sequential()
  local inner = level(4 * width, 4 * width, 4 * width)
  local middle = level(2 * width, 4 * width, 2 * width, inner)
  model:add(nn.SpatialConvolution(3, width, 4, 4, 2, 2, 1, 1))
  model:add(level(width, 2 * width, width, middle)):add(nn.ReLU())
  model:add(nn.SpatialFullConvolution(2 * width, 3, 4, 4, 2, 2, 1, 1))
  return model:add(nn.Tanh())
end

-- Plan and picture in, 15 x 15 verdicts out, each on a patch of 22 x 22 pixels.
local function make_discriminator()
  local width, model = options.width, nn.Sequential()
  model:add(nn.SpatialConvolution(6, width, 4, 4, 2, 2, 1, 1)):add(nn.LeakyReLU(0.2))
  model:add(nn.SpatialConvolution(width, 2 * width, 4, 4, 2, 2, 1, 1))
  model:add(nn.SpatialBatchNormalization(2 * width)):add(nn.LeakyReLU(0.2))
  return model:add(nn.SpatialConvolution(2 * width, 1, 4, 4, 1, 1, 1, 1)):add(nn.Sigmoid())
end

-- Learning ---------------------------------------------------------------------------------------

local plans, pictures = houses.draw(options.train)
local test_plans, test_pictures = houses.draw(options.test)
plans, pictures, test_plans = plans * 2 - 1, pictures * 2 - 1, test_plans * 2 - 1

local function play(generator)
  local players = game.new(generator, make_discriminator(), { rate = options.rate,
    near = options.near, beside = function(plan) return plan end })
  for tenth = 1, 10 do
    players:play(("%d tenths"):format(tenth), options.steps // 10, function()
      local chosen = torch.randperm(options.train):narrow(1, 1, options.batch):long()
      return plans:index(1, chosen), pictures:index(1, chosen)
    end)
  end
end

local adversarial, distant = make_generator(), make_generator()
play(adversarial)
learn.train(distant, plans, pictures, { steps = options.steps, batch = options.batch,
  rate = options.rate, criterion = nn.AbsCriterion() })

-- Measuring --------------------------------------------------------------------------------------

-- How much neighbouring pixels differ.
local function roughness(images)
  local side = images:size(4) - 1
  local across = images:narrow(4, 2, side) - images:narrow(4, 1, side)
  local down = images:narrow(3, 2, side) - images:narrow(3, 1, side)
  return torch.abs(across):mean() + torch.abs(down):mean()
end

local function paint(generator)
  local parts = {}
  for i, part in ipairs(test_plans:split(20, 1)) do
    parts[i] = (generator:forward(part) + 1) / 2
  end
  return torch.cat(parts, 1)
end

local function report(name, painted)
  local off = painted - test_pictures
  print(("  %-26s off by %.3f (L1), %.2f dB, %.0f %% as rough as the drawn ones"):format(name,
    torch.abs(off):mean(), -10 * math.log(torch.pow(off, 2):mean(), 10),
    100 * roughness(painted) / roughness(test_pictures)))
end

local with, without = paint(adversarial), paint(distant)
print(("%d houses they have not seen, pixels from 0 to 1:"):format(options.test))
report("with the discriminator:", with)
report("with the distance alone:", without)

local rows = {}
for _, row in ipairs{ { "Plans", (test_plans + 1) / 2 }, { "With the discriminator", with },
  { "With the distance alone", without }, { "As they were drawn", test_pictures } } do
  local cells = { row[1] }
  for i = 1, math.min(4, options.test) do cells[i + 1] = { row[2][i] } end
  rows[#rows + 1] = cells
end
sheet.save(options.out, "pix2pix.png", { tile = 128, rows = rows })
