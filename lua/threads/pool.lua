-- threads.Threads: a number of threads, each with a Lua state of its own, that carry out jobs. A
-- job is a function, its arguments and its upvalues; what it returns goes to an end callback,
-- called on the thread that owns the pool when it asks: addjob with a full queue, dojob,
-- synchronize.
local core = require "wick.core"
local errors = require "wick.errors"
local serializer_of = require "threads.serializer"
local setup_of = require "threads.setup"

local torch = require "torch"
local shared = core.threads

local TURN = 0.05 -- seconds after which a wait lets Lua see to Ctrl-C
local GRACE = 1 -- seconds that threads get to end when nobody waits for their jobs

local classes = {}
local Threads = torch.class("threads.Threads", classes)

local serialization_name = "threads.serialize"

--- Threads.serialization(name): the package by which pools made from now on pass values: by copies,
-- "threads.serialize", or with shared tensors and storages, "threads.sharedserialize". Without a
-- name it returns the current one.
function Threads.serialization(name)
  if name == nil then return serialization_name end
  serializer_of(name)
  serialization_name = name
end

local function check_arguments(n, ...)
  if math.tointeger(n) == nil or n < 1 then
    errors.raise("Threads: the first argument is the number of threads, 1 or more, not %s",
      errors.value(n))
  end
  for i = 1, select("#", ...) do
    if type((select(i, ...))) ~= "function" then
      errors.raise("Threads: argument %d is to be a function that each thread begins with, not %s",
        i + 1, errors.value((select(i, ...))))
    end
  end
end

local abandon

-- Nobody hears what a finaliser raises. Who broke a wait off with Ctrl-C does not want it again.
local function terminate_alone(self)
  if self.is_waiting then return abandon(self) end
  local ok, message = pcall(self.terminate, self)
  if not ok then io.stderr:write("threads: ", tostring(message), "\n") end
end

-- Finalisers run in the reverse order of their objects' making: this comes before those of the
-- queues and threads.
local function end_with(self)
  self.closer = setmetatable({}, {
    __gc = function() terminate_alone(self) end,
  })
end

local function start(self)
  local setup = setup_of(('require("threads.serve")(number, inbox, outbox, %q)')
    :format(self.serialization_name))
  for i = 1, self.N do
    self.workers[i] = shared.worker(i, self.inbox, self.outbox, setup)
  end
  end_with(self)
end

-- Queues a job in a lane: 0 is everybody's.
local function send(self, lane, f, endcallback, ...)
  local text, objects = self.serializer.pack(f, ...)
  local id = self.last_id + 1
  self.last_id = id
  self.endcallbacks[id] = endcallback or false
  self.unfinished = self.unfinished + 1
  self.inbox:put(lane, ("<i8"):pack(id) .. text, objects, self.serializer.copies)
end

-- Calls a function in every thread with its number; what each returned, a list a thread.
local function call_everywhere(self, f)
  local results = {}
  for thread = 1, self.N do
    send(self, thread, f, function(...) results[thread] = { ... } end, thread)
  end
  local ok, message = pcall(self.synchronize, self)
  if not ok then
    abandon(self)
    error(message, 0)
  end
  return results
end

--- Threads(n [, f ...]): n threads, in each of which the functions f are called in turn with the
-- thread's number; `__threadid` is that number, too. The call's second value is what the last
-- function returned, a list a thread.
function Threads:__init(n, ...)
  check_arguments(n, ...)
  self.N = math.tointeger(n)
  self.serialization_name = serialization_name
  self.serializer = serializer_of(serialization_name)
  self.inbox, self.outbox = shared.queue(), shared.queue()
  self.workers, self.endcallbacks, self.errors = {}, {}, {}
  self.last_id, self.unfinished, self.is_specific = 0, 0, false
  start(self)
  for i = 1, select("#", ...) do
    self.beginning = call_everywhere(self, (select(i, ...)))
  end
end

local new = Threads.new

function Threads.new(...)
  local pool = new(...)
  local results = pool.beginning or {}
  pool.beginning = nil
  return pool, results
end

local function check_running(self, what)
  if not self.workers then errors.raise("%s: the threads were terminated", what) end
end

-- The lane that jobs go to, from the arguments of a call.
local function lane_of(self, what, id)
  if not self.is_specific then return 0 end
  local number = math.tointeger(id)
  if not number or number < 1 or number > self.N then
    errors.raise("%s: in specific mode the first argument is the number of a thread, 1 to %d, "
      .. "not %s", what, self.N, errors.value(id))
  end
  return number
end

-- As many jobs as there are threads wait in a lane, as many run, and as many results wait. Nothing
-- but adding a job can make a yes a no: what threads finish meanwhile does not.
local function has_room(self, lane)
  local lanes = self.is_specific and self.N or 1
  return self.inbox:count(lane) < self.N and self.unfinished < (lanes + 2) * self.N
end

--- Whether a job can be added without waiting; in specific mode for thread `id`.
function Threads:acceptsjob(id)
  check_running(self, "acceptsjob")
  return has_room(self, lane_of(self, "acceptsjob", id))
end

local function add(self, lane, f, endcallback, ...)
  if type(f) ~= "function" then
    errors.raise("addjob: a job is a function, not %s", errors.value(f))
  elseif endcallback ~= nil and type(endcallback) ~= "function" then
    errors.raise("addjob: an end callback is a function, not %s", errors.value(endcallback))
  end
  while not has_room(self, lane) do self:dojob() end
  send(self, lane, f, endcallback, ...)
end

--- addjob([id,] f [, endcallback [, ...]]): queues f(...), to be called in the first thread that is
-- free, or in thread `id` in specific mode. While the queue is full it does end callbacks.
function Threads:addjob(...)
  check_running(self, "addjob")
  if not self.is_specific then return add(self, 0, ...) end
  return add(self, lane_of(self, "addjob", (...)), select(2, ...))
end

-- A thread that ended though nobody asked it to takes its jobs along.
local function check_workers(self)
  for i, worker in ipairs(self.workers) do
    local ended, message = worker:wait(0)
    if ended then
      self.unfinished = 0
      errors.raise("thread %d ended: %s", i, message or "without a word")
    end
  end
end

-- The next message. Waiting takes turns, between which Lua sees to Ctrl-C; `is_waiting` stays then.
local function receive(self)
  self.is_waiting = true
  local text, objects = self.outbox:take(0, TURN)
  while not text do
    check_workers(self)
    text, objects = self.outbox:take(0, TURN)
  end
  self.is_waiting = false
  return text, objects
end

local function is_interrupt(message)
  return type(message) == "string" and message:find("^[^\n]*interrupted") ~= nil
end

local function note_error(self, format, thread, message)
  self.errors[#self.errors + 1] = format:format(thread, tostring(message))
end

local function trace(message)
  if is_interrupt(message) then return message end
  return debug.traceback(type(message) == "string" and message or tostring(message), 2)
end

local function finish(self, thread, endcallback, went_well, ...)
  if not went_well then
    return note_error(self, "[thread %d callback] %s", thread, (...))
  elseif not endcallback then
    return
  end
  local ok, message = xpcall(endcallback, trace, ...)
  if ok then return end
  if is_interrupt(message) then error(message, 0) end
  note_error(self, "[thread %d endcallback] %s", thread, message)
end

--- Waits for a job to end and calls its end callback. Errors of either are kept for `synchronize`.
function Threads:dojob()
  check_running(self, "dojob")
  if self.unfinished == 0 then return end
  local text, objects = receive(self)
  local id, thread = ("<i8i8"):unpack(text)
  local endcallback = self.endcallbacks[id]
  self.endcallbacks[id] = nil
  self.unfinished = self.unfinished - 1
  finish(self, thread, endcallback, self.serializer.unpack(text:sub(17), objects))
end

--- Whether there are jobs whose end callbacks have not been called.
function Threads:hasjob()
  check_running(self, "hasjob")
  return self.unfinished > 0
end

--- Whether a job or an end callback failed; `synchronize` tells which.
function Threads:haserror()
  check_running(self, "haserror")
  return #self.errors > 0
end

--- Does all jobs and end callbacks, and raises the errors there were, with their tracebacks.
function Threads:synchronize()
  if not self.workers then return end
  while self.unfinished > 0 do self:dojob() end
  if #self.errors == 0 then return end
  local text = table.concat(self.errors, "\n")
  self.errors = {}
  error("\n" .. text, 0)
end

--- Switches specific mode, in which every job is for a thread that addjob names, on or off. Does
-- all jobs first.
function Threads:specific(on)
  if on == nil then return self.is_specific end
  self:synchronize()
  self.is_specific = on and true or false
end

-- Closes the queues and waits for the threads to end, each operation that they are in being
-- interrupted; who does not end in time is left alone.
function abandon(self)
  local workers = self.workers
  if not workers then return end
  self.workers = nil
  self.inbox:close()
  self.outbox:close()
  local turns = math.ceil(GRACE / TURN)
  for _, worker in ipairs(workers) do
    while not worker:wait(0) and turns > 0 do
      for _, other in ipairs(workers) do other:interrupt() end
      worker:wait(TURN)
      turns = turns - 1
    end
  end
end

--- Does all jobs, raises their errors, and ends the threads. A pool that nobody terminates does
-- so when it is collected or the script is through, and reports the errors on stderr.
function Threads:terminate()
  if not self.workers then return end
  local ok, message = pcall(self.synchronize, self)
  abandon(self)
  if not ok then error(message, 0) end
end

--- `local pool <close> = threads.Threads(n)` terminates it at the end of the block, and leaves the
-- jobs that an error has overtaken.
function Threads:__close(problem)
  if problem ~= nil then abandon(self) else self:terminate() end
end

return classes.Threads
