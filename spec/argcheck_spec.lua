-- The package `argcheck`: lua/argcheck.
local argcheck = require "argcheck"
local doc = require "argcheck.doc"
local env = require "argcheck.env"
local torch = require "torch"

local x_and_message = {
  help = "This adds five.",
  { name = "x", type = "number", default = 0, help = "the age of the captain" },
  { name = "msg", type = "string", help = "a message" },
}

local function rules_with(options)
  for i, rule in ipairs(x_and_message) do options[i] = rule end
  return options
end

describe("argcheck", function()
  it("takes arguments in order, with defaults left out or nil", function()
    local check = argcheck(x_and_message)
    assert.same({ 4, "hi" }, { check(4, "hi") })
    assert.same({ 0, "hi" }, { check("hi") })
    assert.same({ 0, "hi" }, { check(nil, "hi") })
    assert.error_matches(function() check(4) end, "invalid arguments: %(number%)")
    assert.error_matches(function() check("hi", "there", 3) end, "invalid arguments")
  end)

  it("takes names, of methods too", function()
    local check = argcheck(x_and_message)
    assert.same({ 2, "hi" }, { check{ x = 2, msg = "hi" } })
    assert.same({ 0, "hi" }, { check{ msg = "hi" } })
    assert.error_matches(function() check{ msg = "hi", y = 1 } end, "invalid arguments")
    local method = argcheck{ { name = "self", type = "table" }, { name = "x", type = "number" },
      { name = "msg", type = "string", default = "wassup" } }
    local object = {}
    assert.same({ object, 3, "wassup" }, { method(object, { x = 3 }) })
    assert.same({ object, 3, "hi" }, { method(object, 3, "hi") })
  end)

  it("takes defaults from other arguments, functions and nowhere", function()
    local calls = 0
    local check = argcheck{ { name = "x", type = "number" },
      { name = "y", type = "number", defaulta = "x" },
      { name = "z", type = "string", defaultf = function() calls = calls + 1 return "made" end },
      { name = "w", type = "boolean", opt = true } }
    assert.same({ 3, 3, "made" }, { check(3) })
    assert.same({ 3, 4, "given", true }, { check(3, 4, "given", true) })
    assert.equal(1, calls)
    assert.equal(false, select(4, check(1, false)))
  end)

  it("checks classes and patterns", function()
    local check = argcheck{ { name = "any", type = "torch.*Tensor" },
      { name = "float", type = "torch.FloatTensor" } }
    check(torch.IntTensor(), torch.FloatTensor())
    assert.error_matches(function() check(torch.FloatTensor(), torch.IntTensor()) end,
      "invalid arguments: %(torch.FloatTensor, torch.IntTensor%)")
    assert.is_true(env.istype(torch.LongTensor(), ".*Long"))
    assert.is_false(env.istype(torch.LongTensor(), "torch.Long"))
    assert.is_false(env.istype(torch.LongTensor(), "userdata"))
    assert.equal("torch.LongTensor", env.type(torch.LongTensor()))
  end)

  it("calls checks of its own", function()
    local check = argcheck{ { name = "x", type = "number",
      check = function(x) return x >= 1 and x <= 10 end } }
    assert.equal(3, check(3))
    assert.has_error(function() check(11) end)
  end)

  it("packs, restricts, keeps quiet and calls", function()
    assert.same({ x = 5, msg = "hi" }, argcheck(rules_with{ pack = true })(5, "hi"))
    assert.has_error(function() argcheck(rules_with{ nonamed = true }){ msg = "hi" } end)
    assert.has_error(function() argcheck(rules_with{ noordered = true })("hi") end)
    local quiet = argcheck(rules_with{ quiet = true })
    assert.same({ true, 5, "hi" }, { quiet(5, "hi") })
    local ok, text = quiet(5)
    assert.is_false(ok)
    assert.matches("%[x   = number%]  %-%- the age of the captain %[default=0%]", text)
    assert.matches("   msg = string   %-%- a message", text)
    local join = argcheck(rules_with{ call = function(x, msg) return x .. msg end })
    assert.equal("5hi", join(5, "hi"))
  end)

  it("overloads, and hates ambiguity unless forced", function()
    local f = argcheck{ { name = "x", type = "number" }, call = function() return "number" end }
    local both = argcheck{ { name = "s", type = "string" }, overload = f,
      call = function() return "string" end }
    assert.same({ "number", "string" }, { both(1), both("a") })
    assert.equal("string", both{ s = "a" })
    assert.error_matches(function() both(true) end, "number.*\nor\n.*string")
    local more = { { name = "x", type = "number" }, { name = "m", type = "string", default = "d" },
      overload = f, call = function(_, m) return m end }
    assert.error_matches(function() argcheck(more) end, "ambiguous situations")
    more.force = true
    assert.equal("d", argcheck(more)(1))
  end)

  it("refuses rules that make no sense", function()
    assert.error_matches(function() argcheck{ { type = "number" } } end, "table with a name")
    assert.error_matches(function() argcheck{ { name = "x", deflt = 1 } } end, "unknown field")
    assert.error_matches(function() argcheck{ { name = "x" }, { name = "x" } } end, 'named "x"')
    assert.error_matches(function() argcheck{ { name = "x", defaulta = "y" } } end, "no argument")
    assert.error_matches(function() argcheck{ overload = print } end, "that argcheck made")
  end)

  it("records documentation", function()
    doc.record()
    doc "# Title\n"
    argcheck{ doc = "About f.\n" }
    assert.equal("# Title\nAbout f.\n", doc.stop())
    doc "nothing listens"
  end)

  it("makes functions that can be written to files", function()
    local f = argcheck{ { name = "x", type = "number" }, call = function(x) return x + 1 end }
    local back = torch.deserialize(torch.serialize(f), { functions = true })
    assert.equal(4, back(3))
    assert.error_matches(function() back("x") end, "invalid arguments")
  end)

  it("points at the caller's line", function()
    local check = argcheck(x_and_message)
    local _, message = pcall(function() local x = check(1) return x end)
    assert.matches("argcheck_spec%.lua:%d+: invalid arguments", message)
  end)
end)
