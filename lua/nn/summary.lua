-- A model's shapes before any data: `check` runs it on zeros and names the place where shapes do
-- not fit; `costs` adds parameters, multiply-adds, bytes and what each output pixel sees, as
-- numbers; `summary` is their table as text.
local core = require "wick.core"
local class = require "torch.class"
local dry_run = require "nn.dry_run"
local tape = require "nn.tape"

local summary = {}

-- What is seen -----------------------------------------------------------------------------------

local function sizes_of(x, is_batch)
  local sizes = x:size():totable()
  if is_batch and sizes[1] == dry_run.BATCH then table.remove(sizes, 1) end
  return sizes
end

local function shapes_of(output, is_batch)
  if class.isTensor(output) then return sizes_of(output, is_batch) end
  if type(output) ~= "table" then return {} end
  local list = {}
  for i, entry in ipairs(output) do list[i] = shapes_of(entry, is_batch) end
  return list
end

local function shape_text(sizes)
  if type(sizes[1]) ~= "table" then return table.concat(sizes, " x ") end
  local texts = {}
  for i, entry in ipairs(sizes) do texts[i] = shape_text(entry) end
  return "{" .. table.concat(texts, ", ") .. "}"
end

local function first_line(module)
  return (tostring(module):gsub("\n.*", " ...}"))
end

local function row_of(entry, output, is_batch)
  local sizes = shapes_of(output, is_batch)
  return { name = entry.place, module = first_line(entry.module), sizes = sizes,
    shape = shape_text(sizes) }
end

local function is_leaf(module)
  return not rawget(module, "modules")
end

--- model:check{3, 32, 32}: runs the model on zeros, two samples of these sizes (or on a tensor as
-- it is), and raises the message of the first module that cannot take what it gets. Returns a list
-- with a table for each module inside, in order: name (its place), module (its text), sizes (of
-- the output, a sample's) and shape (the sizes as text).
function summary.check(model, ...)
  local input, is_batch = dry_run.input(model, ...)
  local rows = {}
  dry_run.walk(model, input, function(entry, _, output)
    if is_leaf(entry.module) then rows[#rows + 1] = row_of(entry, output, is_batch) end
  end)
  return rows
end

-- Receptive fields -------------------------------------------------------------------------------

local function larger(a, b)
  if not a or not b then return a or b end
  return {
    field = { math.max(a.field[1], b.field[1]), math.max(a.field[2], b.field[2]) },
    step = { math.max(a.step[1], b.step[1]), math.max(a.step[2], b.step[2]) },
  }
end

-- The view of a value: the largest among its tensors.
local function view_of(views, value)
  local result
  for _, x in ipairs(tape.tensors(value)) do result = larger(result, views[x]) end
  return result
end

local function through_window(module, view)
  local kernel, stride = module:window()
  local field, step = {}, {}
  for i = 1, 2 do
    field[i] = view.field[i] + (kernel[i] - 1) * view.step[i]
    step[i] = view.step[i] * stride[i]
  end
  return { field = field, step = step }
end

local function note(views, module, output, view)
  for _, x in ipairs(tape.tensors(output)) do views[x] = view end
  views[module], views.last = view, view
end

-- Notes what the pixels of an output see; returns it.
local function follow(views, module, input, output)
  local view = view_of(views, input) or views.last
  if module.window and view then view = through_window(module, view) end
  note(views, module, output, view)
  return view
end

-- Notes what a container's outputs see: what its modules' do, of branches the one that sees most.
local function follow_container(views, module, output)
  local view = view_of(views, output)
  if not view then
    for _, child in ipairs(module.modules) do view = larger(view, views[child]) end
  end
  note(views, module, output, view or views.last)
end

local function is_image(output, is_batch)
  return class.isTensor(output) and output:dim() == (is_batch and 4 or 3)
end

local function pair_text(pair)
  if pair[1] == pair[2] then return ("%d"):format(pair[1]) end
  return ("%dx%d"):format(pair[1], pair[2])
end

-- Counts -----------------------------------------------------------------------------------------

-- Elements of parameters not counted before; `bytes` of them.
local function count_parameters(module, seen)
  local count, bytes = 0, 0
  for _, weight in ipairs(module:parameters(true) or {}) do
    local storage = weight:storage()
    local key = storage and ("%s %d"):format(core.pointer(storage), weight:storageOffset())
    if key and not seen[key] then
      seen[key] = true
      count = count + weight:nElement()
      bytes = bytes + weight:nElement() * weight:elementSize()
    end
  end
  return count, bytes
end

local function bytes_of(output)
  local bytes = 0
  for _, x in ipairs(tape.tensors(output)) do bytes = bytes + x:nElement() * x:elementSize() end
  return bytes
end

local function multiply_adds(module, input, output)
  return module.multiplyAdds and module:multiplyAdds(input, output) or 0
end

-- The pixels of an input see themselves.
local function views_of(input)
  local views = setmetatable({}, { __mode = "k" })
  for _, x in ipairs(tape.tensors(input)) do
    views[x] = { field = { 1, 1 }, step = { 1, 1 } }
    views.last = views[x]
  end
  return views
end

local TOTALS = { "parameters", "parameterBytes", "multiplyAdds", "bytes" }

local function add_row(costs, row)
  costs[#costs + 1] = row
  for _, name in ipairs(TOTALS) do costs[name] = costs[name] + row[name] end
end

--- model:costs{3, 32, 32}: what a model costs, as numbers for one sample: a list like that of
-- `check`, whose tables also have parameters, parameterBytes, multiplyAdds, bytes (of the output)
-- and, where the output is an image, sees and step: how many input pixels an output pixel depends
-- on and how many lie between two, {height, width}. The first four stand in the list as totals,
-- too. What is shared is counted once.
function summary.costs(model, ...)
  local input, is_batch = dry_run.input(model, ...)
  local samples = is_batch and dry_run.BATCH or 1
  local views, seen = views_of(input), {}
  local costs = { parameters = 0, parameterBytes = 0, multiplyAdds = 0, bytes = 0 }
  dry_run.walk(model, input, function(entry, given, output)
    if not is_leaf(entry.module) then return follow_container(views, entry.module, output) end
    local view = follow(views, entry.module, given, output)
    local row = row_of(entry, output, is_batch)
    row.parameters, row.parameterBytes = count_parameters(entry.module, seen)
    row.multiplyAdds = multiply_adds(entry.module, given, output) // samples
    row.bytes = bytes_of(output) // samples
    if view and is_image(output, is_batch) then row.sees, row.step = view.field, view.step end
    add_row(costs, row)
  end)
  return costs
end

-- Text -------------------------------------------------------------------------------------------

local function thousands(number)
  local text = ("%d"):format(number):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

local HEAD = { "place", "module", "output", "parameters", "multiply-adds", "bytes", "sees", "step" }
local RIGHT = { [4] = true, [5] = true, [6] = true, [7] = true, [8] = true }

local function cells_of(row)
  return {
    row.name, row.module, row.shape, thousands(row.parameters), thousands(row.multiplyAdds),
    thousands(row.bytes), row.sees and pair_text(row.sees) or "",
    row.step and pair_text(row.step) or "",
  }
end

local function layout(lines)
  local widths = {}
  for _, cells in ipairs(lines) do
    for i, cell in ipairs(cells) do widths[i] = math.max(widths[i] or 0, #cell) end
  end
  local texts = {}
  for n, cells in ipairs(lines) do
    local parts = {}
    for i, cell in ipairs(cells) do
      local space = (" "):rep(widths[i] - #cell)
      parts[i] = RIGHT[i] and space .. cell or cell .. space
    end
    texts[n] = (table.concat(parts, "  "):gsub("%s+$", ""))
  end
  return texts
end

--- model:summary{3, 32, 32}: the costs as a text with a line for each module inside, in order: its
-- place, text, output (a sample's), parameters, multiply-adds, bytes of the output, and how many
-- input pixels an output pixel sees and steps over; then the totals.
function summary.summary(model, ...)
  local costs, lines = summary.costs(model, ...), { HEAD }
  for _, row in ipairs(costs) do lines[#lines + 1] = cells_of(row) end
  local texts = layout(lines)
  texts[#texts + 1] = ""
  local total = "%s parameters (%s bytes), %s multiply-adds and %s bytes of outputs a sample"
  texts[#texts + 1] = total:format(thousands(costs.parameters), thousands(costs.parameterBytes),
    thousands(costs.multiplyAdds), thousands(costs.bytes))
  return table.concat(texts, "\n")
end

return summary
