-- model:export("net.c"): lua/nn/export/c. The files are compiled and answer as Lua does, within
-- 1e-5 of the largest number of an answer. WICK_DATA names the folder with squeezenet/
-- (../shared/data when it is not set).
local c_cases = require "spec.support.c_cases"
local c_files = require "spec.support.c_files"
local checkpoint = require "wick.checkpoint"
local core = require "wick.core"
local export_cases = require "spec.support.export_cases"
local model_table = require "spec.support.model_table"
local models = require "wick.models"
local nn = require "nn"
local torch = require "torch"

local BOUND = 1e-5

local function assert_alike(networks, compile, by_element)
  torch.manualSeed(5)
  for _, network in ipairs(networks) do network.model:evaluate() end
  local answers, inputs = c_files.answers(networks, compile)
  for i, network in ipairs(networks) do
    local expected = torch.noGrad(network.model.forward, network.model, inputs[i])
    local distance = c_files.distance(answers[i], expected, by_element)
    assert.is_true(distance <= BOUND, ("network %d is %g away"):format(i, distance))
  end
end

describe("a network written as C", function()
  it("answers as in Lua, whatever operations it is made of", function()
    assert_alike(c_cases, "cc -O1", true)
  end)

  it("has a test for each operation that can be written", function()
    local missing = {}
    for _, family in ipairs{ "elements", "windows", "columns", "products", "channels", "parts" } do
      for word in pairs(require("nn.export.c." .. family)) do missing[word] = true end
    end
    for _, entry in ipairs(c_cases) do
      local x = torch.rand(1, table.unpack(entry.sizes)) - 0.5
      for _, call in ipairs((core.noteCalls(true, torch.noGrad, function()
        return entry.model:forward(x)
      end))) do missing[call.word] = nil end
    end
    assert.same({}, missing)
  end)

  it("may be any network of wick.models", function()
    torch.manualSeed(5)
    local networks = {}
    for i, row in ipairs(export_cases.networks) do
      networks[i] = { model = row.make(), sizes = row.sizes }
    end
    assert_alike(networks, "cc -O0")
  end)

  it("is tried for every network that the guide lists", function()
    local tried = {}
    for _, row in ipairs(export_cases.networks) do tried[row.name] = true end
    for _, row in ipairs(model_table()) do assert.is_true(tried[row.builder], row.builder) end
  end)

  it("may be SqueezeNet with its published weights #long", function()
    local weights = (os.getenv("WICK_DATA") or "../shared/data")
      .. "/squeezenet/squeezenet1_0.safetensors"
    local file = io.open(weights)
    if not file then return pending("there is no " .. weights) end
    file:close()
    local model = models.squeezenet()
    checkpoint.load(weights, { model = model })
    assert_alike({ { model = model, sizes = { 3, 227, 227 } } }, "cc -O2")
  end)

  it("compiles without a warning by Clang too", function()
    if not c_files.has("clang") then return pending("there is no clang") end
    assert_alike(c_cases, "clang -O1", true)
  end)

  local function refusal(update)
    local module, name = nn.Identity(), os.tmpname()
    module.updateOutput = update
    local message = select(2, pcall(module.export, module, name .. ".c", { 4 }))
    os.remove(name)
    return message
  end

  it("is refused where C files have no such operation", function()
    assert.matches("there is no sort in C files",
      refusal(function(_, x) return (torch.sort(x)) end))
    assert.matches("an argument of add_number depends on the input",
      refusal(function(_, x) return x + x:sum() end))
    local linear = nn.Linear(1, 1)
    linear.updateOutput = function(self, x) return torch.conv2(x, self.weight) end
    assert.matches("there is no conv2 of 1 in C files", select(2, pcall(function()
      nn.Sequential():add(linear):export(os.tmpname() .. ".c", { 4 })
    end)))
    assert.matches("an argument of add_number depends on the input",
      refusal(function(_, x) return x + x:totable()[1][1] end))
    assert.matches("reads a further result of max", refusal(function(_, x)
      return select(2, torch.max(x, 2)):float()
    end))
    assert.matches("norm with p = 3, in C", refusal(function(_, x) return torch.norm(x, 3, 2) end))
    assert.matches("does not depend on its input",
      refusal(function() return torch.ones(1, 2) end))
  end)
end)
