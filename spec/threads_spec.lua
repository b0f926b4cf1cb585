-- The package `threads`: lua/threads, bindings/threads*.c.
local threads = require "threads"
local torch = require "torch"

local function pool_of(n, ...)
  local pool = threads.Threads(n, ...)
  finally(function() pool:terminate() end)
  return pool
end

local function with_shared_memory(f)
  threads.Threads.serialization("threads.sharedserialize")
  finally(function() threads.Threads.serialization("threads.serialize") end)
  return f()
end

-- What comes back of values that are passed to another thread and returned.
local function there_and_back(...)
  local pool, result = threads.Threads(1), nil
  pool:addjob(function(...) return ... end, function(...) result = table.pack(...) end, ...)
  local ok, message = pcall(pool.terminate, pool)
  if not ok then error(message, 0) end
  return table.unpack(result, 1, result.n)
end

describe("threads.Threads", function()
  it("calls its functions in every thread, in turn, with the number", function()
    local greeting = "hello"
    local pool = pool_of(2, function(id) first = id end, -- luacheck: ignore
      function(id) second = greeting .. id .. first end) -- luacheck: ignore
    local seen = {}
    pool:specific(true)
    for i = 1, 2 do
      pool:addjob(i, function() return __threadid, second end, -- luacheck: ignore
        function(id, text) seen[id] = text end)
    end
    pool:synchronize()
    assert.same({ "hello11", "hello22" }, seen)
    assert.is_nil(rawget(_G, "second"))
  end)

  it("returns what its last function returned in each thread", function()
    local pool, results = threads.Threads(2, function() return "first" end,
      function(id) return id * 10, "x" end)
    pool:terminate()
    assert.same({ { 10, "x" }, { 20, "x" } }, results)
    local bare, nothing = threads(1)
    bare:terminate()
    assert.same({}, nothing)
  end)

  it("gives results to end callbacks on this thread", function()
    local pool, sum, done = pool_of(3), 0, 0
    for i = 1, 50 do
      pool:addjob(function(a, b) return a * b, "x" end, function(product, text)
        sum, done = sum + product, done + #text
      end, i, 2)
    end
    assert.is_true(pool:hasjob())
    pool:synchronize()
    assert.is_false(pool:hasjob())
    assert.equal(2550, sum)
    assert.equal(50, done)
  end)

  it("accepts jobs until the queue is full", function()
    local pool, given, got = pool_of(2), 0, {}
    while given < 30 or pool:hasjob() do
      while given < 30 and pool:acceptsjob() do
        given = given + 1
        pool:addjob(function(i) return i end, function(i) got[i] = true end, given)
      end
      pool:dojob()
    end
    assert.equal(30, #got)
  end)

  it("keeps errors with the thread's traceback for synchronize", function()
    local pool = pool_of(1)
    pool:addjob(function()
      local function deep_inside() return {} + 1 end
      local x = deep_inside()
      return x
    end)
    pool:dojob()
    assert.is_true(pool:haserror())
    local ok, message = pcall(pool.synchronize, pool)
    assert.is_false(ok)
    assert.matches("thread 1 callback", message)
    assert.matches("arithmetic on a table value", message)
    assert.matches("deep_inside", message)
    assert.is_false(pool:haserror())
    pool:addjob(function() end, function() error("in the end") end)
    ok, message = pcall(pool.synchronize, pool)
    assert.is_false(ok)
    assert.matches("thread 1 endcallback.*in the end", message)
  end)

  it("says which class a thread does not know", function()
    local class = torch.class("ThreadsSpecClass")
    function class:__init() self.x = 1 end
    finally(function() _G.ThreadsSpecClass = nil end)
    assert.error_matches(function() there_and_back(_G.ThreadsSpecClass()) end,
      "class ThreadsSpecClass is not known in this thread")
  end)

  it("raises what a first function raises, and ends", function()
    assert.error_matches(function()
      threads.Threads(2, function() error("no such luck") end)
    end, "no such luck")
  end)

  it("refuses nonsense", function()
    assert.error_matches(function() threads.Threads(0) end, "number of threads")
    assert.error_matches(function() threads.Threads(1, 2) end, "argument 2 is to be a function")
    local pool = threads.Threads(1)
    assert.error_matches(function() pool:addjob(3) end, "a job is a function, not 3")
    pool:specific(true)
    assert.error_matches(function() pool:addjob(2, print) end, "number of a thread, 1 to 1, not 2")
    pool:terminate()
    pool:terminate()
    assert.error_matches(function() pool:addjob(print) end, "were terminated")
    assert.error_matches(function() threads.Threads.serialization("no.such") end, "no.such")
  end)

  it("can be called as the package", function()
    local pool = threads(1)
    assert.equal("threads.Threads", torch.typename(pool))
    pool:terminate()
  end)

  it("works from a coroutine", function()
    local pool, got = pool_of(1), nil
    coroutine.wrap(function()
      pool:addjob(function() return 7 end, function(x) got = x end)
      pool:synchronize()
    end)()
    assert.equal(7, got)
  end)
end)

describe("values for other threads", function()
  it("are plain ones, exactly", function()
    local huge = math.maxinteger
    local a, b, c, d, e = there_and_back(huge, 0.1, "\0\xff", nil, true)
    assert.equal("integer", math.type(a))
    assert.same({ huge, 0.1, "\0\xff" }, { a, b, c })
    assert.is_nil(d)
    assert.is_true(e)
  end)

  it("are tables with shared parts and cycles", function()
    local part = { 1 }
    local whole = { part, part }
    whole.me = whole
    local back = there_and_back(whole)
    assert.equal(back[1], back[2])
    assert.equal(back, back.me)
    assert.are_not.equal(whole, back)
  end)

  it("are functions with upvalues they share", function()
    local n = 0
    local function up() n = n + 1 return n end
    local function get() return n end
    local result
    local pool = pool_of(1)
    pool:addjob(function() up() up() return get() end, function(x) result = x end)
    pool:synchronize()
    assert.equal(2, result)
    assert.equal(0, n)
  end)

  it("are libraries and their functions by name", function()
    local floor, format = math.floor, string.format
    local result
    local pool = pool_of(1)
    pool:addjob(function() return floor(2.5), format("%d", 3), torch.ones(2):sum() end,
      function(...) result = { ... } end)
    pool:synchronize()
    assert.same({ 2, "3", 2.0 }, result)
  end)

  it("are tensors and views of one storage, copied", function()
    local x = torch.range(1, 6):view(2, 3)
    local y, column, empty = there_and_back(x, x:select(2, 2), torch.IntTensor())
    assert.same(x:totable(), y:totable())
    assert.same({ 2.0, 5.0 }, column:totable())
    assert.equal(torch.pointer(y:storage()), torch.pointer(column:storage()))
    assert.are_not.equal(torch.pointer(x:storage()), torch.pointer(y:storage()))
    assert.equal("torch.IntTensor", torch.typename(empty))
    y:resize(50)
  end)

  it("are modules", function()
    local nn = require "nn"
    local result
    local model = nn.Sequential():add(nn.Linear(3, 2)):add(nn.Tanh())
    local x = torch.ones(1, 3)
    local pool = pool_of(1, function() require "nn" end)
    pool:addjob(function() return model:forward(x), model end, function(...) result = { ... } end)
    pool:synchronize()
    assert.same(model:forward(x):totable(), result[1]:totable())
    assert.same(model:forward(x):totable(), result[2]:forward(x):totable())
  end)

  it("cannot be coroutines, files or C functions of nobody", function()
    assert.error_matches(function() there_and_back(coroutine.create(print)) end,
      "a thread cannot go to another thread")
    assert.error_matches(function() there_and_back{ log = io.stdout } end,
      'a userdata cannot go to another thread %(it is the field "log"%)')
    assert.error_matches(function() there_and_back(("x"):gmatch("x")) end,
      "a function cannot go to another thread")
  end)
end)

describe("threads.sharedserialize", function()
  it("lets threads see the same memory, and gives a tensor back as itself", function()
    with_shared_memory(function()
      local pool, x, back = pool_of(2), torch.zeros(4), nil
      pool:addjob(function() x:add(1) return x:narrow(1, 2, 2) end, function(y) back = y end)
      pool:synchronize()
      assert.same({ 1.0, 1.0, 1.0, 1.0 }, x:totable())
      back:fill(5)
      assert.same({ 1.0, 5.0, 5.0, 1.0 }, x:totable())
      assert.equal(torch.pointer(x:storage()), torch.pointer(back:storage()))
    end)
  end)

  it("keeps the size of what others look at, until they let go", function()
    with_shared_memory(function()
      local pool, x = pool_of(1), torch.zeros(4)
      pool:addjob(function() kept = x end) -- luacheck: ignore
      pool:synchronize()
      assert.error_matches(function() x:resize(100) end, "views")
      pool:addjob(function() kept = nil x = nil collectgarbage() collectgarbage() end) -- luacheck: ignore
      pool:synchronize()
      pool:terminate()
      collectgarbage()
      collectgarbage()
      x:resize(100)
      assert.equal(100, x:nElement())
    end)
  end)

  it("keeps memory alive that its thread made, after the thread ended", function()
    with_shared_memory(function()
      local pool, x = threads.Threads(1), nil
      pool:addjob(function() return torch.range(1, 1000) end, function(y) x = y end)
      pool:terminate()
      pool = nil -- luacheck: ignore
      collectgarbage()
      assert.equal(500500.0, x:sum())
      assert.equal(1000.0, (x:clone():resize(2000):narrow(1, 1, 1000) - x + 1):sum())
    end)
  end)

  it("hands a tensor to and fro without building a chain", function()
    with_shared_memory(function()
      local pool, x = pool_of(1), torch.zeros(3)
      local own = torch.pointer(x:storage())
      for _ = 1, 50 do
        pool:addjob(function(y) return y:add(1) end, function(y) x = y end, x)
        pool:synchronize()
      end
      assert.equal(own, torch.pointer(x:storage()))
      assert.same({ 50.0, 50.0, 50.0 }, x:totable())
    end)
  end)

  it("leaves nothing behind", function()
    with_shared_memory(function()
      collectgarbage()
      collectgarbage()
      local before = torch.memory().storages
      local pool = threads.Threads(2)
      for i = 1, 20 do
        pool:addjob(function(x) return x:clone() end, function(x) return x:sum() end, torch.ones(i))
      end
      pool:terminate()
      pool = nil -- luacheck: ignore
      collectgarbage()
      collectgarbage()
      assert.equal(before, torch.memory().storages)
    end)
  end)
end)

describe("threads' locks", function()
  it("keep threads out of each other's way", function()
    local mutex, pool = threads.Mutex(), pool_of(4)
    local counts = torch.LongTensor(1):zero()
    with_shared_memory(function()
      local shared = pool_of(4)
      for _ = 1, 8 do
        shared:addjob(function(id)
          local m = require("threads").Mutex(id)
          for _ = 1, 200 do
            m:lock()
            counts[1] = counts[1] + 1
            m:unlock()
          end
        end, nil, mutex:id())
      end
      shared:synchronize()
    end)
    assert.equal(1600, counts[1])
    pool:addjob(function() mutex:lock() mutex:unlock() end)
    pool:synchronize()
  end)

  it("refuse what would never end", function()
    local mutex = threads.Mutex()
    assert.error_matches(function() mutex:unlock() end, "has not locked")
    mutex:lock()
    assert.error_matches(function() mutex:lock() end, "has the mutex already")
    mutex:unlock()
    assert.error_matches(function() threads.Condition():wait(mutex) end, "has not locked")
    assert.error_matches(function() threads.Mutex(123456789) end, "no threads.Mutex with the id")
    mutex:free()
    assert.error_matches(function() mutex:lock() end, "was freed")
  end)

  it("wake who waits for a condition, in a threads.Thread", function()
    local mutex, condition = threads.Mutex(), threads.Condition()
    mutex:lock()
    local thread = threads.Thread(([[
      local threads = require "threads"
      local mutex, condition = threads.Mutex(%d), threads.Condition(%d)
      mutex:lock()
      condition:signal()
      mutex:unlock()
    ]]):format(mutex:id(), condition:id()))
    condition:wait(mutex)
    mutex:unlock()
    thread:free()
    assert.error_matches(function() threads.Thread("error('gone wrong')"):free() end, "gone wrong")
  end)

  it("make functions safe", function()
    local log = {}
    local add = threads.safe(function(x) log[#log + 1] = x return #log, "ok" end)
    assert.same({ 1, "ok" }, { add(5) })
    local fail = threads.safe(error)
    assert.error_matches(function() fail("oh", 0) end, "oh")
    assert.error_matches(function() fail("again", 0) end, "again")
  end)

  it("count without a lock", function()
    local counter, pool = threads.AtomicCounter(), pool_of(4)
    for _ = 1, 8 do
      pool:addjob(function() for _ = 1, 1000 do counter:inc() end end)
    end
    pool:synchronize()
    assert.equal(8000, counter:get())
    assert.equal(8000, counter:dec(8000))
    assert.equal("tds.AtomicCounter{count = 0}", tostring(counter))
  end)
end)
