-- What modules and criteria do when they are called: with tensors they run, as without nngraph;
-- with nodes, or with nothing, they make a node. And `-`, which reads as the data flows:
-- `input - nn.Linear(3, 4) - nn.Tanh()`.
local check = require "nngraph.check"
local class = require "torch.class"
local errors = require "wick.errors"
local nn, nngraph = _G.nn, _G.nngraph

local Module = class.getmetatable("nn.Module")
local Criterion = class.getmetatable("nn.Criterion")
local Node = class.getmetatable("nngraph.Node")

-- A node of the module that takes input from a list of nodes.
local function make_node(module, inputs)
  local count = check.nodes(inputs, "inputs")
  local node = nngraph.Node{ module = module }
  for i = 1, count do node:add(inputs[i], true) end
  return node
end

-- Whether nodes are meant: a plain table with a node in it, or with a module that was to be one.
local function holds_nodes(input)
  for _, entry in pairs(input) do
    if type(entry) == "table" and class.typename(entry) then return true end
  end
  return false
end

-- The list of nodes that a call passes, or nil when it passes tensors.
local function nodes_of(count, input, second)
  if count == 0 then return {} end
  if type(input) == "userdata" then return nil end
  if check.is_node(input) then
    if count > 1 and check.is_node(second) then
      errors.raise("Use {input1, input2} to pass multiple inputs.")
    end
    return { input }
  end
  if type(input) ~= "table" then check.node(input, "inputs[1]") end
  if next(input) == nil then
    errors.raise("cannot pass an empty table of inputs. To indicate no incoming connections, "
      .. "leave the second set of parens blank.")
  end
  if class.typename(input) then return { input } end
  return holds_nodes(input) and input or nil
end

local run_module, run_criterion = Module.__call__, Criterion.__call__

--- module(): a node without inputs. module(node), module{ node, node }: a node that takes input
-- from these. With tensors the module runs.
function Module:__call__(...)
  local nodes = nodes_of(select("#", ...), ...)
  if nodes then return make_node(self, nodes) end
  return run_module(self, ...)
end

--- criterion{ prediction, target }: with nodes, a node whose output is the loss. With tensors the
-- criterion runs.
function Criterion:__call__(...)
  local nodes = nodes_of(select("#", ...), ...)
  if nodes then return make_node(nn.ModuleFromCriterion(self), nodes) end
  return run_criterion(self, ...)
end

local function apply_to(left, right)
  return right(left)
end

--- `- module`: a node without inputs.
Module.__unm__ = function(module)
  return module()
end

--- `node - module`, `{ node, node } - module`: the module's node on these.
Module.__sub__ = apply_to
Node.__sub__ = apply_to
