-- Small calls of Wick beside those of call.c: call_side.lua FOLDER, which holds the compiled
-- binding. Prints a line for each: name <tab> nanoseconds of a call of Wick and of the binding.
local torch = require "torch"
local system = require "wick.system"
local bench = assert(package.loadlib(arg[1] .. "/call.so", "luaopen_wick_bench"))()

local REPETITIONS, ROUNDS, SECONDS = 1000, 11, 0.02

torch.setnumthreads(1)

local function ours(rows, columns)
  return columns and torch.ones(rows, columns) or torch.ones(rows)
end

local function theirs(rows, columns)
  return bench.matrix(rows, columns or 1, 1)
end

local function get(make)
  local x = make(64)
  return function(i) return x[i & 63 | 1] end
end

local function set(make)
  local x = make(64)
  return function(i) x[i & 63 | 1] = 2 end
end

local function sum(make)
  local x, y = make(4, 4), make(4, 4)
  return function() return x + y end
end

local function product(make, mm)
  local x, y = make(4, 4), make(4, 4)
  return function() return mm(x, y) end
end

local calls = {
  { "x[i]", get(ours), get(theirs) },
  { "x[i] = 2", set(ours), set(theirs) },
  { "x + y, 4 x 4", sum(ours), sum(theirs) },
  { "torch.mm(x, y), 4 x 4", product(ours, torch.mm), product(theirs, bench.mm) },
}

-- Nanoseconds of a call, the garbage of the calls collected on the way as in any program, but none
-- of others.
local function sample(f)
  collectgarbage()
  local start, count = system.clock(), 0
  local time
  repeat
    for i = 1, REPETITIONS do f(i) end
    count = count + REPETITIONS
    time = system.clock() - start
  until time >= SECONDS
  return time / count * 1e9
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

for _, call in ipairs(calls) do
  local a, b = {}, {}
  for round = 1, ROUNDS do
    a[round], b[round] = sample(call[2]), sample(call[3])
  end
  print(("%s\t%.1f %.1f"):format(call[1], median(a), median(b)))
end
