--- Runs the tests: every spec in an interpreter of its own and every C test, several side by side,
-- so that a crash costs one file and is counted. The last line is "N passed, N failed".
--
--   lua5.4 spec/support/run_specs.lua [--jobs N] [--long] [FILE ...]
--
-- Specs tagged #long run with --long only. WICK_BUILD names the build folder and WICK_LUA the
-- interpreter; specs find both in their environment, with WICK_PROGRAM, the program `wick`.
-- WICK_EMULATOR is a command in front of C tests that were built for another processor.

local TIME_LIMIT = os.getenv("WICK_EMULATOR") and 3600 or 900 -- seconds a file may take
local CRASH_LINES = 60 -- lines of a crashed file's output that are shown

local build = os.getenv("WICK_BUILD") or "build"
local lua = os.getenv("WICK_LUA") or "lua5.4"

-- One file: its output goes to a log, its exit status and time to our pipe.
local JOB = [=[
log=$WICK_LOGS/$(echo "$1" | tr / _)
begin=$(date +%s%N)
case $1 in
*.lua) timeout -k 5 $WICK_TIME_LIMIT \
  "$WICK_LUA" "$WICK_BUSTED" --ignore-lua --cpath="$WICK_BUILD/lib/?.so" \
  -o spec/support/tap.lua $WICK_TAGS "$1" ;;
*) timeout -k 5 $WICK_TIME_LIMIT $WICK_EMULATOR "$1" ;;
esac >"$log" 2>&1 </dev/null
echo "$? $(( ($(date +%s%N) - begin) / 1000000 )) $1"
]=]

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- The output of a shell command, as a list of lines.
local function lines_of(command)
  local pipe = assert(io.popen(command))
  local lines = {}
  for line in pipe:lines() do
    lines[#lines + 1] = line
  end
  pipe:close()
  return lines
end

local function read_options(arguments)
  local options = { jobs = "2", files = {} }
  local i = 1
  while i <= #arguments do
    if arguments[i] == "--long" then
      options.long = true
    elseif arguments[i] == "--jobs" then
      i = i + 1
      options.jobs = arguments[i]
    else
      table.insert(options.files, arguments[i])
    end
    i = i + 1
  end
  return options
end

local function all_files()
  local files = lines_of("find spec -name '*_spec.lua' | sort")
  local tests = lines_of("find spec -name '*_test.c' | sort")
  for _, source in ipairs(tests) do
    table.insert(files, (source:gsub("^spec", build .. "/spec"):gsub("%.c$", "")))
  end
  return files
end

--- The environment of every test, in front of a command.
local function environment(logs, long)
  local here = lines_of("pwd")[1]
  local variables = {
    WICK_LOGS = logs,
    WICK_BUILD = build,
    WICK_LUA = lua,
    WICK_PROGRAM = build .. "/wick",
    WICK_BUSTED = lines_of("command -v busted")[1] or "busted",
    WICK_TAGS = long and "" or "--exclude-tags=long",
    WICK_TIME_LIMIT = tostring(TIME_LIMIT),
    LUA_PATH_5_4 = ("%s/lua/?.lua;%s/lua/?/init.lua;%s/?.lua;;"):format(here, here, here),
    LUA_CPATH_5_4 = build .. "/lib/?.so;;",
  }
  local words = { "env" }
  for name, value in pairs(variables) do
    words[#words + 1] = name .. "=" .. quote(value)
  end
  return table.concat(words, " ")
end

--- Reads a TAP log: counts, and the lines that tell of each failure.
local function read_log(path)
  local result = { passed = 0, failed = 0, skipped = 0, failures = {}, lines = {} }
  local failure
  for line in io.lines(path) do
    table.insert(result.lines, line)
    if line:match("^ok %d+ %- # SKIP") then
      result.skipped, failure = result.skipped + 1, nil
    elseif line:match("^ok %d+") then
      result.passed, failure = result.passed + 1, nil
    elseif line:match("^not ok %d+") then
      result.failed = result.failed + 1
      failure = { (line:gsub("^not ok %d+ %- ", "")) }
      table.insert(result.failures, failure)
    elseif line:match("^1%.%.%d+$") then
      result.plan = tonumber(line:match("%d+$"))
    elseif line:match("^# %S+ @ %d+: ") then
      result.started, failure = line:sub(3), nil
    elseif failure and line:match("^#.*%S") then
      table.insert(failure, line:sub(3))
    end
  end
  return result
end

--- What went wrong with the file as a whole, or nil.
local function whole_failure(result, status)
  if status == 124 or status == 137 then
    return ("took longer than %d seconds"):format(TIME_LIMIT)
  elseif status > 128 then
    return ("was ended by signal %d"):format(status - 128)
  elseif result.plan ~= result.passed + result.failed + result.skipped then
    return ("stopped before its end, with exit status %d"):format(status)
  elseif status ~= 0 and result.failed == 0 then
    return ("passed its tests and left with exit status %d"):format(status)
  end
end

--- The last lines of a log, from a sanitizer's report on when there is one.
local function tail(lines)
  local first = math.max(1, #lines - CRASH_LINES + 1)
  for i, line in ipairs(lines) do
    if line:match("ERROR: %a+Sanitizer") or line:match("runtime error:") then
      first = i
      break
    end
  end
  return table.concat(lines, "\n    ", first, math.min(#lines, first + CRASH_LINES - 1))
end

local function add_whole_failure(result, problem)
  local failure = { "the file " .. problem }
  if result.started then
    table.insert(failure, "the last test begun: " .. result.started)
  end
  table.insert(failure, tail(result.lines))
  table.insert(result.failures, failure)
  result.failed = result.failed + 1
end

--- Counts a file's result in and prints its line; its failures are kept for the end.
local function add(total, file, result, milliseconds)
  local mark = result.failed > 0 and "FAIL" or "ok  "
  print(("%s %-44s %5d passed %7.1f s"):format(mark, file, result.passed, milliseconds / 1000))
  io.flush()
  for _, failure in ipairs(result.failures) do
    table.insert(total.failures, file .. ": " .. table.concat(failure, "\n    "))
  end
  for _, key in ipairs { "passed", "failed", "skipped" } do
    total[key] = total[key] + result[key]
  end
end

local function run(files, options, logs)
  local total = { passed = 0, failed = 0, skipped = 0, failures = {} }
  local command = ("printf '%%s\\n' %s | %s xargs -r -P %s -I{} sh -c %s sh {}"):format(
    table.concat(files, " "), environment(logs, options.long), options.jobs, quote(JOB))
  for outcome in assert(io.popen(command)):lines() do
    local status, time, file = outcome:match("^(%d+) (%d+) (.*)$")
    local result = read_log(logs .. "/" .. file:gsub("/", "_"))
    local problem = whole_failure(result, tonumber(status))
    if problem then
      add_whole_failure(result, problem)
    end
    local short = file:sub(1, #build + 1) == build .. "/" and file:sub(#build + 2) or file
    add(total, short, result, tonumber(time))
  end
  return total
end

local function summarise(total)
  for _, failure in ipairs(total.failures) do
    print("\n" .. failure)
  end
  if total.passed + total.failed == 0 then
    print("no test ran")
  end
  print(("%d passed, %d failed%s"):format(total.passed, total.failed,
    total.skipped > 0 and (", %d skipped"):format(total.skipped) or ""))
end

local options = read_options(arg)
local logs = lines_of("mktemp -d")[1]
local files = #options.files > 0 and options.files or all_files()
local total = run(files, options, logs)
os.execute("rm -rf " .. quote(logs))
summarise(total)
os.exit(total.failed == 0 and total.passed > 0)
