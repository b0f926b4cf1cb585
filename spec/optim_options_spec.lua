-- Misspelled options of optimisers: lua/optim/options.lua.
local torch = require "torch"
local optim = require "optim"

-- What calling f says on standard error.
local function said_by(f)
  local stderr, said = io.stderr, {}
  rawset(io, "stderr", { write = function(_, ...) said[#said + 1] = table.concat{ ... } end })
  local done, message = pcall(f)
  rawset(io, "stderr", stderr)
  if not done then error(message, 0) end
  return table.concat(said)
end

local function feval(x)
  return x:dot(x), x * 2
end

describe("an option that is misspelled", function()
  it("is warned of once, with the nearest name, and not refused", function()
    local function run()
      return said_by(function()
        for _ = 1, 2 do optim.sgd(feval, torch.ones(2), { learningrte = 0.5, epoch = 7 }) end
      end)
    end
    assert.equal('optim.sgd: there is no option "learningrte", did you mean "learningRate"?\n',
      run())
    assert.equal("", run())
    assert.matches("optim.adam: .*learningrte", said_by(function()
      optim.adam(feval, torch.ones(2), { learningrte = 0.5 })
    end))
  end)

  it("is found in every optimiser", function()
    local misspelled = {
      nag = "momentun", asgd = "lamda", adamax = "beta_1", adagrad = "weightDecy",
      adadelta = "rhoo", rmsprop = "alpa", rprop = "stepsze", cg = "maxIters",
      lbfgs = "nCorrections",
    }
    for name, option in pairs(misspelled) do
      assert.matches(("there is no option %q, did you mean"):format(option), said_by(function()
        optim[name](feval, torch.ones(2):double(), { [option] = 1 })
      end), 1, true, name)
    end
  end)

  it("is not seen in what the optimisers themselves write", function()
    for _, name in ipairs{
      "sgd", "nag", "asgd", "adam", "adamax", "adagrad", "adadelta", "rmsprop", "rprop", "cg",
      "lbfgs",
    } do
      local config = { momentum = name == "sgd" and 0.9 or nil }
      local x = torch.ones(2):double()
      for _ = 1, 2 do optim[name](feval, x, config) end
      local copy = {} -- as loaded from a checkpoint
      for key, value in pairs(config) do copy[key] = value end
      assert.equal("", said_by(function() optim[name](feval, x, copy) end), name)
    end
  end)
end)
