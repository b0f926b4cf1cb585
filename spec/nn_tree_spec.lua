-- What holds of all modules of a network: look-up, replacement, modes, inheritance.
local torch = require "torch"
local nn = require "nn"

describe("modules", function()
  it("are found, replaced and listed", function()
    local model = nn.Sequential():add(nn.Linear(2, 2)):add(nn.Sequential():add(nn.Tanh()))
    assert.equal(4, #model:listModules())
    local found, containers = model:findModules("nn.Tanh")
    assert.equal(model:get(2), containers[1])
    assert.equal(model:get(2):get(1), found[1])
    model:replace(function(module)
      return torch.typename(module) == "nn.Tanh" and nn.ReLU() or module
    end)
    assert.equal("nn.ReLU", tostring(model:get(2):get(1)))
    assert.equal(2, #model)
  end)

  it("switch between training and evaluation", function()
    local model = nn.Sequential():add(nn.Dropout(0.5))
    local x = torch.ones(1000)
    torch.manualSeed(1)
    local y = model:forward(x)
    assert.equal(1000, y:eq(0):sum() + y:eq(2):sum())
    model:evaluate()
    assert.is_true(torch.equal(x, model:forward(x)))
    assert.is_false(model:get(1).train)
    model:training()
    assert.is_true(model:get(1).train)
  end)

  it("of users inherit from any layer", function()
    local Wide, parent = torch.class("nn.spec_Wide", "nn.SpatialAveragePooling")
    function Wide:__init()
      parent.__init(self, 2, 2)
    end
    assert.equal("nn.spec_Wide(2x2, 1,1)", tostring(nn.spec_Wide()))
    assert.has_error(function() torch.class("nn.spec_None", "nn.NoSuchLayer") end)
  end)
end)
