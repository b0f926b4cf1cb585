-- A program on a terminal of its own, typed to and read like a person would: `script` of util-linux
-- makes the pseudo-terminal and keeps a copy of what is shown.
local system = require "wick.system"

local Terminal = {}
Terminal.__index = Terminal

local PATIENCE = 10 -- seconds until what is expected counts as missing

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Starts a shell command on a terminal. Keys pressed after its end go nowhere.
function Terminal.open(command)
  local self = setmetatable({ file = os.tmpname(), seen = 0 }, Terminal)
  local line = ("TERM=xterm timeout --foreground 120 script -qfec %s %s >/dev/null 2>&1; "
    .. "code=$?; cat >/dev/null; exit $code"):format(quote(command), self.file)
  self.keys = assert(io.popen(line, "w"))
  self.keys:setvbuf("no")
  return self
end

--- Presses keys: "\r" is Enter, "\3" Ctrl-C, "\4" Ctrl-D, "\t" Tab.
function Terminal:type(keys)
  self.keys:write(keys)
end

--- What the terminal has shown so far.
function Terminal:shown()
  local file = assert(io.open(self.file, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

--- Waits until `text` is shown after what was expected last; returns the seconds that took.
function Terminal:expect(text)
  local started = system.ticks()
  while system.ticks() - started < PATIENCE do
    local _, last = self:shown():find(text, self.seen + 1, true)
    if last then
      self.seen = last
      return system.ticks() - started
    end
    system.sleep(0.01)
  end
  error(("the terminal does not show %q but:\n%s"):format(text, self:shown():sub(self.seen + 1)), 2)
end

function Terminal:has_ended(within)
  local started = system.ticks()
  repeat
    if self:shown():find("\nScript done on [^\n]*\n$") then return true end
    system.sleep(0.01)
  until system.ticks() - started > within
  return false
end

-- Ctrl-D on an empty line; a terminal may lose it while it changes its mode, so it is said again.
function Terminal:leave()
  local started = system.ticks()
  while not self:has_ended(0.05) and system.ticks() - started < PATIENCE do
    self:type("\3")
    if self:has_ended(0.05) then return end
    self:type("\4")
  end
end

--- Ends the program, if it does not by itself, and waits for it; returns its exit code.
function Terminal:close()
  if not self.code then
    self:leave()
    local _, _, code = self.keys:close()
    self.code = code
    os.remove(self.file)
  end
  return self.code
end

return Terminal
