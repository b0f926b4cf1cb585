-- Running averages of weights: what is tested and kept is calmer than what is trained (Polyak and
-- Juditsky, 1992).
local Average = {}
Average.__index = Average

--- Takes the parameters as they are now into the average. Early on, when it has seen few, the new
-- ones weigh more.
function Average:add(parameters)
  self.count = self.count + 1
  local decay = math.min(self.decay, (1 + self.count) / (10 + self.count))
  self.values:mul(decay):add(1 - decay, parameters:detach())
end

--- Exchanges the parameters with the average; called again it puts both back.
function Average:swap(parameters)
  local memory = parameters:detach()
  local kept = memory:clone()
  memory:copy(self.values)
  self.values:copy(kept)
end

--- What a checkpoint keeps.
function Average:state()
  return { values = self.values, count = self.count }
end

--- Goes on from what `state` returned.
function Average:restore(state)
  self.values:copy(state.values)
  self.count = state.count
end

--- train.average(parameters [, decay = 0.999]): an exponential moving average of a flat tensor of
-- parameters, which begins as they are.
return function(parameters, decay)
  return setmetatable({
    decay = decay or 0.999, values = parameters:detach():clone(), count = 0,
  }, Average)
end
