--- An output handler for busted: TAP as it goes, the place of each test before it runs, and the
-- messages of files that do not load. Used by run_specs.lua.

local busted = require "busted"
local base = require "busted.outputHandlers.base"

local function comment(text)
  print("# " .. tostring(text):gsub("%s+$", ""):gsub("\n", "\n# "))
end

local function place(element)
  local trace = element.trace or {}
  return ("%s @ %s"):format(trace.short_src or element.name or "?", trace.currentline or 0)
end

return function()
  local handler = base()
  local count = 0

  local function result(mark, name)
    count = count + 1
    print(("%s %d - %s"):format(mark, count, (name:gsub("\n", " "))))
  end

  local function failure(t)
    local message = t.message
    result("not ok", t.name)
    comment(place(t.element))
    comment(type(message) == "string" and message or require("pl.pretty").write(message))
    if t.isError and t.trace and t.trace.traceback then
      comment((t.trace.traceback:gsub("^%s+", "")))
    end
  end

  local ends = {
    success = function() result("ok", handler.successes[#handler.successes].name) end,
    pending = function() result("ok", "# SKIP " .. handler.pendings[#handler.pendings].name) end,
    failure = function() failure(handler.failures[#handler.failures]) end,
    error = function() failure(handler.errors[#handler.errors]) end,
  }

  busted.subscribe({ "test", "start" }, function(element)
    comment(place(element) .. ": " .. handler.getFullName(element))
    io.flush()
    return nil, true
  end)
  busted.subscribe({ "test", "end" }, function(_, _, status)
    ends[status]()
    io.flush()
    return nil, true
  end)
  busted.subscribe({ "error" }, function(element)
    if element.descriptor ~= "it" then
      failure(handler.errors[#handler.errors])
    end
    return nil, true
  end)
  busted.subscribe({ "suite", "end" }, function()
    print("1.." .. count)
    io.flush()
    return nil, true
  end)
  return handler
end
