-- Every algorithm against the same operation in double, on inputs that are hard for float: values
-- around a large mean, denormal ones, and ones of very different sizes. Errors are measured in
-- float's unit roundoff, relative to what rounding every input can do.
local torch = require "torch"

local ROUNDOFF = 2 ^ -24

local inputs = {
  plain = function(x) return x end,
  ["a large mean"] = function(x) return x:mul(0.1):add(1000) end,
  ["denormal numbers"] = function(x) return x:mul(1e-39) end,
  ["a huge range"] = function(x) return x:cmul(torch.exp(torch.randn(x:size()):mul(6))) end,
}

-- Random numbers of a shape, of one kind.
local function made(kind, ...)
  return inputs[kind](torch.randn(...))
end

local function largest(t)
  return torch.abs(t):max()
end

-- How far a is from the double tensor b at most.
local function distance(a, b)
  return largest(a:double() - b)
end

-- f of x and w with its gradients for a given one, as detached tensors.
local function differentiated(f, x, w, gradient)
  x, w = x:clone():requiresGrad(), w:clone():requiresGrad()
  local y = f(x, w)
  local gx, gw = table.unpack(torch.grad(y, { x, w }, gradient))
  return y:detach(), gx:detach(), gw:detach()
end

-- Convolution ------------------------------------------------------------------------------------

-- x, weight, options, and the bound: Winograd's transforms enlarge errors.
local convolutions = {
  ["Winograd of 4 x 4 tiles"] = { { 2, 64, 24, 24 }, { 64, 64, 3, 3 }, { pad = 1 }, 200 },
  ["Winograd of 2 x 2 tiles"] = { { 2, 64, 6, 6 }, { 64, 64, 3, 3 }, { pad = 1 }, 200 },
  ["direct, stride 2"] = { { 2, 32, 15, 15 }, { 32, 32, 3, 3 }, { stride = 2, pad = 1 }, 40 },
  ["direct, 5 x 5"] = { { 2, 16, 12, 12 }, { 20, 16, 5, 5 }, { pad = 2 }, 40 },
  ["1 x 1"] = { { 2, 64, 9, 9 }, { 48, 64, 1, 1 }, {}, 40 },
  ["few input channels"] = { { 2, 3, 16, 16 }, { 16, 3, 5, 5 }, { pad = 2 }, 40 },
  depthwise = { { 2, 32, 12, 12 }, { 32, 1, 3, 3 }, { pad = 1, groups = 32 }, 40 },
  ["groups of blocks"] = { { 2, 32, 12, 12 }, { 32, 16, 3, 3 }, { pad = 1, groups = 2 }, 200 },
  ["dense, direct"] = { { 4, 6, 30, 30 }, { 8, 3, 3, 3 }, { pad = 1, groups = 2 }, 40 },
  ["dense, unfolded"] = { { 2, 20, 6, 6 }, { 30, 10, 3, 3 }, { stride = 3, groups = 2 }, 40 },
  ["windows that are images"] = { { 5, 12, 4, 4 }, { 9, 12, 4, 4 }, {}, 40 },
}

-- The most that products of what goes in add up to: rounding errors are a share of it.
local function size_of(f, x, w, gradient)
  local y, gx, gw = differentiated(f, x:double():abs(), w:double():abs(), gradient:double():abs())
  return y:max(), gx:max(), gw:max()
end

local function check_convolution(case, kind)
  local function f(x, w) return torch.conv2d(x, w, nil, case[3]) end
  local x, w = made(kind, table.unpack(case[1])), torch.randn(table.unpack(case[2]))
  local gradient = torch.randn(f(x, w):size())
  local found = { differentiated(f, x, w, gradient) }
  local expected = { differentiated(f, x:double(), w:double(), gradient:double()) }
  local size = { size_of(f, x, w, gradient) }
  for i, name in ipairs{ "y", "gx", "gw" } do
    local bound = case[4] * ROUNDOFF * size[i] + 2 ^ -140 -- denormals have an absolute one
    local off = distance(found[i], expected[i])
    assert.is_true(off <= bound, ("%s is off by %g, allowed %g"):format(name, off, bound))
  end
end

describe("convolution", function()
  for name, case in pairs(convolutions) do
    for kind in pairs(inputs) do
      it(("by %s holds its bound on %s"):format(name, kind), function()
        torch.manualSeed(1)
        check_convolution(case, kind)
      end)
    end
  end
end)

-- Batch normalisation ----------------------------------------------------------------------------

local function identity(channels)
  local w = torch.zeros(channels, channels, 1, 1)
  for i = 1, channels do w[i][i][1][1] = 1 end
  return w
end

-- Ways in which the input reaches batchNorm, whose statistics are then gathered in other places.
local arrivals = {
  ["in rows"] = function(x) return x end,
  ["from a direct convolution"] = function(x) return torch.conv2d(x, identity(x:size(2))) end,
  ["from Winograd's"] = function(x)
    local w = torch.zeros(x:size(2), x:size(2), 3, 3)
    w:narrow(3, 2, 1):narrow(4, 2, 1):copy(identity(x:size(2)))
    return torch.conv2d(x, w, nil, { pad = 1 })
  end,
  ["from pooling"] = function(x)
    return torch.maxPool2d(torch.conv2d(x, identity(x:size(2))), 1)
  end,
}

describe("batchNorm", function()
  for name, arrive in pairs(arrivals) do
    for kind in pairs(inputs) do
      it(("is exact to rounding on %s, %s"):format(kind, name), function()
        torch.manualSeed(2)
        local channels = 16
        local x = arrive(made(kind, 4, channels, 12, 12):requiresGrad())
        local mean, variance = torch.zeros(channels), torch.zeros(channels)
        local y = torch.batchNorm(x, nil, nil, mean, variance, true, 1, 1e-5)
        local seen = torch.noGrad(function() return x:clone():double() end)
        local m, v = torch.zeros(channels):double(), torch.zeros(channels):double()
        local expected = torch.batchNorm(seen, nil, nil, m, v, true, 1, 1e-5)
        -- What rounding the mean costs, in deviations; denormal means have an absolute error.
        local deviation = torch.sqrt(v + 1e-5)
        local bound = 16 * ROUNDOFF * (largest(torch.cdiv(m, deviation)) + largest(expected))
        assert.is_true(distance(y:detach(), expected) <= bound + 2 ^ -148 / deviation:min())
        assert.is_true(distance(mean, m) <= 8 * ROUNDOFF * largest(seen))
        assert.is_true(largest((variance:double() - v):cdiv(v + 1e-30)) <= 2e-6)
      end)
    end
  end
end)

-- Pooling and softmax ----------------------------------------------------------------------------

describe("pooling", function()
  for kind in pairs(inputs) do
    it("is right on " .. kind, function()
      torch.manualSeed(3)
      for _, channels in ipairs{ 3, 16 } do
        local x = made(kind, 2, channels, 11, 11)
        if channels == 16 then x = torch.conv2d(x, identity(16)) end -- images
        local wide = x:clone():double()
        assert.equal(0, distance(torch.maxPool2d(x, 3, { stride = 2 }),
          torch.maxPool2d(wide, 3, { stride = 2 })))
        assert.is_true(distance(torch.avgPool2d(x, 3, { stride = 2 }),
          torch.avgPool2d(wide, 3, { stride = 2 })) <= 4 * ROUNDOFF * largest(wide) + 2 ^ -148)
      end
    end)
  end
end)

describe("softMax and logSoftMax", function()
  for kind in pairs(inputs) do
    it("are right on " .. kind, function()
      torch.manualSeed(4)
      for _, columns in ipairs{ 7, 300 } do
        local x = made(kind, 5, columns)
        local wide = x:double()
        assert.is_true(distance(torch.softMax(x), torch.softMax(wide)) <= 8 * ROUNDOFF)
        local expected = torch.logSoftMax(wide)
        assert.is_true(distance(torch.logSoftMax(x), expected)
          <= 4 * ROUNDOFF * (largest(expected) + 1))
      end
    end)
  end
end)
