-- A model as one C file that needs nothing but a C11 compiler and its mathematics: the weights as
-- arrays, the functions that it calls, and the operations of an evaluation of one sample, in order.
-- docs/embedding.md says how such a file is used.
local Step = require "nn.export.c.step"
local Tensors = require "nn.export.c.tensors"
local evaluation = require "nn.export.evaluation"
local memory = require "nn.export.c.memory"

local refuse = evaluation.refuse

-- What writes the operation of each word.
local writers = {}
for _, family in ipairs{ "elements", "windows", "columns", "products", "channels", "parts" } do
  for word, writer in pairs(require("nn.export.c." .. family)) do writers[word] = writer end
end

-- All functions in the order in which C wants them, and by name.
local functions, function_of = {}, {}
for _, part in ipairs{ "functions", "dimensions" } do
  for _, entry in ipairs(require("nn.export.c." .. part)) do
    functions[#functions + 1] = entry
    function_of[entry.name] = entry
  end
end

-- The file as it grows ---------------------------------------------------------------------------

local File = {}
File.__index = File

function File:line(text)
  self.lines[#self.lines + 1] = text
end

--- Notes that the file needs a function and what that one needs.
function File:use(name)
  if self.used[name] then return end
  self.used[name] = true
  for _, needed in ipairs(function_of[name].needs) do self:use(needed) end
end

local function shape_text(sizes)
  return #sizes > 0 and table.concat(sizes, " x ") or "a number"
end

-- The module whose parameters the call reads, for messages and comments; "" when it reads none.
local function module_text(tensors, call)
  for _, key in ipairs(call.inputs) do
    local name = key and tensors.names[key]
    local module = name and name:match("^(.*)%.[^.]*$")
    if module then return (" of %s"):format(module) end
  end
  return ""
end

local function depends_on_input(tensors, call)
  for _, key in ipairs(call.inputs) do
    if key and tensors:is_made(key) then return true end
  end
  return false
end

local function check_values(one, other, word)
  for i, value in ipairs(one) do
    local again = other[i]
    if type(value) == "table" then
      check_values(value, again, word)
    elseif value ~= again and value == value then
      refuse("an argument of %s depends on the input", word)
    end
  end
end

-- Writes one call, unless it makes a view, which costs nothing, or a constant.
local function write_call(file, tensors, number)
  local call = tensors.one.calls[number]
  if not depends_on_input(tensors, call) then return end
  check_values(call.values, tensors.other.calls[number].values, call.word)
  if tensors:is_view(call.outputs[1], call.inputs) then return end
  local writer, module = writers[call.word], module_text(tensors, call)
  if not writer then
    refuse("there is no %s%s in C files; net.wick has every operation", call.word, module)
  end
  local step = Step.new(file, tensors, number)
  file:line(("    /* %s%s: %s */"):format(call.word, module, shape_text(step:sizes())))
  writer(step)
  for i = 2, #call.outputs do tensors:leave_out(call.outputs[i], call.word) end
end

-- The model's output comes to lie in `output`: its buffer is that, or is copied there. Returns how
-- many floats it has.
local function write_output(file, tensors)
  local key = tensors.one.output
  if not tensors:is_made(key) then refuse("the model's output does not depend on its input") end
  local operand = tensors:operand(key, key, "the model's output")
  local buffer, count = operand.buffer, Tensors.count(operand.sizes)
  if buffer.number and operand.offset == 0 and count == buffer.count
    and Tensors.is_dense(operand.sizes, operand.strides) then
    buffer.text = "output"
  else
    local step = setmetatable({ file = file, tensors = tensors, number = #tensors.one.calls + 1 },
      Step)
    step:copy({ buffer = { text = "output" }, offset = 0, sizes = operand.sizes,
      strides = Tensors.dense_strides(operand.sizes) }, operand)
  end
  return count
end

-- Puts the places of buffers into the lines. Returns how many floats all take.
local function place_buffers(file, tensors)
  local planned = {}
  for _, buffer in ipairs(tensors.buffers) do
    if buffer.first and not buffer.text then planned[#planned + 1] = buffer end
  end
  local total = memory.plan(planned)
  for i, line in ipairs(file.lines) do
    file.lines[i] = line:gsub("@(%d+)%+(%d+)@", function(number, offset)
      local buffer = tensors.buffers[tonumber(number)]
      local at = (buffer.text and 0 or buffer.at) + tonumber(offset)
      local base = buffer.text or "memory"
      return at == 0 and base or ("%s + %d"):format(base, at)
    end)
  end
  return total
end

-- The text of the file ---------------------------------------------------------------------------

local HEAD = [[
/* A trained network as C, made by Wick's model:export(). Compiles alone:
 *
 *   cc -O2 -std=c11 -c @.c            a part of a program, which links with -lm
 *   cc -O2 -std=c11 -DN_MAIN @.c -lm  a program: numbers from standard input, a line an answer
 *
 * A program that includes this file with N_DECLARATIONS defined gets the declarations alone.
 * All arrays are row-major. Nothing is allocated. */
#ifndef N_DECLARED
#define N_DECLARED

enum {
    N_INPUTS = #INPUTS, /* #SIZES */
    N_OUTPUTS = #OUTPUTS,
    N_MEMORY = #MEMORY /* floats that a run needs besides */
};

/* The network's N_OUTPUTS numbers for one sample of N_INPUTS; the arrays may not overlap. It
 * works in static memory: one thread at a time. */
void @_run(const float *input, float *output);

/* The same in N_MEMORY floats of the caller's, which need no first values: for any number of
 * threads, each with its own. */
void @_run_in(const float *input, float *output, float *memory);

#endif
#ifndef N_DECLARATIONS

#include <math.h>
#include <stddef.h>
]]

local TAIL = [[

#ifndef N_NO_STATIC_MEMORY
void @_run(const float *input, float *output)
{
    static float memory[N_MEMORY];
    @_run_in(input, output, memory);
}
#endif

#ifdef N_MAIN
#include <stdio.h>

int main(void)
{
    static float input[N_INPUTS], output[N_OUTPUTS];
    int count = 0;
    while (scanf("%f", &input[count]) == 1) {
        if (++count < N_INPUTS)
            continue;
        @_run(input, output);
        for (int i = 0; i < N_OUTPUTS; i++)
            printf("%.9g%c", (double)output[i], i + 1 < N_OUTPUTS ? ' ' : '\n');
        count = 0;
    }
    return count > 0;
}
#endif
#endif
]]

-- @ stands for the file's name, N for that in capitals, #WORD for a number.
local function filled(text, name, numbers)
  local capitals = name:upper()
  return (text:gsub("%f[%w]N_", capitals .. "_"):gsub("%-DN_", "-D" .. capitals .. "_")
    :gsub("@", name):gsub("#(%u+)", numbers or {}))
end

local function write_constant(out, constant)
  local values = constant.tensor:view(-1):totable()
  local is_integer = constant.type == "torch.LongTensor"
  for i, value in ipairs(values) do
    values[i] = is_integer and ("%d"):format(value) or Step.float(value)
  end
  out:write(("\n/* %s: %s */\nstatic const %s %s[%d] = {\n"):format(constant.name,
    shape_text(constant.sizes), is_integer and "int" or "float", constant.text, #values))
  for i = 1, #values, 6 do
    out:write("    ", table.concat(values, ", ", i, math.min(i + 5, #values)), ",\n")
  end
  out:write("};\n")
end

local function write_file(out, name, numbers, file, tensors)
  out:write(filled(HEAD, name, numbers))
  for _, entry in ipairs(functions) do
    if file.used[entry.name] then out:write("\n", entry.text) end
  end
  for _, constant in ipairs(tensors.constants) do write_constant(out, constant) end
  out:write(filled("\nvoid @_run_in(const float *input, float *output, float *memory)\n{\n", name))
  if not table.concat(file.lines):find("memory") then out:write("    (void)memory;\n") end
  out:write(table.concat(file.lines, "\n"), "\n}\n", filled(TAIL, name))
end

-- The name that the file's functions get from its own: "net" of "models/net.c".
local function name_of(path)
  local name = path:match("([^/]*)%.c$"):gsub("[^%w]", "_")
  return name:find("^%a") and name or "net_" .. name
end

--- Writes what the model, which is evaluating in float32, does with one sample to `path`.
return function(model, path, sizes)
  local one = evaluation.run(model, sizes, 1, 0.5)
  local other = evaluation.run(model, sizes, 1, 0.25)
  if not evaluation.is_alike(one, other) then
    refuse("the model does other things for other inputs")
  end
  local tensors = Tensors.new(one, other, evaluation.names(model))
  local file = setmetatable({ lines = {}, used = {} }, File)
  for number = 1, #one.calls do write_call(file, tensors, number) end
  local outputs = write_output(file, tensors)
  local total = place_buffers(file, tensors)
  local out = assert(io.open(path, "w"))
  write_file(out, name_of(path), { INPUTS = Tensors.count(sizes), SIZES = shape_text(sizes),
    OUTPUTS = outputs, MEMORY = math.max(total, 1) }, file, tensors)
  assert(out:close())
end
