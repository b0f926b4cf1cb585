-- wick.train: the training loop with what belongs to it. The loop written out (docs/training.md) is
-- the first choice; this is the same loop with a place for everything, in run.lua.
--
--   local train = require "wick.train"
--   local run = train{
--     model = model, criterion = nn.CrossEntropyCriterion(), data = train_set, test = test_set,
--     epochs = 10, rate = optim.schedule.oneCycle(0.1), optimState = { momentum = 0.9 },
--   }
--   print(run.best.top[1])
--
-- Each piece is loaded at its first use, from the file that stands behind it.
local pieces = {
  test = { "measure", "test" }, topk = { "measure", "topk" }, ensemble = { "ensemble" },
  findRate = { "find_rate" }, average = { "average" }, clip = { "step", "clip" },
  run = { "run", "new" },
}

local train = {}

--- train{ model =, criterion =, data =, ... }: trains, and returns the run. See
-- wick/train/options.lua for all options.
local function fit(_, given)
  return train.run(given):fit()
end

return setmetatable(train, {
  __call = fit,
  __index = function(_, name)
    local piece = pieces[name]
    if not piece then return nil end
    local value = require("wick.train." .. piece[1])
    if piece[2] then value = value[piece[2]] end
    rawset(train, name, value)
    return value
  end,
})
