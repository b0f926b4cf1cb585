--- model:check and model:summary, on models that pass and models that do not.
local torch = require "torch"
local nn = require "nn"

local function small()
  return nn.Sequential()
    :add(nn.SpatialConvolution{ 3, 8, kernel = 3, pad = 1, name = "conv1" })
    :add(nn.SpatialBatchNormalization(8)):add(nn.ReLU())
    :add(nn.SpatialMaxPooling(2, 2))
    :add(nn.Concat(2):add(nn.SpatialConvolution(8, 4, 1, 1))
      :add(nn.SpatialConvolution(8, 4, 5, 5, 1, 1, 2, 2)))
    :add(nn.Dropout(0.5)):add(nn.View(8 * 4 * 4)):add(nn.Linear(128, 10))
end

describe("model:check", function()
  it("lists shapes in order, a sample's", function()
    local rows = small():check{ 3, 8, 8 }
    local shapes = {}
    for i, row in ipairs(rows) do shapes[i] = row.name .. ": " .. row.shape end
    assert.same({ "conv1: 8 x 8 x 8", "2: 8 x 8 x 8", "3: 8 x 8 x 8", "4: 8 x 4 x 4",
      "5.1: 4 x 4 x 4", "5.2: 4 x 4 x 4", "6: 8 x 4 x 4", "7: 128", "8: 10" }, shapes)
    assert.equal("nn.Linear(128 -> 10)", rows[9].module)
    assert.same({ 4, 4, 4 }, rows[5].sizes)
  end)

  it("names the faulty place and both shapes", function()
    local model = small():add(nn.Linear(11, 2))
    local ok, message = pcall(model.check, model, { 3, 8, 8 })
    assert.is_false(ok)
    assert.matches("In 9 module of nn%.Sequential: nn%.Linear%(11 %-> 2%): .*10.*2 x 11", message)
    assert.is_nil(rawget(model:get(9), "updateOutput"))
  end)

  it("leaves statistics, mode, outputs and random numbers alone", function()
    local model = small()
    local x = torch.randn(2, 3, 8, 8)
    model:forward(x)
    local output = model.output
    local values, mean = output:clone(), model:get(2).running_mean:clone()
    local state = torch.getRNGState()
    model:check{ 3, 8, 8 }
    model:summary(3, 8, 8)
    assert.is_true(torch.equal(state, torch.getRNGState()))
    assert.is_true(torch.equal(mean, model:get(2).running_mean))
    assert.equal(output, model.output)
    assert.is_true(torch.equal(values, model.output))
    assert.is_nil(model.train)
    assert.is_nil(rawget(model:get(3), "updateOutput"))
    model:backward(x, torch.ones(2, 10))
  end)

  it("takes tensors, tables of sizes and models of any type", function()
    assert.equal("2", nn.Linear(4, 2):double():check{ 4 }[1].shape)
    assert.equal("5 x 2", nn.Linear(4, 2):check(torch.ones(5, 4))[1].shape)
    assert.equal("3 x 2", nn.LookupTable(5, 2):check{ 3 }[1].shape)
    local both = nn.Sequential():add(nn.ParallelTable():add(nn.Identity()):add(nn.Linear(2, 3)))
      :add(nn.JoinTable(1, 1))
    assert.equal("7", both:check{ { 4 }, { 2 } }[3].shape)
    assert.has_error(function() nn.Tanh():check("3x32x32") end)
  end)
end)

describe("model:summary", function()
  it("counts parameters, multiply-adds and bytes, and what pixels see", function()
    local text = small():summary{ 3, 8, 8 }
    local lines = {}
    for line in text:gmatch("[^\n]+") do lines[#lines + 1] = line end
    assert.equal(11, #lines)
    local function fields(line)
      local list = {}
      for word in line:gsub("^.-%d x %d x %d", ""):gmatch("%S+") do list[#list + 1] = word end
      return table.concat(list, " ")
    end
    -- parameters, multiply-adds, bytes, sees, step
    assert.equal("224 13,824 2,048 3 1", fields(lines[2]))
    assert.equal("16 512 2,048 3 1", fields(lines[3]))
    assert.equal("0 0 512 4 2", fields(lines[5]))
    assert.equal("36 512 256 4 2", fields(lines[6]))
    assert.equal("804 12,800 256 12 2", fields(lines[7]))
    assert.matches("1,290 +1,280 +40$", lines[10])
    assert.equal("2,370 parameters (9,480 bytes), 28,928 multiply-adds and 8,232 bytes of outputs "
      .. "a sample", lines[11])
  end)

  it("is the text of model:costs", function()
    local model = small()
    local costs, lines = model:costs{ 3, 8, 8 }, {}
    for line in model:summary{ 3, 8, 8 }:gmatch("[^\n]+") do lines[#lines + 1] = line end
    assert.equal(#lines, #costs + 2)
    for i, row in ipairs(costs) do
      assert.equal(1, (lines[i + 1]:find(row.name, 1, true)))
      assert.truthy(lines[i + 1]:find(row.module, 1, true))
    end
  end)

  it("counts shared parameters once", function()
    local layer = nn.Linear(4, 4)
    local model = nn.Sequential():add(layer):add(layer:clone("weight", "bias")):add(nn.Linear(4, 1))
    assert.matches("\n25 parameters", model:summary{ 4 })
  end)
end)

describe("model:costs", function()
  it("has the numbers of every module, a sample's, and their totals", function()
    local costs = small():costs{ 3, 8, 8 }
    assert.equal(9, #costs)
    local first, last = costs[1], costs[9]
    assert.same({ "conv1", { 8, 8, 8 }, 224, 896, 13824, 2048 }, { first.name, first.sizes,
      first.parameters, first.parameterBytes, first.multiplyAdds, first.bytes })
    assert.same({ { 3, 3 }, { 1, 1 } }, { first.sees, first.step })
    assert.same({ "10", 1290, 1280, 40 }, { last.shape, last.parameters, last.multiplyAdds,
      last.bytes })
    assert.is_nil(last.sees)
    assert.same({ 2370, 9480, 28928, 8232 }, { costs.parameters, costs.parameterBytes,
      costs.multiplyAdds, costs.bytes })
  end)

  it("are those of the tensor that is given", function()
    local model = nn.Linear(4, 2)
    assert.equal(8, model:costs{ 4 }.multiplyAdds)
    assert.equal(5 * 8, model:costs(torch.ones(5, 4)).multiplyAdds)
  end)

  it("follow the branch that sees most, and kernels that are not square", function()
    local model = nn.Sequential()
      :add(nn.SpatialConvolution{ 1, 2, kernel = { 5, 3 }, stride = { 2, 1 } })
      :add(nn.Concat(2):add(nn.SpatialConvolution(2, 2, 5, 5, 1, 1, 2, 2))
        :add(nn.SpatialConvolution(2, 2, 1, 1)))
      :add(nn.ReLU())
    local costs = model:costs{ 1, 12, 12 }
    assert.same({ { 3, 5 }, { 1, 2 } }, { costs[1].sees, costs[1].step }) -- height, width
    assert.same({ { 3, 5 }, { 1, 2 } }, { costs[3].sees, costs[3].step })
    assert.same({ { 3 + 4, 5 + 4 * 2 }, { 1, 2 } }, { costs[4].sees, costs[4].step })
    local maps = nn.ConcatTable():add(nn.SpatialConvolution(1, 1, 3, 3, 1, 1, 1, 1))
      :add(nn.Identity())
    local sum = nn.Sequential():add(maps):add(nn.CAddTable()):costs{ 1, 6, 6 }
    assert.same({ 3, 3 }, sum[3].sees)
  end)
end)
