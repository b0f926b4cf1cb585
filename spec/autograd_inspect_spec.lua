-- autograd's options that show what it does: showCode, dotFile, profile.
local torch = require "torch"
local core = require "wick.core"
local grad = require "autograd"
local graph = require "autograd.graph"
local program = require "spec.support.program"
local scratch = require "spec.support.scratch"

after_each(scratch.remove)

-- What wick prints for a script that has a function f and two tensors.
local function printed(script)
  local output, complaint, code = program.run{ "-e", [[
    local torch, grad = require "torch", require "autograd"
    local w, x = torch.ones(2, 3), torch.ones(3)
    local function f(p, v) return torch.sum(torch.tanh(torch.mv(p, v))) end ]] .. script }
  assert.equal(0, code, complaint)
  return output
end

describe("core.history", function()
  it("lists the operations behind a value, in their order", function()
    local a, b = torch.ones(2, 3):requiresGrad(), torch.ones(2, 3)
    local y = torch.sum(torch.exp(a):cmul(b), 1)
    local steps = core.history(y)
    local names = {}
    for i, step in ipairs(steps) do names[i] = step.operation end
    assert.same({ "a leaf", "exp", "cmul", "sum" }, names)
    assert.same({ { node = 1, output = 1, shape = "2 x 3" }, operation = "exp" }, steps[2])
    assert.same({ 2, 0 }, { steps[3][1].node, steps[3][2].node })
    assert.equal("2 x 3", steps[4][1].shape)
    assert.same({}, core.history(b))
  end)

  it("numbers leaves and second outputs, and takes long graphs", function()
    local x = torch.randn(4):requiresGrad()
    local values, places = torch.max(x, 1)
    assert.is_false(places:isRecorded())
    assert.equal("max", core.history(values)[2].operation)
    local y = x
    for _ = 1, 20000 do y = y + 1 end
    assert.equal(20001, #core.history(y))
    assert.equal(20000, core.history(y)[20001][1].node)
  end)
end)

describe("autograd's option", function()
  it("showCode prints what was recorded, each graph once", function()
    local text = printed[[
      local df = grad(f, { showCode = true })
      df(w, x) df(w, x) df(torch.ones(4, 3), x)
    ]]
    assert.equal(2, select(2, text:gsub("a leaf", "")))
    assert.matches("v1: a leaf +2 x 3\nv2 = mv%(v1, %(3%)%) +2\nv3 = tanh%(v2%) +2\n", text)
    assert.matches("v1: a leaf +4 x 3\n", text)
    assert.matches("v4 = sum%(v3%) +1\n", text)
  end)

  it("dotFile draws it for Graphviz", function()
    local path = scratch.folder() .. "/f.dot"
    local df = grad(function(p) return torch.sum(torch.cmul(p.a, p.b)) end, { dotFile = path })
    df{ a = torch.ones(2), b = torch.ones(2) }
    local file <close> = assert(io.open(path))
    local text = file:read("a")
    assert.matches("^digraph autograd {\n", text)
    assert.equal(2, select(2, text:gsub('label="a leaf", shape=box', "")))
    assert.matches('v3 %[label="cmul"%];\n  v1 %-> v3 %[label="2"%];\n  v2 %-> v3', text)
    assert.matches("}\n$", text)
  end)

  it("profile reports times every so many calls", function()
    local text = printed[[
      local df = grad(f, { profile = "summary", profileReportFrequency = 3 })
      for _ = 1, 7 do df(w, x) end
    ]]
    local calls = {}
    for count in text:gmatch("autograd: (%d+) calls; [%d.]+ ms in the function, [%d.]+ ms for its "
      .. "gradients, [%d.]+ ms between calls\n") do calls[#calls + 1] = count end
    assert.same({ "3", "6" }, calls)
    assert.is_nil(text:find("tanh", 1, true))
  end)

  it("profile = \"detailed\" has every operation", function()
    local text = printed[[
      local df = grad(f, { profile = grad.profile.DETAILED, profileReportFrequency = 2 })
      for _ = 1, 2 do df(w, x) end
    ]]
    assert.matches("tanh +2 calls +[%d.]+ ms", text)
    assert.equal("", printed[[ grad(f, { profile = "off" })(w, x) ]])
    assert.error_matches(function() grad(print, { profile = "all" }) end,
      'profile is "all"; "off", "summary" or "detailed" expected')
  end)

  it("changes nothing in the result", function()
    local function f(p) return torch.sum(torch.pow(p, 3)) end
    local x = torch.Tensor{ 1, 2 }
    local gradient, loss = grad(f, { profile = "detailed", profileReportFrequency = 100 })(x)
    assert.same({ 3, 12 }, gradient:totable())
    assert.equal(9, loss)
    assert.equal("", graph.text(x))
    assert.equal("digraph autograd {\n  rankdir=TB;\n}\n", graph.dot(3))
  end)
end)
