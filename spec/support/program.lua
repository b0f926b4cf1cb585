-- Runs the program wick for specs.
local program = {}

program.path = os.getenv("WICK_PROGRAM") or "build/wick"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function read_file(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

--- Writes a temporary file; returns its name.
function program.file(text)
  local name = os.tmpname()
  local file = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
  return name
end

--- The shell command that runs wick with `arguments`, a list.
function program.command(arguments)
  local words = { quote(program.path) }
  for _, argument in ipairs(arguments) do words[#words + 1] = quote(argument) end
  return table.concat(words, " ")
end

--- Runs wick with `arguments`, a list, and `input`; returns what it wrote to standard output and to
-- standard error, and its exit code.
function program.run(arguments, input)
  local given, errors = program.file(input or ""), os.tmpname()
  local pipe = assert(io.popen(("%s <%s 2>%s"):format(program.command(arguments), given, errors)))
  local output = pipe:read("a")
  local _, _, code = pipe:close()
  local complaint = read_file(errors)
  os.remove(given)
  os.remove(errors)
  return output, complaint, code
end

return program
