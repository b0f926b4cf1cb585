-- autograd.auto: modules and criteria of nn made of functions, as classes that are cloned, saved
-- and read: `autograd.nn.AutoModule("Name")(f, weight, bias)`.
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"

local auto = {}

local function check(name, what, f)
  if type(f) == "function" then return end
  errors.raise("autograd.auto.%s: %s of %s expected, got %s", name, "a function", what,
    errors.value(f))
end

local function make_module(full_name, name)
  local Auto, parent = torch.class(full_name, "nn.Module", auto)

  --- A module whose output is f(input, weight, bias); weight and bias are optional.
  function Auto:__init(f, weight, bias)
    check(name, "the input, the weight and the bias", f)
    parent.__init(self)
    self.fn = f
    self.weight, self.gradWeight = weight, weight and weight:clone():zero()
    self.bias, self.gradBias = bias, bias and bias:clone():zero()
  end

  function Auto:updateOutput(input)
    return self.fn(input, self.weight, self.bias)
  end
end

local function make_criterion(full_name, name)
  local Auto, parent = torch.class(full_name, "nn.Criterion", auto)

  --- A criterion whose loss is f(input, target).
  function Auto:__init(f)
    check(name, "the input and the target", f)
    parent.__init(self)
    self.fn = f
  end

  function Auto:updateOutput(input, target)
    return self.fn(input, target)
  end
end

-- The constructor of the class of that name, which is made if it is not there.
local function maker(prefix, make)
  return function(name)
    if type(name) ~= "string" or not name:find("^[%a_][%w_]*$") then
      errors.raise("autograd.nn: a class is called by a word, got %s", errors.value(name))
    end
    if not class.registered(prefix .. name) then make(prefix .. name, name) end
    return class.getconstructortable(prefix .. name)
  end
end

local modules, criteria = "autograd.nn.module.", "autograd.nn.criterion."

--- AutoModule(name): the constructor of the module class of that name: (f [, weight [, bias]]).
local AutoModule = maker(modules, make_module)

--- AutoCriterion(name): the constructor of the criterion class of that name: (f).
local AutoCriterion = maker(criteria, make_criterion)

-- Files name classes that a script may not have made yet.
class.family(modules, AutoModule)
class.family(criteria, AutoCriterion)

return { classes = auto, AutoModule = AutoModule, AutoCriterion = AutoCriterion }
