-- The program wick after its start: options, the script and its arguments, the globals scripts
-- find, and what is said about an error. bindings/main.c calls it with the command line and returns
-- the exit code.
local host = require "wick.host"
local globals = require "wick.globals"
local failure = require "wick.failure"
local system = require "wick.system"

local usage = [=[
usage: wick [options] [script [arguments]]
  -e statement   runs a statement
  -l name        requires a module into the global of its name
  -i             goes on to the prompt after the script
  --torch7       for scripts written for Torch7: its default type, Lua 5.1's habits, th's globals
  -v, --version  shows the version
  -h, --help     shows this
  --             ends the options
  -              runs standard input as a script
Without a script wick reads statements, from the prompt when there is a terminal.
]=]

local tracing = os.getenv("WICK_TRACE") == "1"

-- Debugging aids asked for in the environment: WICK_CHECK_FINITE=1 stops at the first NaN,
-- WICK_TRACE=1 shows at the end what each operation took.
local function prepare_core(core)
  if os.getenv("WICK_CHECK_FINITE") == "1" then core.setCheckFinite(true) end
  if tracing then core.traceStart() end
end

local function show_trace()
  if tracing and package.loaded["wick.core"] then
    io.stderr:write(tostring(require("wick.trace").stop()), "\n")
  end
end

-- wick.core, once it is loaded, learns to be stopped by Ctrl-C.
local function watch_core()
  package.preload["wick.core"] = function(name)
    local file = assert(package.searchpath(name, package.cpath))
    local core = assert(package.loadlib(file, "luaopen_wick_core"))(name, file)
    if core.interrupter then host.watch(core.interrupter()) end
    prepare_core(core)
    return core
  end
end

-- The version, and where the C module can be loaded how it computes.
local function version_line()
  local found, core = pcall(require, "wick.core")
  return found and core.buildInfo() or "Wick " .. host.version
end

-- Options --------------------------------------------------------------------------------------

local long = {
  ["--version"] = true, ["--help"] = true, ["--interactive"] = true, ["--torch7"] = true,
}
local short = { v = "version", h = "help", i = "interactive" }
local valued = { e = "statement", l = "module" }

-- What the options before the script ask for: { actions, interactive, version, help, torch7,
-- script } with the script's place in `argv`; or nil and a message.
local function read_options(argv)
  local asked = { actions = {} }
  local i = 1
  while argv[i] do
    local word = argv[i]
    local letter, rest = word:match("^%-(%a)(.*)$")
    if word == "--" then
      asked.script = argv[i + 1] and i + 1
      return asked
    elseif word == "-" or word:sub(1, 1) ~= "-" then
      asked.script = i
      return asked
    elseif long[word] then
      asked[word:sub(3)] = true
    elseif valued[letter] then
      if rest == "" then
        i = i + 1
        rest = argv[i]
      end
      if not rest then return nil, ("%s needs a value"):format(word) end
      asked.actions[#asked.actions + 1] = { kind = valued[letter], value = rest }
    elseif short[letter] and rest == "" then
      asked[short[letter]] = true
    else
      return nil, ("there is no option %s"):format(word)
    end
    i = i + 1
  end
  return asked
end

-- The global `arg`: the script at 0, its arguments after, the program and its options before.
local function make_arg(argv, script)
  local shifted = {}
  local last = #argv
  for i = 0, last do shifted[i - (script or 0)] = argv[i] end
  return shifted
end

-- Running --------------------------------------------------------------------------------------

-- Whether it went well, and the first result; what went wrong is said.
local function run(f, ...)
  local went_well, result = host.call(failure.describe, f, ...)
  if not went_well then
    io.stdout:flush()
    io.stderr:write("wick: ", result, "\n")
  end
  return went_well, result
end

local function run_chunk(chunk, message, ...)
  if not chunk then
    io.stderr:write("wick: ", message, "\n")
    return false
  end
  return run(chunk, ...)
end

local function run_action(action)
  if action.kind == "statement" then
    return run_chunk(load(action.value, "=(command line)"))
  end
  local name, module = action.value:match("^([^=]+)=(.+)$")
  local found, result = run(require, module or action.value)
  if found then rawset(_G, name or action.value, result) end
  return found
end

local function run_script(argv, place)
  local file = argv[place]
  local arguments = table.move(argv, place + 1, #argv, 1, {})
  if file == "-" and argv[place - 1] ~= "--" then file = nil end
  local chunk, message = loadfile(file)
  return run_chunk(chunk, message, table.unpack(arguments))
end

local function prompt(asked)
  local repl = require "wick.repl"
  return repl.start{ interactive = asked.interactive or system.isatty(0), banner = version_line }
end

-- Carries out what was asked; returns the exit code.
local function carry_out(argv, asked)
  if asked.version then print(version_line()) end
  if asked.torch7 and not run(require, "torch7") then return 1 end
  for _, action in ipairs(asked.actions) do
    if not run_action(action) then return 1 end
  end
  local went_well = true
  if asked.script then went_well = run_script(argv, asked.script) end
  local nothing_else = not asked.script and #asked.actions == 0 and not asked.version
  if asked.interactive or nothing_else then
    local code = prompt(asked)
    return went_well and code or 1
  end
  return went_well and 0 or 1
end

--- Runs the program with the command line `argv` (0 is the program); returns the exit code.
return function(argv)
  local asked, message = read_options(argv)
  if not asked then
    io.stderr:write("wick: ", message, "\n", usage)
    return 1
  elseif asked.help then
    io.stdout:write(usage)
    return 0
  end
  _G.arg = make_arg(argv, asked.script)
  watch_core()
  globals.install()
  local code = carry_out(argv, asked)
  show_trace()
  return code
end
