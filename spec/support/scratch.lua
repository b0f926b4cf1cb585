-- Files that a test makes and that go with it, and errors that it expects.
local assert = require "luassert"
local paths = require "paths"

local scratch = {}

local made = {}

--- The name of a new empty file; `after_each(scratch.remove)` removes it.
function scratch.path()
  local name = os.tmpname()
  made[#made + 1] = name
  return name
end

--- The name of a new empty folder, which goes with all that is in it.
function scratch.folder()
  local name = scratch.path()
  os.remove(name)
  paths.mkdir(name)
  return name
end

--- Removes the files and folders.
function scratch.remove()
  for i = #made, 1, -1 do
    if paths.dirp(made[i]) then paths.rmall(made[i], "yes") else os.remove(made[i]) end
    made[i] = nil
  end
end

--- f(...) has to fail with `expected` in its message, which comes back.
function scratch.fails(expected, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(message:find(expected, 1, true), message)
  return message
end

return scratch
