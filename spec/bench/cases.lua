-- What is measured, in the order in which it is: a list of kind, name, mode, batch, threads and,
-- for layers and operations, shape. `title` is what WICK_BENCH is compared with.
local networks = require "networks"
local layers = require "layers"
local stage_steps = require "stage_steps"

local cases = {}

-- Operations on tensors that PyTorch has too: name, rows, columns.
local operations = {
  { "uniform", 1000, 1000 }, { "normal", 1000, 1000 }, { "fill", 1000, 1000 },
  { "sort", 1000, 1000 }, { "topk", 1000, 1000 }, { "exp", 1000, 1000 }, { "log", 1000, 1000 },
  { "tanh", 1000, 1000 }, { "sigmoid", 1000, 1000 }, { "sin", 1000, 1000 },
  { "sqrt", 1000, 1000 }, { "pow", 1000, 1000 }, { "add", 1000, 1000 }, { "mul", 1000, 1000 },
  { "sum", 1000, 1000 }, { "sum1", 1000, 1000 }, { "max", 1000, 1000 },
  { "softmax", 1000, 1000 }, { "logsoftmax", 128, 1000 }, { "transpose", 1000, 1000 },
  { "mm", 512, 512 }, { "mv", 2048, 2048 }, { "addsmall", 4, 4 }, { "mmsmall", 4, 4 },
  { "relusmall", 4, 4 },
}

local function case(kind, name, mode, batch, threads, shape)
  return { kind = kind, name = name, mode = mode, batch = batch, threads = threads, shape = shape,
    title = ("%s %s%s, %s, batch %d, %d thread%s"):format(kind, name, shape and " " .. shape or "",
      mode, batch, threads, threads == 1 and "" or "s") }
end

local function network(list, name, mode, batch, threads)
  list[#list + 1] = case("network", name, mode, batch, threads)
end

-- Pipelines of photographs, each with a stage more than the one before.
local pipelines = { "decode", "resize", "flip", "jitter" }

-- `photographs` is the folder that has them, nil when there is none.
local function add_data(list, photographs)
  list[#list + 1] = case("data", "shuffled batches of 10000 images", "data", 64, 2)
  for _, name in ipairs(photographs and pipelines or {}) do
    list[#list + 1] = case("photographs", name, "data", 32, 2, photographs)
  end
  list[#list + 1] = case("waiting", "resnet20, crop and flip", "data", 128, 2)
end

local function add_small(list, photographs, only)
  list[#list + 1] = case("start", "start to first lenet5 output", "infer", 1, 2)
  list[#list + 1] = case("call", "calls", "infer", 1, 1)
  for _, o in ipairs(operations) do
    local shape = ("%d,%d"):format(o[2], o[3])
    if not only or only[o[1]] then
      list[#list + 1] = case("operation", o[1], "infer", o[2], 2, shape)
    end
  end
  add_data(list, photographs)
end

-- Stages of augmentation, one by one.
local function add_stages(list)
  for _, name in ipairs(stage_steps.names) do
    list[#list + 1] = case("stage", name, "data", 1, 1)
  end
end

local function add_layers(list)
  local seen = {}
  for _, name in ipairs(networks.order) do
    local batch = networks[name].layer
    for _, text in ipairs(layers.of(networks[name])) do
      local key = text .. " " .. batch
      if not seen[key] then list[#list + 1] = case("layer", name, "train", batch, 2, text) end
      seen[key] = true
    end
  end
end

--- Everything: what is small, networks on two threads and on one, layers if `has_layers`, networks
-- compiled. `photographs` is a folder of JPEG files for what concerns data, or nil.
function cases.full(photographs, has_layers)
  local list = {}
  add_small(list, photographs)
  add_stages(list)
  for _, threads in ipairs{ 2, 1 } do
    for _, name in ipairs(networks.order) do
      network(list, name, "train", networks[name].train, threads)
      network(list, name, "infer", networks[name].infer, threads)
      network(list, name, "infer", 1, threads)
    end
  end
  if has_layers then add_layers(list) end
  for _, name in ipairs(networks.order) do
    for _, mode in ipairs{ "train", "infer" } do
      list[#list + 1] = case("compiled", name, mode, networks[name][mode], 2)
    end
  end
  return list
end

--- What two minutes allow.
function cases.quick(photographs)
  local list = {}
  add_small(list, photographs,
    { uniform = true, sort = true, exp = true, mm = true, addsmall = true })
  for _, name in ipairs{ "lenet5", "resnet20", "resnet18" } do
    network(list, name, "train", networks[name].train, 2)
    network(list, name, "infer", networks[name].infer, 2)
  end
  network(list, "resnet18", "infer", 1, 2)
  return list
end

return cases
