-- One sample through an exported network, in milliseconds: in Lua, in a C host that reads net.wick,
-- and as net.c with several compilers' options. They take turns, so that what else the machine does
-- meets all of them. `make bench-embed`; BENCH_BEFORE goes in front of each program's command.
local models = require "wick.models"
local system = require "wick.system"
local torch = require "torch"

local folder = arg[1]
local ROUNDS = tonumber(os.getenv "ROUNDS") or 5

local NETWORKS = {
  { name = "LeNet-5", model = models.lenet5(), sizes = { 1, 32, 32 }, runs = 300 },
  { name = "SqueezeNet", model = models.squeezenet(), sizes = { 3, 227, 227 }, runs = 8 },
}

local COMPILED = {
  { name = "net.c, -O2", options = "-O2" },
  { name = "net.c, -O3 -march=native", options = "-O3 -march=native" },
}

local function shell(command, ...)
  local pipe = assert(io.popen(command:format(...)))
  local output = pipe:read("a")
  assert(pipe:close(), command)
  return output
end

local function median(numbers)
  table.sort(numbers)
  return numbers[(#numbers + 1) // 2]
end

-- The median of so many runs in Lua, as latency.c measures.
local function in_lua(network)
  local input, taken = torch.FloatTensor(1, table.unpack(network.sizes)):fill(0.5), {}
  for i = -2, network.runs do
    local begin = system.ticks()
    local answer = torch.noGrad(network.model.forward, network.model, input)
    assert(answer[1][1] == answer[1][1])
    if i > 0 then taken[i] = 1e3 * (system.ticks() - begin) end
  end
  return median(taken)
end

local function compile(network)
  network.model:evaluate()
  network.model:export(folder .. "/net.wick", network.sizes)
  network.model:export(folder .. "/net.c", network.sizes)
  for i, entry in ipairs(COMPILED) do
    shell("cc -std=c11 -D_GNU_SOURCE -DNET -I%s %s spec/bench/latency.c %s/net.c -o %s/net%d -lm",
      folder, entry.options, folder, folder, i)
  end
end

local function measure(network)
  local before = os.getenv "BENCH_BEFORE" or ""
  local times = { lua = {}, host = {} }
  for i in ipairs(COMPILED) do times[i] = {} end
  for round = 1, ROUNDS do
    times.lua[round] = in_lua(network)
    times.host[round] = tonumber(shell("%s %s/latency %d %s/net.wick", before, folder,
      network.runs, folder):match("%S+"))
    for i in ipairs(COMPILED) do
      times[i][round] = tonumber(shell("%s %s/net%d %d -", before, folder, i, network.runs)
        :match("%S+"))
    end
  end
  return times
end

for _, network in ipairs(NETWORKS) do
  compile(network)
  local times = measure(network)
  print(("%s, one sample, medians of %d rounds of %d runs"):format(network.name, ROUNDS,
    network.runs))
  print(("  %-26s %9.3f ms"):format("Lua", median(times.lua)))
  print(("  %-26s %9.3f ms"):format("C host, net.wick", median(times.host)))
  for i, entry in ipairs(COMPILED) do
    print(("  %-26s %9.3f ms"):format(entry.name, median(times[i])))
  end
end
