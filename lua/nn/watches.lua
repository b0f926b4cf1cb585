-- Decorators that watch a module at work: NaN in what it gives, the time it takes.
local args = require "wick.args"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local tape = require "nn.tape"

local Module = torch.getmetatable("nn.Module")

-- Calls f(gradient) when the gradient of x passes, on its way back.
local on_gradient = torch.operation{
  name = "gradient watch",
  forward = function(context, x, f)
    context.f = f
    return x:detach()
  end,
  backward = function(context, grad)
    context.f(grad)
    return grad
  end,
}

local function watch_gradients(value, f)
  return tape.map(value, function(x)
    return x:isRecorded() and on_gradient(x, f) or x
  end)
end

-- NaN --------------------------------------------------------------------------------------------

local NaN, Decorator = torch.class("nn.NaN", "nn.Decorator")

NaN.args = args{ "nn.NaN", { "module", "nn.Module" }, { "id", "any?" } }

local last_id = 0

--- A number that no nn.NaN has yet.
function NaN.newId()
  last_id = last_id + 1
  return last_id
end

--- nn.NaN(module [, id]): the module; raises when NaN appears in its output or gradients, and says
-- where it came in.
function NaN:__init(...)
  local a = NaN.args:read(...)
  Decorator.__init(self, a.module)
  self.name = a.name
  self.id = a.id or NaN.newId()
end

--- Whether a tensor, or one in nested tables, holds NaN.
function NaN:recursiveIsNaN(value)
  for _, x in ipairs(tape.tensors(value)) do
    local plain = x:detach()
    if plain:nElement() > 0 and plain:ne(plain):any() then return true end
  end
  return false
end

-- Raises when `value` holds NaN: `what` names it, or one of the { value, name } it came from.
local function check(self, value, what, sources)
  if not self:recursiveIsNaN(value) then return end
  for _, source in ipairs(sources) do
    if self:recursiveIsNaN(source[1]) then what = source[2] end
  end
  errors.raise("NaN found in %s of module :\n%s", what, tostring(self))
end

function NaN:updateOutput(input)
  local given = watch_gradients(input, function(grad)
    check(self, grad, "gradInput", {})
  end)
  local output = self.modules[1]:forward(given)
  check(self, output, "output", { { (self:parameters()), "parameters" }, { input, "input" } })
  return watch_gradients(output, function(grad)
    check(self, grad, "gradOutput", {})
  end)
end

for _, name in ipairs{ "backward", "accGradParameters" } do
  NaN[name] = function(self, ...)
    local grad_input = Module[name](self, ...)
    local _, grads = self:parameters()
    check(self, grads, "gradParameters", {})
    return grad_input
  end
end

function NaN:__tostring__()
  return ("%s(%s) @ %s"):format(class.typename(self), self.id, tostring(self.modules[1]))
end

-- Profile ----------------------------------------------------------------------------------------

local Profile = torch.class("nn.Profile", "nn.Decorator")

Profile.args = args{ "nn.Profile",
  { "module", "nn.Module" }, { "print_interval", "integer", 100 }, { "name", "string?" },
}

--- nn.Profile(module [, print_interval = 100 [, name]]): the module; prints the seconds that so
-- many of its forward, and of its backward passes took.
function Profile:__init(...)
  local a = Profile.args:read(...)
  Decorator.__init(self, a.module)
  self.print_interval = a.print_interval
  self.name = a.name or class.typename(a.module)
  self.module = a.module
  self.numFwds, self.numBwds = 0, 0
  self.summedFwdTime, self.summedBwdTime = 0, 0
  self.timer = torch.Timer()
end

-- Adds a pass to the fields of these names and prints when there are enough.
local function count(self, number, sum, direction)
  self[sum] = self[sum] + self.timer:time().real
  self[number] = self[number] + 1
  if self[number] % self.print_interval ~= 0 then return end
  print(("%s took %.3f seconds for %d %s passes"):format(self.name, self[sum], self.print_interval,
    direction))
  self[number], self[sum] = 0, 0
end

-- Backward begins when the first gradient of the output passes and ends with the last of the input.
local function watch_input(self, input)
  local missing, grads = 0, {}
  local watched = watch_gradients(input, function(grad)
    grads[#grads + 1] = grad:detach()
    missing = missing - 1
    if missing > 0 then return end
    self.module.gradInput = tape.point(rawget(self.module, "gradInput"),
      class.isTensor(input) and grads[1] or grads)
    count(self, "numBwds", "summedBwdTime", "backward")
  end)
  for _, x in ipairs(tape.tensors(input)) do
    if x:isRecorded() then missing = missing + 1 end
  end
  return watched
end

function Profile:updateOutput(input)
  local watched = watch_input(self, input)
  self.timer:reset()
  local output = self.module:forward(watched)
  count(self, "numFwds", "summedFwdTime", "forward")
  local begun = false
  return watch_gradients(output, function()
    if not begun then self.timer:reset() end
    begun = true
  end)
end
