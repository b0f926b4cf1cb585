-- Mutexes, conditions and counters that threads share. They pass to other threads as they are, and
-- can be found there by number: threads.Mutex(mutex:id()). Waiting takes turns, between which Lua
-- sees to Ctrl-C.
local core = require "wick.core"
local class = require "torch.class"

local shared = core.threads
local TURN = 0.05

local lock = {}

--- threads.Mutex([id]): a new mutex, or the one that has this number.
lock.Mutex = shared.mutex

--- threads.Condition([id]): a new condition, or the one that has this number.
lock.Condition = shared.condition

--- threads.AtomicCounter([id]): a counter that starts at 0: `get`, `set`, `inc` and `dec`, which
-- return what was before. With a number the counter that has it.
function lock.AtomicCounter(id)
  if id == nil then return shared.counter() end
  return shared.counterOf(id)
end

--- Waits until no other thread has the mutex, and takes it.
function shared.Mutex:lock()
  while not self:tryLock(TURN) do end
end

--- Unlocks the mutex, waits for the signal, and locks it again.
function shared.Condition:wait(mutex)
  self:enter(mutex)
  while not self:await(TURN) do end
  mutex:lock()
end

function shared.Counter:__tostring()
  return ("tds.AtomicCounter{count = %d}"):format(self:get())
end

for _, name in ipairs{ "Mutex", "Condition", "Counter" } do class.adopt(shared[name]) end

return lock
