-- What a picture is like, to a network: its content, the maps of a deep layer; its style, the Gram
-- matrices of several layers, which say what maps light up together and not where (Gatys, Ecker,
-- Bethge, 2016). Compared by these, pictures can be painted: by changing their pixels, or by a
-- network that learns to (Johnson, Alahi, Fei-Fei, 2016).
local torch = require "torch"
local nn = require "nn"
local optim = require "optim"
local image = require "image"
local checkpoint = require "wick.checkpoint"
local files = require "wick.image"
local models = require "wick.models"

local perceptual = {}

-- Places in SqueezeNet: of the first ReLU, fire2 to fire8; fire4's maps are the content.
local STYLE, CONTENT = { 2, 4, 5, 6, 8, 9, 10, 11 }, 6
local MEAN = torch.FloatTensor{ 104, 117, 123 }:view(1, 3, 1, 1) -- of blue, green and red
local BACKWARD = torch.LongTensor{ 3, 2, 1 }

--- SqueezeNet as far as it is needed. Without a file of weights they are random, which does for
-- trying things out; `width` scales such a network.
function perceptual.network(weights, width)
  local net = models.squeezenet{ width = weights and 1 or width }
  if weights then checkpoint.load(weights, { model = net }) end
  net:evaluate()
  local layers = {}
  for i = 1, STYLE[#STYLE] do layers[i] = net:get(i) end
  return layers
end

-- The maps after every layer up to the last one asked for, of pictures, N x 3 x H x W from 0 to 1.
local function maps_of(net, pictures, last)
  local maps, seen = (torch.index(pictures, 2, BACKWARD) * 255) - MEAN:expandAs(pictures), {}
  for i = 1, last do
    maps = net[i](maps)
    seen[i] = maps
  end
  return seen
end

--- The Gram matrices of maps, N x C x H x W: for every two of the C maps the mean product.
function perceptual.gram(maps)
  local rows = maps:view(maps:size(1), maps:size(2), -1)
  return torch.bmm(rows, torch.transpose(rows, 2, 3)) / rows:size(3)
end

--- How much neighbouring pixels differ, squared, on the average.
function perceptual.variation(pictures)
  local height, width = pictures:size(3), pictures:size(4)
  local down = pictures:narrow(3, 2, height - 1) - pictures:narrow(3, 1, height - 1)
  local right = pictures:narrow(4, 2, width - 1) - pictures:narrow(4, 1, width - 1)
  return torch.pow(down, 2):mean() + torch.pow(right, 2):mean()
end

-- How far apart two tensors are: 0 for equal ones, 1 where the first is zero.
local function distance(a, b)
  return torch.pow(a - b, 2):mean() / torch.pow(b, 2):mean()
end

--- The content of pictures, to be compared with.
function perceptual.content(net, pictures)
  return torch.noGrad(function() return maps_of(net, pictures, CONTENT)[CONTENT]:clone() end)
end

--- A function of pictures and the content they should have, that says how far they are from that
-- and from the style of the picture `style`, 1 x 3 x H x W: the loss, and its parts as numbers.
-- `weights` are those of content, style and smooth.
function perceptual.criterion(net, style, weights)
  local wanted = torch.noGrad(function()
    local maps, grams = maps_of(net, style, STYLE[#STYLE]), {}
    for _, place in ipairs(STYLE) do grams[place] = perceptual.gram(maps[place]):clone() end
    return grams
  end)
  return function(pictures, content)
    local maps, style_loss = maps_of(net, pictures, STYLE[#STYLE]), 0
    for _, place in ipairs(STYLE) do
      local gram = perceptual.gram(maps[place])
      style_loss = style_loss + distance(gram, wanted[place]:expandAs(gram)) / #STYLE
    end
    local content_loss, rough = distance(maps[CONTENT], content), perceptual.variation(pictures)
    local loss = content_loss * weights.content + style_loss * weights.style
      + rough * weights.smooth
    return loss, content_loss, style_loss
  end
end

-- Painting by changing pixels --------------------------------------------------------------------

-- Margins mirrored at the edge, which the network's own borders may spoil.
local MARGIN = 16

local function framed(picture)
  return nn.SpatialReflectionPadding(MARGIN, MARGIN, MARGIN, MARGIN):forward(picture):clone()
end

local function unframed(picture)
  return picture:narrow(3, MARGIN + 1, picture:size(3) - 2 * MARGIN)
    :narrow(4, MARGIN + 1, picture:size(4) - 2 * MARGIN):contiguous()
end

local function scaled(picture, height, width)
  return image.scale(picture[1], width, height):view(1, 3, height, width)
end

-- Steps at one size, downhill from `picture` on.
local function descend(picture, evaluate, o)
  local function feval(x)
    local pixels = x:clone():requiresGrad()
    local loss, content, style = evaluate(pixels)
    local gradient = torch.grad(loss, pixels)
    if o.report then o.report(loss:item(), content:item(), style:item()) end
    return loss:item(), gradient
  end
  if o.method == "lbfgs" then
    optim.lbfgs(feval, picture, { maxIter = o.steps, maxEval = 2 * o.steps, nCorrection = 10,
      tolFun = 0, tolX = 0 })
    return picture:clamp(0, 1)
  end
  local state = {}
  for step = 1, o.steps do
    state.learningRate = step > 0.7 * o.steps and 0.006 or 0.02
    optim.adam(feval, picture, state)
    picture:clamp(0, 1)
  end
  return picture
end

--- A picture, 1 x 3 x H x W from 0 to 1, with the content of one and the style of another: from
-- the first on, at half the size and then at the whole, by steps downhill. Options: `weights` as
-- for the criterion, `steps` at each size, `method` ("adam" or "lbfgs"), `report(loss, content,
-- style)`.
function perceptual.paint(net, content, style, o)
  local height, width, picture = content:size(3), content:size(4), nil
  for _, part in ipairs{ 2, 1 } do
    local small = framed(scaled(content, height // part, width // part))
    local criterion = perceptual.criterion(net,
      scaled(style, style:size(3) // part, style:size(4) // part), o.weights)
    local wanted = perceptual.content(net, small)
    picture = picture and framed(scaled(picture, height // part, width // part)) or small:clone()
    picture = unframed(descend(picture, function(x) return criterion(x, wanted) end, o))
  end
  return picture
end

-- Pictures ---------------------------------------------------------------------------------------

-- Colours between those of a palette for numbers from 0 to 1.
local function coloured(plane, palette)
  local at = plane * (#palette - 1)
  local picture = torch.FloatTensor(3, plane:size(1), plane:size(2)):zero()
  for i, colour in ipairs(palette) do
    local share = (1 - torch.abs(at - (i - 1))):clamp(0, 1)
    for channel = 1, 3 do picture[channel]:add(share * (colour[channel] / 255)) end
  end
  return picture
end

local MARBLE = { { 20, 33, 61 }, { 16, 92, 110 }, { 230, 214, 176 }, { 222, 120, 60 },
  { 158, 42, 43 }, { 240, 232, 214 }, { 20, 33, 61 } }

--- Marbled paper, 3 x side x side: stripes of paint, combed across and along in turn.
function perceptual.marble(side)
  local fine = 2 * side
  local x = torch.linspace(0, 2, fine):float():view(1, fine):expand(fine, fine):clone()
  local y = x:t():clone()
  for comb = 1, 5 do
    local finer = 2 * comb + 1
    x = x + torch.sin(y * finer + comb) * (0.5 / comb)
    y = y + torch.sin(x * finer + 2 * comb) * (0.4 / comb)
  end
  return image.scale(coloured((torch.sin(x * 2.5 + y * 4) + 1) / 2, MARBLE), side, side)
end

--- A picture as 1 x 3 x H x W from 0 to 1, its longer side `side`: the file at `path`, or marbled
-- paper for "marble" and hills in the evening for "hills".
function perceptual.picture(path, side)
  local picture = path == "marble" and perceptual.marble(side)
    or path == "hills" and image.lena() or files.load(path, 3)
  picture = image.scale(picture:float(), side)
  return picture:view(1, 3, picture:size(2), picture:size(3))
end

return perceptual
