-- tnt.RecallMeter{ threshold = { 0.5 }, perclass = false }: of the targets, how many percent have
-- scores at or above a threshold.
require("torchnet.meter.thresholdmeter")("RecallMeter", function(_, truth)
  return truth
end)
