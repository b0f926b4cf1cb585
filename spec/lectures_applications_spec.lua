-- The lectures' section 6, what networks are used for: each application has a script that runs in a
-- spec, explains itself and stands in examples/README.md.
local program = require "spec.support.program"

local APPLICATIONS = {
  ["classification"] = "train/mnist",
  ["sliding windows over a pyramid, non-maximum suppression"] = "apply/detector",
  ["retrieval of similar images by features"] = "apply/retrieval",
  ["segmentation (fully convolutional)"] = "apply/segmentation",
  ["denoising and filling in of images"] = "apply/denoise",
  ["regression of a quantity from an image"] = "apply/regression",
  ["volumes: tracks in a detector"] = "apply/tracks",
  ["the phase of a spin lattice"] = "apply/ising",
  ["generated pictures in place of simulated ones"] = "apply/montecarlo",
  ["image generation (GAN)"] = "apply/dcgan",
  ["image-to-image translation"] = "apply/pix2pix",
  ["style transfer (Gatys)"] = "apply/style",
  ["style transfer, fast"] = "apply/fast_style",
  ["DeepDream"] = "lectures/08_what_networks_see",
}

local function contents(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function listing(command)
  local pipe <close> = assert(io.popen(command))
  local list = {}
  for line in pipe:lines() do list[#list + 1] = line end
  return list
end

local specs = {}
for _, path in ipairs(listing("ls spec/*_spec.lua")) do
  if not path:find("applications") then specs[#specs + 1] = contents(path) end
end
local guide = contents("examples/README.md")

describe("an application of the lectures:", function()
  for what, script in pairs(APPLICATIONS) do
    it(what, function()
      assert.truthy(guide:find(("(%s.lua)"):format(script), 1, true), "not in the README")
      local run = false
      for _, text in ipairs(specs) do run = run or text:find(script, 1, true) ~= nil end
      assert.is_true(run, "no spec runs " .. script)
    end)
  end
end)

describe("every script of the examples", function()
  local scripts = listing("grep -l CmdLine examples/lectures/*.lua examples/apply/*.lua "
    .. "examples/train/*.lua")

  it("begins by saying what the reader will see", function()
    assert.is_true(#scripts >= 24)
    for _, path in ipairs(scripts) do
      local head = contents(path):match("^%-%- (.-)\n[^%-]")
      assert.is_true(head and #head > 200 and head:find("wick examples/", 1, true) ~= nil, path)
      assert.truthy(guide:find(path:match("^examples/(.*)$"), 1, true), path)
    end
  end)

  it("explains its options with --help", function()
    for _, path in ipairs(scripts) do
      local output, complaint, code = program.run{ path, "--help" }
      assert.equal(0, code, path .. "\n" .. complaint)
      for option in contents(path):gmatch('cmd:option%("%-+([%w-]+)"') do
        assert.truthy(output:find("-" .. option, 1, true), path .. " --" .. option)
      end
    end
  end)
end)
