-- model:export: the network as it evaluates, written down for programs without Lua. The file's name
-- says how: net.c is a C file of its own (c/), others are data for wick_model_load (program.lua).
local errors = require "wick.errors"
local evaluation = require "nn.export.evaluation"

--- Writes the model's evaluation to `path`; `sizes` is the shape of one sample.
return function(model, path, sizes)
  if type(sizes) ~= "table" or #sizes == 0 then
    evaluation.refuse("expected a file's name and the sizes of one sample, {3, 32, 32}; got %s as "
      .. "sizes", errors.value(sizes))
  end
  local copy = model:clone():float()
  copy:evaluate()
  require(path:find("%.c$") and "nn.export.c" or "nn.export.program")(copy, path, sizes)
end
