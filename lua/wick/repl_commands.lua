-- The prompt's commands: ?name, ??function, $ command, :time expression, :reload module, and the
-- global `who`.
local class = require "torch.class"
local errors = require "wick.errors"
local globals = require "wick.globals"

local commands = {}

local overview = [[
expression      shows its value; a ; at the end keeps quiet; _ is the last one
?name           help on a function, class or operation: ?nn.Linear
??name          where it is defined, and its source
:time expr      how long an expression takes
:reload name    loads a changed module again
$ command       runs a shell command
who()           your globals, their shapes and bytes
exit, Ctrl-D    leaves; Ctrl-C stops what runs]]

-- The value that an expression such as nn.Linear has; nil where it has none.
local function value_of(text)
  local chunk = load("return " .. text, "=help")
  if not chunk then return nil end
  local done, value = pcall(chunk)
  return done and value or nil
end

local function show_help(name)
  if name == "" then return print(overview) end
  local help = require "wick.help"
  print(help.text(name, value_of(name)))
end

local function show_source(name)
  local help = require "wick.help"
  print(help.source(name, value_of(name)))
end

local function time_text(seconds)
  if seconds < 1e-3 then return ("%.1f us"):format(seconds * 1e6) end
  if seconds < 1 then return ("%.2f ms"):format(seconds * 1e3) end
  return ("%.3f s"):format(seconds)
end

local function time(text, compile)
  local system = require "wick.system"
  local chunk, message = compile(text)
  if not chunk then return message end
  local started, user, sys = system.ticks(), system.cpu()
  chunk()
  local elapsed = system.ticks() - started
  local user_after, sys_after = system.cpu()
  print(("%s (processor %s)"):format(time_text(elapsed),
    time_text(user_after + sys_after - user - sys)))
end

local function reload(name)
  local before = package.loaded[name]
  package.loaded[name] = nil
  local done, module = pcall(require, name)
  if not done then
    package.loaded[name] = before
    return module
  end
  if rawget(_G, name) == before and before ~= nil then rawset(_G, name, module) end
end

local function shell(command)
  io.stdout:flush()
  local done, what, code = os.execute(command)
  if not done then print(("[%s %d]"):format(what, code)) end
end

local colon = { time = time, reload = reload, help = function() print(overview) end }

local function run_colon(text, compile)
  local name, rest = text:match("^(%a*)%s*(.-)%s*$")
  local command = colon[name]
  if command then return command(rest, compile) end
  return (":%s is no command%s"):format(name, errors.suggestion(errors.nearest(name, colon)))
end

--- Whether a line is a command.
function commands.is_command(line)
  return line:find("^%s*[?$]") ~= nil or line:find("^%s*:%a") ~= nil
end

--- Carries a command line out; `compile` makes a chunk of an expression or statement. Returns what
-- there is to complain about, if anything.
function commands.run(line, compile)
  local mark, rest = line:match("^%s*(%?*[$:]?)%s*(.-)%s*$")
  if mark == "$" then return shell(rest) end
  if mark == ":" then return run_colon(rest, compile) end
  if mark == "??" then return show_source(rest) end
  return show_help(rest)
end

-- who ------------------------------------------------------------------------------------------

local function bytes_of(value)
  local size = value.elementSize and value:elementSize() or nil
  return size and ("%d bytes"):format(value:nElement() * size) or ""
end

local function description(value)
  if class.isTensor(value) then return errors.value(value), bytes_of(value) end
  if class.typename(value) then return class.typename(value), "" end
  if type(value) == "number" or type(value) == "string" or type(value) == "boolean" then
    return errors.value(value), ""
  end
  if type(value) == "table" then return ("table of %d"):format(#value), "" end
  return type(value), ""
end

-- Lua's own functions and what modules are called do not count.
local function is_own(name, value)
  if type(name) ~= "string" or name:find("^_") or name == "arg" or name == "who" then
    return false
  end
  if package.loaded[name] == value or globals.is_package(name) then return false end
  return type(value) ~= "function" or debug.getinfo(value, "S").what ~= "C"
end

local function own_names()
  local names = {}
  for name, value in pairs(_G) do
    if is_own(name, value) then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

local function who()
  for _, name in ipairs(own_names()) do
    local what, size = description(rawget(_G, name))
    print((("%-16s %-40s %s"):format(name, what, size):gsub("%s+$", "")))
  end
end

--- Sets the globals that only the prompt has.
function commands.install()
  if rawget(_G, "who") == nil then rawset(_G, "who", who) end
end

return commands
