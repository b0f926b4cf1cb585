-- What the types of GPUs are called here, and the word that is said about it.
local names = {}

-- Tensors that hold halves compute nothing here: models that want them get floats.
local kinds = {
  [""] = "Float", Half = "Float", Double = "Double", Long = "Long", Int = "Int", Short = "Short",
  Char = "Char", Byte = "Byte",
}

--- Calls f(word, own) for every type: "Half" and "Float" for torch.CudaHalfTensor.
function names.each(f)
  for word, own in pairs(kinds) do f(word, own) end
end

--- "torch.FloatTensor" for "torch.CudaTensor" and "torch.ClTensor"; other names, and what is no
-- name, as they are.
function names.here(name)
  if type(name) ~= "string" then return name end
  local word, what = name:match("^torch%.Cuda(%a-)(Tensor)$")
  if not word then word, what = name:match("^torch%.Cuda(%a-)(Storage)$") end
  if not word then word, what = name:match("^torch%.Cl(%a-)(Tensor)$") end
  if not word or not kinds[word] then return name end
  return ("torch.%s%s"):format(kinds[word], what)
end

local is_told = false

--- Says once a process's state that nothing here runs on a GPU.
function names.tell(package_name)
  if is_told then return end
  is_told = true
  io.stderr:write(package_name, ": there are no GPUs here; its names stand for the CPU's, "
    .. "torch.CudaTensor for torch.FloatTensor\n")
end

return names
