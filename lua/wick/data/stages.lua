-- wick.data.stages: the descriptors of all stages of augmentation (core/data), by every name that
-- they are known under, and as text for help and the reference.
local core = require "wick.core"
local errors = require "wick.errors"

local stages = {}

--- stages.list: the descriptors in order: name, also (names elsewhere, separated by |), doc, batch
-- (whether it works on batches), and args, each with name, kind, default, least and most.
stages.list = core.pipeline.kinds()

local by_name, names = {}, {}
for _, kind in ipairs(stages.list) do
  for name in (kind.name .. "|" .. (kind.also or "")):gmatch("[^|]+") do by_name[name] = kind end
  names[kind.name] = true
end

--- stages.find(name): the descriptor; nil when there is none.
function stages.find(name)
  return by_name[name]
end

--- stages.suggestion(name): `, did you mean "HFlip"?`, or nothing when no name is near.
function stages.suggestion(name)
  return errors.suggestion(errors.nearest(name, names))
end

-- A choice's default counts its words from 0.
local function word_at(choices, place)
  for word in choices:gmatch("[^|]+") do
    if place == 0 then return ("%q"):format(word) end
    place = place - 1
  end
end

local function default_text(argument)
  local default = argument.default
  if argument.kind == "boolean" then return tostring(default[1] ~= 0) end
  if argument.kind == "choice" then return word_at(argument.choices, default[1]) end
  local words = {}
  for i, number in ipairs(default) do words[i] = ("%.4g"):format(number) end
  return #words == 1 and words[1] or "{ " .. table.concat(words, ", ") .. " }"
end

--- stages.signature(kind): the stage as it is written, with its defaults.
function stages.signature(kind)
  local words = { ("%q"):format(kind.name) }
  for _, argument in ipairs(kind.args) do
    words[#words + 1] = argument.name
      .. (argument.default and " = " .. default_text(argument) or "")
  end
  return "{ " .. table.concat(words, ", ") .. " }"
end

--- stages.text(name): what help says about a stage; nil when there is none of that name.
function stages.text(name)
  local kind = by_name[name]
  if not kind then return nil end
  local lines = { stages.signature(kind), kind.doc }
  for _, argument in ipairs(kind.args) do
    if argument.choices then
      lines[#lines + 1] = ("%s: %s"):format(argument.name, argument.choices:gsub("|", ", "))
    end
  end
  return table.concat(lines, "\n")
end

return stages
