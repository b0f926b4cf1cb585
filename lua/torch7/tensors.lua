-- What tensors do under Torch7's mode and nowhere else.
local class = require "torch.class"
local core = require "wick.core"
local patch = require "torch7.patch"

local tensors = {}

-- An entry of a vector is a number, whichever dimension is named.
local function selecting(select)
  return function(x, dim, index)
    if class.isTensor(x) and x:dim() == 1 and index ~= nil then dim = 1 end
    return select(x, dim, index)
  end
end

-- Matrices that LAPACK writes stand in their memory column by column.
local function turn(x)
  if x:dim() ~= 2 or not x:isContiguous() or x:size(1) == 1 or x:size(2) == 1 then return end
  local values = x:clone()
  local by_columns = _G.torch.LongStorage{ 1, x:size(1) }
  x:set(x:storage(), x:storageOffset(), x:size(), by_columns):copy(values)
end

-- The places of the matrices among the results of a function, given as destinations or not.
local matrices = {
  inverse = { 1 }, gesv = { 1, 2 }, gels = { 1, 2 }, trtrs = { 1, 2 }, symeig = { 2 }, eig = { 2 },
  potrf = { 1 }, potrs = { 1 }, potri = { 1 },
}

local function turning(f, places)
  return function(...)
    local results = table.pack(f(...))
    for _, place in ipairs(places) do
      local x = results[place]
      if class.isTensor(x) and not x:isRecorded() then turn(x) end
    end
    return table.unpack(results, 1, results.n)
  end
end

--- Puts the methods and functions in place.
function tensors.install()
  for name, places in pairs(matrices) do
    patch.set(_G.torch, name, turning(_G.torch[name], places))
  end
  for name, metatable in pairs(core.classes) do
    if name:find("Tensor$") then patch.set(metatable, "select", selecting(metatable.select)) end
  end
end

return tensors
