-- Wick beside PyTorch and ONNX Runtime on this machine: run.lua FOLDER [quick], by `make bench` and
-- `make bench-quick`. FOLDER holds what make built for it (peak, call.so) and gets report.md and
-- results.json.
--
--   WICK_PEER_PYTHON    a Python that has torch (python3); with onnxruntime and onnx those too
--   WICK_BENCH          Lua patterns, separated by ";": only cases whose titles one of them finds,
--                       as "resnet18, train;^operation"
--   WICK_BENCH_MINUTES  how long it may take (60; quick: 2)
--   WICK_DATA           a folder with hymenoptera/hymenoptera.tar.gz, photographs to load
--                       (../shared/data)
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path
local system = require "wick.system"
local cases = require "cases"
local Measure = require "measure"
local Peers = require "peers"
local report = require "report"

local made, is_quick = arg[1], arg[2] == "quick"
local patterns = os.getenv("WICK_BENCH") or ""
local minutes = tonumber(os.getenv("WICK_BENCH_MINUTES")) or (is_quick and 2 or 60)
local log = made .. "/log.txt"
local started = system.clock()

local notes = {}

local function say(text)
  notes[#notes + 1] = text
  print("  " .. text)
end

local function write(name, text)
  local file = assert(io.open(made .. "/" .. name, "w"))
  file:write(text)
  assert(file:close())
end

local function processor()
  for text in io.lines("/proc/cpuinfo") do
    local name = text:match("^model name%s*:%s*(.*)")
    if name then return name end
  end
  return "unknown processor"
end

local function facts(measure, peers)
  local list = {
    ("%s, %s, %d cores, %s"):format(os.date("!%Y-%m-%d"), processor(), system.cores(),
      system.uname()),
    ("multiply-adds at most: %s GFLOP/s on one thread, %s on two"):format(
      report.number(measure.rates[1]), report.number(measure.rates[2])),
    ("PyTorch %s, ONNX Runtime %s, tcmalloc %s"):format(peers.torch or "not there",
      peers.onnxruntime or "not there", peers.tcmalloc and "in a column of its own" or "not there"),
  }
  return table.move(notes, 1, #notes, #list + 1, list)
end

-- Measures until the time is over; what is left then is named by its number.
local function run(measure, list)
  local rows, skipped = {}, 0
  for _, case in ipairs(list) do
    if system.clock() - started > minutes * 60 then
      skipped = skipped + 1
    else
      for _, row in ipairs(measure:case(case)) do
        rows[#rows + 1] = row
        print(report.line(row))
      end
      write("results.json", report.json(rows))
    end
  end
  if skipped > 0 then
    say(("%d cases left out: the %g minutes were over"):format(skipped, minutes))
  end
  return rows
end

local function is_wanted(case)
  if patterns == "" then return true end
  for pattern in patterns:gmatch("[^;]+") do
    if case.title:find(pattern) then return true end
  end
  return false
end

-- The folder of the photographs, unpacked; nil when there are none.
local function photographs()
  local archive = (os.getenv("WICK_DATA") or "../shared/data") .. "/hymenoptera/hymenoptera.tar.gz"
  local folder = made .. "/hymenoptera"
  if system.kind(folder .. "/train") then return folder .. "/train" end
  if not system.kind(archive) then
    say("no " .. archive .. ": loading photographs is left out (WICK_DATA names the folder)")
    return nil
  end
  system.mkdir(folder)
  assert(os.execute(("tar -xzf '%s' -C '%s'"):format(archive, folder)))
  return folder .. "/train"
end

-- Layers take a while to find: they are looked for only where the patterns speak of them.
local function wanted_cases()
  local has_layers = patterns == "" or patterns:find("layer", 1, true) ~= nil
  local list = {}
  local folder = photographs()
  for _, case in ipairs(is_quick and cases.quick(folder) or cases.full(folder, has_layers)) do
    if is_wanted(case) then list[#list + 1] = case end
  end
  return list
end

io.stdout:setvbuf("line")
os.remove(log)
local peers = Peers.find(os.getenv("WICK_PEER_PYTHON") or "python3", here, log, say)
local measure = Measure.new{ program = arg[-1], folder = here, made = made, peers = peers,
  log = log, say = say, quick = is_quick }
measure:peak(1)
measure:peak(2)
local rows = run(measure, wanted_cases())
measure:stop()
write("report.md", report.markdown(rows, facts(measure, peers)))
print(("%.0f s in all; the tables are in %s/report.md"):format(system.clock() - started, made))
