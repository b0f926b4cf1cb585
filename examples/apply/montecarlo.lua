-- Generated pictures in place of simulated ones. To simulate a lattice of spins at a temperature
-- (Ising's model) takes hundreds of sweeps over all its spins until it has forgotten how it began.
-- A generator that has learned from simulated lattices makes one of random numbers in one pass
-- (Liu, Rodrigues and Cai, 2017). Whether the two can be exchanged is a question to physics: are
-- magnetisation and energy alike, at every temperature, in the mean and in how they vary?
--
--   wick examples/apply/montecarlo.lua
local torch = require "torch"
local nn = require "nn"
local gnuplot = require "gnuplot"
local paths = require "paths"
local game = paths.dofile("../game.lua")
local sheet = paths.dofile("../sheet.lua")
local spins = paths.dofile("../spins.lua")

local cmd = torch.CmdLine()
cmd:text("Lattices of spins by a generator, compared with the simulation it learned from.")
cmd:option("-side", 16, "of the lattices, a multiple of 4")
cmd:option("-copies", 60, "simulated lattices at each of 19 temperatures")
cmd:option("-sweeps", 400, "how often every spin is asked before pictures are taken")
cmd:option("-pictures", 10, "how many are taken of each lattice, 20 sweeps apart")
cmd:option("-steps", 3000, "of training")
cmd:option("-batch", 64, "lattices a step")
cmd:option("-width", 32, "maps of the largest hidden layer")
cmd:option("-rate", 0.001, "of Adam")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
io.stdout:setvbuf("line")
torch.manualSeed(options.seed)

local SIDE, WIDTH, TEMPERATURES = options.side, options.width, spins.range(1.6, 3.4, 0.1)
local GRID = SIDE // 4 -- the side of the smallest maps
local LOCAL, GLOBAL = 12, 3 -- random numbers for each place of them, and for the whole lattice

-- The two networks -------------------------------------------------------------------------------

-- One number for each lattice at every place of planes.
local function spread(numbers, planes, side)
  local count = numbers:size(1)
  return numbers:view(count, planes, 1, 1):expand(count, planes, side, side):contiguous()
end

-- What the generator makes lattices of: the temperature; a coin, by which cold lattices choose
-- between up and down; chance for each place, which hot ones need; and some for the whole.
local function make_input(temperatures)
  local count = temperatures:size(1)
  local coin = torch.Tensor(count):bernoulli(0.5) * 2 - 1
  return torch.cat({ spread((temperatures - 2.5) / 0.9, 1, GRID), spread(coin, 1, GRID),
    torch.randn(count, LOCAL, GRID, GRID), spread(torch.randn(count, GLOBAL), GLOBAL, GRID) }, 2)
end

local function make_generator()
  local model = nn.Sequential()
  model:add(nn.SpatialConvolution(2 + LOCAL + GLOBAL, 2 * WIDTH, 3, 3, 1, 1, 1, 1))
  model:add(nn.SpatialBatchNormalization(2 * WIDTH)):add(nn.ReLU(true))
  model:add(nn.SpatialFullConvolution(2 * WIDTH, 2 * WIDTH, 4, 4, 2, 2, 1, 1))
  model:add(nn.SpatialBatchNormalization(2 * WIDTH)):add(nn.ReLU(true))
  model:add(nn.SpatialFullConvolution(2 * WIDTH, WIDTH, 4, 4, 2, 2, 1, 1))
  model:add(nn.SpatialBatchNormalization(WIDTH)):add(nn.ReLU(true))
  return model:add(nn.SpatialConvolution(WIDTH, 1, 3, 3, 1, 1, 1, 1)):add(nn.Tanh())
end

-- Lattice and temperature in, 1 for a simulated one out. The noise hides that a generator's spins
-- are never quite 1 or -1; means over all places are what physics measures, too.
local function make_discriminator()
  local model = nn.Sequential():add(nn.WhiteNoise(0, 0.3))
  model:add(nn.SpatialConvolution(2, WIDTH, 4, 4, 2, 2, 1, 1)):add(nn.LeakyReLU(0.2, true))
  model:add(nn.SpatialConvolution(WIDTH, 2 * WIDTH, 4, 4, 2, 2, 1, 1))
  model:add(nn.SpatialBatchNormalization(2 * WIDTH)):add(nn.LeakyReLU(0.2, true))
  model:add(nn.SpatialConvolution(2 * WIDTH, 2 * WIDTH, 3, 3, 1, 1, 1, 1))
  model:add(nn.LeakyReLU(0.2, true)):add(nn.SpatialAdaptiveAveragePooling(1, 1))
  model:add(nn.View(2 * WIDTH):setNumInputDims(3))
  return model:add(nn.Linear(2 * WIDTH, 1)):add(nn.Sigmoid())
end

-- Learning ---------------------------------------------------------------------------------------

-- Two simulations, the same temperatures in the same places: to learn from and to compare with.
local clock = os.clock()
local lattices, temperatures = spins.simulate(TEMPERATURES, options)
local simulated = (os.clock() - clock) / lattices:size(1)
local others = spins.simulate(TEMPERATURES, options)

-- The temperature stands first in the generator's input; the discriminator sees it at every spin.
local function beside(input)
  return spread(input:select(2, 1):select(2, 1):select(2, 1):contiguous(), 1, SIDE)
end

local generator = make_generator()
local players = game.new(generator, make_discriminator(), { rate = options.rate, beside = beside })
for tenth = 1, 10 do
  players:play(("%d tenths"):format(tenth), options.steps // 10, function()
    local chosen = torch.randperm(lattices:size(1)):narrow(1, 1, options.batch):long()
    return make_input(temperatures:index(1, chosen)), lattices:index(1, chosen)
  end)
end

-- Comparing --------------------------------------------------------------------------------------

-- A generated lattice for every simulated one; a spin is the sign of what the generator gives.
local function generate()
  local parts = {}
  for i, part in ipairs(temperatures:split(200, 1)) do
    parts[i] = torch.sign(generator:forward(make_input(part)))
  end
  return torch.cat(parts, 1)
end

local function at(temperature, values)
  local near = torch.lt(torch.abs(temperatures - temperature), 0.01)
  return values:index(1, near:nonzero():view(-1))
end

-- How many of the values are at most as large as each of `places`, as shares.
local function shares_below(values, places)
  local rows = values:view(-1, 1):expand(values:size(1), places:size(1))
  return torch.le(rows, places:view(1, -1):expandAs(rows)):float():mean(1)
end

-- The largest difference of these shares between two samples (Kolmogorov and Smirnov): 0 if they
-- are alike, 1 if no value of the one is among the other's.
local function difference(a, b)
  local places = torch.cat(a, b, 1)
  return torch.abs(shares_below(a, places) - shares_below(b, places)):max()
end

-- What `measure` finds at each temperature: the mean and deviation of both, the difference of their
-- distributions, and that of two simulations.
local function compare(measure, generated)
  local learned_from, compared_with = measure(lattices), measure(others)
  local made_up = measure(generated)
  local found = {}
  for i, temperature in ipairs(TEMPERATURES) do
    local first, second, third = at(temperature, learned_from), at(temperature, compared_with),
      at(temperature, made_up)
    found[i] = { second:mean(), second:std(), third:mean(), third:std(),
      apart = difference(second, third), usual = difference(first, second) }
  end
  return found
end

-- Means over all temperatures.
local function report(name, found)
  local off, apart, usual = 0, 0, 0
  for _, entry in ipairs(found) do
    off = off + math.abs(entry[1] - entry[3]) / #found
    apart, usual = apart + entry.apart / #found, usual + entry.usual / #found
  end
  print(("%s: means off by %.3f, distributions apart by %.2f; by chance, two simulations' by %.2f")
    :format(name, off, apart, usual))
end

clock = os.clock()
local generated = generate()
local generating = (os.clock() - clock) / generated:size(1)
local magnetisation = compare(spins.magnetisation, generated)
local energy = compare(spins.energy, generated)
print("     magnetisation, its deviation    energy, its deviation")
print("  T  simulated     generated         simulated       generated")
for i, temperature in ipairs(TEMPERATURES) do
  print(("%.1f  %.3f %.3f   %.3f %.3f       %6.3f %.3f    %6.3f %.3f"):format(temperature,
    table.unpack(table.move(energy[i], 1, 4, 5, table.move(magnetisation[i], 1, 4, 1, {})))))
end
report("magnetisation", magnetisation)
report("energy", energy)
-- A picture begun anew asks every spin sweeps + 20 times; those here share their first sweeps.
local anew = simulated * (options.sweeps + 20) / (options.sweeps / options.pictures + 20)
print(("processor time of a lattice: %.3f ms simulated (%.3f ms begun anew), %.3f ms generated")
  :format(1000 * simulated, 1000 * anew, 1000 * generating))

-- Pictures ---------------------------------------------------------------------------------------

local rows = { { "Simulated" }, { "Generated" } }
for i = 1, #TEMPERATURES, 2 do
  local place = (i - 1) * options.copies + 1
  for row, from in ipairs{ others, generated } do
    table.insert(rows[row], { from[place], ("T %.1f"):format(TEMPERATURES[i]), low = -1 })
  end
end
sheet.save(options.out, "montecarlo.png", { tile = 96, rows = rows })

local function curve(found, place)
  local values = {}
  for i, entry in ipairs(found) do values[i] = math.abs(entry[place]) end
  return torch.Tensor(values)
end

local path, t = paths.concat(options.out, "montecarlo-curves.png"), torch.Tensor(TEMPERATURES)
gnuplot.pngfigure(path)
gnuplot.plot({ "magnetisation, simulated", t, curve(magnetisation, 1), "-" },
  { "generated", t, curve(magnetisation, 3), "+" },
  { "energy (less than 0), simulated", t, curve(energy, 1), "-" },
  { "generated", t, curve(energy, 3), "+" })
gnuplot.xlabel("temperature")
gnuplot.movelegend("right", "top")
gnuplot.close()
print("  drawn: " .. path)
