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
      "--side 112 --digits 5 --scenes 1 --steps 350 --train 150")
    assert.is_true(example.number(text, "windows it has not seen:") > 80, text)
    local found, all = text:match("(%d+) of (%d+) digits found, ")
    assert.is_true(tonumber(all) >= 3 and tonumber(found) >= tonumber(all) - 1, text)
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
