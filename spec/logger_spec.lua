-- optim.Logger: lua/optim/Logger.lua.
local Logger = require "optim.Logger"
local paths = require "paths"

describe("optim.Logger", function()
  local root, file

  before_each(function()
    root = os.tmpname()
    os.remove(root)
    file = root .. "/deep/train.log"
  end)

  after_each(function()
    paths.rmall(root, "yes")
  end)

  local function written()
    local log = assert(io.open(file))
    local text = log:read("a")
    log:close()
    return text
  end

  it("makes the folder and writes names and values", function()
    local logger = Logger(file)
    assert.equal(logger, logger:setNames{ "loss", "accuracy" })
    logger:add{ 0.5, 90 }
    logger:add{ loss = 0.25, accuracy = "good" }
    assert.equal("loss\taccuracy\t\n 5.0000e-01\t 9.0000e+01\t\n 2.5000e-01\tgood\t\n", written())
    assert.same({ 0.5, 0.25 }, logger.symbols[1])
  end)

  it("takes the names from the first line", function()
    Logger(file):add{ b = 1, a = 2 }
    assert.equal("a\tb\t\n 2.0000e+00\t 1.0000e+00\t\n", written())
    Logger(file):add{ 1, 2 }
    assert.equal("1\t2\t\n 1.0000e+00\t 2.0000e+00\t\n", written())
  end)

  it("refuses what is neither number nor string", function()
    assert.error_matches(function() Logger(file):add{ {} } end,
      "can only log numbers and strings, got a table")
  end)

  it("puts the time into the name when asked", function()
    local logger = Logger(file, true)
    assert.matches("train%.log%-%d%d%d%d_%d%d_%d%d_", logger.name)
    assert.is_true(paths.filep(logger.name))
  end)

  it("logs to standard output without a name", function()
    local print_before, said = print, nil
    _G.print = function(text) said = text end
    local logger = Logger()
    _G.print = print_before
    assert.matches("no path provided", said)
    assert.equal(io.stdout, logger.file)
  end)

  it("keeps styles as lists and is chained", function()
    local logger = Logger(file)
    assert.equal(logger, logger:style{ loss = "-", accuracy = { "-", "+" } })
    assert.same({ "-" }, logger.styles.loss)
    assert.same({ "-", "+" }, logger.styles.accuracy)
  end)

  it("plots through gnuplot, text left out", function()
    local calls = {}
    package.loaded.gnuplot = setmetatable({}, { __index = function(_, name)
      return function(...)
        calls[#calls + 1] = name
        if name == "plot" then calls.curves = ... end
      end
    end })
    local torch_before = package.loaded.torch
    package.loaded.torch = { Tensor = function(list) return list end }
    local logger = Logger(file)
    logger.showPlot = false
    logger:setNames{ "loss", "note" }:style{ loss = { "-", "+" } }
    logger:add{ 1, "x" }
    logger:add{ 2, "y" }
    logger:plot()
    package.loaded.gnuplot, package.loaded.torch = nil, torch_before
    assert.same({ { "loss", { 1, 2 }, "-" }, { "loss", { 1, 2 }, "+" } }, calls.curves)
    assert.equal("epsfigure plot grid title plotflush close", table.concat(calls, " "))
  end)
end)
