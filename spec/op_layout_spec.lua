-- The same values in other places: strided inputs, destinations, writing in place, one- and
-- zero-size tensors; and inputs that stay as they were.
local torch = require "torch"
local core = require "wick.core"
local array = require "spec.support.array"
local walk = require "spec.support.walk"

-- Layouts of the same values ----------------------------------------------------------------------

local function garbage(sizes, type_name)
  return torch.zeros(sizes, { dtype = type_name }):fill(walk.is_floating_name(type_name) and 0 / 0
    or 77)
end

local layouts = {}

function layouts.transposed(x)
  local last = x:dim()
  if last < 2 then return x:clone() end
  return x:transpose(1, last):clone():transpose(1, last)
end

-- Every second element of memory twice as large.
function layouts.stepped(x)
  local sizes = x:size():totable()
  table.insert(sizes, 2)
  local view = garbage(sizes, x:type()):narrow(#sizes, 2, 1):squeeze(#sizes)
  view:copy(x)
  return view
end

-- The middle of a larger tensor.
function layouts.inside(x)
  local sizes = x:size():totable()
  for d, s in ipairs(sizes) do sizes[d] = s + 2 end
  local view = garbage(sizes, x:type())
  for d, s in ipairs(x:size():totable()) do view = view:narrow(d, 2, s) end
  view:copy(x)
  return view
end

local function versions(arguments)
  local list = {}
  for i, tensor in ipairs(walk.tensors(arguments)) do list[i] = core.version(tensor[1]) end
  return list
end

local function values(arguments)
  local list = {}
  for i, tensor in ipairs(walk.tensors(arguments)) do list[i] = array.of(tensor[1]) end
  return list
end

local function samples_of(case)
  local list = {}
  for i, sample in ipairs(walk.samples(case)) do
    if i <= 3 then table.insert(list, walk.arguments(sample)) end
  end
  return list
end

-- Data that only moves keeps its bits; sums may be taken in another order.
local function tolerance_of(case)
  return case.exact and 0 or 1e-14 * (case.terms or 10)
end

local function deterministic(entry)
  return not entry[2].draws
end

local function each(condition, f)
  for _, entry in ipairs(walk.operations()) do
    if condition(entry) then f(entry[1], entry[2]) end
  end
end

describe("inputs in another layout", function()
  each(deterministic, function(op, case)
    if #walk.tensors(walk.arguments(case.arguments)) == 0 then return end
    if case.skip and case.skip.layouts then return end
    it("give the same for " .. op.word, function()
      for _, arguments in ipairs(samples_of(case)) do
        local expected = walk.arrays(walk.call(op, case, arguments))
        for _, layout in pairs(layouts) do
          local found = walk.arrays(walk.call(op, case, walk.mapped(arguments, layout)))
          assert.is_nil(walk.differences(found, expected, tolerance_of(case)))
        end
      end
    end)
  end)
end)

-- One row seen as many: a stride of zero.
local function expanded(x)
  if x:dim() < 1 or x:size(1) == 0 or not walk.is_floating(x) then return x end
  return x:narrow(1, 1, 1):expandAs(x)
end

describe("expanded inputs", function()
  each(deterministic, function(op, case)
    if #walk.tensors(walk.arguments(case.arguments)) == 0 then return end
    if case.skip and (case.skip.layouts or case.skip.expanded) then return end
    it("give the same as copies of them for " .. op.word, function()
      local arguments = walk.arguments(case.arguments)
      local seen = walk.mapped(arguments, expanded)
      local copied = walk.mapped(seen, function(x) return x:clone() end)
      local expected = walk.arrays(walk.call(op, case, copied))
      local found = walk.arrays(walk.call(op, case, seen))
      assert.is_nil(walk.differences(found, expected, tolerance_of(case)))
    end)
  end)
end)

describe("inputs", function()
  each(function(entry) return entry[1].method ~= "into" or entry[1].elementwise end,
    function(op, case)
    it("are left as they were by " .. op.word, function()
      for _, arguments in ipairs(samples_of(case)) do
        local before, written = values(arguments), versions(arguments)
        walk.call(op, case, arguments)
        assert.same(written, versions(arguments))
        assert.is_nil(walk.differences(values(arguments), before, 0))
      end
    end)
  end)
end)

-- Writing over the receiver -----------------------------------------------------------------------

-- The position of the first tensor and the arguments without it.
local function split(arguments)
  local place
  for i = 1, arguments.n do
    if not place and torch.isTensor(arguments[i]) then place = i end
  end
  local rest = { n = arguments.n - 1 }
  for i = 1, arguments.n do
    if i ~= place then rest[i < place and i or i - 1] = arguments[i] end
  end
  return arguments[place], rest, place
end

local function has_in_place(entry)
  return entry[1].method == "in place" and entry[2].in_place ~= false and not entry[2].draws
end

local function same_shape(arguments, result)
  return array.same_size((split(arguments)):size():totable(), result.size)
end

describe("the method that writes over its receiver", function()
  each(has_in_place, function(op, case)
    it("gives what the function gives: " .. op.word, function()
      for _, arguments in ipairs(samples_of(case)) do
        local expected = walk.arrays(walk.call(op, case, arguments))
        if same_shape(arguments, expected[1]) then
          for _, layout in pairs(layouts) do
            local receiver, rest = split(arguments)
            receiver = layout(receiver)
            local version = core.version(receiver)
            local returned = receiver[op.name](receiver, table.unpack(rest, 1, rest.n))
            if receiver:nElement() > 0 then assert.is_true(core.version(receiver) > version) end
            assert.is_true(rawequal(returned, receiver))
            assert.is_nil(walk.differences({ array.of(receiver) }, { expected[1] },
              tolerance_of(case)))
          end
        end
      end
    end)

    it("refuses memory that overlaps itself: " .. op.word, function()
      local receiver, rest = split(walk.arguments(case.arguments))
      receiver = receiver:narrow(1, 1, 1):clone():expandAs(receiver)
      local message = walk.failure(receiver[op.name], receiver, table.unpack(rest, 1, rest.n))
      assert.matches("^" .. op.name .. ": this .* holds some elements several times", message)
    end)

    -- What needs its input for the gradient cannot write over it, and says so.
    it("is recorded as the function is: " .. op.word, function()
      local arguments = walk.arguments(case.arguments)
      if not op.differentiable or not same_shape(arguments,
        array.of(walk.call(op, case, arguments)[1])) then
        return
      end
      local receiver, rest, place = split(arguments)
      if not walk.is_floating(receiver) then return end
      local leaf = receiver:detach():clone():requiresGrad()
      local all = walk.mapped(arguments, function(t, i) return i == place and leaf or t end)
      local y = walk.call(op, case, all)[1]
      local weights = walk.weights(y)
      local expected = torch.grad(y, leaf, weights)
      local x = torch.mul(leaf, 1)
      x[op.name](x, table.unpack(rest, 1, rest.n))
      local ok, found = pcall(torch.grad, x, leaf, weights)
      if ok then
        assert.is_nil(walk.differences({ array.of(found) }, { array.of(expected) }, 1e-13))
      else
        assert.matches(op.name .. " needs .* changed since by " .. op.name, found)
      end
    end)
  end)
end)

-- Parts of one memory, as x:narrow(1, 1, 2):add(x:narrow(1, 2, 2)), are read before they are
-- written.
describe("a receiver that shares memory with another argument", function()
  each(function(entry) return has_in_place(entry) and entry[1].elementwise end, function(op, case)
    local arguments = walk.arguments(case.arguments)
    local first, rest = split(arguments)
    local partner
    for i = 1, rest.n do
      if not partner and torch.isTensor(rest[i]) and rest[i]:isSameSizeAs(first)
        and rest[i]:type() == first:type() then
        partner = i
      end
    end
    if not partner or not case.reference then return end
    it("gives what copies give: " .. op.word, function()
      local n = first:size(1)
      local memory = torch.cat(first, rest[partner]:narrow(1, 1, 1), 1)
      local x, z = memory:narrow(1, 1, n), memory:narrow(1, 2, n)
      rest[partner] = z:clone()
      local expected = x:clone()
      expected[op.name](expected, table.unpack(rest, 1, rest.n))
      rest[partner] = z
      x[op.name](x, table.unpack(rest, 1, rest.n))
      assert.is_nil(walk.difference(array.of(x), array.of(expected), 0))
    end)
  end)
end)

-- Destinations ------------------------------------------------------------------------------------

local function has_destination(entry)
  local op, case = entry[1], entry[2]
  local has_tensors = op.args[1] and op.args[1].kind:find("^tensor")
  return not case.draws and not op.view and not case.call and case.destination ~= false
    and not (op.number and has_tensors)
end

local function into(op, destinations, arguments)
  local list = {}
  for i, d in ipairs(destinations) do list[i] = d end
  for i = 1, arguments.n do list[#destinations + i] = arguments[i] end
  return { torch[op.name](table.unpack(list, 1, #destinations + arguments.n)) }
end

-- With an optional tensor left out, one more in front would be taken for an argument.
local function is_clear(op, arguments)
  local wanted, given = 0, #walk.tensors(arguments)
  for _, argument in ipairs(op.args) do
    if argument.kind == "tensors" then return true end
    if argument.kind == "tensor" then wanted = wanted + 1 end
  end
  return given == wanted
end

local function destinations(results, make)
  local list = {}
  for i, r in ipairs(results) do list[i] = make(r) end
  return list
end

local makers = {
  ["of another shape"] = function(r) return garbage({ 2, 2, 2 }, r:type()) end,
  ["without elements"] = function(r) return torch[r:type():match("%w+$")]() end,
  ["with garbage"] = function(r) return garbage(r:size():totable(), r:type()) end,
  ["that is strided"] = function(r)
    return layouts.stepped(garbage(r:size():totable(), r:type()))
  end,
}

describe("a destination", function()
  each(has_destination, function(op, case)
    it("gets what the function gives: " .. op.word, function()
      for _, arguments in ipairs(samples_of(case)) do
        local results = walk.call(op, case, arguments)
        local expected = walk.arrays(results)
        if array.count(expected[1].size) > 0 and is_clear(op, arguments) then
          for kind, make in pairs(makers) do
            local to = destinations(results, make)
            local returned = into(op, to, arguments)
            for i, t in ipairs(to) do assert.is_true(rawequal(returned[i], t), kind) end
            assert.is_nil(walk.differences(walk.arrays(to), expected, tolerance_of(case)))
          end
        end
      end
    end)

    it("may be an input: " .. op.word, function()
      local arguments = walk.arguments(case.arguments)
      if not is_clear(op, arguments) then return end
      local results = walk.call(op, case, arguments)
      for which, tensor in ipairs(walk.tensors(arguments)) do
        local to = tensor[1]:clone()
        if #results == 1 and to:type() == results[1]:type() then
          local returned = into(op, { to }, walk.with(arguments, which, to))
          local difference = walk.differences(walk.arrays(returned), walk.arrays(results),
            tolerance_of(case))
          assert.is_nil(difference)
        end
      end
    end)
  end)
end)
