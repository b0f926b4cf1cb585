-- examples/lectures/: what the scripts print and draw is what the slides show.
local example = require "spec.support.example"
local scratch = require "spec.support.scratch"

after_each(scratch.remove)

local function has(text, ...)
  for _, part in ipairs{ ... } do assert.truthy(text:find(part, 1, true), part .. "\n" .. text) end
end

local function agreements(text)
  return select(2, text:gsub("the same by the library", ""))
end

describe("the lectures' script on", function()
  it("backpropagation has the slides' numbers, and its network learns", function()
    local text = example.run("lectures/01_backpropagation", "--steps 50")
    has(text, "4 -1 5 9         4 0 5 0", " 2 3 -3 9     0 16  -9           28  3 -18   0",
      "-8 1  4 6   -24  9 -30          -30  7  13  33", "-22 -7  17 -15", "would take 256 GB")
    assert.equal(8, agreements(text))
    local first = example.number(text, "step   1  loss")
    assert.is_true(example.number(text, "step  50  loss") < first / 5)
  end)

  it("fully connected layers scores cat, dog and ship", function()
    local text = example.run("lectures/02_fully_connected")
    has(text, "+ 1.1 = -96.8", "+ 3.2 = 437.9", "+ -1.2 = 60.75",
      "the highest score is that of the dog",
      "nn.Linear(3072 -> 10)  10          30,730         30,720")
    assert.is_true(example.number(text, "step 40  loss") < 0.05)
  end)

  it("filters draws them and shows that a layer is a correlation", function()
    local text = example.draw("lectures/03_filters", "--side 48")
    assert.equal(1, example.pictures(text))
    has(text, "two maps: 2 x 47 x 47", "they differ by 0\n", "0.1 2.05 0.15 0.05")
  end)

  it("convolution goes through im2col, forward and backward", function()
    local text = example.run("lectures/04_convolution")
    has(text, "-1  1   2.5 -1", "-1.5 1 0.5 2 -0.5 -1 1 0",
      "0.5        0.5 -0.25\n    1          1  -0.5", "1  5 6", "7  8 3", "3 10 4",
      "32 x 56 x 56       2,080      6,422,528")
    assert.equal(8, agreements(text))
  end)

  it("sizes agrees with its formulas, and says where windows do not fit", function()
    local text = example.run("lectures/05_sizes")
    has(text, "does not fit: a height of 7 padded by 0 has 2.33 places for windows of 3",
      "28 x  28 x 6           456", "24 x  24 x 10         1510",
      "32 x  32 x 10          760", "55 x  55 x 96        34944", "110,592 parameters",
      "AlexNet    195 x 195 pixels", "VGG-16     212 x 212", "GoogLeNet  715 x 715",
      "ResNet-50  427 x 427", "854 million multiply-adds", "271 million multiply-adds")
    has(example.run("lectures/05_sizes", "--input 224 --kernel 11 --stride 4 --filters 96"),
      "54 x  54 x 96        34944", "54.25 places")
  end)

  it("pooling takes the largest and the mean", function()
    local text = example.draw("lectures/06_pooling", "--side 48")
    has(text, "1 1 2 4   6 8   3.25 5.25", "5 6 7 8   3 4      2    2", "64 x 112 x 112",
      "33 35 36", "0 1 0 2       0.25 0.25 0.5 0.5")
    assert.equal(1, example.pictures(text))
  end)

  it("perceptron to ResNet lets systems learn by their own rules", function()
    local text = example.draw("lectures/07_perceptron_to_resnet",
      "--images 300 --effort 0.2 --only perceptron,Madaline,Adaline,ConvNetJS")
    has(text, "1957  perceptron                10426 parameters", "letters",
      "1962  Madaline                      9 parameters  learns exclusive or in")
    local function right(name)
      return example.number(text:match(name .. "[^\n]+"), "parameters ")
    end
    assert.is_true(right("Adaline") > 60, text)
    assert.is_true(right("ConvNetJS") > 60, text)
    assert.equal(1, example.pictures(text))
  end)

  it("what networks see draws filters, maps, projections and dreams", function()
    local text = example.draw("lectures/08_what_networks_see", "--steps 60 --weights nowhere")
    assert.is_true(example.number(text, "three convolutions:") > 60)
    assert.is_true(example.number(text, "it takes") >= 7)
    has(text, "SqueezeNet: there is no nowhere; --weights says where its weights are")
    assert.equal(4, example.pictures(text))
  end)

  it("augmentation makes the same digits worth more", function()
    local text = example.draw("lectures/09_augmentation", "--images 60 --steps 250")
    assert.equal(2, example.pictures(text))
    local plain = example.number(text:match("as they are[^\n]+"), "test")
    assert.is_true(plain > 50)
    assert.is_true(example.number(text:match("augmented +training[^\n]+"), "test") > plain)
  end)

  it("test-time augmentation gets more digits right with more views", function()
    local text = example.draw("lectures/10_test_time_augmentation",
      "--images 200 --steps 150 --views 8")
    assert.equal(2, example.pictures(text))
    local one = example.number(text, "one view:")
    assert.is_true(one > 50)
    assert.is_true(example.number(text, "the mean of  8 views") > one)
  end)

  it("architectures counts what they cost", function()
    local text = example.draw("lectures/11_architectures", "--only SqueezeNet,densenet-121")
    has(text, "SqueezeNet         1.2 M          861 M      80.3", "DenseNet-121       8.0 M",
      "VGG, 2 networks, many crops        6.80 %  Simonyan 2014, table 7",
      "ResNet, 6 networks                 3.57 %  He 2015, table 5")
    assert.is_nil(text:find("VGG-16", 1, true))
    assert.equal(1, example.pictures(text))
  end)
end)
