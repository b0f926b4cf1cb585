-- Stages of augmentation that are measured one by one beside Pillow (peer_stages.py): on a picture
-- of 3 x 224 x 224 bytes, on one thread. Amounts are not drawn, so that both sides do the same.
local pipeline = require "wick.data.pipeline"
local torch = require "torch"

local SIDE = 224

local stages = {
  { "resized crop", { "Crop", 30, 20, 170, 160 }, { "Resize", { SIDE, SIDE } } },
  { "resize", { "Resize", { 100, 100 } } },
  { "crop with margin", { "RandomCrop", SIDE, padding = 4 } },
  { "flip", { "HFlip", 1 } },
  { "rotate", { "Rotate", { 30, 30 } } },
  { "rotate nearest", { "Rotate", { 30, 30 }, filter = "nearest" } },
  { "affine", { "Affine", { 10, 10 }, shearX = { 10, 10 }, scale = 1.1 } },
  { "perspective", { "Perspective", 0.3, 1 } },
  { "brightness", { "Brightness", { 1.2, 1.2 } } },
  { "contrast", { "Contrast", { 1.2, 1.2 } } },
  { "saturation", { "Saturation", { 1.2, 1.2 } } },
  { "hue", { "Hue", { 0.1, 0.1 } } },
  { "grey", { "Grayscale" } },
  { "invert", { "Invert", 1 } },
  { "solarize", { "Solarize", 128, 1 } },
  { "posterize", { "Posterize", 4, 1 } },
  { "equalize", { "Equalize", 1 } },
  { "autocontrast", { "AutoContrast", 1 } },
  { "sharpen", { "Sharpen", { 2, 2 }, 1 } },
  { "blur", { "GaussianBlur", sigma = { 1.5, 1.5 } } },
  { "noise", { "GaussianNoise", { 0.1, 0.1 } } },
  { "jpeg", { "JPEG", { 60, 60 } } },
  { "erase", { "RandomErasing", 1, scale = { 0.1, 0.1 }, ratio = { 1, 1 } } },
  { "normalize", { "Normalize" } },
}

local stage_steps = { names = {} }
local built = {}

for i, stage in ipairs(stages) do
  stage_steps.names[i] = stage[1]
  built[stage[1]] = table.move(stage, 2, #stage, 1, {})
end

--- stage_steps.step(case): applies the stages of that name to the picture.
function stage_steps.step(case)
  local apply = pipeline(built[case.name])
  local picture = torch.ByteTensor(3, SIDE, SIDE):random(0, 255)
  local function step()
    local _ <close> = apply(picture, 1)
  end
  return step, function() return 0 end
end

return stage_steps
