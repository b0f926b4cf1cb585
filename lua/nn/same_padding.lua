-- Padding "same": a layer with windows has an output wherever its stride takes it in the input,
-- entries of padding on both sides, one more behind where they are uneven.
local torch = require "torch"

local same_padding = {}

-- Entries before and after that keep `size` places, or one every `step`.
local function entries(size, kernel, step, dilation)
  local places = (size + step - 1) // step
  local total = math.max(0, (places - 1) * step + dilation * (kernel - 1) + 1 - size)
  return total // 2, total - total // 2
end

local function asks_for_same(pad)
  for i = 1, #pad do
    if pad[i] == "same" then return true end
  end
  return false
end

--- The input of a layer with axes, padded by `value` (0) where "same" asks for different sides, and
-- the padding left to both sides alike, an axis each in the order of dimensions.
function same_padding.apply(layer, input, value)
  local along = layer.axes
  local pad = along:values(layer, "pad", layer.padding or 0)
  if not asks_for_same(pad) or not along:fits(input) then return input, pad end
  local kernel, stride = along:values(layer, "k"), along:values(layer, "d")
  local dilation = along:values(layer, "dilation", 1)
  for i, size in ipairs(along:sides(input)) do
    if pad[i] == "same" then
      local before, after = entries(size, kernel[i], stride[i], dilation[i])
      local dim = input:dim() - along.count + i
      if before ~= after then
        input, before = torch.pad(input, dim, before, after, value or 0), 0
      end
      pad[i] = before
    end
  end
  return input, pad
end

--- Turns a layer's fields of padding into whole numbers but "same"; "valid" is none.
function same_padding.read(layer, whole)
  for _, name in ipairs(layer.axes:fields "pad") do
    if layer[name] == "valid" then layer[name] = 0 end
    if layer[name] ~= "same" then layer[name] = whole(layer[name]) end
  end
end

--- The kind of argument for wick.args.
same_padding.KIND = "number|'same'|'valid'"

return same_padding
