-- Torch7's object system: lua/torch/class.lua.
local class = require "torch.class"

-- Class names are for ever; each test makes its own.
local serial = 0
local function fresh(prefix)
  serial = serial + 1
  return prefix .. serial
end

local function make(parent)
  local home, name = {}, fresh("Made")
  local metatable, parent_metatable
  if parent then
    metatable, parent_metatable = class.class(name, parent, home)
  else
    metatable, parent_metatable = class.class(name, home)
  end
  return metatable, home[name], name, parent_metatable
end

describe("torch.class", function()
  it("returns the metatable and the parent's", function()
    local base, _, base_name = make()
    local derived, _, _, parent = make(base_name)
    assert.equal(base, parent)
    assert.equal(base, getmetatable(derived))
    assert.is_nil(getmetatable(base))
  end)

  it("registers the constructor where the name says", function()
    local package_name, name = fresh("somewhere"), fresh("Thing")
    _G[package_name] = { inner = {} }
    class.class(package_name .. "." .. name)
    class.class(package_name .. ".inner." .. name)
    assert.equal(package_name .. "." .. name, class.type(_G[package_name][name]()))
    assert.equal(package_name .. ".inner." .. name, class.type(_G[package_name].inner[name]()))
    _G[package_name] = nil
  end)

  it("puts the constructor into a module under the last part of the name", function()
    local home = {}
    class.class("elsewhere.InModule", home)
    assert.equal("elsewhere.InModule", class.type(home.InModule()))
  end)

  it("calls __init with the arguments and inherits it", function()
    local base, Base, base_name = make()
    function base:__init(a, b) self.a, self.b = a, b end
    local _, Derived = make(base_name)
    assert.equal(2, Base(1, 2).b)
    assert.equal(2, Derived(1, 2).b)
    assert.equal(1, Derived.new(1, 2).a)
  end)

  it("lets a class call its parent's constructor and methods", function()
    local base, _, base_name = make()
    function base:__init() self.made = "base" end
    function base.greet() return "base" end
    local derived, Derived, _, parent = make(base_name)
    function derived:__init()
      parent.__init(self)
      self.made = self.made .. " and derived"
    end
    function derived:greet() return parent.greet(self) .. "!" end
    assert.equal("base and derived", Derived().made)
    assert.equal("base!", Derived():greet())
  end)

  it("makes instances without any __init", function()
    local _, Made, name = make()
    assert.equal(name, class.typename(Made()))
  end)

  it("refuses to declare a class twice", function()
    local _, _, base = make()
    local _, _, name = make(base)
    assert.error_matches(function() class.class(name, {}) end,
      name .. " has been already assigned a factory")
    assert.error_matches(function() class.class(name, base, {}) end,
      name .. " has been already assigned a parent class")
  end)

  it("refuses an unknown parent and suggests the nearest", function()
    local _, _, name = make()
    assert.error_matches(function() class.class(fresh("Made"), "nope", {}) end,
      "invalid parent class name nope")
    assert.error_matches(function() class.class(fresh("Other"), name .. "x", {}) end,
      'did you mean "' .. name)
  end)

  it("leaves nothing behind when it refuses", function()
    local name = fresh("Made")
    pcall(class.class, name, "nope", {})
    assert.is_nil(class.getmetatable(name))
    class.class(name, {})
  end)

  it("refuses a package that is not there", function()
    assert.error_matches(function() class.class("zz.Thing") end, "zz is an invalid module name")
  end)

  it("refuses other arguments", function()
    local expected = "<class name> %[<parent class name>%] %[<module table>%] expected"
    assert.error_matches(function() class.class() end, expected)
    assert.error_matches(function() class.class("A", 1) end, expected)
    assert.error_matches(function() class.class("A", {}, {}) end, expected)
    assert.error_matches(function() class.class("A", "B", {}, 1) end, expected)
  end)

  it("raises at the caller's line", function()
    local _, message = pcall(function() class.class(1) end)
    assert.matches("^spec/class_spec.lua:%d+: ", message)
  end)
end)

describe("a constructor table", function()
  it("is a plain table to torch.type", function()
    local _, Made = make()
    assert.equal("table", class.type(Made))
    assert.is_nil(class.typename(Made))
  end)

  it("reads and writes the class", function()
    local metatable, Made = make()
    function metatable.first() return 1 end
    assert.equal(metatable.first, Made.first)
    Made.second = function() return 2 end
    assert.equal(2, Made():second())
    assert.equal(Made.second, metatable.second)
  end)

  it("is found by name", function()
    local _, Made, name = make()
    assert.equal(Made, class.getconstructortable(name))
    assert.is_nil(class.getconstructortable("nope"))
  end)
end)

describe("hooks", function()
  it("are inherited for every operator", function()
    local base, _, base_name = make()
    local cases = {
      __add__ = function(a, b) return a + b end, __sub__ = function(a, b) return a - b end,
      __mul__ = function(a, b) return a * b end, __div__ = function(a, b) return a / b end,
      __mod__ = function(a, b) return a % b end, __pow__ = function(a, b) return a ^ b end,
      __concat__ = function(a, b) return a .. b end, __unm__ = function(a) return -a end,
      __len__ = function(a) return #a end, __tostring__ = function(a) return tostring(a) end,
      __call__ = function(a) return a() end,
    }
    for hook in pairs(cases) do base[hook] = function() return hook end end
    local _, Derived = make(base_name)
    for hook, apply in pairs(cases) do assert.equal(hook, apply(Derived(), Derived())) end
  end)

  it("are found on either side of a binary operator", function()
    local metatable, Made = make()
    function metatable.__mul__(a, b) return type(a) .. " " .. type(b) end
    assert.equal("number table", 2 * Made())
    assert.equal("table number", Made() * 2)
  end)

  it("order and compare", function()
    local metatable, Made = make()
    function metatable:__init(value) self.value = value end
    function metatable.__lt__(a, b) return a.value < b.value end
    function metatable.__le__(a, b) return a.value <= b.value end
    function metatable.__eq__(a, b) return a.value == b.value end
    assert.is_true(Made(1) < Made(2))
    assert.is_true(Made(2) <= Made(2))
    assert.is_true(Made(2) == Made(2))
  end)

  it("are missed with Torch7's words", function()
    local _, Made, name = make()
    assert.error_matches(function() return Made() + 1 end,
      "both " .. name .. " and number have no addition operator")
    assert.error_matches(function() return Made()() end, name .. " has no call operator")
    assert.error_matches(function() return -Made() end, name .. " has no negation operator")
  end)

  it("default to identity, the raw length and the class name", function()
    local _, Made, name = make()
    local a, b = Made(), Made()
    assert.is_true(a == a)
    assert.is_false(a == b)
    a[1], a[2] = "x", "y"
    assert.equal(2, #a)
    assert.equal(name, tostring(a))
  end)

  it("__index__ comes before methods and may decline", function()
    local metatable, Made = make()
    function metatable.method() return "method" end
    function metatable.__index__(_, key)
      if key == "magic" then return 42, true end
      if key == "nothing" then return nil, true end
      return false
    end
    local object = Made()
    assert.equal(42, object.magic)
    assert.equal("method", object:method())
    assert.is_nil(object.other)
  end)

  it("__index__ and __newindex__ are inherited", function()
    local base, _, base_name = make()
    function base.__index__(_, key) return key == "magic" and 1 or nil, key == "magic" end
    function base.__newindex__(self, key, value)
      if key ~= "doubled" then return false end
      rawset(self, key, 2 * value)
      return true
    end
    local _, Derived = make(base_name)
    local object = Derived()
    object.doubled, object.plain = 4, 4
    assert.equal(1, object.magic)
    assert.equal(8, object.doubled)
    assert.equal(4, object.plain)
  end)
end)

describe("asking about classes", function()
  it("torch.type and torch.typename", function()
    local _, Made, name = make()
    assert.equal(name, class.type(Made()))
    assert.equal("nil", class.type(nil))
    assert.equal("string", class.type("x"))
    assert.is_nil(class.typename("x"))
    assert.is_nil(class.typename(io.stdout))
  end)

  it("torch.isTypeOf takes names, patterns and constructors", function()
    local _, Base, base_name = make()
    local _, Derived, name = make(base_name)
    local object = Derived()
    assert.is_true(class.isTypeOf(object, name))
    assert.is_true(class.isTypeOf(object, base_name))
    assert.is_true(class.isTypeOf(object, Base))
    assert.is_true(class.isTypeOf(object, "^Ma.e"))
    assert.is_false(class.isTypeOf(object, "Made"))
    assert.is_false(class.isTypeOf(Base(), Derived))
    assert.is_false(class.isTypeOf(3, name))
    assert.is_false(class.isTypeOf({}, name))
  end)

  it("torch.factory builds an instance without __init", function()
    local metatable, _, name = make()
    function metatable:__init() self.made = true end
    local object = class.factory(name)()
    assert.equal(name, class.type(object))
    assert.is_nil(object.made)
    assert.is_nil(class.factory("nope"))
  end)

  it("torch.setmetatable makes a table an instance and returns it", function()
    local _, _, name = make()
    local object = { x = 1 }
    assert.equal(object, class.setmetatable(object, name))
    assert.equal(name, class.type(object))
    assert.error_matches(function() class.setmetatable({}, "nope") end, 'there is no class "nope"')
  end)

  it("torch.version is 1 unless the class says otherwise", function()
    local metatable, Made = make()
    assert.equal(1, class.version(Made()))
    metatable.__version = 3
    assert.equal(3, class.version(Made()))
  end)

  it("torch.getmetatable", function()
    local metatable, _, name = make()
    assert.equal(metatable, class.getmetatable(name))
    assert.is_nil(class.getmetatable("nope"))
  end)

  it("torch.isTensor and torch.isStorage go by the name", function()
    local function named(name) return setmetatable({}, { __typename = name }) end
    assert.is_true(class.isTensor(named("torch.FloatTensor")))
    assert.is_true(class.isTensor(named("torch.CudaTensor")))
    assert.is_false(class.isTensor(named("torch.FloatStorage")))
    assert.is_true(class.isStorage(named("torch.FloatStorage")))
    assert.is_false(class.isTensor(named("nn.FloatTensor")))
    assert.is_false(class.isTensor({}))
  end)
end)

describe("metatables from elsewhere", function()
  it("are adopted with parent and constructor", function()
    local base, _, base_name = make()
    function base.shout() return "base" end
    local name, home = fresh("Adopted"), {}
    local metatable = { __typename = name }
    metatable.__index = metatable
    class.adopt(metatable, base_name, function(x) return setmetatable({ x = x }, metatable) end,
      home)
    local object = home[name](3)
    assert.equal(3, object.x)
    assert.equal("base", object.shout())
    assert.is_true(class.isTypeOf(object, base_name))
  end)

  it("torch.newmetatable builds a class step by step", function()
    local name, home = fresh("Low"), {}
    local metatable = class.newmetatable(name)
    assert.is_nil(class.factory(name))
    local function constructor() return setmetatable({}, metatable) end
    assert.equal(metatable, class.newmetatable(name, nil, constructor, nil, constructor, home))
    assert.equal(name, class.type(home[name]()))
    assert.equal(constructor, class.factory(name))
  end)
end)
