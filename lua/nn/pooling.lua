-- What the files of pooling layers share: constructors, modes, text.
local torch = require "torch"
local layer = require "nn.layer"
local same_padding = require "nn.same_padding"

local pooling = {}

--- A declaration for wick.args: kernel, stride by its rows, padding, and further rows by position.
function pooling.declaration(along, name, stride, further)
  return along:declaration(name, {
    along:rows("k", "integer"), stride, along:rows("pad", same_padding.KIND, 0, 0), further or {},
  }, { kernel = "k", stride = "d", pad = "pad", ceil = false })
end

--- Begins a constructor: fields by a declaration.
function pooling.build(self, declared, ...)
  local a, along = layer.begin(self, declared, ...), self.axes
  self.ceil_mode, self.ceil = a.ceil, nil
  same_padding.read(self, layer.whole)
  layer.check_positive(self, table.unpack(along:fields "k"))
  layer.check_positive(self, table.unpack(along:fields "d"))
end

--- The last window may reach beyond the padding; returns the layer.
function pooling.ceil(self)
  self.ceil_mode = true
  return self
end

--- Windows stay inside; returns the layer.
function pooling.floor(self)
  self.ceil_mode = false
  return self
end

--- The input pixels an output sees, {height, width}, and the step from one to the next.
function pooling.window(self)
  local h, w = self.dilationH or 1, self.dilationW or 1
  return { h * (self.kH - 1) + 1, w * (self.kW - 1) + 1 }, { self.dH, self.dW }
end

local function text(self)
  local along = self.axes
  local result = ("%s(%s, %s"):format(torch.typename(self), along:text(self, "k", "x"),
    along:text(self, "d", ","))
  if self[along:fields("pad")[1]] == "same" then
    result = result .. ", same"
  elseif not along:all(self, "pad", 0) then
    result = result .. ", " .. along:text(self, "pad", ",")
  end
  if not along:all(self, "dilation", 1) then
    result = result .. ", " .. along:text(self, "dilation", ",")
  end
  return result .. ")"
end

--- Gives a class the methods that all have.
function pooling.equip(metatable)
  metatable.ceil, metatable.floor = pooling.ceil, pooling.floor
  metatable.__tostring__ = text
end

return pooling
