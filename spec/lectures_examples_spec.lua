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
end)
