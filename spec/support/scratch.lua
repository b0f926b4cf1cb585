-- Files that a test makes and that go with it, and errors that it expects.
local assert = require "luassert"

local scratch = {}

local made = {}

--- The name of a new empty file; `after_each(scratch.remove)` removes it.
function scratch.path()
  local name = os.tmpname()
  made[#made + 1] = name
  return name
end

--- Removes the files.
function scratch.remove()
  for i = #made, 1, -1 do
    os.remove(made[i])
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
