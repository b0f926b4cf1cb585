-- A quantity from an image: how far a galaxy's disc is tilted towards us, from noisy pictures. The
-- discs are drawn: brightness falls exponentially from the centre, and tilting makes them narrow by
-- the cosine of the angle.
--
--   wick examples/apply/regression.lua
local torch = require "torch"
local nn = require "nn"
local gnuplot = require "gnuplot"
local paths = require "paths"
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("The inclination of galaxies from their pictures.")
cmd:option("-train", 3000, "pictures to learn from")
cmd:option("-noise", 0.05, "the standard deviation of the noise")
cmd:option("-steps", 1500, "of training")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

local SIDE = 24
local row = torch.range(1, SIDE):view(SIDE, 1):expand(SIDE, SIDE)
local column = row:t()

-- A disc of a random size and direction near the middle, tilted by `angle` degrees.
local function draw_galaxy(angle)
  local x, y = column - torch.uniform(11, 14), row - torch.uniform(11, 14)
  local turn, size = torch.uniform(0, math.pi), torch.uniform(2.5, 4)
  local along = x * math.cos(turn) + y * math.sin(turn)
  local across = (y * math.cos(turn) - x * math.sin(turn)) / math.cos(math.rad(angle))
  local radius = torch.sqrt(torch.pow(along, 2) + torch.pow(across, 2))
  return torch.exp(radius * (-1 / size)) + torch.randn(SIDE, SIDE) * options.noise
end

local function make_pictures(count)
  local pictures, angles = torch.Tensor(count, 1, SIDE, SIDE), torch.Tensor(count, 1)
  for i = 1, count do
    angles[i] = torch.uniform(0, 80)
    pictures[i][1]:copy(draw_galaxy(angles[i][1]))
  end
  return pictures, angles
end

-- One output and no softmax: the loss is the squared error, of angles by 80 degrees.
local model = nn.Sequential()
model:add(nn.SpatialConvolution(1, 16, 5, 5, 1, 1, 2, 2)):add(nn.ReLU())
model:add(nn.SpatialMaxPooling(2, 2))
model:add(nn.SpatialConvolution(16, 24, 3, 3, 1, 1, 1, 1)):add(nn.ReLU())
model:add(nn.SpatialMaxPooling(2, 2)):add(nn.View(24 * 36):setNumInputDims(3))
model:add(nn.Linear(24 * 36, 48)):add(nn.ReLU()):add(nn.Linear(48, 1))

local pictures, angles = make_pictures(options.train)
local test_pictures, test_angles = make_pictures(300)
learn.train(model, pictures, angles / 80, { steps = options.steps, rate = 0.002,
  criterion = nn.MSECriterion() })

local function error_of(guesses)
  return math.sqrt(torch.pow(guesses - test_angles, 2):mean())
end
local found = model:forward(test_pictures) * 80
print(("300 pictures it has not seen: off by %.1f degrees (root mean square)")
  :format(error_of(found)))
print(("who always guesses the mean is off by %.1f"):format(error_of(test_angles:clone()
  :fill(angles:mean()))))

local cells = { "Angles, and what the network reads" }
for i = 1, 8 do
  cells[i + 1] = { test_pictures[i], ("%.0f: reads %.0f"):format(test_angles[i][1], found[i][1]) }
end
sheet.save(options.out, "galaxies.png", { tile = 96, rows = { cells } })
local path = paths.concat(options.out, "galaxies-angles.png")
gnuplot.pngfigure(path)
gnuplot.plot({ "pictures", test_angles:view(-1), found:view(-1), "+" },
  { "right", torch.Tensor{ 0, 80 }, torch.Tensor{ 0, 80 }, "-" })
gnuplot.xlabel("the angle, degrees")
gnuplot.ylabel("what the network reads")
gnuplot.movelegend("left", "top")
gnuplot.close()
print("  drawn: " .. path)
