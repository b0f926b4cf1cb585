-- Loops over the elements of several tensors of one shape, with the strides that each has in it.
-- Dimensions that lie one after the other in all of them become one loop.
local loops = {}

local INDICES = { "i", "j", "k", "l", "m", "n", "o", "p" }

local function can_join(operands, outer, size, inner)
  for _, operand in ipairs(operands) do
    if operand.strides[outer] ~= operand.strides[inner] * size then return false end
  end
  return true
end

-- The loops that are left, outermost first: their sizes, and each operand's strides.
local function joined(sizes, operands)
  local lengths, strides, last = {}, {}, nil
  for dim, size in ipairs(sizes) do
    if size ~= 1 then
      if last and can_join(operands, last, size, dim) then
        lengths[#lengths] = lengths[#lengths] * size
      else
        lengths[#lengths + 1] = size
      end
      last = dim
      for i, operand in ipairs(operands) do
        strides[i] = strides[i] or {}
        strides[i][#lengths] = operand.strides[dim]
      end
    end
  end
  return lengths, strides
end

-- "i * 12 + j" for the strides 12 and 1.
local function index_text(strides)
  local terms = {}
  for level, stride in ipairs(strides or {}) do
    if stride == 1 then
      terms[#terms + 1] = INDICES[level]
    elseif stride ~= 0 then
      terms[#terms + 1] = ("%s * %d"):format(INDICES[level], stride)
    end
  end
  return #terms > 0 and table.concat(terms, " + "):gsub("%+ (%w+) %* %-", "- %1 * ") or "0"
end

--- Writes loops over `sizes`. An operand is { name, pointer, strides, read }; in the statement its
-- name stands for its element.
function loops.write(step, sizes, statement, operands)
  local lengths, strides = joined(sizes, operands)
  step:line("    {")
  for i, operand in ipairs(operands) do
    step:line("        %sfloat *p%s = %s;", operand.read and "const " or "", operand.name,
      operand.pointer)
    local element = ("p%s[%s]"):format(operand.name, index_text(strides[i]))
    statement = statement:gsub("%f[%w_]" .. operand.name .. "%f[^%w_]", element)
  end
  local margin = "        "
  for level, length in ipairs(lengths) do
    local index = INDICES[level]
    step:line("%sfor (int %s = 0; %s < %d; %s++)", margin, index, index, length, index)
    margin = margin .. "    "
  end
  step:line("%s%s", margin, statement)
  step:line("    }")
end

--- The strides of an operand of `sizes` when it is spread over `shape`: 0 along what it repeats.
function loops.spread(sizes, strides, shape)
  local spread, missing = {}, #shape - #sizes
  for dim = 1, #shape do
    local size = sizes[dim - missing]
    spread[dim] = size and size ~= 1 and strides[dim - missing] or 0
  end
  return spread
end

return loops
