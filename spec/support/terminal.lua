-- A program on a terminal of its own, typed to and read like a person would: `script` of util-linux
-- makes the pseudo-terminal and keeps a copy of what is shown.
local system = require "wick.system"

local Terminal = {}
Terminal.__index = Terminal

local PATIENCE = 10 -- seconds until what is expected counts as missing

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Starts a shell command on a terminal.
function Terminal.open(command)
  local self = setmetatable({ file = os.tmpname(), seen = 0 }, Terminal)
  local line = ("TERM=xterm script -qfec %s %s >/dev/null 2>&1"):format(quote(command), self.file)
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

--- Ends the input and waits for the program; returns its exit code. Once is enough.
function Terminal:close()
  if not self.code then
    local _, _, code = self.keys:close()
    self.code = code
    os.remove(self.file)
  end
  return self.code
end

return Terminal
