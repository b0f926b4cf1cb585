-- One step of training: value and gradient of a batch, the gradient held in bounds, and the stop
-- when a number is none.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"

local step = {}

--- train.clip(gradient, { norm =, value = }): holds a gradient in bounds, in place: entries within
-- (-value, value), then the whole scaled down to `norm` where it is longer. Returns the norm that
-- it had before.
function step.clip(gradient, bounds)
  local norm = gradient:norm()
  if bounds.value then gradient:clamp(-bounds.value, bounds.value) end
  if bounds.norm then
    local now = bounds.value and gradient:norm() or norm
    if now > bounds.norm then gradient:mul(bounds.norm / now) end
  end
  return norm
end

local function is_finite(number)
  return number == number and math.abs(number) ~= math.huge
end

-- The loss of a batch on the tape, regularisers included.
local function loss_of(run, input, target)
  run.output = run.model(input)
  return run.options.criterion(run.output, target) + run.model:penalty()
end

local function forward_backward(run, input, target)
  run.gradients:zero()
  local loss = loss_of(run, input, target)
  if not class.isTensor(loss) then
    errors.raise("wick.train: the criterion gave %s; a recorded loss expected", errors.value(loss))
  end
  loss:backward()
  return loss:item()
end

-- Runs a batch once more as it was, with every result looked at; the message of the first that is
-- no number.
local function first_bad_result(run, input, target, generator)
  core.setGenerator(generator)
  core.setCheckFinite(true)
  local ok, message = pcall(forward_backward, run, input, target)
  core.setCheckFinite(false)
  return not ok and tostring(message):gsub("^[^\n]-:%d+: ", "") or nil
end

local function in_words(number)
  return number ~= number and "not a number" or "infinite"
end

-- The model's running statistics as they are, to put back should the step be stopped: the forward
-- pass moves them.
local function keep_statistics(run)
  if not run.statistics then
    run.statistics = {}
    run.model:apply(function(module)
      for _, field in ipairs(module:buffers()) do
        run.statistics[#run.statistics + 1] = { module = module, field = field }
      end
    end)
  end
  for _, entry in ipairs(run.statistics) do
    local now = entry.module[entry.field]
    entry.kept = entry.kept and entry.kept:typeAs(now):copy(now) or now:clone()
  end
end

local function put_statistics_back(run)
  for _, entry in ipairs(run.statistics) do entry.module[entry.field]:copy(entry.kept) end
end

local function stop(run, what, number, input, target, generator)
  local found = first_bad_result(run, input, target, generator)
  put_statistics_back(run)
  errors.raise("wick.train: %s is %s at step %d of epoch %d%s: %s. The model is that before "
    .. "the step; a lower rate or clipNorm may help", what, in_words(number), run.batch_number,
    run.epoch + 1, run.learning_rate and (" (rate %.3g)"):format(run.learning_rate) or "",
    found or "a second run of the batch went well")
end

--- Value and gradient of a batch for an optimiser. With `finite` it raises for a loss or a gradient
-- that is no number, and names the operation and the module where that began.
function step.evaluate(run, input, target)
  local generator, options = core.getGenerator(), run.options
  if options.finite then keep_statistics(run) end
  local loss = forward_backward(run, input, target)
  if options.finite and not is_finite(loss) then
    stop(run, "the loss", loss, input, target, generator)
  end
  if options.finite or options.clipNorm or options.clipValue then
    run.gradient_norm = step.clip(run.gradients,
      { norm = options.clipNorm, value = options.clipValue })
    if options.finite and not is_finite(run.gradient_norm) then
      stop(run, "the norm of the gradient", run.gradient_norm, input, target, generator)
    end
  end
  run:call("onGradient")
  return loss, run.gradients
end

return step
