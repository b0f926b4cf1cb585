-- The package `wick.data`: readers of data sets and batches of them. Each piece is loaded at its
-- first use.
local pieces = {
  idx = true, mnist = true, cifar10 = true, digits = true, batches = true, pipeline = true,
}

return setmetatable({}, {
  __index = function(data, name)
    if not pieces[name] then return nil end
    local piece = require("wick.data." .. name)
    rawset(data, name, piece)
    return piece
  end,
})
