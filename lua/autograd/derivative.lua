-- autograd(f): the function that computes the gradients of f, on the tape of core/graph. There is
-- no code generator as in torch-autograd: what its options showed of the code is shown of the tape,
-- and those that steered it, optimize and reduceFootprint, are accepted and do nothing.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local graph = require "autograd.graph"
local nested = require "autograd.nested"
local overload = require "autograd.overload"
local profile = require "autograd.profile"
local tape = require "nn.tape"
local torch = require "torch"

local derivative = {}

local options_known = {
  gradArg = true, optimize = true, protected = true, reduceFootprint = true, withForward = true,
  withGradients = true, showCode = true, dotFile = true, partialGrad = true,
  stableGradients = true, profile = true, profileReportFrequency = true, debugHook = true,
}

local PROFILES = { off = true, summary = true, detailed = true }
local MOST = 250 -- inputs that one pass of the tape answers for

local function read_options(options)
  local read = { gradArg = 1, withForward = true, withGradients = true }
  for name, value in pairs(options or {}) do
    if not options_known[name] then
      errors.raise("autograd: there is no option %s%s", errors.value(name),
        errors.suggestion(errors.nearest(name, options_known)))
    end
    read[name] = value
  end
  return read
end

-- The profiler that the options ask for; nil without one.
local function profiler_of(options)
  local kind = options.profile or "off"
  if not PROFILES[kind] then
    errors.raise('autograd: profile is %s; "off", "summary" or "detailed" expected',
      errors.value(kind))
  end
  if kind == "off" then return nil end
  return profile.new(kind == "detailed", options.profileReportFrequency or 10)
end

-- Leaves -----------------------------------------------------------------------------------------

-- Leaves for the parameter, in a structure like its own, and the list of those that ask for a
-- gradient. Numbers become tensors of one element, of the type of the tensors around them. Inside
-- a recording what is recorded keeps its history, so that gradients of gradients work.
local function leaves_of(parameter, inside)
  local list, like = {}, nested.firstTensor(parameter)
  local function leaf(x)
    if type(x) == "number" then
      x = like and like.new{ x } or torch.DoubleTensor{ x }
    elseif not nested.isFloating(x) then
      return x
    end
    local keeps_history = inside and x:isRecorded()
    list[#list + 1] = keeps_history and x:view(x:size()) or x:detach():requiresGrad()
    return list[#list]
  end
  return nested.map(parameter, leaf), list
end

-- Gradients of a recorded value with respect to a list of tensors; zeros where it does not depend.
local function gradients_of(value, list, seed, record)
  local recorded = class.isTensor(value) and value:isRecorded()
  local found = {}
  for first = 1, recorded and #list or 0, MOST do
    local last = math.min(first + MOST - 1, #list)
    local some = core.grad(value, table.move(list, first, last, 1, {}), seed,
      { record = record, retain = last < #list })
    for i = first, last do found[i] = some[i - first + 1] end
  end
  for i, x in ipairs(list) do found[i] = found[i] or x:detach():clone():zero() end
  return found
end

-- Gradients in the structure of the parameter: numbers for numbers, unless they are recorded.
local function in_shape_of(parameter, gradients)
  local i = 0
  return nested.map(parameter, function(x)
    if type(x) ~= "number" and not nested.isFloating(x) then return x:clone():zero() end
    i = i + 1
    local gradient = gradients[i]
    return type(x) == "number" and not gradient:isRecorded() and gradient:item() or gradient
  end)
end

-- Results ----------------------------------------------------------------------------------------

local function check_loss(loss)
  if class.isTensor(loss) and loss:nElement() == 1 or type(loss) == "number" then return end
  errors.raise("autograd: the function returned %s first; a derivative is of one number, the loss "
    .. "(with partialGrad = true it is of any tensor, whose gradient is the last argument)",
    errors.value(loss))
end

local function number_of(loss)
  return class.isTensor(loss) and not loss:isRecorded() and loss:nElement() == 1 and loss:item()
    or loss
end

-- What f returned, without history unless an outer derivative wants it; the loss as a number.
local function plain_results(results, inside, is_loss)
  for i = 1, inside and 0 or results.n do results[i] = tape.detach(results[i]) end
  if is_loss then results[1] = number_of(results[1]) end
  return results
end

-- Running ----------------------------------------------------------------------------------------

local function record(f, arguments)
  return table.pack(torch.withGrad(overload.run, f, table.unpack(arguments, 1, arguments.n)))
end

-- The gradient of f's first result: 1 for a loss, else what the caller gave last.
local function take_seed(arguments, partial)
  if not partial then return nil end
  local seed = arguments[arguments.n]
  arguments.n = arguments.n - 1
  if class.isTensor(seed) or type(seed) == "number" then return seed end
  errors.raise("autograd: with partialGrad = true the last argument is the gradient of the result, "
    .. "a tensor; got %s", errors.value(seed))
end

local function check_seed(seed, result)
  if type(seed) == "number" then return result.new(result:size()):fill(seed) end
  if seed:nElement() == result:nElement() then return seed:viewAs(result) end
  errors.raise("autograd: the gradient given for the result is %s, the result %s",
    errors.value(seed), errors.value(result))
end

-- Whether the derivative is part of a recording: of another derivative, whatever comes into it, or
-- of the caller's.
local function is_inside(arguments)
  return overload.isRunning() or core.recording() and tape.is_recorded(arguments)
end

-- f(...), as part of a profile where there is one.
local function timed(options, part, f, ...)
  if options.profiler then return options.profiler:time(part, f, ...) end
  return f(...)
end

-- Prints and draws what was recorded, each graph once.
local function show(options, value)
  if not options.showCode and not options.dotFile then return end
  local text = graph.text(value)
  if options.shown[text] then return end
  options.shown[text] = true
  if options.showCode then print(text) end
  if options.dotFile then graph.save(value, options.dotFile) end
end

local function differentiate(f, options, ...)
  local arguments = table.pack(...)
  local partial, inside = options.partialGrad, is_inside(arguments)
  local seed = take_seed(arguments, partial)
  local parameter = arguments[options.gradArg]
  local leaves, list = leaves_of(parameter, inside)
  arguments[options.gradArg] = leaves
  local results = timed(options, "forward", record, f, arguments)
  if not partial then check_loss(results[1]) end
  if seed and class.isTensor(results[1]) then seed = { check_seed(seed, results[1]) } end
  show(options, results[1])
  local gradients = timed(options, "backward", gradients_of, results[1], list, seed, inside)
  return in_shape_of(parameter, gradients), plain_results(results, inside, not partial)
end

-- The same gradient tensors at every call, standing for new values.
local function steadily(options, gradients)
  if not options.stableGradients then return gradients end
  options.steady = tape.point(options.steady, gradients)
  return options.steady
end

-- The script that a message points into, and the line.
local function place_of(message)
  local path, line = message:match("^([^\n]-):(%d+): ")
  local file = path and io.open(path)
  if not file then return { source = "", line = 0 } end
  local source = file:read("a")
  file:close()
  return { source = source, line = tonumber(line) }
end

-- What a hook may ask of its first argument. There is no generated graph to draw.
local debugger = {}
for _, name in ipairs{ "generateDot", "showDot" } do
  debugger[name] = function()
    io.stderr:write("autograd: there is no graph to draw; the message names the operation\n")
  end
end

-- Runs f once more with every result checked, and tells the hook of the first that is not finite.
local function debug_run(f, options, ...)
  core.setCheckFinite(true)
  local ok, message = pcall(differentiate, f, options, ...)
  core.setCheckFinite(false)
  if ok or not tostring(message):find("not finite", 1, true) then return end
  options.debugHook(debugger, message, place_of(message))
end

--- autograd.differentiate(f [, options]): the derivative of f, whose first result is the loss, with
-- respect to its argument number `gradArg` (1): a tensor, a number or nested tables of them. The
-- derivative takes f's arguments and returns the gradients, in the same structure, the loss as a
-- number, and f's further results. Derivatives nest. Options: `withForward = false` returns the
-- gradients alone; `withGradients = false` what f returns; `partialGrad` differentiates a result
-- of any shape, whose gradient is the last argument; `stableGradients` returns the same tensors
-- every time; `debugHook` is called when a result is not finite. `showCode` prints the operations
-- that were recorded, and `dotFile` is the path of their graph for Graphviz, both whenever a new
-- graph comes up. `profile = "summary"` prints every `profileReportFrequency` (10) calls how long
-- they took, "detailed" by operation, too.
function derivative.differentiate(f, options)
  options = read_options(options)
  options.profiler, options.shown = profiler_of(options), {}
  return function(...)
    if not options.withGradients then return f(...) end
    if options.debugHook then debug_run(f, options, ...) end
    local gradients, results
    if options.profiler then
      gradients, results = options.profiler:call(differentiate, f, options, ...)
    else
      gradients, results = differentiate(f, options, ...)
    end
    gradients = steadily(options, gradients)
    if not options.withForward then return gradients end
    return gradients, table.unpack(results, 1, results.n)
  end
end

-- Switches ---------------------------------------------------------------------------------------

local optimizing = false

--- Whether functions would be compiled, in torch-autograd; here the tape does the work either way.
function derivative.optimize(on)
  optimizing = on and true or false
end

--- What `optimize` was told.
function derivative.optimizing()
  return optimizing
end

--- Accepted for torch-autograd; recorded operations are always checked.
function derivative.protected()
end

return derivative
