-- Runs the scripts of examples/ as a reader would.
local assert = require "luassert"
local files = require "wick.image"
local program = require "spec.support.program"
local scratch = require "spec.support.scratch"

local example = {}

--- Runs examples/<name>.lua with options separated by spaces; what it wrote. It has to succeed.
function example.run(name, options)
  local arguments = { ("examples/%s.lua"):format(name) }
  for word in (options or ""):gmatch("%S+") do arguments[#arguments + 1] = word end
  local output, complaint, code = program.run(arguments)
  assert.equal(0, code, output .. complaint)
  return output
end

--- The same with a scratch folder for what it draws (`after_each(scratch.remove)`).
function example.draw(name, options)
  return example.run(name, ("--out %s %s"):format(scratch.folder(), options or ""))
end

--- How many pictures a script says it has drawn. Each has to be there, with something on it.
function example.pictures(text)
  local count = 0
  for path in text:gmatch("drawn: (%S+)") do
    assert.is_true(files.load(path, 3, "byte"):float():std() > 15, path)
    count = count + 1
  end
  return count
end

--- The number behind a text that the output has to have.
function example.number(text, before)
  local _, last = text:find(before, 1, true)
  assert.truthy(last, ("%q is missing in:\n%s"):format(before, text))
  return tonumber(text:match("^%s*(%-?[%d.]+)", last + 1))
end

return example
