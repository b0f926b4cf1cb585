-- The package `torch`: tensors, storages, classes, random numbers and gradients, under Torch7's
-- names. Sets the global `torch`, as Torch7 scripts expect, and returns it.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"

local source = debug.getinfo(1, "S").source
core.setLibrary(source:match("^(.*)torch/init%.lua$") or source)

local torch = {}
for name, f in pairs(core.functions) do torch[name] = f end
for _, name in ipairs{
  "typename", "type", "isTypeOf", "isTensor", "isStorage", "getmetatable", "setmetatable",
  "newmetatable", "getconstructortable", "factory", "version",
} do
  torch[name] = class[name]
end
torch.class = class.class
torch.pointer = core.pointer

-- The constructors of classes are reached through the global while they are made.
rawset(_G, "torch", torch)

-- Types ------------------------------------------------------------------------------------------

local function constructor(make, name)
  return function(...)
    return make(name, ...)
  end
end

-- `t.new(...)` makes a tensor of t's type; in `t:new(...)` t comes first, which gives a view of
-- it.
for name, metatable in pairs(core.classes) do
  local make = name:find("Tensor$") and core.new or core.newStorage
  class.adopt(metatable, nil, constructor(make, name), torch)
end

--- The default type, whose constructor `torch.Tensor` is: "torch.FloatTensor" at first.
function torch.getdefaulttensortype()
  return core.defaultType()
end

--- Makes `name` ("torch.DoubleTensor", say) the type of `torch.Tensor`, of tables turned into
-- tensors, and of `torch.zeros`, `torch.rand` and their like. Returns nothing.
function torch.setdefaulttensortype(name)
  core.defaultType(name)
  local short = core.defaultType():match("^torch%.(.*)Tensor$")
  torch.Tensor, torch.Storage = torch[short .. "Tensor"], torch[short .. "Storage"]
end

torch.setdefaulttensortype(core.defaultType())

-- Random numbers ---------------------------------------------------------------------------------

--- Seeds the generator: the same seed gives the numbers that Torch7 gave. Returns nothing.
function torch.manualSeed(seed)
  core.manualSeed(seed)
end

torch.seed = core.seed
torch.initialSeed = core.initialSeed

--- The generator's state, a ByteTensor of 5,048 bytes, for `torch.setRNGState`.
function torch.getRNGState()
  return torch.ByteTensor(torch.ByteStorage():string(core.getGenerator()))
end

--- Puts the generator into a state that `torch.getRNGState` gave.
function torch.setRNGState(state)
  if class.typename(state) ~= "torch.ByteTensor" then
    errors.raise("setRNGState: the state is a ByteTensor, not %s", errors.value(state))
  end
  core.setGenerator(core.tensorString(state))
end

-- The machine ------------------------------------------------------------------------------------

torch.setnumthreads = core.setThreads
torch.getnumthreads = core.getThreads
torch.getnumcores = core.cores

--- Bytes of tensors: a table of `live`, `peak`, `cached`, `limit` and `total`, and the number of
-- live `storages` and graph `nodes`.
function torch.memory()
  return core.memory()
end

--- Lets `torch.memory().peak` begin anew at the bytes alive now.
torch.resetPeak = core.resetPeak

--- No more than `bytes` of tensors at once; an operation that would need more raises. 0: no limit.
function torch.setMemoryLimit(bytes)
  core.setMemoryLimit(bytes)
end

--- The time in seconds, to be handed to `torch.toc`.
function torch.tic()
  return require("wick.system").clock()
end

--- Seconds since `torch.tic` gave `start`.
function torch.toc(start)
  return torch.tic() - start
end

-- Pieces -----------------------------------------------------------------------------------------

require "torch.tensor"
require "torch.alias"
require "torch.gradient"
require "torch.generator"
require "torch.utility"

-- Classes that few scripts need are loaded at their first use.
local lazy = {
  Timer = "torch.timer", CmdLine = "torch.cmdline", Tester = "torch.tester",
  TestSuite = "torch.test_suite", File = "torch.file", DiskFile = "torch.disk_file",
  MemoryFile = "torch.memory_file", PipeFile = "torch.pipe_file",
}
for name in ("save load saveobj loadobj serialize deserialize serializeToStorage "
  .. "deserializeFromStorage"):gmatch("%a+") do
  lazy[name] = "torch.serialization"
end

setmetatable(torch, {
  __index = function(_, key)
    local module = lazy[key]
    if not module then return nil end
    local value = require(module)
    if rawget(torch, key) == nil then rawset(torch, key, value) end
    return rawget(torch, key)
  end,
})

return torch
