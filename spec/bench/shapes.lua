-- How convolution answers to shapes: shapes.lua FOLDER, by `make bench-shapes`. Forward and all
-- gradients, on two threads, of
--
--   * random convolutions, beside the same by im2col and products of matrices
--     (WICK_CONVOLUTION=unfold): none should be slower, though where that is chosen both are the
--     same and differ by chance;
--   * every network's middle convolution as batch, area and channels grow eightfold: the time of a
--     multiply-add should stay within one and a half times.
--
-- FOLDER gets shapes.md. WICK_BENCH_SHAPES: how many random ones (500).
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path
local system = require "wick.system"
local layers = require "layers"
local networks = require "networks"
local report = require "report"
local Runner = require "runner"

local MILLISECONDS, ROUNDS = 4, 5
local NEAR, AGAIN = 1.1, 20 -- ratios below NEAR are measured again, so many rounds
local SAME = 1.07 -- what the same code twice may differ by
local MOST_WORK = 4e8 -- multiply-adds of a random convolution's forward pass

local function side(choice)
  return Runner.start(("WICK_CONVOLUTION=%s %s %s 2"):format(choice,
    Runner.quoted(os.getenv("WICK_PROGRAM") or "build/wick"),
    Runner.quoted(here .. "/wick_side.lua")), arg[1] .. "/log.txt")
end

-- Shapes -----------------------------------------------------------------------------------------

local function pick(list)
  return list[math.random(#list)]
end

-- from, to, kernel, stride, pad, side, groups and batch of a convolution that fits.
local function random_shape()
  local groups = pick{ 1, 1, 1, 1, 1, 2, 4 }
  local kernel, stride = pick{ 1, 1, 2, 3, 3, 3, 3, 4, 5, 7 }, pick{ 1, 1, 1, 2, 2, 3 }
  local edge = math.random(math.max(kernel, 4), 64)
  local text = ("convolution %d,%d,%d,%d,%d,%d,%d"):format(groups * math.random(1, 96),
    groups * math.random(1, 96), kernel, stride, math.random(0, kernel // 2), edge, groups)
  return text, pick{ 1, 2, 4, 8, 16, 32 }
end

local function random_shapes(count)
  local list = {}
  while #list < count do
    local text, batch = random_shape()
    if layers.multiplyAdds(text, batch) <= MOST_WORK then
      list[#list + 1] = { text = text, batch = batch }
    end
  end
  return list
end

-- Measuring --------------------------------------------------------------------------------------

-- The smallest times of a step of each side, which take turns.
local function measure(sides, shape)
  local least = {}
  for _, runner in ipairs(sides) do
    runner:prepare{ kind = "layer", name = "", mode = "train", batch = shape.batch,
      shape = shape.text }
  end
  for i, runner in ipairs(sides) do
    assert(runner:ready() and runner:calibrate(MILLISECONDS), shape.text)
    least[i] = math.huge
  end
  local function sample(rounds)
    for _ = 1, rounds do
      for i, runner in ipairs(sides) do least[i] = math.min(least[i], runner:sample()) end
    end
  end
  sample(ROUNDS)
  if sides[2] and least[2] < NEAR * least[1] then sample(AGAIN) end
  return table.unpack(least)
end

local function stop(sides)
  for _, runner in ipairs(sides) do runner:stop() end
end

-- Random convolutions ----------------------------------------------------------------------------

local function sweep(count)
  local sides, rows, log = { side("any"), side("unfold") }, {}, 0
  for _, shape in ipairs(random_shapes(count)) do
    local ours, unfolded = measure(sides, shape)
    local ratio = unfolded / ours
    log = log + math.log(ratio)
    rows[#rows + 1] = { shape = shape, ours = ours, unfolded = unfolded, ratio = ratio }
  end
  stop(sides)
  table.sort(rows, function(a, b) return a.ratio < b.ratio end)
  return rows, math.exp(log / #rows)
end

local function sweep_text(rows, mean)
  local slower, same = 0, 0
  for _, row in ipairs(rows) do
    slower = slower + (row.ratio < 1 / SAME and 1 or 0)
    same = same + (row.ratio >= 1 / SAME and row.ratio <= SAME and 1 or 0)
  end
  local lines = {
    ("%d random convolutions, forward and gradients, beside im2col: geometric mean %s, smallest %s;"
      .. " %d slower, %d within %.0f %%, where mostly both are im2col"):format(#rows,
      report.number(mean), report.number(rows[1].ratio), slower, same, 100 * (SAME - 1)), "",
    "| from, to, kernel, stride, pad, side, groups | batch | Wick ms | im2col ms | ratio |",
    "| --- | ---: | ---: | ---: | ---: |",
  }
  for i = 1, math.min(#rows, math.max(10, slower)) do
    local row = rows[i]
    lines[#lines + 1] = ("| %s | %d | %s | %s | %s |"):format(row.shape.text:match(" (.*)"),
      row.shape.batch, report.number(row.ours), report.number(row.unfolded),
      report.number(row.ratio))
  end
  return table.concat(lines, "\n") .. "\n"
end

-- Growth -----------------------------------------------------------------------------------------

-- The convolution in the middle of a network.
local function middle(network)
  local list = {}
  for _, text in ipairs(layers.of(network)) do
    if text:find("^convolution") then list[#list + 1] = text end
  end
  return list[#list // 2 + 1]
end

-- Batch, area and channels times eight, one after the other.
local function grown(text, batch)
  local n = {}
  for number in text:gmatch("%d+") do n[#n + 1] = math.tointeger(tonumber(number)) end
  local from, to, kernel, stride, pad, edge, groups = table.unpack(n)
  local function shape(by_batch, by_area, by_channels)
    return { batch = batch * by_batch, text = ("convolution %d,%d,%d,%d,%d,%d,%d"):format(
      from * by_channels, to * by_channels, kernel, stride, pad,
      math.floor(edge * math.sqrt(by_area) + 0.5), groups) }
  end
  return { shape(1, 1, 1), shape(8, 1, 1), shape(1, 8, 1), shape(1, 1, 8) }
end

local function growth()
  local sides, rows = { side("any") }, {}
  for _, name in ipairs(networks.order) do
    local network = networks[name]
    local text = middle(network)
    local row = { name, text:match(" (.*)") }
    for _, shape in ipairs(grown(text, math.max(1, network.layer // 4))) do
      row[#row + 1] = measure(sides, shape) * 1e9
        / (3 * layers.multiplyAdds(shape.text, shape.batch))
    end
    rows[#rows + 1] = row
  end
  stop(sides)
  return rows
end

local function growth_text(rows)
  local lines = {
    "Time of a multiply-add in picoseconds, forward and gradients, and how many times that is as "
      .. "one size grows eightfold", "",
    "| network | from, to, kernel, stride, pad, side, groups | ps | batch | area | channels |",
    "| --- | --- | ---: | ---: | ---: | ---: |",
  }
  for _, row in ipairs(rows) do
    lines[#lines + 1] = ("| %s | %s | %s | %s | %s | %s |"):format(row[1], row[2],
      report.number(row[3]), report.number(row[4] / row[3]), report.number(row[5] / row[3]),
      report.number(row[6] / row[3]))
  end
  return table.concat(lines, "\n") .. "\n"
end

math.randomseed(1)
local started = system.clock()
local text = growth_text(growth()) .. "\n"
  .. sweep_text(sweep(tonumber(os.getenv("WICK_BENCH_SHAPES")) or 500))
local file = assert(io.open(arg[1] .. "/shapes.md", "w"))
file:write(text)
assert(file:close())
print(text)
print(("%.0f s in all; the tables are in %s/shapes.md"):format(system.clock() - started, arg[1]))
