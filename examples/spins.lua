-- Ising's model: lattices of spins, each up or down (1 or -1), which have less energy where
-- neighbours agree and are shaken by the temperature. Cold lattices are all of one mind, hot ones
-- have none; in between is a sharp transition, at 2 / ln(1 + sqrt 2) = 2.269 for an infinite
-- lattice (Onsager, 1944).
local torch = require "torch"

local spins = { critical = 2 / math.log(1 + math.sqrt(2)) }

--- The numbers from `first` to `last` by `step`.
function spins.range(first, last, step)
  local list = {}
  for i = 0, math.floor((last - first) / step + 0.5) do list[i + 1] = first + i * step end
  return list
end

-- The simulation ---------------------------------------------------------------------------------

-- The other spins' values where each spin stands, the lattice closed to a ring in both directions.
local function rolled(lattices, dimension, forward)
  local side = lattices:size(dimension)
  local first, last = lattices:narrow(dimension, 1, 1), lattices:narrow(dimension, side, 1)
  if forward then return torch.cat(last, lattices:narrow(dimension, 1, side - 1), dimension) end
  return torch.cat(lattices:narrow(dimension, 2, side - 1), first, dimension)
end

-- Black and white squares of a chessboard: neighbours of one colour all have the other, so that
-- half of the spins can be asked at once.
local function chessboard(side)
  local black = torch.zeros(1, side, side)
  for i = 1, side do
    for j = 1, side do black[1][i][j] = (i + j) % 2 end
  end
  return black, 1 - black
end

-- One sweep by Metropolis' rule: a spin turns over if that lowers the energy, 2 s (sum of its
-- neighbours) in cost, and otherwise with the probability exp(-cost / temperature).
local function sweep(lattices, temperatures, colours)
  for _, colour in ipairs(colours) do
    local neighbours = rolled(lattices, 2, true) + rolled(lattices, 2, false)
      + rolled(lattices, 3, true) + rolled(lattices, 3, false)
    local cost = torch.cmul(lattices, neighbours) * 2
    local turns = torch.lt(torch.rand(lattices:size()), torch.exp(-torch.cdiv(cost, temperatures)))
    lattices = torch.cmul(lattices, 1 - torch.cmul(turns:float(), colour:expandAs(lattices)) * 2)
  end
  return lattices
end

--- Pictures (N x 1 x side x side of -1 and 1) at all temperatures of a list, and the temperature
-- of each. Options: `side`, even; `copies`, lattices at each temperature; `sweeps`, how often every
-- spin is asked first; `pictures`, how many are taken of each lattice, 20 sweeps apart. Lattices
-- begin all alike; half of the pictures are turned over, as up and down are the same.
function spins.simulate(list, options)
  local count, side, colours = #list * options.copies, options.side, { chessboard(options.side) }
  local each = torch.Tensor(count)
  for i = 1, count do each[i] = list[(i - 1) // options.copies + 1] end
  local temperatures = each:view(count, 1, 1):expand(count, side, side):contiguous()
  local lattices, pictures, values = torch.ones(count, side, side), {}, {}
  for _ = 1, options.sweeps do lattices = sweep(lattices, temperatures, colours) end
  for picture = 1, options.pictures do
    for _ = 1, 20 do lattices = sweep(lattices, temperatures, colours) end
    local signs = torch.Tensor(count):bernoulli(0.5):mul(2):add(-1):view(count, 1, 1)
    pictures[picture] = torch.cmul(lattices, signs:expandAs(lattices)):view(count, 1, side, side)
    values[picture] = each
  end
  return torch.cat(pictures, 1), torch.cat(values, 1)
end

-- What physicists measure ------------------------------------------------------------------------

--- The magnetisation of each picture, without its sign: 1 if all spins agree.
function spins.magnetisation(pictures)
  return torch.abs(pictures:view(pictures:size(1), -1):mean(2)):view(-1)
end

--- The energy of each picture, per spin: -2 if all neighbours agree, 0 if they do by chance.
function spins.energy(pictures)
  local agreement = rolled(pictures, 3, true) + rolled(pictures, 4, true)
  return -torch.cmul(pictures, agreement):view(pictures:size(1), -1):mean(2):view(-1)
end

return spins
