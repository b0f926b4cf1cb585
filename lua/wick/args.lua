-- One declaration of a constructor's arguments serves Torch7's positions and one table with names:
--
--   Convolution.args = args{ "nn.SpatialConvolution",
--     { "nInputPlane", "integer" }, { "nOutputPlane", "integer" },
--     { "kW", "integer" }, { "kH", "integer", function(a) return a.kW end },
--     kernel = { "kW", "kH" },  -- a name that sets several; a number stands for all
--     bias = true,              -- by name only, with its default
--   }
--   local a = Convolution.args:read(...)   -- (3, 16, 5, 5) or {3, 16, kernel = 5}
--
-- A row is { name, kind [, default] }. Kinds: integer number boolean string table function tensor
-- sizes any, a class name with a dot, a word in quotes for itself; several with "|" between; "?" at
-- the end allows nil. A default that is a function is called with the values read so far.
-- Every declaration also takes `name`.
local class = require "torch.class"
local errors = require "wick.errors"

local Arguments = {}
Arguments.__index = Arguments

-- Each returns the value as the callee wants it, or nil.
local kinds = {}

function kinds.number(value)
  if type(value) == "number" or type(value) == "string" then return tonumber(value) end
end

function kinds.integer(value)
  local number = kinds.number(value)
  return number and math.tointeger(number)
end

function kinds.sizes(value)
  if class.typename(value) == "torch.LongStorage" then return value:totable() end
  if type(value) ~= "table" or getmetatable(value) then return nil end
  local sizes = {}
  for i, size in ipairs(value) do
    sizes[i] = kinds.integer(size)
    if not sizes[i] then return nil end
  end
  return #sizes == #value and sizes or nil
end

function kinds.tensor(value)
  return class.isTensor(value) and value or nil
end

function kinds.any(value)
  return value
end

for _, name in ipairs{ "boolean", "string", "table", "function" } do
  kinds[name] = function(value)
    if type(value) == name then return value end
  end
end

local articles = {
  integer = "an integer", sizes = "a list of integers", any = "a value",
}

local function single(kind)
  if kinds[kind] then return kinds[kind], articles[kind] or "a " .. kind end
  local word = kind:match("^'(.*)'$")
  if word then
    return function(value) return value == word and value or nil end, ('"%s"'):format(word)
  end
  assert(kind:find(".", 1, true), "unknown kind of argument: " .. kind)
  return function(value) return class.isTypeOf(value, kind) and value or nil end, "a " .. kind
end

-- A reader for `kind` and the words for what it takes.
local function compile(kind)
  local readers, words = {}, {}
  for part in kind:gmatch("[^|]+") do
    readers[#readers + 1], words[#words + 1] = single(part)
  end
  local expected = table.concat(words, " or ")
  if #readers == 1 then return readers[1], expected end
  return function(value)
    for _, reader in ipairs(readers) do
      local read = reader(value)
      if read ~= nil then return read end
    end
  end, expected
end

local function row(declared)
  local kind, optional = declared[2]:match("^(.-)(%??)$")
  local read, expected = compile(kind)
  return {
    name = declared[1], read = read, expected = expected, default = declared[3],
    optional = optional == "?" or declared[3] ~= nil,
    takes_table = kind:find("table") or kind:find("any") or kind:find("sizes"),
  }
end

--- Reads a declaration (see the top of this file).
local function declare(declaration)
  local self = setmetatable({ rows = {}, known = {}, groups = {} }, Arguments)
  for _, declared in ipairs(declaration) do
    if type(declared) == "string" then
      self.name = declared
    else
      local made = row(declared)
      self.rows[#self.rows + 1] = made
      self.known[made.name] = made
    end
  end
  self.positions = #self.rows
  for name, value in pairs(declaration) do
    if type(name) == "string" and type(value) == "table" then
      self.groups[name], self.known[name] = value, value
    elseif type(name) == "string" then
      self.known[name] = row{ name, type(value), value }
      self.rows[#self.rows + 1] = self.known[name]
    end
  end
  self.name = self.name or "?"
  self:extend{ { "name", "string?" } }
  self.own = {}
  for name in pairs(self.known) do self.own[name] = true end
  return self
end

--- Takes these rows as well, by name only, where the declaration has no row of that name.
function Arguments:extend(rows)
  for _, declared in ipairs(rows) do
    if not self.known[declared[1]] then
      self.known[declared[1]] = row(declared)
      self.rows[#self.rows + 1] = self.known[declared[1]]
    end
  end
end

function Arguments:is_named(count, first)
  if count ~= 1 or type(first) ~= "table" or getmetatable(first) then return false end
  local row1 = self.rows[1]
  if self.positions == 0 or not row1.takes_table then return true end
  for key in pairs(first) do
    if self.known[key] then return true end
  end
  return false
end

function Arguments:set_group(given, name, value)
  for i, member in ipairs(self.groups[name]) do
    local part = value
    if type(value) == "table" then part = value[i] end
    if given[member] == nil then given[member] = part end
  end
end

local function refuse_option(self, key)
  local nearest = errors.nearest(key, self.known)
  local names = {}
  for name in pairs(self.known) do names[#names + 1] = name end
  table.sort(names)
  errors.raise("%s: there is no option %s%s", self.name, errors.value(key),
    nearest and errors.suggestion(nearest) or "; there are " .. table.concat(names, ", "))
end

-- What a table of positions and names gives, by name.
function Arguments:spread(options)
  local given = {}
  for key, value in pairs(options) do
    if math.type(key) == "integer" then
      if key < 1 or key > self.positions then
        errors.raise("%s: takes %d values by position, got one at %d", self.name, self.positions,
          key)
      end
      key = self.rows[key].name
    elseif not self.known[key] then
      refuse_option(self, key)
    end
    if not self.groups[key] then given[key] = value end
  end
  for name in pairs(self.groups) do
    if options[name] ~= nil then self:set_group(given, name, options[name]) end
  end
  return given
end

function Arguments:value(declared, given, values)
  if given == nil then
    if not declared.optional then
      errors.raise("%s: %s is missing (%s expected)", self.name, declared.name, declared.expected)
    end
    if type(declared.default) == "function" then return declared.default(values) end
    return declared.default
  end
  local value = declared.read(given)
  if value == nil then
    errors.raise("%s: %s is %s, %s expected", self.name, declared.name, errors.value(given),
      declared.expected)
  end
  return value
end

--- The arguments as a table by name, checked, converted and with defaults filled in.
function Arguments:read(...)
  local count = select("#", ...)
  local given
  if self:is_named(count, (...)) then
    given = self:spread((...))
  else
    given = {}
    for i = 1, math.min(count, self.positions) do given[self.rows[i].name] = (select(i, ...)) end
  end
  local values = {}
  for _, declared in ipairs(self.rows) do
    values[declared.name] = self:value(declared, given[declared.name], values)
  end
  return values
end

--- How to call it: "nn.Linear(inputSize, outputSize [, bias = true])".
function Arguments:signature()
  local words = {}
  for i = 1, self.positions do
    local declared = self.rows[i]
    local word = declared.name
    local default = declared.default
    if default ~= nil and type(default) ~= "function" then
      word = ("%s = %s"):format(word, type(default) == "table" and "{...}" or errors.value(default))
    end
    words[i] = declared.optional and "[" .. word .. "]" or word
  end
  return ("%s(%s)"):format(self.name, table.concat(words, ", "))
end

return declare
