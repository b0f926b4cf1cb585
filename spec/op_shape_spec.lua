-- Arguments that do not fit: every tensor argument with a dimension more or less or a size that is
-- one too large, every whole number at its extremes. What does not fit is refused in words that
-- name the operation and the shapes; what fits is listed in the cases.
local torch = require "torch"
local walk = require "spec.support.walk"

-- Changes of a tensor's shape ---------------------------------------------------------------------

local function grown(x, d)
  local sizes = x:size():totable()
  sizes[d] = sizes[d] + 1
  local y = torch.ones(sizes, { dtype = x:type() })
  y:narrow(d, 1, x:size(d)):copy(x)
  return y
end

-- The changes that x can undergo: a list of { name, changed tensor }.
local function changes(x)
  local list = {}
  table.insert(list, { "rank+", x:unsqueeze(1) })
  if x:dim() > 1 then table.insert(list, { "rank-", x:narrow(1, 1, 1):squeeze(1) }) end
  for d = 1, x:dim() do table.insert(list, { "size" .. d, grown(x, d) }) end
  return list
end

local function is_free(case, position, change)
  for word in ((case.free or {})[position] or ""):gmatch("%S+") do
    if word == change then return true end
  end
  return false
end

local function shape_text(x)
  return table.concat(x:size():totable(), " x ")
end

-- Messages name the shape that was changed and, where another one is what it does not fit, that.
local function check_message(op, message, changed, change, others)
  assert.matches("^" .. op.name .. ": ", message)
  local rank = ("out of range of %dD tensor"):format(changed:dim()) -- Torch7's words
  assert.is_truthy(message:find(shape_text(changed), 1, true) or message:find(rank, 1, true),
    message)
  if change:find("size") and #others > 0 then
    local named = false
    for _, other in ipairs(others) do
      named = named or message:find(shape_text(other), 1, true) ~= nil
    end
    assert.is_true(named, message)
  end
end

local function others_of(arguments, which)
  local list = {}
  for i, tensor in ipairs(walk.tensors(arguments)) do
    if i ~= which then table.insert(list, tensor[1]) end
  end
  return list
end

local function check_changes(op, case, arguments)
  for which, tensor in ipairs(walk.tensors(arguments)) do
    local x, position = tensor[1], tensor[2]
    for _, change in ipairs(changes(x)) do
      local call = walk.with(arguments, which, change[2])
      local what = ("argument %d, %s"):format(position, change[1])
      local ok, message = pcall(walk.call, op, case, call)
      assert(ok == is_free(case, position, change[1]),
        ok and what .. " went through" or what .. ": " .. tostring(message))
      if not ok then
        check_message(op, walk.failure(walk.call, op, case, call), change[2], change[1],
          others_of(arguments, which))
      end
    end
  end
end

describe("shapes that do not fit", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    local arguments = walk.arguments(case.arguments)
    if #walk.tensors(arguments) > 0 and not case.reference and not case.draws then
      it("are refused by " .. op.word, function() check_changes(op, case, arguments) end)
    end
  end
end)

-- Element-wise operations broadcast: a size of 4 beside one of 5 is what cannot fit.
describe("shapes that do not broadcast", function()
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    local arguments = walk.arguments(case.arguments)
    local tensors = walk.tensors(arguments)
    if case.reference and #tensors > 1 and not case.draws then
      it("are refused by " .. op.word, function()
        for which, tensor in ipairs(tensors) do
          local changed = grown(tensor[1], tensor[1]:dim())
          local call = walk.with(arguments, which, changed)
          local message = walk.failure(walk.call, op, case, call)
          check_message(op, message, changed, "size", others_of(arguments, which))
        end
      end)
    end
  end

  it("leave the receiver of an in-place form alone", function()
    local x = torch.ones(3, 1)
    assert.matches("^add: writes in place into 3 x 1, but the result is 3 x 4",
      walk.failure(x.add, x, torch.ones(1, 4)))
    assert.matches("^add: writes in place", walk.failure(x.add, x, torch.ones(3, 4)))
    assert.same({ { 1 }, { 1 }, { 1 } }, x:totable())
  end)

  it("are refused where Torch7 and NumPy read them differently", function()
    local x, z = torch.ones(3, 1), torch.ones(3)
    local message = walk.failure(torch.csub, x, z)
    assert.matches("^csub: 3 x 1 and 3 have equally many elements", message)
    assert.matches("3 x 3", message)
    assert.same({ { 0 }, { 0 }, { 0 } }, torch.csub(x, z:view(3, 1)):totable())
    assert.same({ 3, 3 }, torch.csub(x:expand(3, 3), z):size():totable())
  end)
end)

-- Numbers at their extremes -----------------------------------------------------------------------

local EXTREMES = { 0, -1, 2 ^ 31, 2 ^ 40, math.maxinteger, math.mininteger, 2.5, 0 / 0, math.huge,
  -math.huge }
local WHOLE = { integer = true, dim = true, index = true, sizes = true, dims = true }

-- The positions of the plain numbers among arguments.
local function whole_numbers(op, case, arguments)
  local places, at = {}, 1
  if case.call then return places end
  for _, argument in ipairs(op.args) do
    local value = arguments[at]
    if argument.kind == "sizes" or argument.kind == "dims" then
      while type(arguments[at]) == "number" do
        table.insert(places, at)
        at = at + 1
      end
    elseif value ~= nil
      and (WHOLE[argument.kind] or argument.kind == "number") == (type(value) == "number") then
      if WHOLE[argument.kind] then table.insert(places, at) end
      at = at + 1
    elseif value ~= nil and not argument.optional then
      at = at + 1
    end
  end
  return places
end

describe("numbers at their extremes", function()
  setup(function() torch.setMemoryLimit(2 ^ 26) end)
  teardown(function() torch.setMemoryLimit(0) end)

  -- A sum over 2^31 windows is a legal wish; what counts is that nothing is read or written
  -- outside, and that what is refused is refused by name.
  for _, entry in ipairs(walk.operations()) do
    local op, case = entry[1], entry[2]
    local arguments = walk.arguments(case.arguments)
    local places = whole_numbers(op, case, arguments)
    if #places > 0 then
      it("are refused or carried out by " .. op.word, function()
        for _, place in ipairs(places) do
          for _, value in ipairs(EXTREMES) do
            local call = walk.mapped(arguments, function(t) return t end)
            call[place] = value
            if not pcall(walk.call, op, case, call) then
              local message = walk.failure(walk.call, op, case, call)
              assert.is_truthy(message:find("^" .. op.name .. ": ")
                or message:find("^out of memory: "), message)
            end
          end
        end
      end)
    end
  end
end)
