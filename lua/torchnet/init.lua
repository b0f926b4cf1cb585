-- The package `torchnet`: datasets that wrap datasets, iterators, training loops with hooks, meters
-- and logs.
--
--   local tnt = require "torchnet"
--   local batches = tnt.TableDataset{ data = samples }:shuffle():batch(32):iterator()
--   local engine, loss = tnt.SGDEngine(), tnt.AverageValueMeter()
--   engine.hooks.onForwardCriterion = function(state) loss:add(state.criterion.output) end
--   engine:train{ network = net, criterion = criterion, iterator = batches, lr = 0.1 }
--
-- Constructors and methods take their arguments by position or by name (argcheck). Datasets, meters
-- and iterators hold data only, so that they can be saved and sent to threads when the functions
-- they were given can.
require "torch"

local tnt = require "torchnet.env"

for _, name in ipairs{
  "dataset", "dataset.listdataset", "dataset.tabledataset", "dataset.indexeddataset",
  "dataset.indexeddatasetwriter", "dataset.transformdataset", "dataset.batchdataset",
  "dataset.coroutinebatchdataset", "dataset.concatdataset", "dataset.resampledataset",
  "dataset.shuffledataset", "dataset.splitdataset", "dataset.datasetiterator",
  "dataset.paralleldatasetiterator",
  "engine", "engine.sgdengine", "engine.optimengine",
  "meter", "meter.apmeter", "meter.averagevaluemeter", "meter.aucmeter", "meter.confusionmeter",
  "meter.mapmeter", "meter.movingaveragevaluemeter", "meter.msemeter",
  "meter.multilabelconfusionmeter", "meter.classerrormeter", "meter.timemeter",
  "meter.precisionatkmeter", "meter.recallmeter", "meter.precisionmeter", "meter.ndcgmeter",
  "log", "utils", "transform",
} do
  require("torchnet." .. name)
end

return tnt
