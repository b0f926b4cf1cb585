-- threads.safe: functions that one thread at a time may be in.
local lock = require "threads.lock"

local function unlock(mutex, ok, ...)
  mutex:unlock()
  if not ok then error(..., 0) end
  return ...
end

--- threads.safe(f [, mutex]): a function that does what f does while it holds the mutex, its own
-- unless one is given. It can be passed to other threads, where it holds the same mutex.
return function(f, mutex)
  mutex = mutex or lock.Mutex()
  return function(...)
    mutex:lock()
    return unlock(mutex, pcall(f, ...))
  end
end
