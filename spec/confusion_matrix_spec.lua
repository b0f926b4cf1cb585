-- optim.ConfusionMatrix: lua/optim/ConfusionMatrix.lua. The texts are Torch7's.
local ConfusionMatrix = require "optim.ConfusionMatrix"
local torch = require "torch"

local function example(names)
  local matrix = ConfusionMatrix(names or { "a", "b" })
  for _, pair in ipairs{ { 1, 1 }, { 1, 1 }, { 1, 1 }, { 2, 1 }, { 2, 2 }, { 2, 2 } } do
    matrix:add(pair[1], pair[2])
  end
  return matrix
end

describe("a confusion matrix", function()
  it("counts targets in rows and predictions in columns", function()
    assert.same({ { 3, 1 }, { 0, 2 } }, example().mat:totable())
  end)

  it("takes scores and one-hot targets", function()
    local matrix = ConfusionMatrix(3)
    matrix:add(torch.Tensor{ 0.1, 0.7, 0.2 }, 3)
    matrix:add(torch.Tensor{ 0.1, 0.7, 0.2 }, torch.Tensor{ 0, 1, 0 })
    assert.same({ { 0, 0, 0 }, { 0, 1, 0 }, { 0, 1, 0 } }, matrix.mat:totable())
  end)

  it("takes batches in every form", function()
    local targets = torch.Tensor{ 1, 2, 2 }
    local forms = {
      { torch.Tensor{ 1, 2, 1 }, targets },
      { torch.Tensor{ 1, 2, 1 }:view(3, 1), targets:view(3, 1) },
      { torch.Tensor{ { 0.9, 0.1 }, { 0.2, 0.8 }, { 0.6, 0.4 } }, targets },
      { torch.Tensor{ 1, 2, 1 }, torch.Tensor{ { 1, 0 }, { 0, 1 }, { 0, 1 } } },
    }
    for _, form in ipairs(forms) do
      local matrix = ConfusionMatrix(2)
      matrix:batchAdd(form[1], form[2])
      assert.same({ { 1, 0 }, { 1, 1 } }, matrix.mat:totable())
    end
  end)

  it("ignores targets below one", function()
    local matrix = ConfusionMatrix(2)
    matrix:add(1, 0)
    matrix:batchAdd(torch.Tensor{ 1, 2 }, torch.Tensor{ -1, 2 })
    assert.same({ { 0, 0 }, { 0, 1 } }, matrix.mat:totable())
  end)

  it("refuses classes that are not there", function()
    local matrix = ConfusionMatrix(2)
    assert.error_matches(function() matrix:add(1, 3) end, "target 3, there are 2 classes")
    assert.error_matches(function() matrix:add(3, 1) end, "prediction 3, there are 2 classes")
    assert.error_matches(function()
      matrix:batchAdd(torch.Tensor{ 1, 2 }, torch.Tensor{ 1, 2, 1 })
    end, "2 predictions for 3 targets")
    assert.error_matches(function() ConfusionMatrix() end, "a number of classes or a list")
  end)

  it("computes the rates", function()
    local matrix = example()
    matrix:updateValids()
    assert.near(5 / 6, matrix.totalValid, 1e-12)
    assert.near(0.875, matrix.averageValid, 1e-7)
    assert.near((0.75 + 2 / 3) / 2, matrix.averageUnionValid, 1e-7)
    assert.near(0.75, matrix.valids[1], 1e-7)
    assert.near(2 / 3, matrix.unionvalids[2], 1e-7)
  end)

  it("leaves classes that do not occur out of the means", function()
    local matrix = ConfusionMatrix(3)
    matrix:add(1, 1)
    matrix:updateValids()
    assert.equal(1, matrix.averageValid)
    assert.is_true(matrix.valids[2] ~= matrix.valids[2])
  end)

  it("computes false rejections and acceptances", function()
    local class_frrs, class_fars, frrs, fars = example{ "a", "b", "c" }:farFrr()
    assert.near(0.25, class_frrs[1], 1e-6)
    assert.near(0.25, class_fars[2], 1e-6)
    assert.equal(-1, class_frrs[3])
    assert.equal(2, frrs:size(1))
    assert.near(0, fars[1], 1e-6)
  end)

  it("is cleared", function()
    local matrix = example()
    matrix:updateValids()
    matrix:zero()
    assert.equal(0, matrix.mat:sum())
    assert.equal(0, matrix.totalValid)
  end)

  it("is rendered as an image", function()
    local matrix = example()
    local picture = matrix:render("score", false, 20, 150)
    assert.equal("torch.FloatTensor", picture:type())
    assert.same({ 3, 54 + 40 + 12, 330 }, picture:size():totable())
    assert.is_true(picture:min() >= 0 and picture:max() <= 1)
    -- b is always right: it comes first, in the darkest colour.
    assert.is_true(picture[1][58][166] < picture[1][78][166])
    local other = matrix:render("occurrence", false, 20, 150)
    assert.is_false(torch.equal(picture, other))
    assert.same({ 3, 54 + 50 + 12, 330 }, ConfusionMatrix(2):render():size():totable())
    assert.error_matches(function() matrix:render("size") end, 'sorts by "score" or "occurrence"')
  end)

  it("prints as Torch7's does", function()
    assert.equal(table.concat({
      "ConfusionMatrix:",
      "[[       3       1]   75.000% \t[class: a]",
      " [       0       2]]  100.000% \t[class: b]",
      " + average row correct: 87.5% ",
      " + average rowUcol correct (VOC measure): 70.833334326744% ",
      " + global correct: 83.333333333333%",
    }, "\n"), tostring(example()))
    assert.matches("[[       0       0]   nan% \n", tostring(ConfusionMatrix(2)), 1, true)
    local plain = ConfusionMatrix(2)
    plain:add(1, 1)
    plain:add(2, 2)
    assert.matches("]]  100.000%% \n %+ average row correct: 100%% \n", tostring(plain))
  end)
end)
