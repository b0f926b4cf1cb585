-- A small network for the page in examples/embed/lighttpd: names an image's shade.
local image = require "wick.image"
local nn = require "nn"
local torch = require "torch"

local CENTRES = { 0, 0.25, 0.5, 0.75, 1 }

local served = { classes = { "black", "dark", "grey", "bright", "white" } }

-- Scores fall with the square of the distance of a mean brightness from a shade's.
local centres = torch.Tensor(CENTRES)
served.model = nn.Linear(1, #CENTRES)
served.model.weight:copy(centres * 100)
served.model.bias:copy(torch.square(centres) * -50)

function served.prepare(bytes)
  local storage = torch.ByteStorage():string(bytes)
  local photo = image.decompress(torch.ByteTensor(storage), 1, "float")
  return torch.Tensor{ { photo:mean() } }
end

return served
