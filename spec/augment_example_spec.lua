-- examples/apply/augment.lua draws every stage there is, quickly when tiles are small.
local files = require "wick.image"
local stages = require "wick.data.stages"

local program = os.getenv("WICK_PROGRAM") or "build/wick"
local sheet = os.tmpname()

after_each(function() os.remove(sheet) end)

local function draw(options)
  local pipe = io.popen(("%s examples/apply/augment.lua --out %s %s 2>&1"):format(program, sheet,
    options))
  local text = pipe:read("a")
  assert.is_true(pipe:close(), text)
  return files.load(sheet, 3, "byte")
end

it("the contact sheet of augmentation is drawn", function()
  local drawn = draw("--variants 2 --tile 24")
  assert.equal(2 * (2 * 30 + 18) + 18, drawn:size(3))
  assert.is_true(drawn:float():std() > 20)
end)

it("the contact sheet shows every stage", function()
  local file = assert(io.open("examples/apply/augment.lua"))
  local source = file:read("a")
  file:close()
  for _, kind in ipairs(stages.list) do
    assert.is_truthy(source:find('{ "' .. kind.name .. '"', 1, true), kind.name)
  end
end)
