-- A model's shapes before any data: `check` walks it on zeros and names the place where shapes do
-- not fit; `summary` adds parameters, multiply-adds, bytes and what each output pixel sees. Neither
-- touches running statistics, outputs, the mode or the random numbers.
local core = require "wick.core"
local class = require "torch.class"
local errors = require "wick.errors"
local torch = require "torch"
local tape = require "nn.tape"

local summary = {}

-- Input ------------------------------------------------------------------------------------------

local BATCH = 2 -- samples, so that a batch cannot be taken for one

local function type_of(model)
  local weights = model:parameters(true)
  return weights and weights[1] and weights[1]:type() or model:type()
end

-- Class and word numbers start at 1.
local function takes_numbers(model)
  return #model:findModules("nn.LookupTable") > 0
end

-- Zeros for sizes of one sample, or for tables of them.
local function make_input(sizes, name, value)
  if type(sizes[1]) == "table" then
    local inputs = {}
    for i, entry in ipairs(sizes) do inputs[i] = make_input(entry, name, value) end
    return inputs
  end
  return torch.Tensor(BATCH, table.unpack(sizes)):type(name):fill(value)
end

-- What the model is run on; second result: whether the first dimension is a batch that we added.
local function input_for(model, ...)
  local first = ...
  if class.isTensor(first) then return tape.detach(first), false end
  local sizes = type(first) == "number" and { ... } or first
  if class.isStorage(sizes) then sizes = sizes:totable() end
  if type(sizes) ~= "table" then
    errors.raise("%s: check and summary take the sizes of one sample, {3, 32, 32}, or a tensor; "
      .. "got %s", class.typename(model), errors.value(first))
  end
  return make_input(sizes, type_of(model), takes_numbers(model) and 1 or 0), true
end

-- Walking ----------------------------------------------------------------------------------------

-- The modules with the places by which messages call them, "2.conv1".
local function places(model)
  local list = {}
  local function walk(module, place)
    list[#list + 1] = { module = module, place = place }
    for i, child in ipairs(rawget(module, "modules") or {}) do
      local name = tostring(rawget(child, "name") or i)
      walk(child, place == "" and name or place .. "." .. name)
    end
  end
  walk(model, "")
  return list
end

local STATE = { "train", "output", "gradInput", "_kept", "_run" }

local function save_state(modules)
  local saved = { generator = core.getGenerator() }
  for i, module in ipairs(modules) do
    local state = { fields = {}, buffers = {} }
    for _, list in ipairs{ STATE, module.cleared } do
      for _, name in ipairs(list) do state.fields[name] = { value = rawget(module, name) } end
    end
    for _, name in ipairs(module:buffers()) do state.buffers[name] = module[name]:clone() end
    module.train, module._kept = false, nil
    if class.isTensor(module.output) then module.output = module.output.new() end
    saved[i] = state
  end
  return saved
end

local function restore_state(modules, saved)
  core.setGenerator(saved.generator)
  for i, module in ipairs(modules) do
    for name, field in pairs(saved[i].fields) do rawset(module, name, field.value) end
    for name, copy in pairs(saved[i].buffers) do
      if torch.equal(module[name], copy) == false then module[name]:copy(copy) end
    end
  end
end

-- Calls seen(entry, input, output) after each module's updateOutput while f runs.
local function watching(list, seen, f)
  for _, entry in ipairs(list) do
    local module, update = entry.module, entry.module.updateOutput
    entry.own = rawget(module, "updateOutput")
    rawset(module, "updateOutput", function(self, input)
      local output = update(self, input)
      seen(entry, input, output)
      return output
    end)
  end
  local ok, message = pcall(f)
  for _, entry in ipairs(list) do rawset(entry.module, "updateOutput", entry.own) end
  if not ok then error(message, 0) end
end

local function distinct(list)
  local entries, modules, seen = {}, {}, {}
  for _, entry in ipairs(list) do
    if not seen[entry.module] then
      seen[entry.module] = true
      entries[#entries + 1], modules[#modules + 1] = entry, entry.module
    end
  end
  return entries, modules
end

-- Runs the model on zeros and calls seen(entry, input, output) for every module.
local function walk(model, input, seen)
  local entries, modules = distinct(places(model))
  local saved = save_state(modules)
  local ok, message = pcall(torch.noGrad, watching, entries, seen, function()
    model:forward(input)
  end)
  restore_state(modules, saved)
  if not ok then error(message, 0) end
end

-- What is seen -----------------------------------------------------------------------------------

local function sizes_of(x, is_batch)
  local sizes = x:size():totable()
  if is_batch and sizes[1] == BATCH then table.remove(sizes, 1) end
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
  local input, is_batch = input_for(model, ...)
  local rows = {}
  walk(model, input, function(entry, _, output)
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

-- Notes what the pixels of an output see; returns it.
local function follow(views, module, input, output)
  local view = view_of(views, input) or views.last
  if module.window and view then view = through_window(module, view) end
  for _, x in ipairs(tape.tensors(output)) do views[x] = view end
  views.last = view
  return view
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

-- Rows with counts, a sample's, and their totals.
local function measure(model, ...)
  local input, is_batch = input_for(model, ...)
  local samples = is_batch and BATCH or 1
  local rows, seen, views = {}, {}, setmetatable({}, { __mode = "k" })
  local totals = { parameters = 0, parameter_bytes = 0, operations = 0, bytes = 0 }
  for _, x in ipairs(tape.tensors(input)) do
    views[x] = { field = { 1, 1 }, step = { 1, 1 } }
    views.last = views[x]
  end
  walk(model, input, function(entry, given, output)
    local view = is_leaf(entry.module) and follow(views, entry.module, given, output)
    if not is_leaf(entry.module) then
      for _, x in ipairs(tape.tensors(output)) do views[x] = views[x] or views.last end
      return
    end
    local row = row_of(entry, output, is_batch)
    local bytes
    row.parameters, bytes = count_parameters(entry.module, seen)
    row.operations = multiply_adds(entry.module, given, output) // samples
    row.bytes = bytes_of(output) // samples
    row.view = is_image(output, is_batch) and view or nil
    rows[#rows + 1] = row
    totals.parameters = totals.parameters + row.parameters
    totals.parameter_bytes = totals.parameter_bytes + bytes
    totals.operations = totals.operations + row.operations
    totals.bytes = totals.bytes + row.bytes
  end)
  return rows, totals
end

-- Text -------------------------------------------------------------------------------------------

local function thousands(number)
  local text = ("%d"):format(number):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

local HEAD = { "place", "module", "output", "parameters", "multiply-adds", "bytes", "sees", "step" }
local RIGHT = { [4] = true, [5] = true, [6] = true, [7] = true, [8] = true }

local function cells_of(row)
  local view = row.view
  return {
    row.name, row.module, row.shape, thousands(row.parameters), thousands(row.operations),
    thousands(row.bytes), view and pair_text(view.field) or "", view and pair_text(view.step) or "",
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

--- model:summary{3, 32, 32}: a text with a line for each module inside, in order: its place, text,
-- output (a sample's), parameters, multiply-adds, bytes of the output, and how many input pixels an
-- output pixel sees and steps over; then the totals. Counts are for one sample. What is shared is
-- counted once.
function summary.summary(model, ...)
  local rows, totals = measure(model, ...)
  local lines = { HEAD }
  for _, row in ipairs(rows) do lines[#lines + 1] = cells_of(row) end
  local texts = layout(lines)
  texts[#texts + 1] = ""
  local total = "%s parameters (%s bytes), %s multiply-adds and %s bytes of outputs a sample"
  texts[#texts + 1] = total:format(thousands(totals.parameters), thousands(totals.parameter_bytes),
      thousands(totals.operations), thousands(totals.bytes))
  return table.concat(texts, "\n")
end

return summary
