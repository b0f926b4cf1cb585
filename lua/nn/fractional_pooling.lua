-- The largest of windows at random places (Graham 2014), of images and of volumes: every plane is
-- covered by as many windows as asked for, or as a ratio gives, with uneven steps between them.
local args = require "wick.args"
local errors = require "wick.errors"
local torch = require "torch"
local axes = require "nn.axes"
local layer = require "nn.layer"
local tape = require "nn.tape"

local WORDS = { T = "time", H = "height", W = "width" }

-- Numbers below 1 are ratios of the input's sides; they are fields under other names then.
local function read_places(self)
  local along, are_ratios = self.axes, false
  for _, name in ipairs(along:fields "out") do are_ratios = are_ratios or self[name] < 1 end
  for _, axis in ipairs(along.arguments) do
    local out, window = self["out" .. axis], self["poolSize" .. axis]
    if are_ratios and (out <= 0 or out >= 1) then
      errors.raise("%s: the ratio of %s is %g; it has to be between 0 and 1", torch.typename(self),
        WORDS[axis], out)
    elseif window < 2 then
      errors.raise("%s: poolSize%s is %d; it has to be 2 or more", torch.typename(self), axis,
        window)
    end
    if are_ratios then self["out" .. axis], self["ratio" .. axis] = nil, out end
  end
end

-- How many windows an axis has.
local function count_of(self, axis, side)
  local ratio, window = self["ratio" .. axis], self["poolSize" .. axis]
  local count = ratio and math.floor(side * ratio) or layer.whole(self["out" .. axis])
  if count < 1 then
    errors.raise("%s: reduction ratio or input %s too small", torch.typename(self), WORDS[axis])
  elseif count + window - 1 >= side then
    errors.raise("%s: poolSize%s (%d) too large relative to input %s (%d)", torch.typename(self),
      axis, window, WORDS[axis], side)
  end
  return count
end

-- Sums of tensors that are stretched to one shape, a list of sizes.
local function stretched_sum(size, a, b)
  return torch.add(a:expand(table.unpack(size)), b:expand(table.unpack(size)))
end

-- Where the windows of one axis begin, from 0, a row a plane: uneven steps of about alpha, the last
-- window at the end.
local function begins(samples, side, window, count)
  local begin = torch.LongTensor(samples:nElement(), count):fill(side - window)
  if count == 1 then return begin end
  local alpha, size = (side - window) / (count - 1), { samples:nElement(), count - 1 }
  local shift = torch.mul(samples:double():view(-1, 1), alpha)
  local steps = torch.mul(torch.range(0, count - 2):double():view(1, -1), alpha)
  local whole = torch.floor(stretched_sum(size, shift, steps))
  begin:narrow(2, 1, count - 1):copy(torch.csub(whole, torch.floor(shift):expandAs(whole)))
  return begin
end

-- The samples that decide where windows are, batch x planes x axes: new ones unless they are fixed.
local function draw_samples(self, input, batch, planes)
  local samples = self.randomSamples
  local fits = samples and samples:size(1) == batch and samples:size(2) == planes
  if fits and self.newRandomPool then return samples end
  self.randomSamples = input:detach().new(batch, planes, self.axes.count):uniform()
  return self.randomSamples
end

-- The entries of the windows of one axis, from 0: planes x windows x entries of one.
local function entries_of(self, axis, samples, side)
  local window, count = self["poolSize" .. axis], count_of(self, axis, side)
  local drawn = samples:select(3, self.axes:argument_of(axis)):contiguous()
  local begin = begins(drawn, side, window, count)
  local planes = begin:size(1)
  return stretched_sum({ planes, count, window }, begin:view(planes, count, 1),
    torch.range(0, window - 1):long():view(1, 1, window))
end

-- The place in its plane, from 1, of every entry of every window: a row a plane, windows in order,
-- the entries of each together. Also how many windows each axis has.
local function places_of(self, samples, sides)
  local along, counts = self.axes, {}
  local planes = samples:size(1) * samples:size(2)
  local places, size = torch.LongTensor(planes):fill(0), { planes }
  for d = 2, 1 + 2 * along.count do size[d] = 1 end
  for i, axis in ipairs(along.dimensions) do
    local entries = entries_of(self, axis, samples, sides[i])
    local before, aligned = places:view(table.unpack(size)), { planes }
    for d = 2, #size do aligned[d] = 1 end
    for _, shape in ipairs{ size, aligned } do
      shape[1 + i], shape[1 + along.count + i] = entries:size(2), entries:size(3)
    end
    places = stretched_sum(size, torch.mul(before, sides[i]), entries:view(table.unpack(aligned)))
    counts[i] = entries:size(2)
  end
  return torch.add(places, 1):view(planes, -1), counts
end

local function product(list)
  local result = 1
  for _, value in ipairs(list) do result = result * value end
  return result
end

local function update(self, input)
  local along = self.axes
  if not along:fits(input) then
    errors.raise("input must be dim %d or %d, got %s", along.count + 1, along.count + 2,
      layer.shape(input))
  end
  local sides, size = along:sides(input), input:size():totable()
  local batch = #size > along.count + 1 and size[1] or 1
  local planes = size[#size - along.count]
  local samples = draw_samples(self, input, batch, planes)
  local places, counts = places_of(self, samples, sides)
  table.move(counts, 1, along.count, #size - along.count + 1, size)
  local whole = input:contiguous():view(batch * planes, product(sides))
  local entries = torch.gather(whole, 2, places):view(batch * planes, product(counts), -1)
  local output, winner = torch.max(entries, 3)
  local indices = places:view(entries:size()):gather(3, winner)
  self.indices = tape.point(self.indices, indices:view(table.unpack(size)))
  return output:view(table.unpack(size))
end

--- Whether later forwards use the windows of the last one (true, where it is left out); returns the
-- layer.
local function fix_pooling_regions(self, fixed)
  self.newRandomPool = fixed == nil or fixed
  return self
end

local function text(self)
  local along, counts = self.axes, {}
  for i, axis in ipairs(along.arguments) do
    counts[i] = ("%g"):format(self["out" .. axis] or self["ratio" .. axis])
  end
  return ("%s(%s, %s)"):format(torch.typename(self), table.concat(counts, "x"),
    along:text(self, "poolSize", ","))
end

local function define(name, along)
  local Fractional = torch.class(name, "nn.Module")
  Fractional.args = args(along:declaration(name, {
    along:rows("poolSize", "integer"), along:rows("out", "number"),
  }, { kernel = "poolSize", size = "out" }))
  Fractional.axes, Fractional.updateOutput, Fractional.__tostring__ = along, update, text
  Fractional.fixPoolingRegions = fix_pooling_regions
  Fractional.cleared = { "indices", "randomSamples" }
  function Fractional:__init(...)
    layer.begin(self, Fractional.args, ...)
    self.newRandomPool = false
    read_places(self)
  end
  --- Lets go of what the last forward left; returns the layer.
  function Fractional:empty()
    return self:clearState()
  end
end

--- nn.SpatialFractionalMaxPooling(kW, kH, outW, outH), or of ratios between 0 and 1 in place of the
-- sizes of the output. `indices` says where in its plane each largest element stood.
define("nn.SpatialFractionalMaxPooling", axes.spatial)

--- nn.VolumetricFractionalMaxPooling(kT, kW, kH, outT, outW, outH), the same for volumes, which are
-- C x H x W x T here.
define("nn.VolumetricFractionalMaxPooling", axes.depth_last)
