-- Normalisation, slices by position, softmax and reductions in C: what goes along one dimension.
local Step = require "nn.export.c.step"
local Tensors = require "nn.export.c.tensors"

local writers = {}

-- Normalisation ----------------------------------------------------------------------------------

function writers.batch_norm(step)
  local x = step:dense(1)
  if step.values[1] == 1 then
    step:use("batch_norm_of_batch")
    step:line("    batch_norm_of_batch(%s, %s, %s, %s, %s, %d, %d, %d);", step:pointer(x),
      step:input(2), step:input(3), step:output(), step.float(step.values[3]),
      Step.around(x.sizes, 2))
    return
  end
  step:use("batch_norm")
  step:line("    batch_norm(%s, %s, %s, %s, %s, %s, %s, %d, %d, %d);", step:pointer(x),
    step:input(2), step:input(3), step:input(4), step:input(5), step:output(),
    step.float(step.values[3]), Step.around(x.sizes, 2))
end

function writers.local_response_norm(step)
  local x, v = step:dense(1), step.values
  step:use("local_response_norm")
  step:line("    local_response_norm(%s, %s, %d, %s, %s, %s, %d, %d, %d);", step:pointer(x),
    step:output(), v[1], step.float(v[2]), step.float(v[3]), step.float(v[4]),
    Step.around(x.sizes, #x.sizes - 2))
end

-- Positions -------------------------------------------------------------------------------------

function writers.index(step)
  local x, dim, positions = step:dense(1), step:dim(1), step.inputs[2]
  if positions.buffer.number then step:refuse(" by positions that follow from the input") end
  step:use("index_along")
  step:line("    index_along(%s, %s, %d, %s, %d, %d, %d);", step:pointer(x),
    step:pointer(positions), Tensors.count(positions.sizes), step:output(),
    Step.around(x.sizes, dim))
end

-- Softmax ----------------------------------------------------------------------------------------

for word, sign in pairs{ soft_max = "1", log_soft_max = false, soft_min = "-1" } do
  writers[word] = function(step)
    local x = step:dense(1)
    local dim = step:dim(1, #x.sizes % 2 == 1 and 1 or 2)
    local name = sign and "soft_max" or "log_soft_max"
    step:use(name)
    step:line("    %s(%s, %s, %s%d, %d, %d);", name, step:pointer(x), step:output(),
      sign and sign .. ", " or "", Step.around(x.sizes, dim))
  end
end

-- Reductions -------------------------------------------------------------------------------------

local function call_reduction(step, name, dim)
  local x = step:dense(1)
  step:use(name)
  step:line("    %s(%s, %s, %d, %d, %d);", name, step:pointer(x), step:output(),
    Step.around(x.sizes, dim))
end

for word, name in pairs{ sum = "sum_along", mean = "mean_along", max = "max_along",
  min = "min_along", prod = "product_along", log_sum_exp = "log_sum_exp_along" } do
  writers[word] = function(step)
    call_reduction(step, name, step:dim(1))
  end
end

local norms = { [1] = "sum_of_sizes_along", [2] = "norm_along" }

function writers.norm(step)
  local name = norms[step.values[1]]
  if not name then step:refuse(" with p = %g", step.values[1]) end
  call_reduction(step, name, step:dim(2))
end

return writers
