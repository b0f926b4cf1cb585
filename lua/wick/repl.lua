-- The prompt: reads a statement, an expression or a command, carries it out, shows what came of it.
-- `repl.start{}` also works inside a host under plain Lua; then lines come from standard input
-- without editing, and Ctrl-C does what the host says.
local commands = require "wick.repl_commands"
local failure = require "wick.failure"
local globals = require "wick.globals"
local reading = require "wick.repl_read"
local show = require "wick.repl_show"

local repl = {}

local has_host, host = pcall(require, "wick.host")

-- Calls `f` so that an error, or Ctrl-C, comes back as false and its text.
local function guarded(f, ...)
  if has_host then return host.call(failure.describe, f, ...) end
  return xpcall(f, failure.describe, ...)
end

local function say_failure(session, text)
  io.stdout:flush()
  session.failed = true
  if session.colored then text = "\27[31m" .. text .. "\27[0m" end
  io.stderr:write(text, "\n")
end

-- Compiling ------------------------------------------------------------------------------------

-- The chunk of an expression or else a statement; nil and the message when it is neither, and true
-- when more input may still complete it.
local function compile(text)
  local source = text:gsub("^%s*=", "")
  local chunk, as_expression = load("return " .. source, "=stdin")
  if chunk then return chunk end
  local statement, as_statement = load(source, "=stdin")
  if statement then return statement end
  if as_expression:find("near <eof>$") then return nil, as_expression, true end
  return nil, as_statement, as_statement:find("near <eof>$") ~= nil
end

local function is_silent(text)
  return text:find(";%s*$") ~= nil
end

-- Carrying out ---------------------------------------------------------------------------------

-- `_` is the last result, `_1` to `_9` the last of all results of one statement.
local function remember_results(results)
  rawset(_G, "_", results[1])
  for i = 1, 9 do rawset(_G, "_" .. i, results[i]) end
end

local function show_results(results)
  local texts, separator = {}, "\t"
  for i = 1, results.n do
    texts[i] = show.value(results[i])
    if texts[i]:find("\n") then separator = "\n" end
  end
  io.stdout:write(table.concat(texts, separator), "\n")
end

local function carry_out(session, chunk, silent)
  local results = table.pack(guarded(chunk))
  local done = table.remove(results, 1)
  results.n = results.n - 1
  if not done then return say_failure(session, results[1]) end
  if results.n == 0 then return end
  remember_results(results)
  if silent then return end
  local shown, message = guarded(show_results, results)
  if not shown then say_failure(session, message) end
end

local function run_command(session, line)
  local _, message = guarded(commands.run, line, compile)
  if message then say_failure(session, message) end
end

-- Reads on until the text compiles or cannot; nil when the input was given up.
local function complete_statement(session, text)
  local chunk, message, unfinished = compile(text)
  while unfinished do
    local line = session.reader:read("...> ")
    if line == nil then break end
    if line == false then return nil end
    text = text .. "\n" .. line
    chunk, message, unfinished = compile(text)
  end
  if not chunk then say_failure(session, message) end
  return chunk, text
end

local function is_leaving(line)
  local word = line:match("^%s*(%a+)%s*$")
  return (word == "exit" or word == "quit") and rawget(_G, word) == nil
end

-- One turn; false when the input ends.
local function turn(session)
  local line = session.reader:read("wick> ")
  if line == nil then return false end
  if line == false or not line:find("%S") then return true end
  if is_leaving(line) then return false end
  if commands.is_command(line) then
    run_command(session, line)
    return true
  end
  local chunk, text = complete_statement(session, line)
  if chunk then carry_out(session, chunk, is_silent(text)) end
  io.stdout:flush()
  return true
end

-- The warning about names that are not set ------------------------------------------------------

local function warn_of_missing_globals()
  local warned = {}
  globals.missing = function(name)
    local reader = debug.getinfo(3, "S")
    if warned[name] or type(name) ~= "string" or name:find("^_") then return end
    if not reader or reader.source ~= "=stdin" then return end
    warned[name] = true
    io.stdout:flush()
    io.stderr:write("warning: ", name, " is not set\n")
  end
  if not getmetatable(_G) then globals.install() end
end

--- Runs the prompt until its input ends. Options: `interactive` (prompts, editing, history; decided
-- by the terminal when absent), `banner` (a line, or a function that makes it). Returns an exit
-- code: 1 when input that was not interactive failed somewhere, else 0.
function repl.start(options)
  options = options or {}
  local session = { reader = reading.open(options.interactive), failed = false }
  session.colored = session.reader.interactive and os.getenv("NO_COLOR") == nil
  warn_of_missing_globals()
  commands.install()
  if session.reader.interactive and options.banner then
    local banner = type(options.banner) == "function" and options.banner() or options.banner
    print(banner .. "  ?name: help, Ctrl-D: leave")
  end
  while turn(session) do end
  session.reader:close()
  globals.missing = nil
  return session.failed and not session.reader.interactive and 1 or 0
end

return repl
