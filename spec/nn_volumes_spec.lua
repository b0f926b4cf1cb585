--- What single layers of images, volumes and sequences compute and refuse.
local torch = require "torch"
local nn = require "nn"

local function T(values)
  return torch.DoubleTensor(values)
end

local function assert_close(expected, found)
  assert.same(expected:size():totable(), found:size():totable())
  assert.is_true((expected - found):abs():max() < 1e-12)
end

local function message_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return tostring(message)
end

describe("volumetric convolution", function()
  it("sums products over depth, height and width", function()
    local layer = nn.VolumetricConvolution(1, 1, 2, 2, 1):double()
    layer.weight:copy(T{ 1, 2, 3, 4 }:view(1, 1, 2, 1, 2))
    layer.bias:fill(10)
    local x = torch.range(1, 8):double():view(1, 2, 2, 2)
    assert.same({ { { { 1 + 2 * 2 + 3 * 5 + 4 * 6 + 10 }, { 3 + 8 + 21 + 32 + 10 } } } },
      layer:forward(x):totable())
  end)

  it("is convolution of images where volumes have one frame", function()
    local x = torch.randn(2, 3, 1, 6, 5):double()
    local volumes = nn.VolumetricConvolution(3, 4, 1, 3, 2, 1, 2, 1, 0, 1, 0):double()
    local images = nn.SpatialConvolution(3, 4, 3, 2, 2, 1, 1, 0):double()
    images.weight:copy(volumes.weight:detach())
    images.bias:copy(volumes.bias:detach())
    assert_close(images:forward(x:select(3, 1)), volumes:forward(x):select(3, 1))
  end)

  it("takes Torch7's positions, fields and defaults", function()
    local layer = nn.VolumetricConvolution(2, 3, 4, 3, 2, 1, 1, 1, 1)
    assert.same({ 3, 2, 4, 2, 3 }, layer.weight:size():totable())
    assert.same({ 1, 1, 1 }, { layer.padT, layer.padW, layer.padH })
    assert.is_true(layer.weight:max() <= 1 / math.sqrt(48))
    assert.equal(1, #layer:noBias():parameters())
    local dilated = nn.VolumetricDilatedConvolution(1, 1, 2, 2, 2, 1, 1, 1, 0, 0, 0, 3)
    assert.same({ 3, 1, 1 }, { dilated.dilationT, dilated.dilationW, dilated.dilationH })
  end)

  it("says what does not fit", function()
    local layer = nn.VolumetricConvolution(3, 8, 2, 2, 2)
    assert.matches("4D or 5D %(batch mode%) tensor expected for input, but got: %[8 x 8%]",
      message_of(layer.forward, layer, torch.zeros(8, 8)))
    assert.matches("has 4 channels, weight 8 x 3 x 2 x 2 x 2 takes 3",
      message_of(layer.forward, layer, torch.zeros(4, 3, 3, 3)))
    assert.matches("Given input size: %(3x1x4x4%)%. Calculated output size: %(8x0x3x3%)%. "
      .. "Output size is too small", message_of(layer.forward, layer, torch.zeros(3, 1, 4, 4)))
    assert.matches("kT is 0, it has to be positive",
      message_of(nn.VolumetricConvolution, 1, 1, 0, 1, 1))
    assert.matches("adjT, adjW and adjH must be smaller than dT, dW and dH",
      message_of(nn.VolumetricFullConvolution, 1, 1, 2, 2, 2, 1, 1, 1, 0, 0, 0, 1))
  end)

  it("is undone in size by its transposed twin with a reference", function()
    local down = nn.VolumetricConvolution(1, 2, 3, 3, 2, 2, 2, 2)
    local up = nn.VolumetricFullConvolution(2, 1, 3, 3, 2, 2, 2, 2)
    for size = 5, 6 do
      local x = torch.randn(1, 1, size, size + 1, size + 2)
      local both = { down:forward(x):clone(), x }
      assert.same(x:size():totable(), up:forward(both):size():totable())
      local grads = up:backward(both, torch.ones(x:size()))
      assert.same(x:size():totable(), grads[2]:size():totable())
      assert.equal(1, grads[2]:storage():size())
      assert.equal(0, grads[2]:max())
    end
  end)
end)

describe("convolution of images", function()
  it("with kernels of their own is the shared one where all are equal", function()
    local x = torch.randn(2, 2, 5, 4):double()
    local shared = nn.SpatialConvolution(2, 3, 3, 2, 1, 2, 1, 0):double()
    local own = nn.SpatialConvolutionLocal(2, 3, 4, 5, 3, 2, 1, 2, 1, 0):double()
    own.weight:copy(shared.weight:detach():view(1, 1, 3, 2, 2, 3):expand(own.weight:size()))
    own.bias:copy(shared.bias:detach():view(3, 1, 1):expand(own.bias:size()))
    assert_close(shared:forward(x), own:forward(x))
    assert.matches("Given input size: %(2x4x4%) inconsistent with expected input size: %(2x5x4%)",
      message_of(own.forward, own, torch.zeros(2, 4, 4):double()))
    assert.matches("illegal configuration",
      message_of(nn.SpatialConvolutionLocal, 1, 1, 2, 2, 3, 3))
  end)

  it("plane by plane puts the outputs of a plane beside each other", function()
    local layer = nn.SpatialDepthWiseConvolution(2, 3, 1, 1):double()
    layer.weight:copy(T{ { 1, 10 }, { 2, 20 }, { 3, 30 } })
    layer.bias:copy(T{ { 0, 0.5 }, { 0, 0.5 }, { 0, 0.5 } })
    assert.same({ 1, 2, 3, 10.5, 20.5, 30.5 },
      layer:forward(torch.ones(2, 1, 1):double()):view(6):totable())
  end)

  it("by a table, transposed, is the full one where all are connected", function()
    local by_table = nn.SpatialFullConvolutionMap(nn.tables.full(2, 3), 3, 2, 2, 1):double()
    local full = nn.SpatialFullConvolution(2, 3, 3, 2, 2, 1):double()
    full.weight:copy(by_table.weight:detach():view(3, 2, 2, 3):transpose(1, 2))
    full.bias:copy(by_table.bias:detach())
    local x = torch.randn(1, 2, 3, 3):double()
    assert_close(full:forward(x), by_table:forward(x))
  end)
end)

describe("pooling of volumes", function()
  it("is undone by unpooling where the largest stood", function()
    local pooling = nn.VolumetricMaxPooling(2, 2, 2)
    local unpooling = nn.VolumetricMaxUnpooling(pooling)
    assert.equal("nn.VolumetricMaxUnpooling associated to nn.VolumetricMaxPooling(2x2x2, 2,2,2)",
      tostring(unpooling))
    assert.matches("has to run before its unpooling",
      message_of(unpooling.forward, unpooling, torch.ones(1, 1, 1, 1)))
    local x = torch.range(1, 16):double():view(1, 4, 2, 2)
    local y = unpooling:forward(pooling:forward(x):clone())
    assert.same({ 8, 16 }, pooling.indices:view(2):totable())
    assert_close(T{ 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 16 }:view(1, 4, 2, 2), y)
    assert.matches("kernel must be equal to its stride",
      message_of(nn.VolumetricMaxUnpooling, nn.VolumetricMaxPooling(2, 2, 2, 1)))
  end)

  it("says what does not fit", function()
    assert.matches("pad should be smaller than half of kernel size",
      message_of(function()
        nn.VolumetricMaxPooling(2, 2, 2, 1, 1, 1, 2):forward(torch.ones(1, 3, 3, 3))
      end))
    assert.matches("Output size is too small", message_of(function()
      nn.VolumetricAveragePooling(3, 1, 1):forward(torch.ones(1, 2, 2, 2))
    end))
  end)

  it("counts padding or not, and sums", function()
    local x = torch.ones(1, 2, 2, 2):double()
    local layer = nn.VolumetricAveragePooling(2, 2, 2, 2, 2, 2, 1, 1, 1):double()
    assert.equal(0.125, layer:forward(x)[1][1][1][1])
    assert.equal(1, layer:setCountExcludePad():forward(x)[1][1][1][1])
    layer.divide = false
    assert.equal(1, layer:forward(x):max())
  end)
end)

describe("fractional pooling", function()
  it("covers a plane with windows, new at each forward unless they are fixed", function()
    torch.manualSeed(3)
    local x = torch.randn(2, 3, 9, 11):double()
    local layer = nn.SpatialFractionalMaxPooling(2, 2, 5, 4):double()
    local first = layer:forward(x):clone()
    assert.is_false(torch.equal(first, layer:forward(x)))
    local second = layer.output:clone()
    assert.equal(layer, layer:fixPoolingRegions())
    assert_close(second, layer:forward(x))
    local flat = x:view(2, 3, 99):gather(3, layer.indices:view(2, 3, 20))
    assert_close(flat:view(2, 3, 4, 5), layer.output)
    assert.is_false(torch.equal(second, layer:fixPoolingRegions(false):forward(x)))
  end)

  it("ends with the last window at the end of every axis", function()
    local layer = nn.SpatialFractionalMaxPooling(2, 2, 2, 2)
    local x = torch.range(1, 16):view(1, 4, 4)
    for _ = 1, 5 do assert.equal(16, layer:forward(x)[1][2][2]) end
  end)

  it("says what does not fit", function()
    assert.matches("poolSizeH is 1; it has to be 2 or more",
      message_of(nn.SpatialFractionalMaxPooling, 2, 1, 3, 3))
    assert.matches("the ratio of width is 2", message_of(nn.SpatialFractionalMaxPooling, 2, 2, 2,
      0.5))
    local layer = nn.SpatialFractionalMaxPooling(3, 2, 4, 2)
    assert.matches("poolSizeW %(3%) too large relative to input width %(6%)",
      message_of(layer.forward, layer, torch.ones(1, 6, 6)))
    assert.matches("input must be dim 3 or 4", message_of(layer.forward, layer, torch.ones(6, 6)))
  end)
end)

describe("sequences", function()
  local x = T{ { 1, 10 }, { 2, 20 }, { 3, 30 }, { 4, 40 } }

  it("are convolved frame by frame, a frame's features together in the weight", function()
    local layer = nn.TemporalConvolution(2, 1, 2):double()
    layer.weight:copy(T{ { 1, 0.1, 100, 1000 } })
    layer.bias:fill(0.5)
    assert_close(T{ { 20202.5 }, { 30304.5 }, { 40406.5 } }, layer:forward(x))
  end)

  it("are convolved feature by feature, time or features first", function()
    local layer = nn.TemporalRowConvolution(2, 2, 2):double()
    layer.weight:copy(T{ { { 1, 2 } }, { { 3, 4 } } })
    layer.bias:fill(0)
    assert_close(T{ { 5, 110 }, { 11, 250 } }, layer:forward(x))
    layer.featFirst = true
    assert_close(T{ { 5, 11 }, { 110, 250 } }, layer:forward(x:t()))
  end)

  it("are pooled along time", function()
    local layer = nn.TemporalMaxPooling(2):double()
    assert_close(T{ { 2, 20 }, { 4, 40 } }, layer:forward(x))
    assert.same({ { 2, 2 }, { 4, 4 } }, layer.indices:totable())
    local sums = nn.TemporalSubSampling(2, 3):double()
    sums.weight:copy(T{ 1, 2 })
    sums.bias:copy(T{ 0.5, 0 })
    assert_close(T{ { 6.5, 120 }, { 9.5, 180 } }, sums:forward(x))
  end)

  it("keep their largest frames in order", function()
    local layer = nn.TemporalDynamicKMaxPooling(2):double()
    local y = layer:forward(T{ { 5, 1 }, { 1, 2 }, { 7, 3 }, { 6, 0 } })
    assert_close(T{ { 7, 2 }, { 6, 3 } }, y)
    assert.matches("too small for desired k value %(3%)", message_of(function()
      nn.TemporalDynamicKMaxPooling(3):forward(torch.ones(2, 2))
    end))
  end)

  it("say what does not fit", function()
    local layer = nn.TemporalConvolution(3, 2, 2)
    assert.matches("2D or 3D %(batch mode%) tensor expected for input, but got: %[3%]",
      message_of(layer.forward, layer, torch.ones(3)))
    assert.matches("invalid input frame size%. Got: 2, Expected: 3",
      message_of(layer.forward, layer, torch.ones(4, 2)))
    assert.matches("input sequence smaller than kernel size%. Got: 1, Expected: 2",
      message_of(layer.forward, layer, torch.ones(1, 3)))
  end)
end)

describe("norms of features", function()
  it("pass nothing back where they are zero", function()
    local layer = nn.FeatureLPPooling(2, 1, 2):double()
    local x = T{ 0, 0, 3, 4 }
    assert_close(T{ 0, 3, 5 }, layer:forward(x))
    assert_close(T{ 0, 0, 1.6, 0.8 }, layer:backward(x, T{ 1, 1, 1 }))
  end)

  it("say what does not fit", function()
    assert.matches("width must be within 2 to 16", message_of(nn.FeatureLPPooling, 1, 1, 2))
    assert.matches("stride must be within 1 to 4", message_of(nn.FeatureLPPooling, 2, 5, 2))
    local layer = nn.FeatureLPPooling(2, 1, 2, true)
    assert.matches("input must be 2%-4 dimensions for batch mode",
      message_of(layer.forward, layer, torch.ones(3)))
    assert.matches("feature dimension must be >= width",
      message_of(layer.forward, layer, torch.ones(3, 1)))
  end)
end)

describe("nn.UpSampling", function()
  it("keeps corners, or repeats", function()
    local x = T{ 1, 2, 3, 4 }:view(1, 1, 1, 2, 2)
    local y = nn.UpSampling({ odepth = 2, oheight = 3, owidth = 3 }, "linear"):forward(x)
    assert.same({ { 1, 1.5, 2 }, { 2, 2.5, 3 }, { 3, 3.5, 4 } }, y[1][1][2]:totable())
    assert.same({ { 1, 1, 2, 2 }, { 1, 1, 2, 2 }, { 3, 3, 4, 4 }, { 3, 3, 4, 4 } },
      nn.UpSampling(2):forward(x)[1][1][2]:totable())
  end)

  it("says what does not fit", function()
    assert.matches("scale_factor must be integer", message_of(nn.UpSampling, 1.5))
    assert.matches("scale_factor must be greater than 1", message_of(nn.UpSampling, 0))
    assert.matches("requires a scale_factor",
      message_of(nn.UpSampling, { oheight = 2, owidth = 2 }))
    local layer = nn.UpSampling({ oheight = 2, owidth = 2 }, "linear")
    assert.matches("No output depth dimension was supplied",
      message_of(layer.forward, layer, torch.ones(1, 1, 1, 1, 1)))
    assert.matches("only supports 4D or 5D tensors",
      message_of(layer.forward, layer, torch.ones(2)))
  end)
end)

describe("borders", function()
  it("repeat the faces of volumes, and refuse to leave nothing", function()
    local layer = nn.VolumetricReplicationPadding(1, 0, 0, 0, 0, 1)
    local line = torch.Tensor{ 1, 2 }:view(1, 1, 1, 2)
    assert.same({ { 1, 1, 2 } }, layer:forward(line)[1][2]:totable())
    local cropping = nn.VolumetricReplicationPadding(-1)
    assert.matches("input is too small", message_of(cropping.forward, cropping,
      torch.ones(1, 2, 2, 2)))
    assert.matches("input must be 4 or 5%-dimensional",
      message_of(cropping.forward, cropping, torch.ones(2, 2)))
  end)
end)

describe("files", function()
  it("keep layers of volumes as they are", function()
    for _, layer in ipairs{
      nn.VolumetricConvolution(1, 2, 2, 2, 2), nn.VolumetricMaxPooling(2, 2, 2):ceil(),
      nn.VolumetricAveragePooling(2, 2, 2), nn.TemporalConvolution(1, 2, 2),
      nn.SpatialDepthWiseConvolution(1, 2, 2, 2),
    } do
      local file = torch.MemoryFile()
      file:writeObject(layer)
      file:seek(1)
      local back = file:readObject()
      assert.equal(tostring(layer), tostring(back))
      assert.equal(layer.ceil_mode, back.ceil_mode)
      if layer.weight then assert.is_true(torch.equal(layer.weight, back.weight)) end
    end
  end)
end)
