-- wick.data.loader when things go wrong or end early: broken files, threads that end with the loop,
-- interrupts, memory, and the report of waiting.
local core = require "wick.core"
local torch = require "torch"
local data = require "wick.data"
local system = require "wick.system"
local loading = require "spec.support.loading"
local scratch = require "spec.support.scratch"

local collect, indices, same = loading.collect, loading.indices, loading.same
local numbers, photographs, stages = loading.numbers, loading.photographs, loading.stages
local threads, has_threads = loading.threads, loading.has_threads
local fails = scratch.fails

after_each(scratch.remove)

describe("a sample that cannot be had", function()
  it("is raised with its file's name", function()
    local set, folder = photographs(12, 6)
    local before = threads()
    for _, workers in ipairs{ 0, 2 } do
      local loader = data.loader{ set, pipeline = stages, batchSize = 4, workers = workers }
      local message = fails(folder .. "/bees/006.png: ", function()
        for _ in loader() do loader:state() end
      end)
      assert.matches("^spec/data_loader_ends_spec.lua:%d+: " .. folder:gsub("%p", "%%%0"), message)
      has_threads(before)
    end
  end)

  it("is left out and reported", function()
    local set, folder = photographs(30, 10)
    local function run(workers)
      local said = {}
      local loader = data.loader{ set, pipeline = stages, batchSize = 8, workers = workers,
        seed = 1, shuffle = true, onError = "skip",
        log = function(text) said[#said + 1] = text end }
      local batches = collect(loader())
      assert.equal(3, loader:report().failed)
      assert.equal(27, loader:report().samples)
      return batches, said
    end
    local batches, said = run(0)
    assert.equal(3, #said)
    assert.matches("^wick.data.loader: left out: " .. folder:gsub("%p", "%%%0"), said[1])
    local others, again = run(3)
    same(batches, others)
    assert.same(said, again)
    for _, batch in ipairs(batches) do
      assert.equal(#batch.index, batch.input:size(1))
      for k, i in ipairs(batch.index) do
        assert.equal(set:entry(i).target, batch.target[k])
        assert.is_false(set:entry(i).path:find("0%.%a+$") ~= nil)
      end
    end
  end)

  it("goes to a function, which may raise", function()
    local set = photographs(10, 5)
    local seen = {}
    local loader = data.loader{ set, pipeline = stages, batchSize = 10, onError = function(failure)
      seen[#seen + 1] = failure
    end }
    assert.equal(8, #collect(loader())[1].index)
    assert.equal(2, #seen)
    assert.equal(seen[1].path, set:entry(seen[1].index).path)
    assert.matches("^" .. seen[1].path:gsub("%p", "%%%0"), seen[1].message)
    loader = data.loader{ set, pipeline = stages, onError = function() error("enough") end }
    fails("enough", collect, loader())
  end)

  it("may come from the data set itself", function()
    local set = data.dataset{ size = 6, get = function(i)
      if i % 3 == 0 then error("no sample " .. i) end
      return { input = torch.Tensor{ i } }
    end }
    local said = {}
    local loader = data.loader{ set, batchSize = 3, onError = "skip", workers = 2,
      log = function(text) said[#said + 1] = text end }
    assert.same({ "1 2", "4 5" }, indices(loader()))
    assert.equal(2, #said)
    fails("no sample 3", collect, data.loader{ set, batchSize = 3 }())
    local nothing = data.dataset{ size = 2, get = function() error("nothing") end }
    assert.same({}, indices(data.loader{ nothing, onError = "skip", log = function() end }()))
  end)

  it("is never a shape that does not fit the batch", function()
    local set = photographs(8)
    for _, workers in ipairs{ 0, 2 } do
      local loader = data.loader{ set, batchSize = 8, workers = workers, onError = "skip" }
      fails("the images of a batch are to be alike: " .. set:entry(1).path
        .. " gives uint8 3 x 13 x 16, " .. set:entry(2).path .. " gives uint8 3 x 15 x 16", collect,
        loader())
    end
  end)
end)

describe("threads", function()
  local function new(workers)
    return data.loader{ numbers(1000), batchSize = 8, workers = workers or 3, prefetch = 4 }
  end

  it("end with the loop, however it is left", function()
    local before = threads()
    local loader = new()
    for _ in loader() do
      has_threads(before + 3)
      if loader:state().position == 2 then break end
    end
    has_threads(before)
    pcall(function()
      for _ in loader() do error("stop") end
    end)
    has_threads(before)
    collect(loader())
    has_threads(before)
    local co = coroutine.wrap(function()
      for batch in loader() do coroutine.yield(batch) end
    end)
    co()
    has_threads(before + 3)
    loader:close()
    has_threads(before)
  end)

  it("stay from the second epoch on, until the loader is closed", function()
    local before = threads()
    local loader = new()
    for epoch = 1, 4 do
      collect(loader:epoch(epoch))
      has_threads(before + (epoch > 1 and 3 or 0))
    end
    loader:close()
    has_threads(before)
    for _ = 1, 3 do collect(loader:epoch(1)) end
    has_threads(before + 3)
    loader = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    has_threads(before)
  end)

  it("end with a loader that nobody has any more", function()
    local before = threads()
    do
      local step = new():epoch(1)
      step()
      has_threads(before + 3)
    end
    collectgarbage()
    collectgarbage()
    has_threads(before)
  end)

  it("end when another epoch begins", function()
    local before = threads()
    local loader = new()
    loader:epoch(1)()
    local step = loader:epoch(2)
    step()
    has_threads(before + 3)
    assert.equal(1, loader:state().position)
    loader:close()
    has_threads(before)
  end)

  it("stop at once when the user interrupts", function()
    local before = threads()
    for _, workers in ipairs{ 0, 2 } do
      local loader = new(workers)
      local ok, message = pcall(function()
        for _ in loader() do core.interrupt() end
      end)
      assert.is_false(ok)
      assert.matches("interrupted", message)
      has_threads(before)
    end
    assert.equal(125, #indices(new()()))
  end)

  it("leave no memory behind", function()
    local function live()
      collectgarbage()
      collectgarbage()
      return core.memory().live
    end
    local loader = new()
    local function leave_early()
      for _ in loader() do
        if loader:state().position == 3 then break end
      end
    end
    leave_early()
    local before = live()
    for _ = 1, 5 do
      leave_early()
      collect(loader())
    end
    loader:close()
    assert.equal(before, live())
  end)
end)

describe("the report", function()
  it("tells waiting from stepping, and warns once when waiting is what takes the time", function()
    local said = {}
    local set = data.dataset{ size = 60, get = function(i)
      system.sleep(0.04)
      return { input = torch.Tensor{ i } }
    end }
    local loader = data.loader{ set, batchSize = 2, workers = 1, log = function(text)
      said[#said + 1] = text
    end }
    for _ in loader() do system.sleep(0.01) end
    local report = loader:report()
    assert.equal(30, report.batches)
    assert.is_true(report.wait > 2.2, tostring(report)) -- a busy machine sleeps longer
    assert.is_true(report.step > 0.28 and report.step < report.wait, tostring(report))
    assert.near(report.wait / (report.wait + report.step), report.share, 1e-9)
    assert.equal(1, #said)
    assert.matches("training waits for data %d+ %% of the time", said[1])
    assert.matches("^30 batches, 60 samples; waited %d", tostring(report))
  end)
end)

describe("many files, some broken", function()
  -- Resident memory in MB.
  local function resident()
    for line in io.lines("/proc/self/status") do
      local kilobytes = line:match("^VmRSS:%s+(%d+)")
      if kilobytes then return tonumber(kilobytes) / 1024 end
    end
  end

  -- Loads `total` samples of a hundred files of which one is broken; returns the growth in MB.
  local function loads(total)
    local set = photographs(100, 100)
    local reported = 0
    local loader = data.loader{ set, pipeline = stages, batchSize = 50, workers = 2, shuffle = true,
      seed = 1, onError = function() reported = reported + 1 end }
    local function go(count)
      for _ = 1, count // 100 do collect(loader()) end
    end
    go(1000)
    collectgarbage()
    local before = resident()
    go(total)
    collectgarbage()
    assert.equal((1000 + total) // 100, reported)
    assert.equal((1000 + total) // 100 * 99, loader:report().samples)
    -- The address sanitizer keeps what was freed.
    return os.getenv("ASAN_OPTIONS") and 0 or resident() - before
  end

  it("are reported, and memory stays flat", function()
    assert.is_true(loads(2000) < 4)
  end)

  it("are reported, and memory stays flat over 100,000 loads #long", function()
    assert.is_true(loads(100000) < 8)
  end)
end)
