-- tnt.ParallelDatasetIterator: samples that threads get while the script works on others.
require "torchnet.dataset.datasetiterator"

local errors = require "wick.errors"
local method = require "torchnet.method"
local threads = require "threads"
local tnt = require "torchnet.env"
local worker = require "torchnet.dataset.worker"

local torch = require "torch"

local ParallelDatasetIterator =
  torch.class("tnt.ParallelDatasetIterator", "tnt.DatasetIterator", tnt)

-- Threads that share tensors with this one, each with its dataset. What other pools of the script
-- do stays as it is.
local function pool_of(count, init, closure)
  local before = threads.serialization()
  threads.serialization("threads.sharedserialize")
  local ok, pool = pcall(threads.Threads, count,
    function(number)
      require "torchnet"
      if init then init(number) end
    end,
    function(number) worker.start(closure, number) end)
  threads.serialization(before)
  if not ok then error(pool, 0) end
  return pool
end

--- tnt.ParallelDatasetIterator{ closure =, nthread =, init =, perm =, filter =, transform =,
-- ordered = }: each of `nthread` threads calls init(number) and gets its samples from the dataset
-- that closure(number) returns there. Samples come in the order in which they are ready, or in
-- that of their places when `ordered` is true. What the functions refer to goes along as copies.
ParallelDatasetIterator.__init = method("tnt.ParallelDatasetIterator",
  "tnt.ParallelDatasetIterator", {
    { name = "init", type = "function", opt = true },
    { name = "closure", type = "function" },
    { name = "nthread", type = "number" },
    { name = "perm", type = "function", opt = true },
    { name = "filter", type = "function", opt = true },
    { name = "transform", type = "function", opt = true },
    { name = "ordered", type = "boolean", default = false },
  }, function(self, init, closure, nthread, perm, filter, transform, ordered)
    self.perm, self.ordered = perm, ordered
    self.__filter, self.__transform = filter, transform
    self.__nthread = nthread
    self.__threads = pool_of(nthread, init, closure)
  end)

-- A run through the dataset: how many samples were asked for and came, and those that wait by the
-- place in which they are to be given.
local function new_run(self)
  self.__threads:synchronize()
  return { size = self:execSingle("size"), asked = 0, came = 0, waiting = {} }
end

local function ask(self, run)
  local function receive(place, sample)
    run.came = run.came + 1
    run.waiting[self.ordered and place or run.came] = { sample = sample }
  end
  while run.asked < run.size and self.__threads:acceptsjob() do
    run.asked = run.asked + 1
    local index = self.perm and self.perm(run.asked) or run.asked
    self.__threads:addjob(worker.get, receive, run.asked, index)
  end
end

-- Waits for a sample; false when none is under way.
local function await(self, run)
  ask(self, run)
  if not self.__threads:hasjob() then return false end
  self.__threads:dojob()
  if self.__threads:haserror() then self.__threads:synchronize() end
  ask(self, run)
  return true
end

--- for sample in iterator:run() do: every sample once. A loop that was left before its end is
-- forgotten when the next begins.
function ParallelDatasetIterator:run()
  local run, given = new_run(self), 0
  ask(self, run)
  return self:sifted(function()
    given = given + 1
    while not run.waiting[given] do
      if not await(self, run) then return nil end
    end
    local sample = run.waiting[given].sample
    run.waiting[given] = nil
    return sample
  end)
end

local function check_idle(self, name)
  if self.__threads:hasjob() then
    errors.raise("tnt.ParallelDatasetIterator: cannot %s during loop", name)
  end
end

--- iterator:execSingle(name, ...): what the method of one thread's dataset returns.
function ParallelDatasetIterator:execSingle(name, ...)
  check_idle(self, "execSingle")
  local results
  self.__threads:addjob(worker.exec, function(...) results = table.pack(...) end, name, ...)
  self.__threads:synchronize()
  return table.unpack(results, 1, results.n)
end

--- iterator:exec(name, ...): calls the method of every thread's dataset; a table of what they
-- return, each a value or, when there are several, a list.
function ParallelDatasetIterator:exec(name, ...)
  check_idle(self, "exec")
  local results = {}
  self.__threads:specific(true)
  for i = 1, self.__nthread do
    self.__threads:addjob(i, worker.exec, function(...)
      results[i] = select("#", ...) > 1 and { ... } or (...)
    end, name, ...)
  end
  self.__threads:specific(false)
  return results
end
