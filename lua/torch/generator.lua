-- torch.Generator: sources of random numbers of their own. Whatever draws takes one as its first
-- argument, or behind the destination.
local core = require "wick.core"
local class = require "torch.class"

local torch = _G.torch

local Generator = core.generatorClass
local draw_from, rawmetatable = core.drawFrom, debug.getmetatable

Generator.__index = Generator

--- torch.Generator(): a generator of its own, seeded by the system.
class.adopt(Generator, nil, function() return core.newGenerator() end, torch)

torch._gen = core.newGenerator(true)

local function is_generator(value)
  return type(value) == "userdata" and rawmetatable(value) == Generator
end

-- The function with a generator as first or second argument.
local function with_generator(f)
  return function(...)
    local first, second = ...
    if is_generator(first) then return draw_from(first, f, select(2, ...)) end
    if is_generator(second) then return draw_from(second, f, first, select(3, ...)) end
    return f(...)
  end
end

local draws = {
  "random", "uniform", "normal", "exponential", "cauchy", "logNormal", "geometric", "bernoulli",
  "rand", "randn", "randperm", "multinomial", "multinomialAlias",
}
local seeds = { "manualSeed", "seed", "initialSeed", "getRNGState", "setRNGState" }

local function wrap(place, names)
  for _, name in ipairs(names) do
    local f = rawget(place, name)
    if f then place[name] = with_generator(f) end
  end
end

wrap(torch, draws)
wrap(torch, seeds)
for name, metatable in pairs(core.classes) do
  if name:find("Tensor$") then wrap(metatable, draws) end
end

--- Reads a state that `write` wrote.
function Generator:read(file)
  local state = file:readByte(#core.generatorState(self))
  local ok, message = pcall(core.setGeneratorState, self, state:string())
  if not ok then core.stream.refuse(file, (message:gsub("^[^\n]-:%d+: ", ""))) end
end

--- Writes the state, 5,048 bytes.
function Generator:write(file)
  file:writeByte(torch.ByteStorage():string(core.generatorState(self)))
end

--- A new generator.
function Generator.__factory()
  return core.newGenerator()
end

return torch.Generator
