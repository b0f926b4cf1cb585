-- Networks written as C files, compiled and run, for specs.
local torch = require "torch"

local c_files = {}

c_files.warnings = "-std=c11 -Wall -Wextra -Werror -pedantic"

local function run(command, ...)
  local pipe = assert(io.popen(command:format(...) .. " 2>&1"))
  local output = pipe:read("a")
  local done = pipe:close()
  return done, output
end

--- Whether the shell finds that command.
function c_files.has(command)
  return (run("command -v %s", command))
end

local function write(name, text)
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
end

-- A program that reads an input for each of `count` networks, asks it and prints a line.
local function main_text(count)
  local lines = {}
  local function line(text, ...) lines[#lines + 1] = text:format(...) end
  for i = 1, count do
    line('#define N%d_DECLARATIONS\n#include "n%d.c"', i, i)
  end
  line("#include <stdio.h>\nint main(void)\n{")
  for i = 1, count do
    line("    {\n        static float input[N%d_INPUTS], output[N%d_OUTPUTS];", i, i)
    line("        for (int i = 0; i < N%d_INPUTS; i++)\n            if (scanf(\"%%f\", &input[i]) "
      .. "!= 1)\n                return 1;", i)
    line("        n%d_run(input, output);", i)
    line("        for (int i = 0; i < N%d_OUTPUTS; i++)", i)
    line("            printf(\"%%.9g \", (double)output[i]);\n        puts(\"\");\n    }")
  end
  line("    return 0;\n}\n")
  return table.concat(lines, "\n")
end

local function input_text(inputs)
  local numbers = {}
  for _, input in ipairs(inputs) do
    input:clone():apply(function(x) numbers[#numbers + 1] = ("%.9g"):format(x) end)
  end
  return table.concat(numbers, "\n")
end

-- Calls f(folder) and removes the folder.
local function in_folder(f)
  local folder = os.tmpname()
  os.remove(folder)
  assert(run("mkdir %s", folder))
  local done, message = pcall(f, folder)
  run("rm -r %s", folder)
  if not done then error(message, 0) end
end

-- What C prints for them; all else is not a number.
local NO_NUMBERS = { inf = math.huge, ["-inf"] = -math.huge }

local function read_answers(text)
  local answers = {}
  for line in text:gmatch("[^\n]+") do
    local answer = {}
    for word in line:gmatch("%S+") do
      answer[#answer + 1] = tonumber(word) or NO_NUMBERS[word] or 0 / 0
    end
    answers[#answers + 1] = answer
  end
  return answers
end

--- What C makes of one input each for networks { model =, sizes = }: lists of numbers, and the
-- inputs. `compile` is a compiler's command with its options.
function c_files.answers(networks, compile)
  local answers, inputs = nil, {}
  in_folder(function(folder)
    for i, network in ipairs(networks) do
      inputs[i] = torch.rand(1, table.unpack(network.sizes)) - 0.5
      network.model:export(("%s/n%d.c"):format(folder, i), network.sizes)
    end
    write(folder .. "/main.c", main_text(#networks))
    write(folder .. "/input", input_text(inputs))
    local done, output = run("%s %s %s/*.c -o %s/program -lm", compile, c_files.warnings, folder,
      folder)
    if not done then error(output, 0) end
    done, output = run("%s/program <%s/input", folder, folder)
    if not done then error(output, 0) end
    answers = read_answers(output)
  end)
  return answers, inputs
end

-- The distance of two numbers; 0 when neither is a number or both are the same infinity.
local function apart(a, b)
  if a == b or (a ~= a and b ~= b) then return 0 end
  local distance = math.abs(a - b)
  return distance == distance and distance or math.huge
end

--- How far a list of numbers is from a tensor: the largest distance of two elements as a share of
-- the tensor's largest number, or `by_element` of the element itself; at least of 1.
function c_files.distance(answer, tensor, by_element)
  local expected, worst, largest = tensor:contiguous():view(-1):totable(), 0, 1
  if #expected ~= #answer then return math.huge end
  for i, number in ipairs(expected) do
    local size = math.max(1, math.abs(number))
    largest = math.max(largest, size)
    worst = math.max(worst, apart(number, answer[i]) / (by_element and size or 1))
  end
  return by_element and worst or worst / largest
end

return c_files
