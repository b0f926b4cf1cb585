-- examples/apply/: what the scripts measure, at tiny settings.
local example = require "spec.support.example"
local scratch = require "spec.support.scratch"

after_each(scratch.remove)

describe("the example of", function()
  it("denoising gains decibels", function()
    local text = example.draw("apply/denoise", "--steps 150")
    assert.is_true(math.abs(example.number(text, "noise:") - 14) < 0.2, text)
    assert.is_true(example.number(text, "a gain of") > 4, text)
    assert.equal(1, example.pictures(text))
  end)

  it("a detector finds digits where they are", function()
    local text = example.draw("apply/detector",
      "--side 128 --digits 6 --scenes 2 --steps 600 --train 120 --hard 6")
    assert.is_true(example.number(text, "windows it has not seen:") > 80, text)
    local found, all, right, wrong =
      text:match("(%d+) of (%d+) digits found, (%d+) .* (%d+) things")
    assert.is_true(tonumber(all) >= 6 and tonumber(found) >= tonumber(all) - 1, text)
    assert.is_true(tonumber(right) >= tonumber(all) - 4 and tonumber(wrong) <= 1, text)
    assert.equal(1, example.pictures(text))
  end)

  it("Ising's lattices are in doubt near the critical temperature", function()
    local text = example.draw("apply/ising",
      "--side 12 --copies 8 --sweeps 60 --pictures 2 --steps 120")
    assert.is_true(example.number(text, "from 2.8 to 3.4:") > 90, text)
    assert.is_true(math.abs(example.number(text, "it is in doubt at") - 2.269) < 0.3, text)
    assert.equal(2, example.pictures(text))
  end)

  it("retrieval finds images of the same digit", function()
    local text = example.draw("apply/retrieval", "--steps 80")
    assert.is_true(example.number(text, "by features:") > 70, text)
    assert.is_true(example.number(text, "by pixels:") > 70, text)
    assert.equal(1, example.pictures(text))
  end)

  it("segmentation: a classifier as convolutions, and a network that names pixels", function()
    local text = example.draw("apply/segmentation", "--side 32 --digits 1 --strokes 1 --train 200 "
      .. "--test 30 --classify 80 --steps 150 --skips 2")
    assert.is_true(example.number(text, "the same scores but for") < 1e-4, text)
    local function accuracy(name)
      return text:match(name .. "%s+([%d.]+) %%.-union%s+([%d.]+) %%")
    end
    local nothing, nothing_shared = accuracy("no digit anywhere")
    local found, shared = accuracy("with 2 of 3 skips")
    assert.is_true(found - nothing > 0.5 and shared - nothing_shared > 4, text)
    assert.equal(1, example.pictures(text))
  end)

  it("tracks are told apart in three dimensions", function()
    local text = example.draw("apply/tracks", "--train 200 --test 100 --steps 60")
    assert.is_true(example.number(text, "it has not seen:") > 65, text)
    assert.equal(1, example.pictures(text))
  end)

  it("regression reads angles better than a guess", function()
    local text = example.draw("apply/regression", "--train 400 --steps 150")
    local off = example.number(text, "it has not seen: off by")
    assert.is_true(off < 0.85 * example.number(text, "the mean is off by"), text)
    assert.equal(2, example.pictures(text))
  end)
end)
