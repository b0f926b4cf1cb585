-- examples/train/transfer.lua on drawn images: every regime runs, and features tell discs from
-- stripes. With the real network and photographs it is tagged #long; WICK_DATA names their folder
-- (../shared/data when it is not set), with hymenoptera/ unpacked.
local torch = require "torch"
local image = require "wick.image"
local paths = require "paths"

local program = os.getenv("WICK_PROGRAM") or "build/wick"
local real = os.getenv("WICK_DATA") or "../shared/data"
local folder

-- A disc, or stripes, of random size and brightness; stripes are bluer.
local function draw(is_disc)
  local picture = torch.ByteTensor(3, 40, 40)
  local ink, paper = torch.random(0, 90), torch.random(160, 255)
  local top, left, period = torch.random(14, 26), torch.random(14, 26), torch.random(4, 6)
  for y = 1, 40 do
    for x = 1, 40 do
      local inside = (y - top) ^ 2 + (x - left) ^ 2 < 100
      if not is_disc then inside = (x // period) % 2 == 0 end
      picture[1][y][x] = inside and ink or paper
    end
  end
  picture[2]:copy(picture[1])
  picture[3]:fill(is_disc and 0 or 255)
  return picture
end

setup(function()
  torch.manualSeed(2)
  folder = os.tmpname()
  os.remove(folder)
  for _, part in ipairs{ "train", "val" } do
    for number, class in ipairs{ "discs", "stripes" } do
      local place = paths.concat(folder, part, class)
      paths.mkdir(folder)
      paths.mkdir(paths.concat(folder, part))
      paths.mkdir(place)
      for i = 1, 8 do image.savePNG(("%s/%d.png"):format(place, i), draw(number == 1)) end
    end
  end
end)

teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

local function transfer(options)
  local pipe = io.popen(("%s examples/train/transfer.lua %s 2>&1"):format(program, options))
  local text = pipe:read("a")
  assert.is_true(pipe:close(), text)
  return text
end

local function accuracy(text, regime)
  return tonumber(text:match("\n" .. regime .. " +([%d.]+) %%"))
end

describe("the transfer example", function()
  local tiny = "--data '%s' --width 0.25 --side 39 --batch 8 "

  it("tells drawn discs from stripes by features", function()
    local text = transfer(tiny:format(folder) .. "--regime features --epochs 20")
    assert.is_true(accuracy(text, "features") >= 90, text)
  end)

  it("runs every regime, and keeps weights", function()
    local kept = paths.concat(folder, "kept")
    local text = transfer(tiny:format(folder) .. "--epochs 1 --save " .. kept)
    for _, regime in ipairs{ "features", "layer", "finetune", "scratch" } do
      assert.truthy(accuracy(text, regime), text)
      assert.is_true(paths.filep(paths.concat(kept, regime, "best.safetensors")))
    end
  end)

  it("says what is missing", function()
    local pipe = io.popen(program .. " examples/train/transfer.lua 2>&1")
    assert.matches("%-%-data FOLDER says where", pipe:read("a"))
    pipe:close()
  end)

  it("tells ants from bees #long", function()
    local photographs = real .. "/hymenoptera"
    local weights = real .. "/squeezenet/squeezenet1_0.safetensors"
    if not paths.dirp(photographs .. "/train") or not paths.filep(weights) then
      pending("there is no " .. photographs .. "/train or no " .. weights)
      return
    end
    local text = transfer(("--data '%s' --weights '%s' --regime features"):format(photographs,
      weights))
    assert.is_true(accuracy(text, "features") >= 90, text)
  end)
end)
