-- Backpropagation by hand and by tape. A node of the graph receives the gradient of the loss by its
-- output (upstream), and returns those by its inputs (downstream): the chain rule, one node at a
-- time. Every gradient has the shape of its variable, and no Jacobian is ever formed.
--
--   wick examples/lectures/01_backpropagation.lua
local torch = require "torch"
local nn = require "nn"
local paths = require "paths"
local matrices = paths.dofile("matrices.lua")

local cmd = torch.CmdLine()
cmd:text("Backpropagation by hand and by tape.")
cmd:option("-seed", 1, "of the two-layer network's weights and samples")
cmd:option("-steps", 50, "of gradient descent at the end")
cmd:option("-rate", 0.5, "the learning rate")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)
torch.setdefaulttensortype("torch.DoubleTensor")

-- A variable whose gradient is asked for.
local function variable(values)
  return torch.Tensor(values):requiresGrad()
end

-- 1. A vector: ReLU ------------------------------------------------------------------------------

print("1. z = max(0, x): the Jacobian is diagonal, 1 where x > 0; multiplying by it is a choice")
local x = variable{ 1, -2, 3, -1 }
local upstream = torch.Tensor{ 4, -1, 5, 9 }

local by_hand = torch.cmul(upstream, x:detach():gt(0):double())

local z = torch.relu(x)
local by_tape = torch.grad(z, x, upstream)
matrices.print("x", x:detach(), "z", z:detach(), "upstream dL/dz", upstream,
  "downstream dL/dx", by_hand)
matrices.same("dL/dx", by_hand, by_tape)

-- 2. Matrices: a product -------------------------------------------------------------------------

print("\n2. y = x w: dL/dx = dL/dy w^T, dL/dw = x^T dL/dy; the shapes leave no other choice")
x = variable{ { 2, 1, -3 }, { -3, 4, 2 } }
local w = variable{ { 3, 2, 1, -1 }, { 2, 1, 3, 2 }, { 3, 2, 1, -2 } }
upstream = torch.Tensor{ { 2, 3, -3, 9 }, { -8, 1, 4, 6 } }

local dx = upstream * w:detach():t()
local dw = x:detach():t() * upstream

local y = torch.mm(x, w)
local tape_dx, tape_dw = table.unpack(torch.grad(y, { x, w }, upstream))
matrices.print("x", x:detach(), "w", w:detach(), "y = x w", y:detach())
matrices.print("dL/dy", upstream, "dL/dx = dL/dy w^T", dx, "dL/dw = x^T dL/dy", dw)
matrices.same("dL/dx", dx, tape_dx)
matrices.same("dL/dw", dw, tape_dw)

local n, d, m = 64, 4096, 4096
print(("  with N = %d, D = M = %d the Jacobian of y by x would take %d GB;")
  :format(n, d, n * d * n * m * 4 // 2 ^ 30))
print(("  the two products above take %.1f MB\n"):format((n * d + d * m + n * m) * 4 / 2 ^ 20))

-- 3. The linear score function -------------------------------------------------------------------

print("\n3. f = W x, and the loss is the cross-entropy of the scores with the class")
w = variable{ { 0.2, -0.5, 0.1 }, { 1.5, 1.3, 2.1 } }
x = variable{ 1, 2, -1 }
local class = 1

-- By hand: the gradient by a score is its probability, less 1 for the right class.
local scores = w:detach() * x:detach()
local probabilities = torch.exp(scores - scores:max())
probabilities:div(probabilities:sum())
local dscores = probabilities:clone()
dscores[class] = dscores[class] - 1
dw = torch.ger(dscores, x:detach())
dx = w:detach():t() * dscores

local loss = torch.crossEntropy(torch.linear(x, w), torch.LongTensor{ class })
loss:backward()
matrices.print("scores", scores, "probabilities", probabilities, "dL/dscores", dscores)
matrices.print("dL/dW", dw, "dL/dx", dx)
matrices.same("dL/dW", dw, w.grad)
matrices.same("dL/dx", dx, x.grad)

-- 4. Two layers ----------------------------------------------------------------------------------

print("\n4. f = W2 max(0, W1 x): the same three rules, one after the other")
local samples, inputs, hidden, outputs = 16, 8, 12, 3
x = torch.randn(samples, inputs)
local target = torch.randn(samples, outputs)
local w1 = (torch.randn(inputs, hidden) / 2):requiresGrad()
local w2 = (torch.randn(hidden, outputs) / 2):requiresGrad()

-- Forward, then backward through the same nodes in the opposite order. The loss is the mean square.
local function gradients_by_hand(a, b)
  local before = x * a
  local h = torch.cmax(before, 0)
  local f = h * b
  local df = (f - target) * (2 / f:nElement())
  local db = h:t() * df
  local dh = df * b:t()
  local dbefore = torch.cmul(dh, before:gt(0):double())
  return x:t() * dbefore, db
end

local dw1, dw2 = gradients_by_hand(w1:detach(), w2:detach())
loss = torch.mseLoss(torch.mm(torch.relu(torch.mm(x, w1)), w2), target)
loss:backward()
matrices.same("dL/dW1 of " .. inputs .. " x " .. hidden, dw1, w1.grad)
matrices.same("dL/dW2 of " .. hidden .. " x " .. outputs, dw2, w2.grad)

-- 5. Training is the gradient, taken again and again ---------------------------------------------

print("\n5. The network in Torch7's names, and steps against the gradient")
local model = nn.Sequential()
model:add(nn.Linear(inputs, hidden, false)):add(nn.ReLU()):add(nn.Linear(hidden, outputs, false))
model:get(1).weight:copy(w1:detach():t())
model:get(3).weight:copy(w2:detach():t())
local criterion = nn.MSECriterion()

for step = 1, options.steps do
  model:zeroGradParameters()
  local f = model:forward(x)
  local value = criterion:forward(f, target)
  model:backward(x, criterion:backward(f, target))
  if step == 1 then matrices.same("dL/dW1 by nn", dw1:t(), model:get(1).gradWeight) end
  if step == 1 or step % 10 == 0 then print(("  step %3d  loss %.4f"):format(step, value)) end
  model:updateParameters(options.rate)
end
