-- Stages that loaders' workers call by name.
local stage = {}

--- The image at half its brightness, as floats.
function stage.halve(image)
  return image:float():div(510)
end

function stage.fail()
  error("on purpose")
end

return stage
