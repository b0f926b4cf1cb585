-- What nngraph refuses: nodes that lead nowhere, inputs that do not fit.
local torch = require "torch"
local nn = require "nn"
local scratch = require "spec.support.scratch"
require "nngraph"

describe("what leads nowhere", function()
  local a, b, h

  before_each(function()
    a, b = nn.Identity()(), nn.Identity()()
    h = nn.Tanh()(a)
  end)

  local function fails(expected, inputs, outputs)
    local message = scratch.fails(expected, function() nn.gModule(inputs, outputs) end)
    assert.matches("^spec/nngraph_errors_spec.lua:%d+: ", message)
  end

  it("is refused when it is an input", function()
    fails("inputs[2], declared at [spec/nngraph_errors_spec.lua]:", { a, b }, { h })
    fails("no inputs are not supported", {}, { h })
    fails("no outputs are not supported", { a }, {})
    fails("inputs[2] is the same node as inputs[1]", { a, a }, { h })
    fails("an input should have no inputs, inputs[1]", { h }, { h })
    fails("inputs: a list of nodes expected, got a nngraph.Node", a, { h })
    fails("outputs[2] is the same node as outputs[1]", { a }, { h, h })
    fails("outputs[1] should be an nngraph.Node but is of type torch.FloatTensor", { a },
      { torch.ones(1) })
  end)

  it("is refused when it is a node", function()
    local _ = nn.Sigmoid()(h)
    fails("does not connect to gmodule output", { a }, { nn.Tanh()(h) })
  end)

  it("is refused when it is a part of a split", function()
    local first = h:split(2)
    fails("1 of split(2) outputs from the node declared at", { a }, { first })
  end)

  it("is refused when it is an input that was forgotten", function()
    fails("Expected nnop.Parameters node, found : nn.Identity", { a }, { nn.CAddTable(){ h, b } })
  end)

  it("is refused when it goes in a circle", function()
    a:add(h)
    fails("an input should have no inputs", { a }, { h })
    local c = nn.Identity()()
    local d = nn.CAddTable(){ c, b }
    b:add(d, true)
    fails("Graph has cycles", { c }, { d })
  end)
end)

describe("nodes of a gModule that was refused", function()
  it("can be used for another", function()
    local a, b = nn.Identity()(), nn.Identity()()
    local h = nn.Tanh()(a)
    scratch.fails("does not connect", nn.gModule, { a, b }, { h })
    assert.equal(0, nn.gModule({ a }, { h }):forward(torch.zeros(2)):sum())
  end)
end)

describe("running with the wrong inputs", function()
  it("says how many were expected", function()
    local a, b = nn.Identity()(), nn.Linear(3, 4)()
    local model = nn.gModule({ a, b }, { nn.CAddTable(){ nn.Tanh()(a), b } })
    scratch.fails("Got 1 inputs instead of 2", model.forward, model, { torch.ones(2, 4) })
    scratch.fails("expecting table of 2 inputs, got torch.FloatTensor 2 x 4", model.forward, model,
      torch.ones(2, 4))
    scratch.fails("module of nn.gModule: nn.Linear(3 -> 4)", model.forward, model,
      { torch.ones(2, 4), torch.ones(2, 5) })
  end)

  it("says which split does not fit", function()
    local input = nn.Identity()()
    local first, second = nn.SplitTable(2)(input):split(2)
    local model = nn.gModule({ input }, { first, second })
    scratch.fails("split(2) cannot split 3 outputs", model.forward, model, torch.ones(2, 3))
    local identity = nn.Identity()()
    model = nn.gModule({ identity }, { identity:split(2) })
    scratch.fails("split(2) cannot split torch.FloatTensor 2", model.forward, model, torch.ones(2))
  end)
end)
