-- tnt.PrecisionMeter{ threshold = { 0.5 }, perclass = false }: of the scores at or above a
-- threshold, how many percent are of targets.
require("torchnet.meter.thresholdmeter")("PrecisionMeter", function(is_chosen)
  return is_chosen
end)
