-- What a run keeps in its folder: best.safetensors, the weights of the best epoch, and
-- last.safetensors, from which it goes on bit for bit.
local checkpoint = require "wick.checkpoint"
local errors = require "wick.errors"
local paths = require "paths"

local keep = {}

local function path(run, name)
  return run.options.save and paths.concat(run.options.save, name .. ".safetensors")
end

-- Makes a folder and those that it lies in.
local function make_folder(folder)
  if paths.dirp(folder) then return end
  local parent = paths.dirname(folder)
  if parent ~= folder then make_folder(parent) end
  paths.mkdir(folder)
end

local function save(run, name, entries)
  if not run.options.save then return end
  make_folder(run.options.save)
  checkpoint.save(path(run, name), entries)
end

--- Keeps the weights as they are, with what was measured.
function keep.best(run)
  save(run, "best", { model = run.model, best = run.best })
end

--- Keeps all that the next epoch depends on.
function keep.last(run)
  save(run, "last", {
    model = run.model, optimState = run.options.optimState, data = run.options.data,
    average = run.average, epoch = run.epoch, step = run.step, best = run.best,
    history = run.history,
  })
end

--- Goes on from last.safetensors; a run that has none begins at the start.
function keep.resume(run)
  local file = path(run, "last")
  if not paths.filep(file) then return end
  local entries = checkpoint.load(file, {
    model = run.model, optimState = run.options.optimState, data = run.options.data,
    average = run.average,
  })
  run.epoch, run.step, run.best = entries.epoch, entries.step, entries.best
  run.history = entries.history or {}
end

--- Fills the model from best.safetensors.
function keep.load_best(run)
  local file = path(run, "best")
  if not file or not paths.filep(file) then
    errors.raise("wick.train: no best weights were kept; give a folder as save")
  end
  checkpoint.load(file, { model = run.model })
end

return keep
