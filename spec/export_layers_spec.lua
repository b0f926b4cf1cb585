-- model:export for every layer of nn: the files answer as Lua does, or the layer is refused with a
-- sentence. docs/embedding.md lists those that are.
local c_files = require "spec.support.c_files"
local cases = require "spec.support.export_cases"
local class = require "torch.class"
local model_files = require "spec.support.model_files"
local nn = require "nn"
local torch = require "torch"

-- Why layers are refused, in both kinds of file and in C alone.
local REFUSED = {
  LookupTable = "numbers have to be 1 to 5", OneHot = "numbers have to be 1 to 4",
  Index = "position 1 is 0, out of range", IndexLinear = "position 1 is %-?%d, out of range",
  SparseLinear = "position 1 is 0, out of range",
  MaskedSelect = "how many elements masked_select gives depends on the input",
  SpatialFractionalMaxPooling = "draws random numbers as it evaluates, by uniform",
  VolumetricFractionalMaxPooling = "draws random numbers as it evaluates, by uniform",
}
local REFUSED_IN_C = {
  SpatialMaxUnpooling = "there is no max_unpool2d in C files",
  VolumetricMaxUnpooling = "there is no max_unpool3d in C files",
  TemporalDynamicKMaxPooling = "there is no topk in C files",
  Kmeans = "reads a further result of min, which C files do not have",
}

-- No layers of their own, or none of inference.
local NO_LAYER = {
  Module = true, Container = true, CriterionTable = true, ModuleCriterion = true,
  ModuleFromCriterion = true,
}

local function refusal(row, extension)
  local network, message = cases.joined{ row }, nil
  model_files.with_names(1, function(name)
    local file = name .. extension
    message = select(2, pcall(network.model.export, network.model, file, network.sizes))
    os.remove(file)
  end)
  return message
end

-- All layers but those as one network; asserts that those are refused.
local function exported(extension, ...)
  local rows = {}
  torch.manualSeed(7)
  for _, row in ipairs(cases.layers) do
    local reason
    for _, refused in ipairs{ ... } do reason = reason or refused[row.name] end
    if reason then
      assert.matches("export: .*" .. reason, refusal(row, extension))
    else
      rows[#rows + 1] = row
    end
  end
  return cases.joined(rows)
end

local function names_of(...)
  local names = {}
  for _, list in ipairs{ ... } do
    for name in pairs(list) do names[name] = true end
  end
  return names
end

describe("the layers of nn", function()
  it("are written as C, but for some", function()
    local network = exported(".c", REFUSED, REFUSED_IN_C)
    network.model:evaluate()
    local answers, inputs = c_files.answers({ network }, "cc -O1")
    local expected = torch.noGrad(network.model.forward, network.model, inputs[1])
    local distance = c_files.distance(answers[1], expected, true)
    assert.is_true(distance <= 1e-5, ("%g away"):format(distance))
  end)

  it("are written as data, but for some", function()
    local network = exported(".wick", REFUSED)
    assert.equal(model_files.answers(network.model, network.sizes))
  end)

  it("are all tried", function()
    local tried, missing = {}, {}
    for _, row in ipairs(cases.layers) do tried[row.name] = true end
    for name in pairs(nn) do
      local metatable = class.getmetatable("nn." .. name)
      if metatable and metatable.updateOutput and not (tried[name] or NO_LAYER[name]
        or class.isTypeOf(metatable, "nn.Criterion")) then
        missing[#missing + 1] = name
      end
    end
    assert.same({}, missing)
  end)

  it("that are refused stand in the guide", function()
    local listed = { {}, {} }
    local guide = assert(io.open("docs/embedding.md")):read("a")
    for layers, files in guide:gmatch("\n| (`nn%.[^|]*) | ([^|]*) |") do
      for name in layers:gmatch("`nn%.(%w+)`") do
        listed[files:find("both") and 1 or 2][name] = true
      end
    end
    assert.same({ names_of(REFUSED), names_of(REFUSED_IN_C) }, listed)
  end)
end)
