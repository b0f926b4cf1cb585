-- What stages draw: how often, from where, how it is distributed; and mixing of batches.
local pipeline = require "wick.data.pipeline"
local torch = require "torch"

local TIMES = 1000

-- Calls take(image made with seed i) for many seeds.
local function each(stage, image, take)
  local stages = pipeline{ stage }
  for seed = 1, TIMES do take(stages(image, seed)) end
end

-- Bytes that tell their place: column on the first plane, row on the second.
local function map(height, width)
  local image = torch.ByteTensor(2, height, width)
  for y = 1, height do
    for x = 1, width do image[1][y][x], image[2][y][x] = x - 1, y - 1 end
  end
  return image
end

local function corner(image)
  return image[1][1][1], image[2][1][1]
end

-- Within five deviations of what is expected of so many independent cases.
local function near(expected, deviation, mean)
  local bound = 5 * deviation / math.sqrt(TIMES)
  assert.is_true(math.abs(mean - expected) <= bound,
    ("%g is not within %g of %g"):format(mean, bound, expected))
end

local function share_near(p, count)
  near(p, math.sqrt(p * (1 - p)), count / TIMES)
end

describe("stages of chance", function()
  local two = torch.ByteTensor{ { { 10, 20 } } }

  it("are applied as often as p says", function()
    for _, p in ipairs{ 0, 0.2, 0.5, 1 } do
      local flipped = 0
      each({ "HFlip", p }, two, function(made)
        if made[1][1][1] == 20 then flipped = flipped + 1 end
      end)
      share_near(p, flipped)
    end
  end)

  it("crop anywhere alike", function()
    local count = {}
    each({ "RandomCrop", { 2, 3 } }, map(4, 5), function(made)
      local x, y = corner(made)
      count[y * 3 + x] = (count[y * 3 + x] or 0) + 1
    end)
    for place = 0, 8 do share_near(1 / 9, count[place]) end
    assert.is_nil(count[9])
  end)

  it("take the areas and shapes that they are told", function()
    local side, inside = 50, 0
    local areas = 0
    local stage = { "RandomResizedCrop", side, { 0.2, 0.6 }, { 0.5, 2 }, filter = "nearest" }
    each(stage, map(side, side), function(made)
      local left, top = corner(made)
      local width = made[1][1][side] - left + 1
      local height = made[2][side][1] - top + 1
      areas = areas + width * height / side ^ 2
      if width / height >= 0.45 and width / height <= 2.2 then inside = inside + 1 end
    end)
    assert.equal(TIMES, inside)
    -- Uniform on [0.2, 0.6], less what did not fit, which is rare.
    assert.is_true(math.abs(areas / TIMES - 0.4) < 0.03)
  end)

  it("shift by every number of pixels alike", function()
    local count = {}
    each({ "Translate", { -2, 2 }, { 0, 0 }, pixels = true, paddingMode = "edge" }, map(1, 9),
      function(made)
        local shift = 4 - made[1][1][5]
        count[shift] = (count[shift] or 0) + 1
      end)
    for shift = -1, 1 do share_near(1 / 4, count[shift]) end
    share_near(1 / 8, count[2]) -- half as much is rounded to the ends
    share_near(1 / 8, count[-2])
  end)

  it("draw factors evenly", function()
    local sum, squares = 0, 0
    each({ "Brightness", 0.4 }, torch.FloatTensor(1, 1, 1):fill(0.5), function(made)
      local factor = made[1][1][1] / 0.5
      sum, squares = sum + factor, squares + factor ^ 2
    end)
    near(1, 0.8 / math.sqrt(12), sum / TIMES)
    assert.is_true(math.abs(squares / TIMES - 1 - 0.64 / 12) < 0.02)
  end)

  it("make noise of the deviation they are told", function()
    local grey = torch.FloatTensor(1, 200, 200):fill(0.5)
    local noise = pipeline{ { "GaussianNoise", 0.1 } }(grey, 1)
    assert.is_true(math.abs(noise:mean() - 0.5) < 5 * 0.1 / 200)
    assert.is_true(math.abs(noise:std() - 0.1) < 0.002)
    local beyond = noise:gt(0.6):double():sum() / grey:nElement() -- one deviation
    assert.is_true(math.abs(beyond - 0.1587) < 0.01)
  end)

  it("set single pixels, in all channels alike", function()
    local grey = torch.ByteTensor(3, 200, 200):fill(100)
    local made = pipeline{ { "SaltAndPepper", { 0.1, 0.1 }, 0.25 } }(grey, 1)
    assert.is_true(made[1]:equal(made[3]))
    local white, black = made[1]:eq(255):sum() / 40000, made[1]:eq(0):sum() / 40000
    assert.is_true(math.abs(white - 0.025) < 0.005)
    assert.is_true(math.abs(black - 0.075) < 0.007)
  end)

  it("erase as much as they are told", function()
    local white = torch.ByteTensor(1, 40, 40):fill(255)
    local sum, erased = 0, 0
    each({ "RandomErasing", 0.5, scale = { 0.1, 0.3 } }, white, function(made)
      local share = made:eq(0):sum() / 1600
      if share > 0 then
        erased, sum = erased + 1, sum + share
        assert.is_true(share > 0.08 and share < 0.32)
      end
    end)
    assert.is_true(math.abs(erased / TIMES - 0.5) < 0.06)
    assert.is_true(math.abs(sum / erased - 0.2) < 0.02)
  end)

  it("choose by weights", function()
    local count = {}
    local stages = {}
    for factor = 1, 3 do stages[factor] = { "Brightness", { factor, factor } } end
    each({ "RandomChoice", stages, { 1, 0, 3 } }, torch.ByteTensor(1, 1, 1):fill(10),
      function(made)
        local value = made[1][1][1]
        count[value] = (count[value] or 0) + 1
      end)
    share_near(0.25, count[10])
    assert.is_nil(count[20])
    share_near(0.75, count[30])
  end)

  it("put stages into every order", function()
    local count = {}
    -- Inverting before or after brightening.
    each({ "RandomOrder", { { "Invert", 1 }, { "Brightness", { 0.5, 0.5 } } } },
      torch.ByteTensor(1, 1, 1):fill(55), function(made)
        local value = made[1][1][1]
        count[value] = (count[value] or 0) + 1
      end)
    share_near(0.5, count[100])
  end)

  it("light along the principal components", function()
    local sum, squares = torch.zeros(3), torch.zeros(3)
    local grey = torch.FloatTensor(3, 1, 1):fill(0.5)
    each({ "Lighting", 0.1 }, grey, function(made)
      local shift = (made - grey):view(3)
      sum:add(shift)
      squares:add(torch.pow(shift, 2))
    end)
    for channel = 1, 3 do
      local deviation = 0.1 * 0.2175 * ({ 0.5675, 0.5808, 0.5836 })[channel]
      near(0, deviation * 1.1, sum[channel] / TIMES)
      assert.is_true(math.abs(math.sqrt(squares[channel] / TIMES) / deviation - 1) < 0.1)
    end
  end)
end)

describe("a batch", function()
  local images = torch.FloatTensor(4, 1, 24, 24)
  for i = 1, 4 do images[i]:fill(i) end
  local targets = torch.LongTensor{ 1, 2, 3, 3 }

  -- The share of each image's own pixels, which is that of its target.
  local function own_share(made, shares, i)
    local other = i > 1 and i - 1 or 4
    assert.is_true(math.abs(shares[i]:sum() - 1) < 1e-5)
    local own = (made[i]:mean() - other) / (i - other)
    if targets[i] ~= targets[other] then
      assert.is_true(math.abs(shares[i][targets[i]] - own) < 1e-4)
    end
    return own
  end

  for _, name in ipairs{ "MixUp", "CutMix" } do
    it("is mixed by " .. name .. ", targets as much as images", function()
      local stages, sum, squares = pipeline{ { name, 1, classes = 3 } }, 0, 0
      for seed = 1, TIMES do
        local made, shares = stages:applyBatch(images, targets, seed)
        local own = own_share(made, shares, 1)
        if seed % 100 == 0 then
          for i = 2, 4 do
            assert.is_true(math.abs(own_share(made, shares, i) - own) < 1e-4)
          end
        end
        sum, squares = sum + own, squares + own ^ 2
      end
      local mean = sum / TIMES
      if name == "MixUp" then
        near(1 / 2, math.sqrt(1 / 12), mean) -- Beta(1, 1) is uniform
        assert.is_true(math.abs(squares / TIMES - 1 / 3) < 0.03)
      else
        -- A patch of u, even in [0, 1], loses what lies outside: E((sqrt(u) - u / 4)^2) is 0.321;
        -- and up to a pixel on each side.
        assert.is_true(mean > 0.66 and mean < 0.76)
      end
      assert.equal(1, images[1]:mean())
    end)
  end

  it("takes shares as targets, and needs the number of classes otherwise", function()
    local shares = torch.FloatTensor(4, 2):fill(0.5)
    local _, mixed = pipeline{ { "MixUp" } }:applyBatch(images, shares, 1)
    assert.is_true(torch.abs(mixed - 0.5):max() < 1e-6)
    local function says(text, stage, ...)
      local stages = pipeline{ stage }
      local made, message = pcall(stages.applyBatch, stages, ...)
      assert.is_false(made)
      assert.is_truthy(message:find(text, 1, true), message)
    end
    says("MixUp: classes is missing", { "MixUp" }, images, targets, 1)
    says("target 3 is 3; a class from 1 to 2", { "CutMix", classes = 2 }, images, targets, 1)
    says("the images are 1 x 24 x 24", { "MixUp" }, images[1], targets, 1)
    says("the targets are 3 of int64", { "MixUp" }, images, targets:narrow(1, 1, 3), 1)
  end)
end)
