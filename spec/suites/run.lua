--- Runs Torch7's own suites, unchanged, from checkouts under a folder:
--
--   wick spec/suites/run.lua [--limit SECONDS] [--only NAME] FOLDER
--
-- Checkouts of torch7, nn, optim, image, nngraph, torchnet and torch-autograd are found by their
-- files, at any depth, and so are public repositories of scripts (scripts.lua). Every suite runs
-- by `wick --torch7` in a process and a folder of its own, within a time limit; a script runs in a
-- copy of its folder, beside data in the layout that it reads (layouts.lua), for an epoch. What is
-- not there, or needs what is not there, is passed over with a word.
-- The exit code is 0 when nothing failed, 1 when something did, 2 when nothing could be run.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
local list = assert(loadfile(here .. "/list.lua"))()
table.move(assert(loadfile(here .. "/scripts.lua"))(), 1, 99, #list + 1, list)

local LIMIT = 600 -- seconds a suite may take
local program = os.getenv("WICK_PROGRAM") or arg[-1] or "wick"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function lines_of(command)
  local pipe = assert(io.popen(command))
  local lines = {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  pipe:close()
  return lines
end

local function exists(name)
  local file = io.open(name, "rb")
  if file then file:close() end
  return file ~= nil
end

local function read_options(arguments)
  local options = { limit = nil, only = nil, folder = nil }
  local i = 1
  while arguments[i] do
    local name = arguments[i]:match("^%-%-(%a+)$")
    if name == "limit" or name == "only" then
      i = i + 1
      options[name] = arguments[i]
    elseif name or options.folder then
      io.stderr:write("usage: run.lua [--limit SECONDS] [--only NAME] FOLDER\n")
      os.exit(2, true)
    else
      options.folder = arguments[i]
    end
    i = i + 1
  end
  if not options.folder or options.folder == "" then
    io.stderr:write("run.lua: where are the checkouts? make suites DIR=path\n")
    os.exit(2, true)
  end
  return options
end

-- Finding ----------------------------------------------------------------------------------------

local function has_all(folder, names)
  for _, name in ipairs(names) do
    if not exists(folder .. "/" .. name) then return false end
  end
  return true
end

-- The first folder under `folder` that holds a package's marks, the nearest to the top; nil.
local function checkout_of(package_list, folders)
  for _, folder in ipairs(folders) do
    if has_all(folder, package_list.marks) then return folder end
  end
end

local function folders_under(folder)
  return lines_of(("find -L %s -type d -not -path '*/.*' -printf '%%d %%p\\n' 2>/dev/null "
    .. "| sort -n | cut -d' ' -f2-"):format(quote(folder)))
end

local function is_there(name)
  local program_name = name:match("^(%S+) %(program%)$")
  if program_name then return #lines_of("command -v " .. quote(program_name)) > 0 end
  return package.searchpath(name, package.path) ~= nil
    or package.searchpath(name, package.cpath) ~= nil
end

local function missing(suite)
  local names = {}
  for _, name in ipairs(suite.needs or {}) do
    if not is_there(name) then names[#names + 1] = name end
  end
  return #names > 0 and table.concat(names, ", ") or nil
end

-- Running ----------------------------------------------------------------------------------------

-- The program's arguments that run a suite.
local function command_of(suite, file)
  if suite.arguments then
    return ("%s %s %s"):format(quote(here .. "/launch.lua"), quote(file:match("[^/]+$")),
      suite.arguments)
  end
  if not suite.call and not suite.requires then return quote(file) end
  local steps = { "for i = #arg, 1, -1 do arg[i] = nil end" } -- run without arguments
  for _, name in ipairs(suite.hides or {}) do
    steps[#steps + 1] = ("package.preload[%q] = function() error('hidden') end"):format(name)
  end
  for _, name in ipairs(suite.requires or {}) do
    steps[#steps + 1] = ("require %q"):format(name)
  end
  steps[#steps + 1] = ("dofile(%q)"):format(file)
  steps[#steps + 1] = suite.call
  return "-e " .. quote(table.concat(steps, " "))
end

-- Shell commands that put a script's files and its data into the current folder.
local function preparation(suite, file)
  if not suite.arguments then return "true" end
  return ("cp -r %s/. . && %s --torch7 %s %s"):format(quote(file:match("^(.*)/")), quote(program),
    quote(here .. "/layouts.lua"), suite.layout or "")
end

local function run(suite, file, log, limit)
  local folder = lines_of("mktemp -d")[1]
  local begin = os.time()
  local _, _, code = os.execute(("cd %s && exec >%s 2>&1 </dev/null && %s && "
    .. "timeout -k 5 %s %s --torch7 %s"):format(quote(folder), quote(log),
    preparation(suite, file), limit, quote(program), command_of(suite, file)))
  os.execute("rm -rf " .. quote(folder))
  return code, os.time() - begin
end

-- Reading the outcome ----------------------------------------------------------------------------

-- Tests by how they ended, from the lines torch.Tester writes.
local function read_log(log)
  local outcome = { passed = 0, failed = {}, asserts = 0, summaries = 0 }
  for line in io.lines(log) do
    line = line:gsub("\27%[[%d;]*m", ""):gsub("^.*\r", "")
    local name, status = line:match("^%s*%d+/%d+%s+(%S+)%s+%.+%s+%[(%u+)%]")
    if status == "PASS" then
      outcome.passed = outcome.passed + 1
    elseif status == "FAIL" or status == "ERROR" then
      table.insert(outcome.failed, ("%s (%s)"):format(name, status:lower()))
    end
    local asserts = line:match("^Completed (%d+) asserts? in ")
    if asserts then
      outcome.asserts = outcome.asserts + tonumber(asserts)
      outcome.summaries = outcome.summaries + 1
    end
  end
  return outcome
end

-- A suite that was cut short failed, whatever it had passed; a script without assertions is one
-- test that passes by ending well.
local function judge(suite, outcome, code, limit)
  if code == 124 or code == 137 then
    table.insert(outcome.failed, ("ran past its limit of %s s"):format(limit))
  elseif suite.assertions == false then
    if code == 0 then
      outcome.passed = outcome.passed + 1
    else
      table.insert(outcome.failed, ("ended with code %d"):format(code))
    end
  elseif outcome.summaries == 0 or (code ~= 0 and #outcome.failed == 0) then
    table.insert(outcome.failed, ("ended with code %d before its summary"):format(code))
  end
  return outcome
end

local total = { suites = 0, passed = 0, failed = 0, asserts = 0, skipped = 0 }

local function show(title, suite, outcome, seconds, log)
  local failed = #outcome.failed
  local counted = suite.assertions == false and "no assertions"
    or ("%d assertions"):format(outcome.asserts)
  print(("%-34s %4d passed %4d failed  %17s %5d s"):format(title, outcome.passed, failed, counted,
    seconds))
  for i = 1, math.min(failed, 20) do print("    " .. outcome.failed[i]) end
  if failed > 20 then print(("    and %d more"):format(failed - 20)) end
  if failed > 0 then print("    see " .. log) end
  total.suites = total.suites + 1
  total.passed, total.failed = total.passed + outcome.passed, total.failed + failed
  total.asserts = total.asserts + outcome.asserts
end

local function skip(title, reason)
  total.skipped = total.skipped + 1
  print(("%-34s passed over: %s"):format(title, reason))
end

local function run_suite(package_list, folder, suite, options)
  local title = package_list.package .. "/" .. (suite.title or suite.file)
  local file, needs = folder .. "/" .. suite.file, missing(suite)
  if not exists(file) then return skip(title, "this checkout has it not") end
  if needs then return skip(title, "needs " .. needs) end
  local log = ("%s/%s.log"):format(options.logs, title:gsub("%W", "_"))
  local limit = options.limit or suite.limit or LIMIT
  local code, seconds = run(suite, file, log, limit)
  show(title, suite, judge(suite, read_log(log), code, limit), seconds, log)
end

local function run_package(package_list, folders, options)
  local folder = checkout_of(package_list, folders)
  if not folder then return skip(package_list.package, "no checkout of it there") end
  for _, suite in ipairs(package_list.suites) do
    local title = package_list.package .. "/" .. (suite.title or suite.file)
    if not options.only or title:find(options.only, 1, true) then
      run_suite(package_list, folder, suite, options)
    end
  end
end

local options = read_options(arg)
options.folder = lines_of("realpath " .. quote(options.folder))[1] or options.folder
program = lines_of("realpath " .. quote(program))[1] or program
here = lines_of("realpath " .. quote(here))[1] or here
options.logs = lines_of("mktemp -d /tmp/suites.XXXXXX")[1]
local folders = folders_under(options.folder)
for _, package_list in ipairs(list) do run_package(package_list, folders, options) end
print(("%d suites: %d tests passed, %d failed, %d assertions; %d passed over"):format(total.suites,
  total.passed, total.failed, total.asserts, total.skipped))
os.exit(total.suites == 0 and 2 or total.failed > 0 and 1 or 0, true)
