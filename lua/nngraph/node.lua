-- nngraph.Node: a place in a graph of modules. Its children are the nodes it takes input from.
-- `data` is shared by a node's counterparts in the forward and the backward graph:
--
--   module       what runs there; a node without one passes its input on
--   mapindex     the data of the nodes it takes input from, as a list that maps them to places too
--   reverseMap   the set of nodes that take input from it
--   nSplitOutputs, selectindex   of the nodes that `split` makes
--   annotations  name, description, graphAttributes, and _debugLabel: where it was made
--   input, gradOutput   of the last run, where they are kept (see gmodule.lua)
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"

local Node, parent = torch.class("nngraph.Node", "graph.Node")

-- The script's line that is at work.
local function location()
  local level = errors.level()
  local info = level and debug.getinfo(level, "Sl")
  return info and ("[%s]:%d"):format(info.short_src, info.currentline) or "[?]:0"
end

--- A node with this data.
function Node:__init(data)
  parent.__init(self, data)
  data.annotations = data.annotations or {}
  data.mapindex = data.mapindex or {}
  data.reverseMap = data.reverseMap or {}
  if not data.annotations._debugLabel then data.annotations._debugLabel = location() .. "_" end
end

--- Points to another node. With `as_input` that one is also the next of the nodes it takes input
-- from.
function Node:add(child, as_input)
  parent.add(self, child)
  if not as_input then return end
  local inputs = self.data.mapindex
  if inputs[child.data] then errors.raise("Don't pass the same input twice.") end
  inputs[#inputs + 1], inputs[child.data] = child.data, #inputs + 1
  child.data.reverseMap[self] = true
end

--- The nodes that stand for the entries of this node's output, a table of `count` entries.
function Node:split(count)
  if math.tointeger(count) == nil or count < 1 then
    errors.raise("nngraph.Node: split takes the number of outputs, got %s", errors.value(count))
  end
  if count == 1 then return _G.nngraph.JustElement()(self) end
  local label = self.data.annotations._debugLabel
  local middle = Node.new{
    nSplitOutputs = count,
    annotations = { _debugLabel = ("%s split at %s-mnode"):format(label, location()) },
  }
  middle:add(self, true)
  local parts = {}
  for i = 1, count do
    parts[i] = Node.new{
      selectindex = i, annotations = { _debugLabel = ("%s-%d"):format(label, i) },
    }
    parts[i]:add(middle, true)
  end
  return table.unpack(parts)
end

--- Notes things about the node that pictures show: `name`, `description`, `graphAttributes`
-- (graphviz's: color, fontcolor, style, fillcolor, tooltip ...). Returns the node.
function Node:annotate(annotations)
  for key, value in pairs(annotations) do self.data.annotations[key] = value end
  return self
end

--- The node's name in pictures.
function Node:graphNodeName()
  local name = self.data.annotations.name
  return name and ("%s (%d)"):format(name, self.id) or ("Node%d"):format(self.id)
end

--- graphviz's attributes of the node; the tooltip says where it was made.
function Node:graphNodeAttributes()
  local annotations = self.data.annotations
  annotations.graphAttributes = annotations.graphAttributes or {}
  local attributes = annotations.graphAttributes
  attributes.tooltip = attributes.tooltip or annotations._debugLabel
  return attributes
end

-- Labels -----------------------------------------------------------------------------------------

-- What of a tensor's values deserves a word.
local function oddity(x)
  if x:nElement() == 0 then return "" end
  x = x:detach():double()
  if x:ne(x):any() then return "NaN" end
  if x:max() == math.huge then return "inf" end
  return x:min() == -math.huge and "-inf" or ""
end

-- Text of tensors by type and sizes, and of lists of them.
local function text_of(value)
  if class.isTensor(value) then
    local kind = value:type() == torch.Tensor():type() and "Tensor" or value:type()
    return ("%s[%s]%s"):format(kind, table.concat(value:size():totable(), "x"), oddity(value))
  elseif type(value) == "table" and not class.typename(value) then
    local parts = {}
    for i, entry in ipairs(value) do parts[i] = text_of(entry) end
    return "{" .. table.concat(parts, ",") .. "}"
  end
  return (tostring(value):gsub("\n", "\\l"))
end

local function inputs_of(mapindex)
  local names = {}
  for i, data in ipairs(mapindex) do names[i] = ("Node%s"):format(data.forwardNodeId or "") end
  return "{" .. table.concat(names, ",") .. "}"
end

local shown = { "module", "input", "gradOutput", "nSplitOutputs", "selectindex" }

--- What pictures say about the node: description, module, its inputs where there are several, and
-- what is kept of the last run. Lines end in graphviz's \l.
function Node:label()
  local data, lines = self.data, {}
  local description = data.annotations.description
  if #data.mapindex > 1 then lines[1] = "mapindex = " .. inputs_of(data.mapindex) end
  for _, name in ipairs(shown) do
    local text = data[name] ~= nil and text_of(data[name]) or "{}"
    if text ~= "{}" then lines[#lines + 1] = ("%s = %s"):format(name, text) end
  end
  return (description and ("desc = %s\\n"):format(description) or "") .. table.concat(lines, "\\l")
end

return Node
