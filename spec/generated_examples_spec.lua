-- examples/apply/: the scripts with a generator and a discriminator, at tiny settings.
local paths = require "paths"
local torch = require "torch"
local example = require "spec.support.example"
local scratch = require "spec.support.scratch"

after_each(scratch.remove)

-- Files as MNIST's, of so many images of noise.
local function write_mnist(prefix, count)
  local function write(name, head, values)
    local file = assert(io.open(prefix .. name, "wb"))
    file:write(head)
    for i = 1, values do file:write(string.char(i * 7919 % 10)) end
    file:close()
  end
  write("-images-idx3-ubyte", string.pack(">I4I4I4I4", 0x803, count, 28, 28), count * 784)
  write("-labels-idx1-ubyte", string.pack(">I4I4", 0x801, count), count)
end

describe("the example of", function()
  it("digits that nobody wrote has them read", function()
    local text = example.draw("apply/dcgan",
      "--epochs 6 --width 8 --batch 32 --rate 0.002 --reader 150")
    local function score(name)
      return tonumber(text:match(name .. " .-score ([%d.]+)"))
    end
    assert.is_true(score("real") > 6 and score("made") > 1.4 * score("noise"), text)
    assert.is_true(example.number(text, "epoch 6/6: loss of the discriminator") < 0.75, text)
    assert.equal(8, example.pictures(text))
  end)

  it("digits takes MNIST's files", function()
    local folder = scratch.folder()
    write_mnist(folder .. "/train", 40)
    write_mnist(folder .. "/t10k", 20)
    local text = example.draw("apply/dcgan",
      "--epochs 1 --width 4 --batch 20 --reader 2 --data " .. folder)
    assert.truthy(text:find("40 digits of 28 x 28", 1, true), text)
    assert.equal(3, example.pictures(text))
  end)

  it("houses by their plans paints better than grey", function()
    local text = example.draw("apply/pix2pix",
      "--train 40 --test 10 --steps 60 --width 8 --rate 0.002")
    assert.is_true(example.number(text, "with the discriminator:    off by") < 0.16, text)
    assert.is_true(example.number(text, "with the distance alone:   off by") < 0.16, text)
    assert.equal(1, example.pictures(text))
  end)

  it("generated lattices compares them with simulated ones", function()
    local text = example.draw("apply/montecarlo", "--side 12 --width 8 --copies 6 --sweeps 60 "
      .. "--pictures 3 --steps 150 --rate 0.002 --batch 32")
    for _, name in ipairs{ "magnetisation", "energy" } do
      local chance = tonumber(text:match(name .. ": .-two simulations' by ([%d.]+)"))
      local apart = example.number(text:match(name .. ": .*"), "apart by")
      assert.is_true(chance < apart and apart < 0.8, text)
    end
    assert.is_true(example.number(text, "magnetisation: means off by") < 0.35, text)
    assert.equal(2, example.pictures(text))
  end)
end)

-- Onsager's energies of an infinite lattice, 1944.
describe("Ising's lattices", function()
  local spins = paths.dofile("../examples/spins.lua")

  it("have the energy and magnetisation of their neighbours and spins", function()
    local up = torch.ones(1, 1, 4, 4)
    local board = torch.ones(1, 1, 4, 4)
    for i = 1, 4 do
      for j = 1 + i % 2, 4, 2 do board[1][1][i][j] = -1 end
    end
    local both = torch.cat(-up, board, 1)
    assert.same({ -2, 2 }, spins.energy(both):totable())
    assert.same({ 1, 0 }, spins.magnetisation(both):totable())
  end)

  it("are as warm as theory has them", function()
    torch.manualSeed(1)
    local pictures, temperatures = spins.simulate({ 2, 3 },
      { side = 16, copies = 40, sweeps = 100, pictures = 3 })
    local energy = spins.energy(pictures)
    for temperature, expected in pairs{ [2] = -1.7456, [3] = -0.8173 } do
      local found = energy[torch.eq(temperatures, temperature)]:mean()
      assert.is_true(math.abs(found - expected) < 0.05, temperature .. ": " .. found)
    end
  end)
end)
