-- optim.Logger: lua/optim/Logger.lua.
local Logger = require "optim.Logger"
local paths = require "paths"

describe("optim.Logger", function()
  local root, file
  local gnuplot = require "gnuplot"
  local has_windows = gnuplot.hasWindows

  before_each(function()
    gnuplot.hasWindows = function() return false end -- whatever this machine has
    root = os.tmpname()
    os.remove(root)
    file = root .. "/deep/train.log"
  end)

  after_each(function()
    gnuplot.hasWindows = has_windows
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

  it("takes styles in the order of the names, several for one", function()
    local logger = Logger(file)
    logger:setNames{ "a", "b" }:style{ "-", { "+", "." } }
    logger:add{ 1, 2 }
    logger:add{ 2, 3 }
    logger:display(false)
    local plot_before, drawn = gnuplot.plot, nil
    gnuplot.plot = function(list) drawn = list end
    logger:plot()
    gnuplot.plot = plot_before
    local found = {}
    for i, curve in ipairs(drawn) do found[i] = curve[1] .. curve[3] end
    assert.same({ "a-", "b+", "b." }, found)
  end)

  -- What calling f says on standard error.
  local function said_by(f)
    local stderr, said = io.stderr, {}
    rawset(io, "stderr", { write = function(_, ...) said[#said + 1] = table.concat{ ... } end })
    local done, message = pcall(f)
    rawset(io, "stderr", stderr)
    if not done then error(message, 0) end
    return table.concat(said)
  end

  it("plots numbers beside its file, text left out, and says where", function()
    local logger = Logger(file)
    logger:setNames{ "loss", "note" }:style{ loss = { "-", "+" } }
    logger:add{ 1, "x" }
    logger:plot()
    assert.is_false(paths.filep(file .. ".eps")) -- one point is no plot
    logger:add{ 2, "y" }
    logger:setlogscale(true)
    assert.equal(("<Logger> the plot is in %s.png\n"):format(file), said_by(function()
      logger:plot()
      logger:plot("loss")
    end))
    assert.is_true(paths.filep(file .. ".png"))
    local text = assert(io.open(file .. ".eps")):read("a")
    assert.matches("(loss)", text, 1, true)
    assert.matches("(<Logger::" .. file .. ">)", text, 1, true)
    assert.is_nil(text:find("(note)", 1, true))
  end)

  it("writes no picture for eyes when told so", function()
    local logger = Logger(file)
    logger:display(false)
    for i = 1, 3 do logger:add{ loss = i } end
    logger.plotRawCmd = "set xlabel 'epoch'"
    assert.equal("", said_by(function() logger:plot() end))
    assert.is_false(paths.filep(file .. ".png"))
    assert.matches("(epoch)", assert(io.open(file .. ".eps")):read("a"), 1, true)
  end)

  it("spends a tenth of the time on pictures, and draws the last", function()
    local system = require "wick.system"
    local ticks, plot, now, drawn, points = system.ticks, gnuplot.plot, 0, 0, 0
    finally(function() system.ticks, gnuplot.plot = ticks, plot end)
    system.ticks = function() return now end
    gnuplot.plot = function(curves)
      now, drawn, points = now + 1, drawn + 1, curves[1][2]:size(1)
      return plot(curves)
    end
    local logger = Logger(file)
    logger:display(false)
    for i = 1, 200 do
      logger:add{ loss = i }
      logger:plot()
      now = now + 0.5
    end
    assert.is_true(drawn >= 8 and drawn <= 14, drawn)
    assert.is_true(points < 200)
    logger = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.equal(200, points)
  end)
end)
