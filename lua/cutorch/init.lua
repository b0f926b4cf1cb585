-- The package `cutorch`: the names by which Torch7 scripts used GPUs, for machines without: tensors
-- of the GPU are the CPU's, and there is one device. Loading it says so once; nothing else changes.
local errors = require "wick.errors"
local names = require "cutorch.names"
local types = require "cutorch.types"

local torch = require "torch"

local cutorch = {
  hasHalf = true, hasHalfInstructions = function() return false end,
  hasFastHalfInstructions = function() return false end, _state = false,
}

-- The one device ---------------------------------------------------------------------------------

local function check_device(what, device)
  if device ~= nil and device ~= 1 then
    errors.raise("cutorch.%s: there is one device, 1; there is no device %s", what,
      errors.value(device))
  end
end

--- 1.
function cutorch.getDeviceCount() return 1 end

--- 1.
function cutorch.getDevice() return 1 end

--- Takes 1 and changes nothing.
function cutorch.setDevice(device)
  check_device("setDevice", device or "nil")
end

--- withDevice(device, f): f().
function cutorch.withDevice(device, f)
  check_device("withDevice", device)
  return f()
end

--- A table of the names that scripts print.
function cutorch.getDeviceProperties(device)
  check_device("getDeviceProperties", device)
  local free, total = cutorch.getMemoryUsage()
  return {
    name = "CPU", major = 0, minor = 0, multiProcessorCount = torch.getnumcores(), deviceID = 1,
    totalGlobalMem = total, freeGlobalMem = free, clockRate = 0, warpSize = 1,
  }
end

--- Bytes that tensors may still take and may take in all: the memory limit, or without one the
-- machine's memory.
function cutorch.getMemoryUsage(device)
  check_device("getMemoryUsage", device)
  local memory = torch.memory()
  local total = memory.limit
  if not total or total == 0 then
    local file <close> = io.open("/proc/meminfo")
    total = 1024 * (file and tonumber(file:read("a"):match("MemTotal:%s*(%d+)")) or 0)
  end
  return math.max(0, total - memory.live), total
end

cutorch.isManaged = function() return false end
cutorch.isCachingAllocatorEnabled = function() return true end
cutorch.getRuntimeVersion = function() return 8000 end
cutorch.getDriverVersion = cutorch.getRuntimeVersion

-- Random numbers: of the one generator -----------------------------------------------------------

cutorch.manualSeed, cutorch.manualSeedAll = torch.manualSeed, torch.manualSeed
cutorch.seed, cutorch.seedAll = torch.seed, torch.seed
cutorch.initialSeed = torch.initialSeed
cutorch.getRNGState = function() return torch.getRNGState() end
cutorch.setRNGState = function(state) torch.setRNGState(state) end

-- What is done here when it is called
-- --------------------------------------------------------------

local function nothing() end

for name in ("synchronize synchronizeAll streamSynchronize streamWaitFor streamWaitForMultiDevice "
  .. "streamBarrier streamBarrierMultiDevice reserveStreams setStream setDefaultStream "
  .. "reserveBlasHandles setBlasHandle setPeerToPeerAccess setKernelPeerToPeerAccess "
  .. "setHeapTracking emptyCache"):gmatch("%S+") do
  cutorch[name] = nothing
end

for name, value in pairs{
  getStream = 0, getNumStreams = 0, getBlasHandle = 1, getNumBlasHandles = 1,
  getPeerToPeerAccess = true, getKernelPeerToPeerAccess = true, getState = false,
} do
  cutorch[name] = function() return value end
end

-- Tensors that a GPU could read from: the CPU's own
-- ------------------------------------------------

names.each(function(word, own)
  cutorch[("createCudaHost%sTensor"):format(word)] = function(...)
    return torch[own .. "Tensor"](...)
  end
end)

--- A copy of a tensor in such memory: a clone.
function cutorch.toCudaHostTensor(x)
  return x:clone()
end

types.install("Cuda", "cuda")
names.tell("cutorch")
rawset(_G, "cutorch", cutorch)

return cutorch
