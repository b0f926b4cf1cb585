-- wick.data.pipeline: exact results on images made by hand, masks and boxes that follow, seeds, Lua
-- stages, and what is said about mistakes. Every stage is walked through by its descriptor.
local data = require "wick.data"
local pipeline = data.pipeline
local torch = require "torch"

local image = torch.ByteTensor{ {
  { 1, 2, 3, 4 },
  { 5, 6, 7, 8 },
  { 9, 10, 11, 12 },
} }

local function apply(stage, input, seed)
  return pipeline{ stage }(input or image, seed or 1)
end

local function rows(tensor)
  return tensor:totable()[1]
end

describe("a stage gives exactly", function()
  local cases = {
    { { "HFlip", 1 }, { { 4, 3, 2, 1 }, { 8, 7, 6, 5 }, { 12, 11, 10, 9 } } },
    { { "VFlip", 1 }, { { 9, 10, 11, 12 }, { 5, 6, 7, 8 }, { 1, 2, 3, 4 } } },
    { { "Crop", 1, 2, 2, 2 }, { { 7, 8 }, { 11, 12 } } },
    { { "CenterCrop", { 1, 2 } }, { { 6, 7 } } },
    { { "CenterCrop", 4, fill = 9 },
      { { 1, 2, 3, 4 }, { 5, 6, 7, 8 }, { 9, 10, 11, 12 }, { 9, 9, 9, 9 } } },
    { { "RandomCrop", { 3, 4 } }, rows(image) },
    { { "Translate", { 1, 1 }, { -1, -1 }, pixels = true },
      { { 0, 5, 6, 7 }, { 0, 9, 10, 11 }, { 0, 0, 0, 0 } } },
    { { "Translate", { -0.5, -0.5 }, { 0, 0 }, paddingMode = "symmetric" },
      { { 3, 4, 4, 3 }, { 7, 8, 8, 7 }, { 11, 12, 12, 11 } } },
    { { "Pad", { 1, 0 }, 7 },
      { { 7, 1, 2, 3, 4, 7 }, { 7, 5, 6, 7, 8, 7 }, { 7, 9, 10, 11, 12, 7 } } },
    { { "Pad", { 0, 2, 1, 0 }, paddingMode = "reflect" },
      { { 9, 10, 11, 12, 11 }, { 5, 6, 7, 8, 7 }, { 1, 2, 3, 4, 3 }, { 5, 6, 7, 8, 7 },
        { 9, 10, 11, 12, 11 } } },
    { { "Rotate", { 180, 180 } }, { { 12, 11, 10, 9 }, { 8, 7, 6, 5 }, { 4, 3, 2, 1 } } },
    { { "Rotate", { 90, 90 }, expand = true },
      { { 4, 8, 12 }, { 3, 7, 11 }, { 2, 6, 10 }, { 1, 5, 9 } } },
    { { "Zoom", { 2, 2 }, filter = "nearest" },
      { { 6, 6, 7, 7 }, { 6, 6, 7, 7 }, { 10, 10, 11, 11 } } },
    { { "Perspective", 0, 1 }, rows(image) },
    { { "ElasticTransform", 0 }, rows(image) },
    { { "Invert", 1 }, { { 254, 253, 252, 251 }, { 250, 249, 248, 247 }, { 246, 245, 244, 243 } } },
    { { "Brightness", { 2, 2 } }, { { 2, 4, 6, 8 }, { 10, 12, 14, 16 }, { 18, 20, 22, 24 } } },
    { { "MultiplyAdd", { 10, 10 }, { 0.2, 0.2 } },
      { { 61, 71, 81, 91 }, { 101, 111, 121, 131 }, { 141, 151, 161, 171 } } },
    { { "Gamma", { 1, 1 } }, rows(image) },
    { { "Posterize", 6, 1 }, { { 0, 0, 0, 4 }, { 4, 4, 4, 8 }, { 8, 8, 8, 12 } } },
    { { "Solarize", 7, 1 }, { { 1, 2, 3, 4 }, { 5, 6, 248, 247 }, { 246, 245, 244, 243 } } },
    { { "AutoContrast", 1 }, { { 0, 23, 46, 69 }, { 92, 115, 139, 162 }, { 185, 208, 231, 255 } } },
    { { "Cutout", 99, fill = 3 }, { { 3, 3, 3, 3 }, { 3, 3, 3, 3 }, { 3, 3, 3, 3 } } },
    { { "SaltAndPepper", 1, 0 }, { { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, { 0, 0, 0, 0 } } },
    { { "GaussianNoise", 0 }, rows(image) },
    { { "JPEG", 100, p = 0 }, rows(image) },
  }
  for _, case in ipairs(cases) do
    it(tostring(pipeline{ case[1] }):match("{%s*(.*),"), function()
      assert.same(case[2], rows(apply(case[1])))
    end)
  end

  it("floats from bytes and back, normalised by channel", function()
    local colours = torch.ByteTensor{ { { 0, 51 } }, { { 102, 255 } } }
    local floats = apply({ "ToFloat" }, colours)
    local fractions = torch.FloatTensor{ { { 0, 0.2 } }, { { 0.4, 1 } } }
    assert.is_true(torch.abs(floats - fractions):max() < 1e-6)
    assert.same(colours:totable(), apply({ "ToByte" }, floats):totable())
    local expected = torch.FloatTensor{ { { -1, -0.6 } }, { { 0, 3 } } }
    for _, input in ipairs{ colours, floats } do
      local normal = apply({ "Normalize", mean = { 0.5, 0.4 }, std = { 0.5, 0.2 } }, input)
      assert.is_true(torch.abs(normal - expected):max() < 1e-5)
    end
  end)

  it("a shorter side", function()
    assert.same({ 1, 6, 8 }, apply({ "Resize", 6 }):size():totable())
    assert.same({ 1, 8, 6 }, apply({ "Resize", 6 }, image:transpose(2, 3)):size():totable())
  end)
end)

describe("masks and boxes", function()
  local mask = torch.LongTensor{ { 0, 0, 0, 0 }, { 0, 2 ^ 40, 0, 0 }, { 0, 0, 0, 0 } }
  local boxes = torch.FloatTensor{ { 1, 1, 2, 2 }, { 0, 0, 4, 1 } }

  local function follow(stage, seed)
    return pipeline{ stage }({ image = image, mask = mask, boxes = boxes }, seed or 1)
  end

  local cases = {
    { { "HFlip", 1 }, { { 2, 1, 3, 2 }, { 0, 0, 4, 1 } } },
    { { "VFlip", 1 }, { { 1, 1, 2, 2 }, { 0, 2, 4, 3 } } },
    { { "Crop", 1, 1, 2, 2 }, { { 0, 0, 1, 1 }, { 0, 0, 2, 0 } } },
    { { "Pad", { 1, 2, 0, 0 } }, { { 2, 3, 3, 4 }, { 1, 2, 5, 3 } } },
    { { "Resize", { 6, 12 } }, { { 3, 2, 6, 4 }, { 0, 0, 12, 2 } } },
    { { "Translate", { 2, 2 }, { 1, 1 }, pixels = true }, { { 3, 2, 4, 3 }, { 2, 1, 4, 2 } } },
    { { "Rotate", { 180, 180 } }, { { 2, 1, 3, 2 }, { 0, 2, 4, 3 } } },
    { { "ElasticTransform", 0 }, { { 1, 1, 2, 2 }, { 0, 0, 4, 1 } } },
  }
  for _, case in ipairs(cases) do
    it("follow " .. case[1][1], function()
      local made = follow(case[1])
      assert.is_true(torch.abs(made.boxes - torch.FloatTensor(case[2])):max() < 1e-4)
      assert.same({ made.image:size(2), made.image:size(3) }, made.mask:size():totable())
      assert.equal("torch.LongTensor", made.mask:type())
      local box = made.boxes[1]:totable()
      local left, top = math.floor(box[1] + 0.5), math.floor(box[2] + 0.5)
      local right, bottom = math.floor(box[3] + 0.5), math.floor(box[4] + 0.5)
      local inside = made.mask:narrow(1, top + 1, bottom - top):narrow(2, left + 1, right - left)
      assert.equal(2 ^ 40, inside:min()) -- the box is where the mask is
      assert.equal(made.mask:double():sum(), inside:double():sum())
    end)
  end

  it("stay where colours change and parts are erased", function()
    for _, stage in ipairs{ { "Invert", 1 }, { "GaussianBlur" }, { "RandomErasing", 1 } } do
      local made = follow(stage)
      assert.is_true(made.mask:equal(mask))
      assert.is_true(made.boxes:equal(boxes))
    end
  end)

  it("may be of every type that masks have, and boxes none", function()
    for _, kind in ipairs{ "Byte", "Int", "Long", "Float" } do
      local made = pipeline{ { "Resize", { 6, 8 } }, { "Rotate", { 180, 180 } } }{
        image = image, mask = image[1]:type("torch." .. kind .. "Tensor"),
        boxes = torch.FloatTensor(0, 4) }
      assert.equal("torch." .. kind .. "Tensor", made.mask:type())
      assert.equal(12, made.mask[1][1])
      assert.equal(0, made.boxes:nElement())
    end
  end)
end)

describe("a pipeline", function()
  local photo = torch.ByteTensor(3, 40, 50)
  for i = 1, photo:nElement() do photo:view(-1)[i] = (i * 7919) % 251 end

  -- Arguments that a stage must be given.
  local needed = {
    Crop = { 2, 3, 20, 25 }, CenterCrop = { 30 }, RandomCrop = { 30 }, RandomResizedCrop = { 24 },
    Resize = { 30 }, Pad = { 3 }, RandomApply = { { { "HFlip" } } },
    RandomChoice = { { { "HFlip" }, { "Hue" } } }, RandomOrder = { { { "HFlip" }, { "Hue" } } },
  }

  local function stage_of(kind)
    local stage = { kind.name, table.unpack(needed[kind.name] or {}) }
    for _, argument in ipairs(kind.args) do
      if argument.name == "p" then stage.p = 1 end
    end
    return stage
  end

  for _, kind in ipairs(data.stages.list) do
    if not kind.batch then
      it("leaves its input alone and gives the same for the same seed: " .. kind.name, function()
        local built = pipeline{ stage_of(kind) }
        for _, input in ipairs{ photo, photo:float():div(255), photo:narrow(3, 5, 31) } do
          local before = input:clone()
          local made = built(input, 5)
          assert.is_true(before:equal(input))
          assert.is_true(made:equal(built(input, 5)))
          made:fill(0)
          assert.is_true(before:equal(input))
        end
      end)
    end

    it("describes and checks " .. kind.name, function()
      assert.is_true(#kind.doc > 10)
      for name in (kind.also or kind.name):gmatch("[^|]+") do
        local stage = stage_of(kind)
        stage[1] = name
        pipeline{ stage }
      end
      for _, argument in ipairs(kind.args) do
        for _, bad in ipairs{ 0 / 0, math.huge, "perhaps", function() end } do
          local stage = { kind.name }
          for i, value in ipairs(needed[kind.name] or {}) do stage[kind.args[i].name] = value end
          stage[argument.name] = bad
          local made, message = pcall(pipeline, { stage })
          assert.is_false(made, kind.name .. "." .. argument.name)
          assert.is_truthy(message:find(argument.name, 1, true), message)
        end
      end
    end)
  end

  it("works on single pixels, rows and columns", function()
    local small = { Crop = { 0, 0, 1, 1 }, RandomCrop = { 3, padIfNeeded = true },
      Pad = { 3, paddingMode = "reflect" } }
    for _, kind in ipairs(data.stages.list) do
      local stage = stage_of(kind)
      if small[kind.name] then stage = { kind.name, table.unpack(small[kind.name]) } end
      for name, value in pairs(small[kind.name] or {}) do
        if type(name) == "string" then stage[name] = value end
      end
      for _, size in ipairs{ { 1, 1 }, { 1, 9 }, { 9, 1 } } do
        local pixels = torch.ByteTensor(3, size[1], size[2]):fill(100)
        if not kind.batch then
          assert.is_true(pipeline{ stage }(pixels, 1):nElement() > 0)
          pipeline{ stage }(pixels:float():div(255), 1)
        end
      end
    end
  end)

  it("prints as it is written", function()
    assert.equal([[wick.data.pipeline{
  { "RandomResizedCrop", 224, scale = { 0.08, 1 } },
  { "RandomApply", { { "HFlip" } }, p = 0.3 },
}]], tostring(pipeline{ { "RandomResizedCrop", 224, scale = { 0.08, 1 } },
      { "RandomApply", { { "HFlip" } }, p = 0.3 } }))
  end)

  it("draws its seed from the default generator", function()
    local stages = pipeline{ { "GaussianNoise" } }
    torch.manualSeed(3)
    local first = stages(photo)
    assert.is_false(first:equal(stages(photo)))
    torch.manualSeed(3)
    assert.is_true(first:equal(stages(photo)))
  end)

  it("runs Lua functions on the image and the sample", function()
    local stages = pipeline{
      function(picture, sample)
        sample.target = torch.LongTensor{ 7 }
        return picture:narrow(2, 1, 2)
      end,
      { "HFlip", 1 },
    }
    local made = stages{ image = image }
    assert.same({ { 4, 3, 2, 1 }, { 8, 7, 6, 5 } }, rows(made.image))
    assert.equal(7, made.target[1])
  end)

  it("keeps functions of inner stages alive", function()
    local inner = { function(picture) return picture:clone():fill(2) end }
    local stages = pipeline{ { "RandomApply", inner, p = 1 } }
    inner[1] = nil
    collectgarbage()
    collectgarbage()
    assert.equal(24, stages(image):sum())
  end)

  it("runs functions named by module", function()
    package.loaded["spec.stages"] = {
      darker = function(picture) return picture:clone():fill(1) end,
    }
    assert.equal(12, pipeline{ { "spec.stages", "darker" } }(image):sum())
    local found, message = pcall(pipeline, { { "spec.stages", "lighter" } })
    assert.is_false(found)
    assert.is_truthy(message:find("the module spec.stages has no function lighter", 1, true))
    package.loaded["spec.stages"] = nil
  end)

  it("hands on what a Lua function raises, and refuses what is no image", function()
    local thrown = {}
    local _, caught = pcall(pipeline{ function() error(thrown) end }, image)
    assert.equal(thrown, caught)
    local _, message = pcall(pipeline{ function() return 3 end }, image)
    assert.is_truthy(message:find("the image became number 3; a tensor expected", 1, true))
    _, message = pcall(pipeline{ { "HFlip" }, function() return torch.rand(3) end }, image)
    assert.is_truthy(message:find("stage 2, a function: the image is 3; channels", 1, true))
  end)
end)

describe("wick.data.stages", function()
  it("writes a stage with its defaults, under each of its names", function()
    assert.equal('{ "Solarize", threshold = 128, p = 0.5 }\n'
      .. "what is as bright as `threshold` (of 255) or brighter is inverted",
      data.stages.text("RandomSolarize"))
    assert.equal('{ "Crop", top, left, height, width, p = 1 }',
      data.stages.signature(data.stages.find("Crop")))
    assert.matches('filter = "bilinear", fill = 0.*\nfilter: nearest, bilinear\n',
      data.stages.text("Rotate"))
    assert.is_nil(data.stages.text("Roll"))
    assert.matches('{ "HFlip", p = 0.5 }', require("wick.help").text("HFlip"), 1, true)
  end)
end)

describe("mistakes", function()
  local function says(text, stages, input)
    local made, message = pcall(function()
      local built = pipeline(stages)
      return built(input or image)
    end)
    assert.is_false(made, "accepted: " .. text)
    assert.is_truthy(message:find(text, 1, true), message)
  end

  it("are told with the stage's place and the nearest name", function()
    says('stage 2: there is no stage "RandomReziedCrop", did you mean "RandomResizedCrop"?',
      { { "HFlip" }, { "RandomReziedCrop", 8 } })
    says('stage 1, ColorJitter: there is no argument "brigthness", did you mean "brightness"?',
      { { "ColorJitter", brigthness = 1 } })
    says("stage 1, HFlip: p is 1.5; 0 to 1 expected", { { "HFlip", 1.5 } })
    says("stage 1, HFlip: argument 2 is one too many", { { "HFlip", 1, 3 } })
    says("p is given twice", { { "HFlip", 1, p = 1 } })
    says("size is missing", { { "RandomCrop" } })
    says("size is 2.5", { { "RandomCrop", 2.5 } })
    says("scale: from 1 to 0.5; the smaller comes first",
      { { "RandomResizedCrop", 3, scale = { 1, 0.5 } } })
    says('filter is "cubic"; one of nearest|area|bilinear|bicubic|lanczos expected',
      { { "Resize", 3, filter = "cubic" } })
    says("a list of stages expected", { { "RandomApply", 3 } })
    says("stages: at least one expected", { { "RandomChoice", {} } })
    says("weights: 3 numbers for 1 stages", { { "RandomChoice", { { "HFlip" } }, { 1, 2, 3 } } })
    says("kernel is 4; an odd number", { { "GaussianBlur", 4 } })
    says('a stage is a table such as { "HFlip", 0.5 } or a function, got 3', { 3 })
    says("a table of stages expected, got 3", 3)
    says('"HFlip" is no place', { HFlip = 0.5 })
    says("3 is no place", { "HFlip", nil, "VFlip" })
    says("argument true is one too many", { { "HFlip", [true] = 1 } })
    says('"Rezise" is no stage, did you mean "Resize"?, and no module', { { "Rezise", "nearest" } })
    says("stands behind MixUp, which works on batches", { { "MixUp" }, { "HFlip" } })
    says("stages of samples expected, one works on batches", { { "RandomApply", { { "MixUp" } } } })
  end)

  it("in images name their shape", function()
    says("stage 1, RandomCrop: the image 1 x 3 x 4 is smaller than 5 x 5; padIfNeeded",
      { { "RandomCrop", 5 } })
    says("stage 1, Crop: 2 x 2 pixels at (2, 0) are not all in the image 1 x 3 x 4",
      { { "Crop", 2, 0, 2, 2 } })
    says("mean has 3 numbers, the image 1 x 3 x 4 has 1 channels", { { "Normalize" } })
    says("the image is 1 x 3 x 4; it takes 3 channels", { { "Lighting" } })
    says("the image is 3 x 4; channels x height x width expected", { { "HFlip" } }, image[1])
    says("the image is of float64", { { "HFlip" } }, image:double())
    says("an image or a table with one expected, got 3", { { "HFlip" } }, 3)
    says('a sample has no "picture"', { { "HFlip" } }, { picture = image })
    says("the sample has no image", { { "HFlip" } }, {})
    says("the mask is 4 x 3 and the image 1 x 3 x 4", { { "HFlip" } },
      { image = image, mask = image[1]:t() })
    says("the boxes are 1 x 3; n x 4 expected", { { "HFlip" } },
      { image = image, boxes = torch.FloatTensor(1, 3) })
    says("is recorded", { { "HFlip" } }, image:float():requiresGrad())
  end)
end)
