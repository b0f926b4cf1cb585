-- The bench's own logic: processes that measure on request, their statistics, tables and JSON.
package.path = "spec/bench/?.lua;" .. package.path
local json = require "wick.json"
local report = require "report"
local Runner = require "runner"

local program = os.getenv("WICK_PROGRAM") or "build/wick"

-- A peer that says in a shell's words what each line gets as an answer.
local FAKE = [[while read -r line; do case "$line" in
  case*) echo "0 0" ;;
  peak) echo "120.5 20.5" ;;
  work) echo "1000000 0" ;;
  end) exit 0 ;;
  *) count=$((count + 1)); echo "$((10 + count)) $WAITING" ;;
esac; done]]

local CASE = { kind = "network", name = "lenet5", mode = "train", batch = 64, threads = 2 }

local function fake(waiting)
  return Runner.start(("WAITING=%s sh -c %s"):format(waiting or 0, Runner.quoted(FAKE)))
end

describe("a process that measures", function()
  it("answers with samples, memory and work", function()
    local runner = fake()
    runner:prepare(CASE)
    assert.is_true(runner:ready())
    assert.equal(11, runner:calibrate(100))
    assert.equal(10, runner.steps)
    assert.equal(12, runner:sample())
    assert.same({ 120.5, 20.5 }, { runner:memory() })
    assert.equal(1000000, runner:work())
    runner:stop()
  end)

  it("sums samples up", function()
    local runner = fake()
    runner:calibrate(1)
    for _ = 1, 5 do runner:sample() end -- 12 to 16
    assert.same({ median = 14, least = 12, spread = 2, kept = 5, samples = 5 }, runner:summary())
    runner:calibrate(1)
    assert.is_nil(runner:summary())
    runner:stop()
  end)

  it("leaves out samples that waited for a core, unless too few are left", function()
    local runner = fake(0.5)
    runner:calibrate(1)
    for _ = 1, 3 do runner:sample() end
    assert.same({ 0, 3, 13 }, { runner:summary().kept, runner:summary().samples,
      runner:summary().median })
    runner.kept = { 12, 12, 13, 13 }
    assert.equal(12, runner:summary().median)
    runner:stop()
  end)

  it("is noticed when it ends", function()
    local runner = Runner.start("true")
    runner:prepare(CASE)
    assert.is_false(runner:ready())
    assert.is_nil(runner:calibrate(1))
    runner.steps = 1
    assert.is_nil(runner:sample())
    runner:stop()
  end)

  it("is Wick as well", function()
    local runner = Runner.start(Runner.quoted(program) .. " spec/bench/wick_side.lua 1")
    runner:prepare(CASE)
    assert.is_true(runner:ready())
    assert.is_true(runner:calibrate(1) > 0)
    assert.is_true(runner:sample() > 0)
    local peak, base = runner:memory()
    assert.is_true(peak > base)
    -- Multiply-adds of LeNet-5 by hand, three passes over 64 images.
    local count = 28 * 28 * 6 * 25 + 10 * 10 * 16 * 150 + 120 * 400 + 120 * 84 + 84 * 10
    assert.equal(3 * 64 * count, runner:work())
    runner:stop()
  end)
end)

local function row(name, peer, wick, theirs)
  return { kind = "network", case = name, mode = "train", batch = 8, threads = 2, wick_ms = wick,
    wick_least_ms = wick, wick_spread_ms = 0.1, wick_mb = 100, wick_base_mb = 10, peer = peer,
    peer_ms = theirs, peer_mb = 400, peer_base_mb = 200, ratio = theirs and theirs / wick }
end

local ROWS = {
  row("a", "pytorch", 10, 20), row("a", "pytorch with tcmalloc", 10, 10),
  row("b", "pytorch", 2, 16), row("c", nil, 5),
  { kind = "call", case = "x + y", wick_ns = 120, binding_ns = 100, times = 1.2 },
}

-- A peer that answers the case and one step, and ends.
local SHORT = [[read -r line; echo "0 0"; read -r line; echo "5 0"; read -r line]]

describe("a comparison", function()
  local Measure = require "measure"
  local notes, folder

  -- Wick beside a PyTorch that runs `script`, on a machine of 100 GFLOP/s.
  local function compare(script)
    local best = function()
      local runner = Runner.start(("WAITING=0 sh -c %s"):format(Runner.quoted(script)))
      runner.name, runner.layout = "pytorch", "channels_last"
      runner:prepare(CASE)
      runner:ready()
      return runner
    end
    local measure = Measure.new{ program = program, folder = "spec/bench", made = folder,
      peers = { torch = "2", best = best }, log = "/dev/null",
      say = function(text) notes[#notes + 1] = text end }
    measure.bounds = { sample = 1, seconds = 0.02, least = 2, most = 3 }
    return measure:case{ kind = "network", name = "lenet5", mode = "infer", batch = 2, threads = 1,
      title = "lenet5" }
  end

  before_each(function()
    notes, folder = {}, os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    local file = assert(io.open(folder .. "/peak", "w"))
    file:write("#!/bin/sh\necho 100\n")
    file:close()
    assert(os.execute("chmod +x " .. folder .. "/peak"))
  end)

  after_each(function() os.execute("rm -r " .. folder) end)

  it("gives a row for each peer", function()
    local rows = compare(FAKE)
    assert.equal(1, #rows)
    local only = rows[1]
    assert.same({ "lenet5", "infer", 2, 1, "pytorch", "channels_last", 120.5, 20.5 },
      { only.case, only.mode, only.batch, only.threads, only.peer, only.layout, only.peer_mb,
        only.peer_base_mb })
    assert.near(only.peer_ms / only.wick_ms, only.ratio, 1e-12)
    local count = 2 * (28 * 28 * 6 * 25 + 10 * 10 * 16 * 150 + 120 * 400 + 120 * 84 + 84 * 10)
    assert.near(2 * count / only.wick_ms / 1e6, only.percent_of_peak, 1e-9)
    assert.same({}, notes)
  end)

  it("goes on without a peer that ends", function()
    local rows = compare(SHORT)
    assert.equal(1, #rows)
    assert.is_nil(rows[1].peer)
    assert.is_true(rows[1].wick_ms > 0)
    assert.same({ "pytorch ended at lenet5: /dev/null says why" }, notes)
    compare("true")
    assert.equal("pytorch failed at lenet5: /dev/null says why", notes[2])
  end)
end)

describe("the report", function()
  it("has a geometric mean for each peer", function()
    assert.near(4, report.geometricMean{ 2, 8 }, 1e-12)
    assert.is_nil(report.geometricMean{})
    local text = report.markdown(ROWS, { "a machine" })
    assert.truthy(text:find("- a machine\n", 1, true))
    assert.truthy(text:find("| a | 8 | 10.0 | 0.100 |  | 20.0 | 2.00 | 10.0 | 1.00 | 100 | 400 | "
      .. "90 to 200 |", 1, true))
    local mean = "| **geometric mean** |  |  |  |  | of 2 | **4.00** | of 1 | **1.00** |"
    assert.truthy(text:find(mean, 1, true))
    assert.truthy(text:find("| c | 8 | 5.00 |", 1, true))
    assert.truthy(text:find("| `x + y` | 120 | 100 | 1.20 |", 1, true))
    assert.is_nil(text:find("Inference", 1, true))
  end)

  it("tells what the second thread brings", function()
    local single = row("b", nil, 3)
    single.threads = 1
    local rows = { ROWS[3], single, row("b", "pytorch with tcmalloc", 2.5, 8), ROWS[4] }
    assert.equal("| b | train | 8 | 3.00 | 2.00 | 1.50 |\n",
      report.markdown(rows, {}):match("## Two threads beside one\n\n[^\n]*\n[^\n]*\n(.*)$"))
    assert.is_nil(report.markdown(ROWS, {}):find("beside one", 1, true))
  end)

  it("has an object a comparison as JSON", function()
    local list = json.decode(report.json(ROWS))
    assert.equal(4, #list)
    assert.same({ "a", "train", 8, 2, "pytorch", 2 }, { list[1].case, list[1].mode, list[1].batch,
      list[1].threads, list[1].peer, list[1].ratio })
    assert.is_nil(list[4].peer)
    assert.same({}, json.decode(report.json{}))
  end)

  it("has a line for who watches", function()
    assert.truthy(report.line(ROWS[1]):find("ratio%s+2.00"))
    assert.truthy(report.line(ROWS[4]):find("5.00 ms$"))
  end)
end)

describe("layers of networks", function()
  local layers = require "layers"

  it("are found with their sizes, each once", function()
    local list = layers.of(require("networks").lenet5)
    assert.same({ "convolution 1,6,5,1,0,32,1", "maximum 6,2,2,0,0,28",
      "convolution 6,16,5,1,0,14,1", "maximum 16,2,2,0,0,10", "convolution 16,120,5,1,0,5,1",
      "linear 120,84", "linear 84,10" }, list)
  end)

  it("have multiply-adds", function()
    local grouped = "convolution 64,128,3,2,1,56,2"
    assert.equal(2 * 128 * 28 * 28 * 9 * 32, layers.multiplyAdds(grouped, 2))
    assert.equal(8 * 120 * 84, layers.multiplyAdds("linear 120,84", 8))
    assert.equal(0, layers.multiplyAdds("maximum 6,2,2,0,0,28", 8))
  end)
end)

local COUNTS = [[
import sys
import torch
sys.path.insert(0, "spec/bench")
from peer_networks import NETWORKS
with torch.device("meta"):
    for name, (build, *_) in NETWORKS.items():
        print(name, sum(p.numel() for p in build().parameters()))
]]

describe("the networks #long", function()
  it("have as many parameters as PyTorch's", function()
    local python = os.getenv("WICK_PEER_PYTHON") or "python3"
    local pipe = io.popen(("%s -c %s 2>/dev/null"):format(Runner.quoted(python),
      Runner.quoted(COUNTS)))
    local text = pipe:read("a")
    if not pipe:close() then pending("no PyTorch in " .. python) return end
    local networks = require "networks"
    for name, count in text:gmatch("(%S+) (%d+)") do
      local weights = networks[name].build():parameters()
      local sum = 0
      for _, weight in ipairs(weights) do sum = sum + weight:nElement() end
      assert.equal(tonumber(count), sum, name)
    end
  end)
end)
