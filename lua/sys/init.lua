-- sys: clocks, commands and terminal colours, after Torch7.
local paths = require "paths"
local system = require "wick.system"

local sys = {}
rawset(_G, "sys", sys)

--- Wall time in seconds.
sys.clock = system.clock

local started

--- Starts the stopwatch that `toc` reads.
function sys.tic()
  started = system.ticks()
end

--- Seconds since `tic`, printed when `verbose`.
function sys.toc(verbose)
  local elapsed = started and system.ticks() - started or 0.0
  if verbose then print(elapsed) end
  return elapsed
end

--- What a shell command prints, errors included, without the newlines at its end.
function sys.execute(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1"))
  local text = pipe:read("a")
  pipe:close()
  return (text:gsub("[\r\n]+$", ""))
end

--- The same as `execute`.
sys.fexecute = sys.execute

local function quoted(path)
  return "'" .. path:gsub("'", "'\\''") .. "'"
end

for name, command in pairs{ ls = "ls", ll = "ls -l", la = "ls -a", lla = "ls -la" } do
  sys[name] = function(directory)
    return sys.execute(directory and command .. " " .. quoted(directory) or command)
  end
end

--- "linux", "macos" or what the system calls itself.
function sys.uname()
  local name = system.uname():lower()
  return name == "darwin" and "macos" or name
end

sys.OS = sys.uname()
sys.prefix = paths.install_prefix
sys.dirname = paths.dirname
sys.basename = paths.basename
sys.concat = paths.concat
sys.dirp = paths.dirp
sys.filep = paths.filep

--- The directory and the name of the calling file.
function sys.fpath()
  local source = debug.getinfo(2, "S").source:match("^@(.*)")
  if not source then return nil end
  local file = paths.concat(source)
  return paths.dirname(file), paths.basename(file)
end

--- The parts of `text` between matches of a Lua pattern; empty ones are left out.
function sys.split(text, pattern)
  local parts, from = {}, 1
  while true do
    local first, last = text:find(pattern, from)
    if not first or last < first then break end
    if first > from then parts[#parts + 1] = text:sub(from, first - 1) end
    from = last + 1
  end
  if from <= #text then parts[#parts + 1] = text:sub(from) end
  return parts
end

--- Whether a number is not one.
function sys.isNaN(number)
  return number ~= number
end

--- Waits so many seconds.
sys.sleep = system.sleep

--- Waits so many microseconds.
function sys.usleep(microseconds)
  system.sleep(microseconds / 1e6)
end

sys.COLORS = { none = "\27[0m" }
for i, name in ipairs{ "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white" } do
  sys.COLORS[name] = ("\27[0;%dm"):format(29 + i)
  sys.COLORS[name:gsub("^%l", string.upper)] = ("\27[1;%dm"):format(29 + i)
  sys.COLORS["_" .. name] = ("\27[%dm"):format(39 + i)
end

return sys
