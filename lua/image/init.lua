-- image: Torch7's image package. Each family of functions is a file that returns a table of them;
-- a file is loaded when a name is asked for that no file so far has brought.
require "dok" -- a global that scripts with images expect

local image = {}
rawset(_G, "image", image)

-- In the order in which they are searched for a name.
local families = { "files", "samples", "resize", "geometry", "colour", "filter", "draw", "display",
  "per_type" }

local loaded = 0

-- Loads the next family; false when there is none left. What a script has put in stays.
local function load_next()
  if loaded == #families then return false end
  loaded = loaded + 1
  for name, value in pairs(require("image." .. families[loaded])) do
    if rawget(image, name) == nil then rawset(image, name, value) end
  end
  return true
end

local lazy = {}

function lazy.__index(_, name)
  while load_next() do
    local found = rawget(image, name)
    if found ~= nil then return found end
  end
end

function lazy.__pairs()
  while load_next() do end -- all of them
  return next, image, nil
end

setmetatable(image, lazy)
require "image.per_type" -- tensor.image

return image
