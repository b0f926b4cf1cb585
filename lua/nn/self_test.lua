-- nn.test: small layers of every family checked against differences, so that an installation can be
-- tried out where its specs are not.
local torch = require "torch"
local nn = _G.nn

-- A function that makes the layer and the sizes of an input, by name.
local layers = {
  Linear = { function() return nn.Linear(4, 3) end, 2, 4 },
  SpatialConvolution = { function() return nn.SpatialConvolution(2, 3, 3, 3, 1, 1, 1, 1) end,
    1, 2, 4, 4 },
  SpatialFullConvolution = { function() return nn.SpatialFullConvolution(2, 2, 2, 2, 2, 2) end,
    1, 2, 3, 3 },
  SpatialMaxPooling = { function() return nn.SpatialMaxPooling(2, 2) end, 1, 2, 4, 4 },
  SpatialAveragePooling = { function() return nn.SpatialAveragePooling(2, 2, 2, 2) end,
    1, 2, 4, 4 },
  BatchNormalization = { function() return nn.BatchNormalization(3) end, 4, 3 },
  LayerNormalization = { function() return nn.LayerNormalization(4) end, 3, 4 },
  WeightNorm = { function() return nn.WeightNorm(nn.Linear(4, 3)) end, 2, 4 },
  Euclidean = { function() return nn.Euclidean(4, 3) end, 2, 4 },
  Cosine = { function() return nn.Cosine(4, 3) end, 2, 4 },
  Maxout = { function() return nn.Maxout(4, 2, 3) end, 2, 4 },
  Concat = { function() return nn.Concat(2):add(nn.Linear(3, 2)):add(nn.Tanh()) end, 2, 3 },
  LogSoftMax = { function() return nn.LogSoftMax() end, 3, 4 },
  Tanh = { function() return nn.Tanh() end, 3, 4 },
  ReLU = { function() return nn.ReLU() end, 3, 4 },
  ELU = { function() return nn.ELU() end, 3, 4 },
  PReLU = { function() return nn.PReLU(4) end, 3, 4 },
  Sequential = { function()
    return nn.Sequential():add(nn.Linear(4, 3)):add(nn.Sigmoid()):add(nn.Linear(3, 2))
  end, 2, 4 },
}

local function check(tester, make, ...)
  local module = make():double()
  local input = torch.DoubleTensor(...)
  tester:assertlt(nn.Jacobian.testJacobian(module, input), 1e-5, "input")
  local weights, grads = module:parameters()
  for i, weight in ipairs(weights or {}) do
    tester:assertlt(nn.Jacobian.testJacobianParameters(module, input, weight, grads[i]), 1e-5,
      "parameter " .. i)
  end
  local forward_error, backward_error = nn.Jacobian.testIO(module, input)
  tester:assertle(forward_error, 1e-12, "written and read")
  tester:assertle(backward_error, 1e-12, "written and read, backward")
end

--- nn.test([names [, seed]]): checks the gradients and the files of small layers, or of those
-- named; returns the tester.
local function test(names, seed)
  if seed then torch.manualSeed(seed) end
  local tester = torch.Tester()
  local suite = torch.TestSuite()
  for name, row in pairs(layers) do
    suite[name] = function()
      check(tester, row[1], table.unpack(row, 2))
    end
  end
  tester:add(suite):run(names)
  return tester
end

rawset(nn, "test", test)
return test
