-- The life of a thread in a pool: it takes jobs, carries them out, and sends back what they return.
require "torch"
require "threads.lock"

local traceback = debug.traceback

-- The message of an error with this thread's traceback.
local function trace(message)
  return traceback(type(message) == "string" and message or tostring(message), 2)
end

-- Packs what the job returns in the same breath, so that results that cannot go anywhere count as
-- its errors.
local function run(serializer, text, objects)
  local function call(f, ...)
    return f(...)
  end
  return xpcall(function()
    return serializer.pack(true, call(serializer.unpack(text, objects)))
  end, trace)
end

local function carry_out(serializer, text, objects)
  local went_well, answer, answer_objects = run(serializer, text, objects)
  if went_well then return answer, answer_objects end
  return serializer.pack(false, answer)
end

--- Serves the queue until it is closed; `package_name` is the serialisation. A message is the job's
-- number and then what the serialisation made of it.
return function(number, inbox, outbox, package_name)
  _G.__threadid = number
  local serializer = require("threads.serializer")(package_name)
  while true do
    local text, objects = inbox:take(number)
    if not text then return end
    local id = text:sub(1, 8)
    local answer, answer_objects = carry_out(serializer, text:sub(9), objects)
    outbox:put(0, id .. ("<i8"):pack(number) .. answer, answer_objects, serializer.copies)
  end
end
