-- Style transfer: a photograph repainted in the manner of a painting (Gatys, Ecker, Bethge, "Image
-- style transfer using convolutional neural networks", 2016). No network learns anything here: the
-- pixels are what changes, until a network trained on photographs sees in them the content of the
-- one picture and the style of the other.
--
--   wick examples/apply/style.lua
--   wick examples/apply/style.lua --content cat.jpg --style painting.jpg --styled 30
local torch = require "torch"
local paths = require "paths"
local files = require "wick.image"
local system = require "wick.system"
local perceptual = paths.dofile("../perceptual.lua")
local sheet = paths.dofile("../sheet.lua")

local cmd = torch.CmdLine()
cmd:text("Repaints a photograph in the style of another picture.")
cmd:option("-content", "../shared/data/images/person.jpg", "the photograph; or: hills")
cmd:option("-style", "../shared/data/images/scream.jpg", "what it is to look like; or: marble")
cmd:option("-weights", "../shared/data/squeezenet/squeezenet1_0.safetensors",
  "of SqueezeNet; or: random")
cmd:option("-side", 320, "the longer side of the result")
cmd:option("-steps", 150, "at each of two sizes")
cmd:option("-method", "adam", "or: lbfgs")
cmd:option("-styled", 10, "what style weighs; content weighs 1")
cmd:option("-smooth", 2, "what differences of neighbouring pixels weigh")
cmd:option("-width", 1, "of a random network")
cmd:option("-seed", 1, "of a random network")
cmd:option("-out", ".", "the folder for what is drawn")
local options = cmd:parse(arg)
torch.manualSeed(options.seed)

for _, name in ipairs{ "content", "style", "weights" } do
  local given = options[name]
  if given:find("%.") and not paths.filep(given) then
    print(("there is no %s; --%s says where it is"):format(given, name))
    return
  end
end

local net = perceptual.network(options.weights ~= "random" and options.weights, options.width)
local content = perceptual.picture(options.content, options.side)
local style = perceptual.picture(options.style, options.side)

local began, count, first, last = system.clock(), 0, nil, nil
local picture = perceptual.paint(net, content, style, {
  weights = { content = 1, style = options.styled, smooth = options.smooth },
  steps = options.steps, method = options.method,
  report = function(loss, content_loss, style_loss)
    count, last = count + 1, style_loss
    first = first or style_loss
    if count % 50 == 0 then
      print(("step %d: loss %.3f, of content %.3f, of style %.3f"):format(count, loss,
        content_loss, style_loss))
    end
  end,
})
print(("style: %.3f before, %.3f after %d steps in %.1f s"):format(first, last, count,
  system.clock() - began))
sheet.save(options.out, "style.png", { tile = options.side, rows = {
  { false, { content[1], "the content" }, { style[1], "the style" }, { picture[1], "both" } },
} })
local path = paths.concat(options.out, "styled.png")
files.savePNG(path, picture[1])
print("  drawn: " .. path)
