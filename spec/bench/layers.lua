-- The distinct layers of a network that do arithmetic, with the sizes they get, as texts that both
-- sides read: "convolution 64,128,3,2,1,56,1" (from, to, kernel, stride, pad, side, groups).
local torch = require "torch"

local layers = {}

local describe = {
  ["nn.SpatialConvolution"] = function(m, side)
    return "convolution", m.nInputPlane, m.nOutputPlane, m.kW, m.dW, m.padW, side, m.groups
  end,
  ["nn.SpatialMaxPooling"] = function(m, side, planes)
    return "maximum", planes, m.kW, m.dW, m.padW, m.ceil_mode and 1 or 0, side
  end,
  ["nn.SpatialAveragePooling"] = function(m, side, planes)
    return "average", planes, m.kW, m.dW, m.padW, m.ceil_mode and 1 or 0, side
  end,
  ["nn.SpatialBatchNormalization"] = function(_, side, planes)
    return "normalisation", planes, side
  end,
  ["nn.SpatialCrossMapLRN"] = function(_, side, planes)
    return "response", planes, side
  end,
  ["nn.Linear"] = function(m)
    return "linear", m.weight:size(2), m.weight:size(1)
  end,
}

local function text_of(module, input)
  local f = describe[torch.typename(module)]
  if not f then return nil end
  local list = table.pack(f(module, input:size(input:dim()), input:size(2)))
  for i = 2, list.n do list[i] = ("%d"):format(list[i]) end
  return list[1] .. " " .. table.concat(list, ",", 2, list.n)
end

--- The texts of a network's layers, each once, in the order in which they run.
function layers.of(network)
  local model, list, seen = network.build(), {}, {}
  model:evaluate()
  for _, module in ipairs(model:listModules()) do
    local update = module.updateOutput
    rawset(module, "updateOutput", function(self, input)
      local text = text_of(self, input)
      if text and not seen[text] then
        seen[text] = true
        list[#list + 1] = text
      end
      return update(self, input)
    end)
  end
  torch.noGrad(model.forward, model, torch.zeros(2, network.channels, network.side, network.side))
  return list
end

--- Multiply-adds of a layer's forward pass on `batch` samples; 0 for those bound by memory.
function layers.multiplyAdds(text, batch)
  local word, numbers = text:match("(%w+) (.*)")
  local n = {}
  for number in numbers:gmatch("%d+") do n[#n + 1] = math.tointeger(tonumber(number)) end
  if word == "linear" then return batch * n[1] * n[2] end
  if word ~= "convolution" then return 0 end
  local from, to, kernel, stride, pad, side, groups = table.unpack(n)
  local out = (side + 2 * pad - kernel) // stride + 1
  return batch * to * out * out * kernel * kernel * from // groups
end

return layers
