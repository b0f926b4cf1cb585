-- How nodes become a gModule: dummy nodes at both ends, the graph between them in both directions,
-- an order, and the checks that everything is connected.
local check = require "nngraph.check"
local class = require "torch.class"
local errors = require "wick.errors"
local Node = class.getmetatable("nngraph.Node")

local function declared(node)
  return node.data.annotations._debugLabel or "[?]:0_"
end

local function check_inputs(inputs)
  local count, place = check.nodes(inputs, "inputs"), {}
  if count == 0 then errors.raise("nn.gModule: no inputs are not supported") end
  for i = 1, count do
    local input = inputs[i]
    if place[input] then
      errors.raise("nn.gModule: inputs[%d] is the same node as inputs[%d]", i, place[input])
    elseif #input.children > 0 then
      errors.raise("nn.gModule: an input should have no inputs, inputs[%d], declared at %s, has "
        .. "%d; nodes are for one gModule", i, declared(input), #input.children)
    end
    place[input] = i
  end
end

-- The node that gives the inputs.
local function fork(inputs)
  local count = #inputs
  local node = Node.new{}
  local parts = count == 1 and { node } or { node:split(count) }
  for i = 1, count do inputs[i]:add(parts[i], true) end
  return node
end

-- The counterpart of the node of inputs. Other nodes without inputs are parameters, or were
-- forgotten.
local function find_innode(graph, innode)
  local found
  for _, root in ipairs(graph:roots()) do
    local module = root.data.module
    if root.data == innode.data then
      found = root
    elseif class.typename(module) ~= "nnop.Parameters" then
      errors.raise("nn.gModule: Expected nnop.Parameters node, found : %s; the node declared at %s "
        .. "takes no input and is not among the gModule's inputs", class.typename(module) or "none",
        declared(root))
    end
  end
  return found
end

local function check_unused(inputs, present)
  for i, input in ipairs(inputs) do
    if not present[input.data] then
      errors.raise("nn.gModule: inputs[%d], declared at %s, does not connect to gmodule output", i,
        declared(input))
    end
  end
end

-- That no part of what was split, and no node made of what is in the graph, leads nowhere.
local function check_connected(self, present)
  for _, node in ipairs(self.forwardnodes) do
    local count = node.data.nSplitOutputs
    if count and count ~= #node.children then
      errors.raise("nn.gModule: %d of split(%d) outputs from the node declared at %s are unused",
        count - #node.children, count, declared(node))
    end
    for successor in pairs(node.data.reverseMap) do
      if not present[successor.data] then
        errors.raise("nn.gModule: node declared on %s does not connect to gmodule output",
          declared(successor))
      end
    end
  end
end

local function present_in(nodes)
  local present = {}
  for _, node in ipairs(nodes) do present[node.data] = true end
  return present
end

local function check_outputs(outputs)
  local count, place = check.nodes(outputs, "outputs"), {}
  if count == 0 then errors.raise("nn.gModule: no outputs are not supported") end
  for i, output in ipairs(outputs) do
    if place[output] then
      errors.raise("nn.gModule: outputs[%d] is the same node as outputs[%d]", i, place[output])
    end
    place[output] = i
  end
end

-- The node that takes the outputs.
local function join(outputs)
  local node = Node.new{}
  for _, output in ipairs(outputs) do node:add(output, true) end
  return node
end

local function fill_in(self, inputs, outnode, innode)
  self.bg = outnode:graph()
  self.fg = self.bg:reverse()
  self.forwardnodes, self.backwardnodes = self.fg:topsort(), self.bg:topsort()
  local present = present_in(self.forwardnodes)
  check_unused(inputs, present)
  self.innode = find_innode(self.fg, innode)
  self.outnode, self.verbose, self.nInputs = outnode, false, #inputs
  check_connected(self, present)
  local added = {}
  for _, node in ipairs(self.forwardnodes) do
    local module = node.data.module
    node.data.forwardNodeId = node.id
    if module and not added[module] then
      added[module] = true
      self:add(module)
    end
  end
end

-- Takes the dummy nodes off again, so that the nodes can be used once the mistake is mended.
local function let_go(inputs, outputs, outnode)
  for _, input in ipairs(inputs) do input.children, input.data.mapindex = {}, {} end
  for _, output in ipairs(outputs) do output.data.reverseMap[outnode] = nil end
end

--- Fills in the graphs of a gModule and its modules, in forward order.
return function(self, inputs, outputs)
  check_outputs(outputs)
  check_inputs(inputs)
  local outnode = join(outputs)
  local ok, message = pcall(fill_in, self, inputs, outnode, fork(inputs))
  if ok then return end
  let_go(inputs, outputs, outnode)
  error(message, 0)
end
