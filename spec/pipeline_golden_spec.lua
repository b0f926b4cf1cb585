-- Stages of augmentation compared with what Pillow and NumPy computed
-- (spec/support/golden_stages.py), as bytes and as floats.
local pipeline = require "wick.data.pipeline"
local safetensors = require "wick.safetensors"
local torch = require "torch"

local golden = safetensors.load("spec/golden/stages.safetensors")
local picture = golden.picture
local HEIGHT, WIDTH = picture:size(2), picture:size(3)

-- Name in the file -> stage, with the amounts drawn from one value alone.
local cases = {
  rotate = { "Rotate", { 30, 30 } },
  rotate_nearest = { "Rotate", { -50, -50 }, filter = "nearest" },
  rotate_expand = { "Rotate", { 30, 30 }, expand = true },
  rotate_fill = { "Rotate", { 30, 30 }, fill = { 10, 200, 90 } },
  shear = { "Shear", { 20, 20 } },
  zoom = { "Zoom", { 1.6, 1.6 } },
  zoom_out = { "Zoom", { 0.6, 0.6 }, filter = "nearest" },
  pad_edge = { "Pad", { 4, 3, 2, 5 }, paddingMode = "edge" },
  pad_reflect = { "Pad", { 4, 3, 2, 5 }, paddingMode = "reflect" },
  pad_symmetric = { "Pad", { 4, 3, 2, 5 }, paddingMode = "symmetric" },
  brightness = { "Brightness", { 1.4, 1.4 } },
  brightness_less = { "Brightness", { 0.3, 0.3 } },
  contrast = { "Contrast", { 1.7, 1.7 } },
  contrast_less = { "Contrast", { 0.4, 0.4 } },
  saturation = { "Saturation", { 1.8, 1.8 } },
  saturation_less = { "Saturation", { 0.2, 0.2 } },
  hue = { "Hue", { 0.3, 0.3 } },
  grey = { "Grayscale" },
  invert = { "Invert", 1 },
  solarize = { "Solarize", 100, 1 },
  posterize = { "Posterize", 3, 1 },
  equalize = { "Equalize", 1 },
  autocontrast = { "AutoContrast", 1 },
  sharpen = { "Sharpen", { 2.5, 2.5 }, 1 },
  sharpen_less = { "Sharpen", { 0.3, 0.3 }, 1 },
  blur = { "GaussianBlur", 7, { 1.5, 1.5 } },
}

-- Whose pixels are moved and not computed: these have to be the same.
local exact = {
  rotate_nearest = true, zoom_out = true, pad_edge = true, pad_reflect = true,
  pad_symmetric = true, invert = true, posterize = true, solarize = true,
}

local function check(name, made)
  local expected = golden[name]
  assert.same(expected:size():totable(), made:size():totable())
  local far = torch.abs(expected:float() - made:float()):max()
  assert.is_true(far <= (exact[name] and 0 or 1), name .. " is " .. far .. " levels away")
end

describe("a stage, beside Pillow,", function()
  for name, stage in pairs(cases) do
    it(name .. ": bytes", function()
      check(name, pipeline{ stage }(picture))
    end)
    if name ~= "rotate_fill" then
      it(name .. ": floats", function()
        local made = pipeline{ stage }(picture:float():div(255))
        assert.equal("torch.FloatTensor", made:type())
        check(name, torch.round(made * 255))
      end)
    end
  end

  it("crops and resizes", function()
    local stages = pipeline{ { "Crop", 4, 3, 13, 17 }, { "Resize", { 9, 15 } } }
    assert.is_true(golden.crop_resize:equal(stages(picture)))
  end)

  it("resizes what RandomResizedCrop takes as Resize does", function()
    local all = pipeline{ { "RandomResizedCrop", { 9, 15 }, scale = 1, ratio = WIDTH / HEIGHT } }
    assert.is_true(pipeline{ { "Resize", { 9, 15 } } }(picture):equal(all(picture)))
  end)
end)
