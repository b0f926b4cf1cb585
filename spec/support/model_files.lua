-- Files of model:export() for wick_model_load, and what the hosts in examples/embed make of them,
-- for specs.
local safetensors = require "wick.safetensors"
local torch = require "torch"

local model_files = {}

model_files.hosts = (os.getenv("WICK_BUILD") or "build") .. "/embed/"

--- What a command prints, complaints included.
function model_files.shell(command, ...)
  local pipe = assert(io.popen(command:format(...) .. " 2>&1"))
  local output = pipe:read("a")
  pipe:close()
  return output
end

--- Calls check with the names of n files, which are removed after it.
function model_files.with_names(n, check)
  local names = {}
  for i = 1, n do names[i] = os.tmpname() end
  local done, message = pcall(check, table.unpack(names))
  for _, name in ipairs(names) do os.remove(name) end
  if not done then error(message, 0) end
end

--- What the host (planned) prints for a model's file and an input.
function model_files.run(file, input, host)
  local output
  model_files.with_names(1, function(name)
    safetensors.save(name, { input = input })
    output = model_files.shell("%s%s %s %s", model_files.hosts, host or "planned", file, name)
  end)
  return output
end

--- What the host `planned` has to print for a model and random samples (2): Lua's answer, bit for
-- bit, and that nothing was allocated after planning. Returns what it does print, too.
function model_files.answers(model, sizes, samples)
  local input = torch.rand(samples or 2, table.unpack(sizes)) - 0.5
  local lines, output = {}, nil
  model:evaluate()
  model_files.with_names(1, function(file)
    model:export(file, sizes)
    torch.noGrad(model.forward, model, input):clone():apply(function(x)
      lines[#lines + 1] = ("%a"):format(x)
    end)
    lines[#lines + 1] = "allocations by ten more runs: 0\nbytes left: 0\n"
    output = model_files.run(file, input)
  end)
  return table.concat(lines, "\n"), output
end

return model_files
