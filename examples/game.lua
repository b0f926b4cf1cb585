-- The game of generative adversarial networks (Goodfellow and others, 2014), which several scripts
-- play: a generator makes pictures, a discriminator says whether a picture is real, and each learns
-- from the other. One round is one step of both.
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"

local game = {}
game.__index = game

-- Weights of convolutions from a normal distribution of deviation 0.02, scales of batch
-- normalisation around 1, as the paper of DCGAN has them.
local function initialise(model)
  model:apply(function(layer)
    if not layer.weight then return end
    local name = torch.typename(layer)
    layer.weight:normal(name:find("Normalization", 1, true) and 1 or 0, 0.02)
    if layer.bias then layer.bias:zero() end
  end)
end

local function player(model, rate)
  initialise(model)
  local parameters, gradients = model:getParameters()
  local state = { learningRate = rate, beta1 = 0.5 }
  local function step()
    optim.adam(function() return nil, gradients end, parameters, state)
  end
  return { model = model, step = step, size = parameters:nElement() }
end

--- A game of `generator`, which makes pictures of an input, and `discriminator`, which gives one
-- number from 0 (made) to 1 (real) for each picture, or several for parts of it. Options: `rate`
-- (0.0002) of Adam; `beside(input)`: planes that the discriminator sees behind the picture's own;
-- `near`, the weight of the mean distance (L1) to the real picture in the generator's loss (0).
function game.new(generator, discriminator, options)
  options = options or {}
  return setmetatable({
    generator = player(generator, options.rate or 0.0002),
    discriminator = player(discriminator, options.rate or 0.0002),
    beside = options.beside, near = options.near or 0,
    verdict = nn.BCECriterion(), distance = nn.AbsCriterion(),
  }, game)
end

-- What the discriminator sees of pictures, its output for them, and the loss and gradient at the
-- output if they should have been called real (1) or made (0).
function game:judge(pictures, input, answer)
  local seen = self.beside and torch.cat(pictures, self.beside(input), 2) or pictures
  local output = self.discriminator.model:forward(seen)
  local target = output:clone():fill(answer)
  return seen, self.verdict:forward(output, target), self.verdict:backward(output, target)
end

--- The discriminator's step: real pictures are 1, made ones 0. Returns its loss, the mean of both.
function game:teach_discriminator(input, real, made)
  local model, total = self.discriminator.model, 0
  model:zeroGradParameters()
  for _, case in ipairs{ { made, 0 }, { real, 1 } } do
    local seen, loss, gradient = self:judge(case[1], input, case[2])
    model:backward(seen, gradient)
    total = total + loss / 2
  end
  self.discriminator.step()
  return total
end

--- The generator's step: its pictures should be called real. The discriminator only hands the
-- gradient on. Returns the generator's loss, without the distance.
function game:teach_generator(input, real, made)
  local seen, loss, gradient = self:judge(made, input, 1)
  gradient = self.discriminator.model:updateGradInput(seen, gradient)
  gradient = gradient:narrow(2, 1, made:size(2)):contiguous()
  if self.near > 0 then
    self.distance:forward(made, real)
    gradient = gradient + self.distance:backward(made, real) * self.near
  end
  local model = self.generator.model
  model:zeroGradParameters()
  model:backward(input, gradient)
  self.generator.step()
  return loss
end

--- One round; returns both losses, the discriminator's first.
function game:round(input, real)
  local made = self.generator.model:forward(input)
  local judged = self:teach_discriminator(input, real, made)
  return judged, self:teach_generator(input, real, made)
end

--- So many rounds, each with what `deal()` returns: an input and real pictures. Prints the mean
-- losses behind `name`.
function game:play(name, rounds, deal)
  self.generator.model:training()
  self.discriminator.model:training()
  local judged, made = 0, 0
  for _ = 1, rounds do
    local losses = table.pack(self:round(deal()))
    judged, made = judged + losses[1] / rounds, made + losses[2] / rounds
  end
  self.generator.model:evaluate()
  print(("%s: loss of the discriminator %.3f, of the generator %.3f"):format(name, judged, made))
end

return game
