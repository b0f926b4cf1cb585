-- What a build computes, and what one without OpenBLAS, libpng, libjpeg or libedit (WITH_OPENBLAS=0
-- ...) says instead.
local torch = require "torch"
local core = require "wick.core"
local image = require "image"
local program = require "spec.support.program"
local scratch = require "spec.support.scratch"

-- Runs f; it fails, naming the variable, where the build says that it has `what` not.
local function check(what, variable, f)
  if core.buildInfo():find("no " .. what, 1, true) then
    local done, message = pcall(f)
    assert.is_false(done)
    assert.matches("this build of Wick has no %u+; it was made with " .. variable .. "=0", message)
  else
    f()
  end
end

describe("a build, with the libraries it has,", function()
  after_each(scratch.remove)

  it("factorises matrices", function()
    local a = torch.DoubleTensor{ { 2, 0 }, { 0, 4 } }
    for _, name in ipairs{ "inverse", "potrf", "qr", "svd", "symeig", "eig" } do
      check("BLAS", "WITH_OPENBLAS", function() assert.is_number(torch[name](a):sum()) end)
    end
    check("BLAS", "WITH_OPENBLAS", function()
      assert.equal(3, (torch.gesv(torch.DoubleTensor{ { 2 }, { 8 } }, a)):sum())
    end)
  end)

  it("multiplies matrices of doubles", function()
    local a, b = torch.DoubleTensor(3, 4), torch.DoubleTensor(4, 5)
    for i = 1, 12 do a:view(-1)[i] = i end
    for i = 1, 20 do b:view(-1)[i] = i end
    local expected = { { 110, 120, 130, 140, 150 }, { 246, 272, 298, 324, 350 },
      { 382, 424, 466, 508, 550 } }
    assert.same(expected, torch.mm(a, b):totable())
    assert.same(expected, torch.mm(a:t():clone():t(), b):totable())
    assert.same(expected, torch.mm(a, b:t():clone():t()):totable())
    assert.same(expected[1], torch.mv(b:t(), a[1]):totable())
    local sum = torch.DoubleTensor(3, 5):fill(1)
    assert.equal(2 * 4470 - 15, sum:addmm(-1, sum, 2, a, b):sum())
  end)

  it("reads and writes pictures", function()
    for extension, what in pairs{ png = "PNG", jpg = "JPEG" } do
      check(what, "WITH_" .. what, function()
        local name = scratch.path() .. "." .. extension
        image.save(name, torch.rand(3, 8, 8))
        assert.same({ 3, 8, 8 }, image.load(name):size():totable())
        os.remove(name)
      end)
    end
    local file = scratch.path()
    image.savePPM(file, torch.ones(3, 2, 2))
    assert.equal(12, image.loadPPM(file):sum())
  end)

  it("says of files what it cannot read", function()
    local signatures = { PNG = "\137PNG\r\n\26\n", JPEG = "\255\216\255\224" }
    for what, signature in pairs(signatures) do
      local name = scratch.path()
      local file = assert(io.open(name, "wb"))
      file:write(signature, ("\0"):rep(100))
      file:close()
      local _, message = pcall(image.load, name)
      local left_out = core.buildInfo():find("no " .. what, 1, true) ~= nil
      assert.equal(left_out, message:find("this build of Wick has no " .. what) ~= nil, message)
    end
  end)

  it("has a prompt", function()
    assert.equal("3\n", (program.run({ "-i" }, "print(1 + 2)\n")):match("3\n"))
  end)
end)
