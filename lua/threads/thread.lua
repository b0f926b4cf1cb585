-- threads.Thread: one thread that runs a piece of Lua code in a state of its own.
local core = require "wick.core"
local errors = require "wick.errors"
local setup_of = require "threads.setup"

local torch = require "torch"
local shared = core.threads
local TURN = 0.05

local classes = {}
local Thread = torch.class("threads.Thread", classes)

--- threads.Thread(code): runs the code, a string, in a new thread.
function Thread:__init(code)
  if type(code) ~= "string" then
    errors.raise("Thread: the code is a string, not %s", errors.value(code))
  end
  local queue = shared.queue()
  self.worker = shared.worker(0, queue, queue, setup_of(code))
end

--- Waits until the code is through; raises what it raised.
function Thread:free()
  local worker = self.worker
  if not worker then return end
  local ended, message
  repeat ended, message = worker:wait(TURN) until ended
  self.worker = nil
  if message then error(message, 0) end
end

return classes.Thread
