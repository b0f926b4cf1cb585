-- The phase of a magnet from its picture. Lattices of spins are simulated at many temperatures
-- (Ising's model); a network learns to tell cold lattices from hot ones, at temperatures far from
-- the transition. Where it is in doubt in between is the critical temperature, which nobody told
-- it: 2 / ln(1 + sqrt 2) = 2.269 for an infinite lattice (Onsager, 1944).
--
--   wick examples/apply/ising.lua
--   wick examples/apply/ising.lua --side 32 --sweeps 1000
local torch = require "torch"
local nn = require "nn"
local gnuplot = require "gnuplot"
local paths = require "paths"
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")
local spins = paths.dofile("../spins.lua")

local cmd = torch.CmdLine()
cmd:text("The critical temperature of Ising's model from a network's doubt.")
cmd:option("-side", 24, "of the lattices, even")
cmd:option("-copies", 20, "lattices at each temperature")
cmd:option("-sweeps", 400, "how often every spin is asked before pictures are taken")
cmd:option("-pictures", 4, "how many are taken of each lattice, 20 sweeps apart")
cmd:option("-steps", 300, "of training")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

local SIDE, CRITICAL = options.side, spins.critical

local function simulate(list) return spins.simulate(list, options) end

-- Learning, far from the transition --------------------------------------------------------------

local far = spins.range(1.2, 1.8, 0.1)
for _, temperature in ipairs(spins.range(2.8, 3.4, 0.1)) do far[#far + 1] = temperature end
local images, temperatures = simulate(far)
local phases = torch.gt(temperatures, CRITICAL):long() + 1

local model = nn.Sequential()
model:add(nn.SpatialConvolution(1, 8, 3, 3)):add(nn.ReLU())
model:add(nn.SpatialAveragePooling(2, 2, 2, 2))
model:add(nn.SpatialConvolution(8, 16, 3, 3)):add(nn.ReLU())
model:add(nn.SpatialAdaptiveAveragePooling(1, 1)):add(nn.View(16):setNumInputDims(3))
model:add(nn.Linear(16, 2))
learn.train(model, images, phases, { steps = options.steps, rate = 0.005 })
print(("%d lattices of %d x %d from 1.2 to 1.8 and from 2.8 to 3.4: %.1f %% told apart")
  :format(images:size(1), SIDE, SIDE, learn.accuracy(model, images, phases)))

-- Doubt, in between ------------------------------------------------------------------------------

local between = spins.range(1.8, 2.8, 0.05)
images, temperatures = simulate(between)
local disorder = torch.softMax(model:forward(images)):select(2, 2)
local magnetisation = spins.magnetisation(images)

local function mean_at(values, temperature)
  local chosen = torch.lt(torch.abs(temperatures - temperature), 0.01):float()
  return torch.cmul(values:float(), chosen):sum() / chosen:sum()
end

local hot, order, doubt, found = {}, {}, {}, nil
for i, temperature in ipairs(between) do
  hot[i], order[i] = mean_at(disorder, temperature), mean_at(magnetisation, temperature)
  doubt[i] = 1 - math.abs(2 * hot[i] - 1)
  if not found and hot[i] >= 0.5 and i > 1 then
    found = between[i - 1] + 0.05 * (0.5 - hot[i - 1]) / (hot[i] - hot[i - 1])
  end
end
if not found then error("the network is never in doubt; more --steps may help", 0) end
print(("it is in doubt at %.3f; the critical temperature is %.3f, %.1f %% away"):format(found,
  CRITICAL, 100 * math.abs(found / CRITICAL - 1)))

-- Pictures ---------------------------------------------------------------------------------------

local row = { "Lattices, colder to hotter" }
for i = 1, #between, 4 do
  local p = hot[i]
  row[#row + 1] = { images[(i - 1) * options.copies + 1],
    ("T %.2f: hot %.0f %%"):format(between[i], 100 * p), low = -1 }
end
sheet.save(options.out, "ising.png", { tile = 120, rows = { row } })

local path = paths.concat(options.out, "ising-doubt.png")
local t = torch.Tensor(between)
gnuplot.pngfigure(path)
gnuplot.plot({ "hot, says the network", t, torch.Tensor(hot), "+-" },
  { "its doubt", t, torch.Tensor(doubt), "-" },
  { "magnetisation", t, torch.Tensor(order), "-" },
  { "critical", torch.Tensor{ CRITICAL, CRITICAL }, torch.Tensor{ 0, 1 }, "-" })
gnuplot.title(("In doubt at %.3f"):format(found))
gnuplot.xlabel("temperature")
gnuplot.movelegend("left", "middle")
gnuplot.close()
print("  drawn: " .. path)
