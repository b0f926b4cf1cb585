-- Networks that learn eight samples by heart.
local assert = require "luassert"
local torch = require "torch"
local nn = require "nn"
local models = require "wick.models"
local optim = require "optim"

local busted = require "busted"

local by_heart = {}

by_heart.ENOUGH = 0.02 -- the loss at which they know them

--- At most `steps` steps of Adam on eight samples of these sizes with labels of their own; returns
-- the last loss.
function by_heart.drive(model, sizes, steps, rate, criterion)
  torch.manualSeed(7)
  local x, y = torch.randn(8, table.unpack(sizes)), torch.range(1, 8):long()
  local parameters, gradients = model:getParameters()
  local state, loss = { learningRate = rate }, nil
  criterion = criterion or nn.CrossEntropyCriterion()
  for _ = 1, steps do
    optim.adam(function()
      gradients:zero()
      local output = model:forward(x)
      loss = criterion:forward(output, y)
      model:backward(x, criterion:backward(output, y))
      return loss, gradients
    end, parameters, state)
    if loss < by_heart.ENOUGH then break end
  end
  return loss
end

-- Behind a ReLU a score that begins below zero for all images stays there.
local function wake(model)
  for _, entry in ipairs(model:namedParameters()) do
    if entry.name == "conv_final.bias" then entry.tensor:fill(1) end
  end
  return model
end

local function title(name, options)
  local words = { name }
  for _, key in ipairs{ 1, "shortcut", "preactivation", "bottleneck", "early", "version" } do
    words[#words + 1] = options[key] and ("%s %s"):format(key, options[key])
  end
  return (table.concat(words, ", "):gsub("1 ", "", 1))
end

--- A case is { builder, options but for the classes, sizes of an image, rate, seed of the weights
-- (1) }. Returns its title.
function by_heart.title(case)
  return title(case[1], case[2])
end

--- The loss after the steps that a case takes.
function by_heart.learn(case)
  local name, options, sizes, rate, seed = table.unpack(case)
  torch.manualSeed(seed or 1)
  options.classes = 8
  if sizes[1] == 1 then options.channels = 1 end
  return by_heart.drive(wake(models[name](options)), sizes, 300, rate)
end

--- To be called in a `describe`: a test a case, and one thread for all tests there.
function by_heart.specs(list)
  local threads = torch.getnumthreads()

  busted.setup(function()
    torch.setnumthreads(1) -- layers this small gain nothing from more
  end)

  busted.teardown(function()
    torch.setnumthreads(threads)
  end)

  for _, case in ipairs(list) do
    busted.it(by_heart.title(case), function()
      local loss = by_heart.learn(case)
      assert.is_true(loss < by_heart.ENOUGH, ("the loss is %g"):format(loss))
    end)
  end
end

return by_heart
