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

local SIDE, CRITICAL = options.side, 2 / math.log(1 + math.sqrt(2))

-- The simulation ---------------------------------------------------------------------------------

-- The other spins' values where each spin stands, the lattice closed to a ring in both directions.
local function rolled(spins, dimension, forward)
  local first, last = spins:narrow(dimension, 1, 1), spins:narrow(dimension, SIDE, 1)
  if forward then return torch.cat(last, spins:narrow(dimension, 1, SIDE - 1), dimension) end
  return torch.cat(spins:narrow(dimension, 2, SIDE - 1), first, dimension)
end

-- Black and white squares of a chessboard: neighbours of one colour all have the other, so that
-- half of the spins can be asked at once.
local function chessboard()
  local black = torch.zeros(1, SIDE, SIDE)
  for i = 1, SIDE do
    for j = 1, SIDE do black[1][i][j] = (i + j) % 2 end
  end
  return black, 1 - black
end

-- One sweep by Metropolis' rule: a spin turns over if that lowers the energy, 2 s (sum of its
-- neighbours) in cost, and otherwise with the probability exp(-cost / temperature).
local function sweep(spins, temperatures, colours)
  for _, colour in ipairs(colours) do
    local neighbours = rolled(spins, 2, true) + rolled(spins, 2, false) + rolled(spins, 3, true)
      + rolled(spins, 3, false)
    local cost = torch.cmul(spins, neighbours) * 2
    local turns = torch.lt(torch.rand(spins:size()), torch.exp(-torch.cdiv(cost, temperatures)))
    spins = torch.cmul(spins, 1 - torch.cmul(turns:float(), colour:expandAs(spins)) * 2)
  end
  return spins
end

-- Pictures (N x 1 x SIDE x SIDE of -1 and 1) at all temperatures of a list, and their temperatures.
-- Lattices begin all alike; half of the pictures are turned over, as up and down are the same.
local function simulate(list)
  local count, colours = #list * options.copies, { chessboard() }
  local each = torch.Tensor(count)
  for i = 1, count do each[i] = list[(i - 1) // options.copies + 1] end
  local temperatures = each:view(count, 1, 1):expand(count, SIDE, SIDE):contiguous()
  local spins, pictures, values = torch.ones(count, SIDE, SIDE), {}, {}
  for _ = 1, options.sweeps do spins = sweep(spins, temperatures, colours) end
  for picture = 1, options.pictures do
    for _ = 1, 20 do spins = sweep(spins, temperatures, colours) end
    local signs = torch.Tensor(count):bernoulli(0.5):mul(2):add(-1):view(count, 1, 1)
    pictures[picture] = torch.cmul(spins, signs:expandAs(spins)):view(count, 1, SIDE, SIDE)
    values[picture] = each
  end
  return torch.cat(pictures, 1), torch.cat(values, 1)
end

local function range(first, last, step)
  local list = {}
  for i = 0, math.floor((last - first) / step + 0.5) do list[i + 1] = first + i * step end
  return list
end

-- Learning, far from the transition --------------------------------------------------------------

local far = range(1.2, 1.8, 0.1)
for _, temperature in ipairs(range(2.8, 3.4, 0.1)) do far[#far + 1] = temperature end
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

local between = range(1.8, 2.8, 0.05)
images, temperatures = simulate(between)
local disorder = torch.softMax(model:forward(images)):select(2, 2)
local magnetisation = torch.abs(images:view(images:size(1), -1):mean(2)):view(-1)

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
