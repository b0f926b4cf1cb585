-- torch.Timer: lua/torch/timer.lua.
local Timer = require "torch.timer"
local system = require "wick.system"

describe("torch.Timer", function()
  it("runs from the start", function()
    local timer = Timer()
    system.sleep(0.02)
    local time = timer:time()
    assert.is_true(time.real >= 0.02 and time.real < 5)
    assert.is_true(time.user >= 0 and time.sys >= 0)
    assert.equal("torch.Timer [status: running]", tostring(timer))
  end)

  it("counts processor time", function()
    local timer = Timer()
    local x = 0
    while timer:time().user + timer:time().sys < 0.02 do x = x + 1 end
    assert.is_true(timer:time().real > 0.01)
  end)

  it("stands still while it is stopped", function()
    local timer = Timer()
    assert.equal(timer, timer:stop())
    local before = timer:time().real
    system.sleep(0.01)
    assert.equal(before, timer:time().real)
    assert.equal("torch.Timer [status: stopped]", tostring(timer))
    assert.equal(timer, timer:resume())
    system.sleep(0.01)
    assert.is_true(timer:time().real >= before + 0.01)
  end)

  it("goes back to zero", function()
    local timer = Timer()
    system.sleep(0.02)
    assert.equal(timer, timer:reset())
    assert.is_true(timer:time().real < 0.02)
    timer:stop():reset()
    assert.equal(0.0, timer:time().real)
  end)
end)
