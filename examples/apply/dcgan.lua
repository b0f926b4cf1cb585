-- Digits that nobody wrote: DCGAN (Radford, Metz and Chintala, 2016). A generator makes pictures of
-- random numbers by transposed convolutions, a discriminator of strided ones tells them from real
-- digits, and both learn from the other's mistakes. After each epoch a sheet shows what the same
-- random numbers have become; the last one shows the way from one digit to another.
--
--   wick examples/apply/dcgan.lua
--   wick examples/apply/dcgan.lua --data ../shared/data/mnist
--
-- A network that reads real digits says how good the others are: how sure it is of them, and
-- whether all ten come up.
local torch = require "torch"
local nn = require "nn"
local paths = require "paths"
local digits = paths.dofile("../digits.lua")
local game = paths.dofile("../game.lua")
local learn = paths.dofile("../learn.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Digits made by two networks that play against each other (DCGAN).")
cmd:option("-data", "", "the folder with MNIST's four files, instead of the digits that come along")
cmd:option("-epochs", 0, "passes through the digits; 0: 6, of those that come along 60")
cmd:option("-width", 32, "maps of the largest hidden layer; those half its size have twice as many")
cmd:option("-codes", 64, "random numbers for a picture")
cmd:option("-batch", 64, "pictures a step")
cmd:option("-rate", 0.0002, "of Adam")
cmd:option("-reader", 1500, "steps of training for the network that reads digits")
cmd:option("-seed", 1, "of everything drawn")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
io.stdout:setvbuf("line")
torch.manualSeed(options.seed)

local MNIST = options.data ~= ""
local SIDE = MNIST and 28 or 16
local EPOCHS = options.epochs > 0 and options.epochs or MNIST and 6 or 60
local WIDTH, CODES = options.width, options.codes

-- The two networks -------------------------------------------------------------------------------

-- CODES x 1 x 1 random numbers in, a picture from -1 to 1 out.
local function make_generator()
  local quarter, model = SIDE // 4, nn.Sequential()
  model:add(nn.SpatialFullConvolution(CODES, 2 * WIDTH, quarter, quarter))
  model:add(nn.SpatialBatchNormalization(2 * WIDTH)):add(nn.ReLU(true))
  model:add(nn.SpatialFullConvolution(2 * WIDTH, WIDTH, 4, 4, 2, 2, 1, 1))
  model:add(nn.SpatialBatchNormalization(WIDTH)):add(nn.ReLU(true))
  model:add(nn.SpatialFullConvolution(WIDTH, 1, 4, 4, 2, 2, 1, 1))
  return model:add(nn.Tanh())
end

-- A picture in, 1 for a real one and 0 for one that was made.
local function make_discriminator()
  local quarter, model = SIDE // 4, nn.Sequential()
  model:add(nn.SpatialConvolution(1, WIDTH, 4, 4, 2, 2, 1, 1)):add(nn.LeakyReLU(0.2, true))
  model:add(nn.SpatialConvolution(WIDTH, 2 * WIDTH, 4, 4, 2, 2, 1, 1))
  model:add(nn.SpatialBatchNormalization(2 * WIDTH)):add(nn.LeakyReLU(0.2, true))
  model:add(nn.SpatialConvolution(2 * WIDTH, 1, quarter, quarter)):add(nn.Sigmoid())
  return model:add(nn.View(1):setNumInputDims(3))
end

local function make_codes(count) return torch.rand(count, CODES, 1, 1) * 2 - 1 end

-- The game ---------------------------------------------------------------------------------------

local function load(part)
  if MNIST then return digits.mnist(options.data, part) end
  return digits.load(part, SIDE)
end

local images, labels = load("train")
local generator = make_generator()
local players = game.new(generator, make_discriminator(), { rate = options.rate })
print(("%d digits of %d x %d; %d parameters make pictures, %d judge them"):format(images:size(1),
  SIDE, SIDE, players.generator.size, players.discriminator.size))

-- Every digit once, in a new order, against new codes.
local function play_epoch(epoch)
  local order, first = torch.randperm(images:size(1)):long(), 1
  players:play(("epoch %d/%d"):format(epoch, EPOCHS), images:size(1) // options.batch, function()
    local chosen = order:narrow(1, first, options.batch)
    first = first + options.batch
    return make_codes(options.batch), images:index(1, chosen) * 2 - 1
  end)
end

-- Pictures ---------------------------------------------------------------------------------------

local ROWS, COLUMNS = 6, 10
local same_codes = make_codes(ROWS * COLUMNS)

local function rows_of(pictures)
  local rows = {}
  for row = 1, ROWS do
    rows[row] = { false }
    for column = 1, COLUMNS do
      rows[row][column + 1] = { pictures[(row - 1) * COLUMNS + column], low = -1 }
    end
  end
  return rows
end

-- From one code to another, in a straight line: a row for each pair.
local function between(first, last)
  local rows = {}
  for row = 1, first:size(1) do
    rows[row] = { row == 1 and "From one code to another" }
    for column = 1, COLUMNS do
      local share = (column - 1) / (COLUMNS - 1)
      local code = first:narrow(1, row, 1) * (1 - share) + last:narrow(1, row, 1) * share
      rows[row][column + 1] = { generator:forward(code)[1]:clone(), low = -1 }
    end
  end
  return rows
end

local growth, shown = {}, 1
for epoch = 1, EPOCHS do
  play_epoch(epoch)
  local rows = rows_of(generator:forward(same_codes):clone())
  sheet.save(options.out, "dcgan.png", { tile = 56, rows = rows })
  if epoch == shown or epoch == EPOCHS then
    growth[#growth + 1] = table.move(rows[1], 2, COLUMNS + 1, 2,
      { ("After epoch %d"):format(epoch) })
    shown = shown * 2
  end
end
sheet.save(options.out, "dcgan-growth.png", { tile = 56, rows = growth })
sheet.save(options.out, "dcgan-between.png", { tile = 56,
  rows = between(make_codes(4), make_codes(4)) })

-- How good they are ------------------------------------------------------------------------------

local test_images, test_labels = load("test")
local reader = digits.network(SIDE)
learn.train(reader, images, labels, { steps = options.reader, batch = 64 })
print(("a network that reads %.1f %% of real digits right says of digits it has not seen")
  :format(learn.accuracy(reader, test_images, test_labels)))

-- How sure the reader is of pictures from 0 to 1; how evenly the classes come up; and the inception
-- score (Salimans and others, 2016) with the reader as judge: from 1 to 10, which is all ten
-- digits, each beyond doubt.
local function judge(name, pictures)
  local shares = torch.softMax(reader:forward(pictures))
  local sure, classes = shares:max(2)
  local counts = torch.histc(classes:float(), 10, 0.5, 10.5)
  local mean = shares:mean(1):expandAs(shares)
  local divergence = torch.cmul(shares, torch.log(shares + 1e-12) - torch.log(mean + 1e-12)):sum(2)
  print(("  %-9s sure by %.1f %% (beyond 90 %%: %.1f %%), classes from %.1f to %.1f %%, score %.2f")
    :format(name, 100 * sure:mean(), 100 * torch.gt(sure, 0.9):float():mean(),
      100 * counts:min() / pictures:size(1), 100 * counts:max() / pictures:size(1),
      math.exp(divergence:mean())))
end

local function made_pictures(count)
  local parts = {}
  for i = 1, count, 100 do
    parts[#parts + 1] = generator:forward(make_codes(math.min(100, count - i + 1))):clone()
  end
  return (torch.cat(parts, 1) + 1) / 2
end
judge("real", test_images)
judge("made", made_pictures(math.max(test_images:size(1), 1000)))
judge("noise", torch.rand(test_images:size()))
