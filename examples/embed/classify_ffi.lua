-- A trained network in LuaJIT, without Wick's Lua: games, web servers and editors that have LuaJIT
-- inside call the C library through its FFI. Reads a model that a script saved by model:export and
-- a safetensors file with a tensor "input", one sample, and prints the number of its class.
--
--   luajit examples/embed/classify_ffi.lua MODEL INPUT
--
-- wick_ffi.lua is installed where LuaJIT finds it; WICK_LIBRARY names another library than the
-- system's.
local ffi = require "ffi"
local wick = require("wick_ffi").load(os.getenv "WICK_LIBRARY")

local function check(status)
  if status ~= wick.WICK_OK then error(ffi.string(wick.wick_message()), 0) end
end

-- What a function gives by its last parameter, a pointer to `kind`; `release` is called when nobody
-- holds it any more.
local function made(kind, release, f, ...)
  local slot = ffi.new(kind .. "[1]")
  local first, second = ...
  if select("#", ...) == 1 then check(f(first, slot)) else check(f(first, second, slot)) end
  return release and ffi.gc(slot[0], release) or slot[0]
end

local function read_input(context, path)
  local file = made("wick_safetensors *", wick.wick_safetensors_close,
    wick.wick_safetensors_open, context, path)
  local index = ffi.new "size_t[1]"
  if not wick.wick_safetensors_find(file, "input", index) then
    error(path .. ': no tensor "input"', 0)
  end
  return made("wick_tensor *", wick.wick_tensor_release, wick.wick_safetensors_get, file,
    index[0])
end

local function largest(scores)
  local memory = made("const void *", nil, wick.wick_tensor_read, scores)
  local score, best = ffi.cast("const float *", memory), 0
  for i = 1, tonumber(wick.wick_tensor_count(scores)) - 1 do
    if score[i] > score[best] then best = i end
  end
  return best + 1
end

local function classify(model_path, input_path)
  local context = made("wick_context *", wick.wick_context_release, wick.wick_context_new, nil)
  local model = made("wick_model *", wick.wick_model_release, wick.wick_model_load, context,
    model_path)
  local input = read_input(context, input_path)
  check(wick.wick_model_plan(model, 1, nil))
  local scores = made("wick_tensor *", wick.wick_tensor_release, wick.wick_model_run, model, input)
  return largest(scores)
end

local done, class = pcall(classify, arg[1], arg[2])
print(done and ("class %d"):format(class) or class)
os.exit(done and 0 or 1)
