-- Looking at graphs: names from local variables, pictures, and a picture of where a forward failed.
local check = require "nngraph.check"
local errors = require "wick.errors"
local files = require "graph.files"
local gModule = require "nngraph.gmodule"

local inspect = {}

--- nngraph.annotateNodes([level]): names nodes after the local variables of the caller (level 1)
-- that hold them. Names that were given stay.
function inspect.annotateNodes(level)
  level = level or 1
  local index = 1
  while true do
    local name, value = debug.getlocal(level + 1, index)
    if not name then return end
    if check.is_node(value) and not value.data.annotations.name then
      value:annotate{ name = name }
    end
    index = index + 1
  end
end

--- nngraph.display(gmodule): writes a picture of the forward graph to a temporary file and prints
-- its path.
function inspect.display(gmodule)
  if not (type(gmodule) == "table" and gmodule.fg) then
    errors.raise("nngraph.display: expected an nn.gModule, got %s", errors.value(gmodule))
  end
  return files.dot(gmodule.fg, rawget(gmodule, "name"))
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

-- A file's name for the picture of a gModule that failed.
local function picture_name(gmodule)
  local name = rawget(gmodule, "name") or ("nngraph_%din_%dout"):format(gmodule.nInputs or 1,
    #gmodule.outnode.children)
  local free, number = name, 1
  while exists(free .. ".svg") do
    number = number + 1
    free = ("%s_%d"):format(name, number)
  end
  return free
end

-- Draws the forward graph with the node in red.
local function draw_failure(gmodule, node)
  local name = picture_name(gmodule)
  local attributes = node:graphNodeAttributes()
  local before = { style = attributes.style, fillcolor = attributes.fillcolor }
  attributes.style, attributes.fillcolor = "filled", "red"
  local ok, message = pcall(files.dot, gmodule.fg, name, name)
  attributes.style, attributes.fillcolor = before.style, before.fillcolor
  io.stderr:write(ok and ("saving %s.svg\n"):format(name) or message .. "\n")
end

--- nngraph.setDebug(on): while it is on, a forward that fails writes NAME.svg and NAME.dot, a
-- picture of the graph with the node in red, where NAME is the gModule's `name`.
function inspect.setDebug(on)
  gModule.failed = on and draw_failure or nil
end

return inspect
