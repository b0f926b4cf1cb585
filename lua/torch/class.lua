-- Torch7's classes: named metatables, constructors that are callable tables, inheritance through
-- the metatable's own metatable, and hooks (`__add__`, `__call__`, `__index__` ...) that are
-- inherited. Whatever carries a `__typename` in its metatable belongs to a class; metatables made
-- in C, those of tensors and storages, go through `adopt`. Returns the functions `torch` offers.
local errors = require "wick.errors"

local class = {}

local metatables = {} -- by class name
local families = {} -- what makes the classes whose names begin so
local constructors = {} -- constructor tables by metatable
local rawmetatable = debug.getmetatable

local function class_of(object)
  local metatable = rawmetatable(object)
  if type(metatable) == "table" and rawget(metatable, "__typename") then return metatable end
end

--- The class name of `object`, or nil when it belongs to none.
function class.typename(object)
  local metatable = class_of(object)
  return metatable and metatable.__typename
end

--- The class name of `object`, or what Lua's `type` says.
function class.type(object)
  local metatable = class_of(object)
  return metatable and metatable.__typename or type(object)
end

-- Hooks ------------------------------------------------------------------------------------------

local function hook_of(object, hook)
  local metatable = class_of(object)
  return metatable and metatable[hook]
end

local function binary(hook, what)
  return function(a, b)
    local handler = hook_of(a, hook) or hook_of(b, hook)
    if handler then return handler(a, b) end
    errors.raise("both %s and %s have no %s operator", class.type(a), class.type(b), what)
  end
end

local function unary(hook, what)
  return function(a)
    local handler = hook_of(a, hook)
    if handler then return handler(a) end
    errors.raise("%s has no %s operator", class.type(a), what)
  end
end

local operators = {
  __add = binary("__add__", "addition"),
  __sub = binary("__sub__", "subtraction"),
  __mul = binary("__mul__", "multiplication"),
  __div = binary("__div__", "division"),
  __mod = binary("__mod__", "modulo"),
  __pow = binary("__pow__", "power"),
  __concat = binary("__concat__", "concatenation"),
  __lt = binary("__lt__", "less than"),
  __le = binary("__le__", "less or equal"),
  __unm = unary("__unm__", "negation"),
}

function operators.__eq(a, b)
  local handler = hook_of(a, "__eq__") or hook_of(b, "__eq__")
  if handler then return handler(a, b) end
  return rawequal(a, b)
end

function operators.__len(object)
  local handler = hook_of(object, "__len__")
  if handler then return handler(object) end
  if type(object) == "table" then return rawlen(object) end
  errors.raise("%s has no length operator", class.type(object))
end

function operators.__call(object, ...)
  local handler = hook_of(object, "__call__")
  if handler then return handler(object, ...) end
  errors.raise("%s has no call operator", class.type(object))
end

function operators.__tostring(object)
  local handler, annotate = hook_of(object, "__tostring__"), hook_of(object, "__annotate__")
  local text = handler and handler(object) or class.typename(object)
  return annotate and annotate(object, text) or text
end

local function index_through_hook(object, key)
  local metatable = rawmetatable(object)
  local value, handled = metatable.__index__(object, key)
  if handled then return value end
  return metatable[key]
end

local function newindex_through_hook(object, key, value)
  if not rawmetatable(object).__newindex__(object, key, value) then rawset(object, key, value) end
end

-- Look-up stays a chain of plain tables until a class in the chain defines a hook for it. Methods
-- are defined before the first instance is made, so that is when it is decided.
local function instance_of(metatable, object)
  if metatable.__index__ and rawget(metatable, "__index") == metatable then
    metatable.__index = index_through_hook
  end
  if metatable.__newindex__ and not rawget(metatable, "__newindex") then
    metatable.__newindex = newindex_through_hook
  end
  return setmetatable(object, metatable)
end

-- Making classes ---------------------------------------------------------------------------------

-- The table that holds the constructor of `name`, and the key in it.
local function home_of(name, module)
  local key = name:match("[^.]+$")
  if module then return module, key end
  local place = _G
  for part in name:sub(1, -#key - 1):gmatch("[^.]+") do
    place = place[part]
    if type(place) ~= "table" then
      errors.raise("while creating class %s: %s is an invalid module name", name, part)
    end
  end
  return place, key
end

-- A package may be loaded by the first look at its global, and a class by the first look at its
-- name in the package.
local function find(name)
  if metatables[name] == nil then
    local package_name, key = name:match("^([^.]+)%.(.+)$")
    local package_table = package_name and _G[package_name]
    local _ = type(package_table) == "table" and package_table[key]
    for prefix, make in pairs(families) do
      local rest = name:sub(1, #prefix) == prefix and name:sub(#prefix + 1)
      if rest and rest:find("^[%a_][%w_]*$") then make(rest) end
    end
  end
  return metatables[name]
end

--- Has make(rest) make the classes called `prefix` and a word, when one is looked for.
function class.family(prefix, make)
  families[prefix] = make
end

--- Whether a class of that name may be made by the look at it.
function class.in_family(name)
  for prefix in pairs(families) do
    if name:sub(1, #prefix) == prefix then return true end
  end
  return false
end

local function constructor_table(metatable)
  local constructor = {}
  constructors[metatable] = constructor
  return setmetatable(constructor, {
    __index = metatable,
    __newindex = metatable,
    __metatable = metatable,
    __call = function(_, ...)
      return metatable.new(...)
    end,
  })
end

local function parent_of(name, parent_name)
  local parent = find(parent_name)
  if parent then return parent end
  errors.raise("while creating class %s: invalid parent class name %s%s", name, parent_name,
    errors.suggestion(errors.nearest(parent_name, metatables)))
end

local function refuse_twice(name, metatable, parent, factory)
  if parent and rawmetatable(metatable) then
    errors.raise("class %s has been already assigned a parent class", name)
  elseif factory and rawget(metatable, "__factory") then
    errors.raise("class %s has been already assigned a factory", name)
  end
end

local function declare(name)
  local metatable = { __typename = name, __version = 1 }
  metatable.__index = metatable
  for event, handler in pairs(operators) do metatable[event] = handler end
  metatables[name] = metatable
  return metatable
end

local function offer(metatable, constructor, place, key)
  metatable.new = constructor
  place[key] = constructor_table(metatable)
end

--- Creates or completes the class `name`: parent, constructor, finaliser and factory are each
-- optional. The constructor table goes to `module`, or to where the name says. Returns the
-- metatable.
function class.newmetatable(name, parent, constructor, destructor, factory, module)
  if metatables[name] then refuse_twice(name, metatables[name], parent, factory) end
  local place, key
  if constructor then place, key = home_of(name, module) end
  local parent_metatable = parent and parent_of(name, parent)
  local metatable = metatables[name] or declare(name)
  if parent_metatable then setmetatable(metatable, parent_metatable) end
  metatable.__gc = destructor or rawget(metatable, "__gc")
  metatable.__factory = factory or rawget(metatable, "__factory")
  if constructor then offer(metatable, constructor, place, key) end
  return metatable
end

--- Makes a metatable that was built elsewhere (in C) a class: `parent` is a class name or nil,
-- `constructor` a function that becomes `new` and the callable at `name`, or in `module`.
function class.adopt(metatable, parent, constructor, module)
  local name = metatable.__typename
  metatables[name] = metatable
  if parent then setmetatable(metatable, parent_of(name, parent)) end
  if constructor then offer(metatable, constructor, home_of(name, module)) end
  return metatable
end

--- Makes `name` another name of the class `target`, by which it is found; instances keep the first.
function class.alias(name, target)
  metatables[name] = metatables[target]
end

local function pattern_error()
  errors.raise("torch.class: <class name> [<parent class name>] [<module table>] expected")
end

--- `torch.class(name [, parent] [, module])`: makes a class whose instances are tables. Returns its
-- metatable, where methods go, and its parent's. A method `__finish` is called when the constructor
-- is through; `__annotate__(text)` returns what `tostring` makes of an object's text.
function class.class(name, ...)
  local count = select("#", ...)
  local parent, module = ...
  if type(parent) == "table" and count == 1 then parent, module = nil, parent end
  if type(name) ~= "string" or count > 2 or (parent ~= nil and type(parent) ~= "string")
    or (module ~= nil and type(module) ~= "table") then
    pattern_error()
  end
  local metatable
  local function factory()
    return instance_of(metatable, {})
  end
  local function constructor(...)
    local object = instance_of(metatable, {})
    local init = object.__init
    if init then init(object, ...) end
    local finish = metatable.__finish
    if finish then finish(object) end
    return object
  end
  metatable = class.newmetatable(name, parent, constructor, nil, factory, module)
  return metatable, getmetatable(metatable)
end

-- Asking -----------------------------------------------------------------------------------------

--- The metatable of class `name`, or nil.
function class.getmetatable(name)
  return find(name)
end

--- The metatable of class `name` if it was made already; nothing is loaded to find it.
function class.registered(name)
  return metatables[name]
end

--- The constructor table of class `name`, or nil.
function class.getconstructortable(name)
  return constructors[find(name)]
end

--- The function that builds an empty instance of class `name`, or nil.
function class.factory(name)
  local metatable = find(name)
  return metatable and rawget(metatable, "__factory")
end

--- Makes the plain table `object` an instance of class `name` and returns it.
function class.setmetatable(object, name)
  local metatable = find(name)
  if not metatable then
    errors.raise("torch.setmetatable: there is no class %s%s", errors.value(name),
      errors.suggestion(errors.nearest(name, metatables)))
  end
  return instance_of(metatable, object)
end

--- The serialisation version of `object`'s class.
function class.version(object)
  local metatable = class_of(object)
  return metatable and (metatable.__version or 1)
end

local function matches(name, spec)
  local match = name:match(spec)
  return match ~= nil and (match ~= spec or match == name)
end

--- Whether `object`'s class or one of its parents is `spec`: a full name, a Lua pattern or a
-- constructor.
function class.isTypeOf(object, spec)
  if type(spec) ~= "string" then
    spec = (class_of(spec) or getmetatable(spec) or {}).__typename
    if not spec then
      errors.raise("torch.isTypeOf: a class name, pattern or constructor expected")
    end
  end
  local metatable = getmetatable(object)
  while type(metatable) == "table" do
    local name = rawget(metatable, "__typename")
    if name and matches(name, spec) then return true end
    metatable = rawmetatable(metatable)
  end
  return false
end

local is_tensor_name = setmetatable({}, {
  __index = function(names, name)
    names[name] = name:find("^torch%.%a*Tensor$") ~= nil
    return names[name]
  end,
})

--- Whether `object` is a tensor of any element type.
function class.isTensor(object)
  local metatable = class_of(object)
  return metatable ~= nil and is_tensor_name[metatable.__typename]
end

--- Whether `object` is a storage of any element type.
function class.isStorage(object)
  local name = class.typename(object)
  return name ~= nil and name:find("^torch%.%a*Storage$") ~= nil
end

return class
