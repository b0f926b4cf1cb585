-- Where the prompt's lines come from: a terminal with editing, history and completion when the
-- program brings them along, else standard input as it is.
local reading = {}

-- A reader answers read(prompt): a line, nil at the end, false after Ctrl-C; and close().

local Plain = {}
Plain.__index = Plain

function Plain:read(prompt)
  if self.interactive then
    io.stdout:write(prompt)
    io.stdout:flush()
  end
  return io.stdin:read("l")
end

function Plain:close()
  if self.interactive then io.stdout:write("\n") end
end

local Edited = { interactive = true }
Edited.__index = Edited

local function history_file()
  local home = os.getenv("HOME")
  return os.getenv("WICK_HISTORY") or home and home .. "/.wick_history"
end

function Edited:read(prompt)
  io.stdout:flush()
  local line = self.editor:read(prompt)
  if not line then io.stdout:write("\n") end
  if line and line:find("%S") then
    self.editor:remember(line)
    if self.history then self.editor:save(self.history) end
  end
  return line
end

function Edited:close()
  self.editor:close()
end

local function open_edited(edit)
  local completion = require "wick.repl_complete"
  local reader = setmetatable({ history = history_file() }, Edited)
  reader.editor = edit.open(completion.complete)
  if reader.history then reader.editor:load(reader.history) end
  return reader
end

--- The reader of standard input. `interactive` nil: when it is a terminal.
function reading.open(interactive)
  local has_system, system = pcall(require, "wick.system")
  local is_terminal = has_system and system.isatty(0)
  if interactive == nil then interactive = is_terminal end
  local has_edit, edit = pcall(require, "wick.edit")
  if interactive and is_terminal and has_edit then return open_edited(edit) end
  return setmetatable({ interactive = interactive }, Plain)
end

return reading
