-- What specs of loaders share: folders of small images, sets of numbers, batches in lists.
local assert = require "luassert"
local core = require "wick.core"
local torch = require "torch"
local data = require "wick.data"
local image = require "wick.image"
local paths = require "paths"
local system = require "wick.system"
local scratch = require "spec.support.scratch"

local loading = {}

--- A data set of `count` small images of two classes; every `broken`th file is cut short. Returns
-- their folder, too, which goes with `scratch.remove`.
function loading.photographs(count, broken)
  local folder = scratch.folder()
  for _, name in ipairs{ "/ants", "/bees" } do paths.mkdir(folder .. name) end
  torch.manualSeed(1)
  for i = 1, count do
    local path = ("%s/%s/%03d.%s"):format(folder, i % 2 == 0 and "bees" or "ants", i,
      i % 3 == 0 and "png" or "jpg")
    image.save(path, torch.ByteTensor(i % 5 == 0 and 1 or 3, 12 + i % 4, 16):random(0, 255))
    if broken and i % broken == 0 then
      core.io.writeFile(path, core.io.readFile(path):sub(1, 40))
    end
  end
  return data.imageFolder(folder), folder
end

--- Stages that make photographs of one size, at random.
loading.stages = {
  { "RandomResizedCrop", 8 }, { "HFlip", 0.5 },
  { "Normalize", mean = { 0.5, 0.4, 0.3 }, std = { 0.2, 0.3, 0.4 } },
}

--- Numbers to go through: sample i is i, its class 1, 2 or 3.
function loading.numbers(count)
  return { input = torch.range(1, count):view(count, 1),
    target = torch.range(0, count - 1):long():fmod(3):add(1) }
end

--- The batches of a loop as a list.
function loading.collect(...)
  local list = {}
  for batch in ... do list[#list + 1] = batch end
  return list
end

--- The places in the data set of each batch of a loop, as texts.
function loading.indices(...)
  local list = {}
  for batch in ... do list[#list + 1] = table.concat(batch.index, " ") end
  return list
end

--- Expects two lists of batches to be the same, bit for bit.
function loading.same(a, b)
  assert.equal(#a, #b)
  for i, batch in ipairs(a) do
    assert.same(batch.index, b[i].index)
    for _, name in ipairs{ "input", "target", "mask" } do
      assert.equal(batch[name] == nil, b[i][name] == nil)
      if batch[name] then assert.is_true(torch.equal(batch[name], b[i][name])) end
    end
    for k, boxes in ipairs(batch.boxes or {}) do
      assert.is_true(torch.equal(boxes, b[i].boxes[k]))
    end
  end
end

--- How many threads this process has.
function loading.threads()
  return #system.list("/proc/self/task")
end

--- Expects so many threads; the system takes a moment to forget one that has ended.
function loading.has_threads(expected)
  for _ = 1, 200 do
    if loading.threads() == expected then break end
    system.sleep(0.01)
  end
  assert.equal(expected, loading.threads())
end

return loading
