-- The lectures' section 3, image filters and what networks see.
local torch = require "torch"
local nn = require "nn"
local models = require "wick.models"
local slides = require "spec.support.slides"

local near, sizes = slides.near, slides.sizes

local function filtered(image, kernel, options)
  local x = torch.DoubleTensor(image)
  local k = torch.DoubleTensor(kernel)
  return torch.conv2d(x:view(1, x:size(1), x:size(2)), k:view(1, 1, k:size(1), k:size(2)),
    options or {})[1]
end

local ROOF = { { 1, 1, 1, 1 }, { 1, 5, 5, 1 }, { 1, 5, 5, 1 }, { 1, 1, 1, 1 } }
local FLAT = { { 3, 3, 3, 3 }, { 3, 3, 3, 3 }, { 3, 3, 3, 3 }, { 3, 3, 3, 3 } }

describe("fixed filters", function()
  it("that find edges are silent where nothing changes", function()
    local cross, box = { { 0, 1, 0 }, { 1, -4, 1 }, { 0, 1, 0 } },
      { { -1, -1, -1 }, { -1, 8, -1 }, { -1, -1, -1 } }
    near({ { 0, 0 }, { 0, 0 } }, filtered(FLAT, cross))
    near({ { 0, 0 }, { 0, 0 } }, filtered(FLAT, box))
    near({ { -8, -8 }, { -8, -8 } }, filtered(ROOF, cross))
    near({ { 20, 20 }, { 20, 20 } }, filtered(ROOF, box))
  end)

  it("that sharpen or blur keep what is flat", function()
    local sharpen = { { 0, -1, 0 }, { -1, 5, -1 }, { 0, -1, 0 } }
    local blur = torch.DoubleTensor(3, 3):fill(1 / 9):totable()
    near({ { 3, 3 }, { 3, 3 } }, filtered(FLAT, sharpen))
    near({ { 3, 3 }, { 3, 3 } }, filtered(FLAT, blur))
    near({ { 13, 13 }, { 13, 13 } }, filtered(ROOF, sharpen))
    near({ { 25 / 9, 25 / 9 }, { 25 / 9, 25 / 9 } }, filtered(ROOF, blur))
  end)

  it("of 2 x 2 find upright and lying edges, a channel each", function()
    local kernels = torch.DoubleTensor{ { { -1, 1 }, { -1, 1 } },
      { { 1, 1 }, { -1, -1 } } }:view(2, 1, 2, 2)
    local upright = torch.DoubleTensor{ { 0, 0, 2 }, { 0, 0, 2 }, { 0, 0, 2 } }
    local y = torch.conv2d(upright:view(1, 3, 3), kernels)
    near({ { { 0, 4 }, { 0, 4 } }, { { 0, 0 }, { 0, 0 } } }, y)
    near({ { { 0, 0 }, { 0, 0 } }, { { 0, 0 }, { -4, -4 } } },
      torch.conv2d(torch.reshape(upright:t(), 1, 3, 3), kernels))
  end)

  it("that stress the middle take it with its neighbours", function()
    local kernel = { { 0.1, 0.1, 0.1 }, { 0.1, 2, 0.1 }, { 0.1, 0.1, 0.1 } }
    near({ { 3 * 2.8, 3 * 2.8 }, { 3 * 2.8, 3 * 2.8 } }, filtered(FLAT, kernel))
    near({ { 0.1, 0.1, 0.1 }, { 0.1, 2, 0.1 }, { 0.1, 0.1, 0.1 } },
      filtered({ { 0, 0, 0 }, { 0, 1, 0 }, { 0, 0, 0 } }, kernel, { pad = 1 }))
  end)

  it("that average see zeros beyond the edge of a padded 5 x 5 map", function()
    local map = torch.ones(5, 5):mul(9):totable()
    local y = filtered(map, torch.DoubleTensor(3, 3):fill(1 / 9):totable(), { pad = 1 })
    assert.same({ 5, 5 }, sizes(y))
    near({ 4, 6, 6, 6, 4 }, y[1])
    near({ 6, 9, 9, 9, 6 }, y[3])
  end)
end)

-- What networks see -------------------------------------------------------------------------------

describe("what networks see", function()
  it("begins with 32 filters of 5 x 5, which are pictures of their own", function()
    local layer = nn.SpatialConvolution(3, 32, 5, 5)
    assert.same({ 32, 3, 5, 5 }, sizes(layer.weight))
    -- The patch of unit length to which a filter answers most is the filter.
    local weight = layer.weight:detach()
    layer.bias:zero()
    local itself = weight[7] / weight[7]:norm()
    local most = layer:forward(itself)[7][1][1]
    assert.is_true(math.abs(most - weight[7]:norm()) < 1e-5)
    for _ = 1, 20 do
      local patch = torch.randn(3, 5, 5)
      assert.is_true(layer:forward(patch / patch:norm())[7][1][1] <= most)
    end
  end)

  it("is one activation map a filter", function()
    local layer = nn.SpatialConvolution{ 1, 6, kernel = 5, bias = false }
    local x = torch.randn(1, 12, 12)
    local maps = layer:forward(x):clone()
    for k = 1, 6 do
      local alone = torch.conv2d(x, layer.weight:detach():narrow(1, k, 1))
      assert.is_true(torch.abs(maps[k] - alone[1]):max() < 1e-5)
    end
  end)

  it("in VGG-16's Conv1_1, Conv3_2 and Conv5_3 is 3, 32 and 196 pixels wide", function()
    local found = {}
    for _, row in ipairs(models.vgg{ "D", width = 1 / 32 }:costs{ 3, 224, 224 }) do
      if row.module:find("Convolution") then found[#found + 1] = row end
    end
    local conv1_1, conv3_2, conv5_3 = found[1], found[2 + 2 + 2], found[13]
    assert.same({ { 64 // 32, 224, 224 }, { 3, 3 } }, { conv1_1.sizes, conv1_1.sees })
    assert.same({ { 256 // 32, 56, 56 }, { 32, 32 } }, { conv3_2.sizes, conv3_2.sees })
    assert.same({ { 512 // 32, 14, 14 }, { 196, 196 } }, { conv5_3.sizes, conv5_3.sees })
  end)
end)
