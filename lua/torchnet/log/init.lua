-- tnt.Log: named values, and functions that are called when they are set, read or written out.
local errors = require "wick.errors"
local method = require "torchnet.method"
local tnt = require "torchnet.env"

local torch = require "torch"

local Log = torch.class("tnt.Log", tnt)

local events = { onClose = true, onFlush = true, onGet = true, onSet = true }

local function clear(self)
  self.__events = { onClose = {}, onFlush = {}, onGet = {}, onSet = {} }
  self.__data = {}
end

--- tnt.Log{ keys = names, onSet =, onGet =, onFlush =, onClose = }: lists of functions for each
-- event: onSet(log, key, value), onGet(log, key), onFlush(log) and onClose(log).
-- torchnet.log.view.text, .json and .status make such functions.
Log.__init = method("tnt.Log", "tnt.Log", {
  { name = "keys", type = "table" },
  { name = "onClose", type = "table", opt = true },
  { name = "onFlush", type = "table", opt = true },
  { name = "onGet", type = "table", opt = true },
  { name = "onSet", type = "table", opt = true },
  noordered = true,
}, function(self, keys, on_close, on_flush, on_get, on_set)
  self.__keys = { __status__ = true }
  for _, key in ipairs(keys) do self.__keys[key] = true end
  clear(self)
  self:attach("onClose", on_close or {})
  self:attach("onFlush", on_flush or {})
  self:attach("onGet", on_get or {})
  self:attach("onSet", on_set or {})
end)

local function fire(self, event, ...)
  for _, f in ipairs(self.__events[event]) do f(self, ...) end
end

local function check_key(self, key)
  if self.__keys[key] then return end
  errors.raise("unknown key <%s>%s", tostring(key),
    errors.suggestion(errors.nearest(tostring(key), self.__keys)))
end

--- log:status(message [, time = true]): sets the key __status__ to the message, with the date in
-- front.
Log.status = method("tnt.Log:status", "tnt.Log", {
  { name = "message", type = "string", opt = true },
  { name = "time", type = "boolean", default = true },
}, function(self, message, time)
  local prefix = time and "| " .. os.date() .. " |" or "|"
  self:set{ __status__ = ("%s %s"):format(prefix, message or "") }
end)

--- log:set{ key = value, ... }.
Log.set = method("tnt.Log:set", "tnt.Log", {
  { name = "keys", type = "table" },
  nonamed = true,
}, function(self, values)
  for key in pairs(values) do check_key(self, key) end
  for key, value in pairs(values) do
    fire(self, "onSet", key, value)
    self.__data[key] = value
  end
end)

--- log:get(key): the value; nil if it was not set since the last flush.
Log.get = method("tnt.Log:get", "tnt.Log", {
  { name = "key", type = "string" },
}, function(self, key)
  check_key(self, key)
  fire(self, "onGet", key)
  return self.__data[key]
end)

--- log:flush(): calls the functions of onFlush and forgets the values.
function Log:flush()
  fire(self, "onFlush")
  self.__data = {}
end

--- log:close(): calls the functions of onClose and forgets all values and functions.
function Log:close()
  fire(self, "onClose")
  clear(self)
end

--- log:attach(event, functions): adds functions to an event.
Log.attach = method("tnt.Log:attach", "tnt.Log", {
  { name = "event", type = "string" },
  { name = "closures", type = "table" },
}, function(self, event, closures)
  if not events[event] then
    errors.raise("unknown event <%s>%s", event, errors.suggestion(errors.nearest(event, events)))
  end
  for i, f in ipairs(closures) do
    if type(f) ~= "function" then
      errors.raise("%s: table of functions expected, entry %d is %s", event, i, errors.value(f))
    end
    table.insert(self.__events[event], f)
  end
end)
