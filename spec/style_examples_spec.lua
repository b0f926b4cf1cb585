-- examples/apply/style.lua and fast_style.lua with small random networks.
local paths = require "paths"
local example = require "spec.support.example"
local scratch = require "spec.support.scratch"

after_each(scratch.remove)

describe("the example of", function()
  it("style transfer nears the style, by either way of going downhill", function()
    for _, method in ipairs{ "adam", "lbfgs" } do
      local text = example.draw("apply/style", "--content hills --style marble --weights random "
        .. "--width 0.25 --side 64 --steps 20 --method " .. method)
      local before, after = example.number(text, "style:"), example.number(text, "before,")
      assert.is_true(after < 0.7 * before, text)
      assert.equal(2, example.pictures(text))
    end
  end)

  it("fast style transfer learns, keeps its network and finds it again", function()
    local settings = "--content hills --style marble --weights random --width 0.25 --side 64 "
      .. "--crop 48 --steps 50 --channels 8 --descent 4 --model "
      .. paths.concat(scratch.folder(), "style.safetensors")
    local first = example.draw("apply/fast_style", settings)
    local loss = example.number(first, "one pass: loss")
    assert.is_true(loss < 0.5 * example.number(first, "before any step: loss"), first)
    assert.equal(1, example.pictures(first))
    local second = example.draw("apply/fast_style", settings)
    assert.equal(loss, example.number(second, "one pass: loss"))
    assert.is_nil(second:find("before any step", 1, true))
  end)

  it("style transfer says which file is missing", function()
    local text = example.run("apply/style",
      "--content hills --style marble --weights none.safetensors")
    local missing = "there is no none.safetensors; --weights says where it is"
    assert.truthy(text:find(missing, 1, true), text)
  end)
end)
