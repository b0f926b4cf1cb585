-- The package `threads`: Lua states that run side by side, each in a thread of its own.
--
--   local threads = require "threads"
--   local pool = threads.Threads(4, function(number) require "image" end)
--   pool:addjob(function(path) return image.load(path) end, function(x) batch:add(x) end, path)
--   pool:synchronize()
--
-- Values go to other threads as copies; after
-- threads.Threads.serialization("threads.sharedserialize") tensors, storages and tds objects are
-- the same memory everywhere. The package itself can be called like threads.Threads.
local lock = require "threads.lock"

local threads = {
  Threads = require "threads.pool",
  Thread = require "threads.thread",
  Mutex = lock.Mutex,
  Condition = lock.Condition,
  AtomicCounter = lock.AtomicCounter,
  safe = require "threads.safe",
}

--- See Threads.serialization.
threads.serialization = threads.Threads.serialization

return setmetatable(threads, {
  __call = function(_, ...)
    return threads.Threads(...)
  end,
})
