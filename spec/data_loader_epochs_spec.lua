-- wick.data.loader from epoch to epoch: what it makes ahead is what the next epoch gives, whichever
-- that is, and sets of one's own are read no earlier than their epoch.
local torch = require "torch"
local data = require "wick.data"
local loading = require "spec.support.loading"
local scratch = require "spec.support.scratch"

local collect, indices, same = loading.collect, loading.indices, loading.same

after_each(scratch.remove)

-- A loader in another order with other crops in every epoch.
local function new(set, workers)
  return data.loader{ set, pipeline = loading.stages, batchSize = 5, workers = workers,
    shuffle = true, seed = 11 }
end

describe("a loader's epochs", function()
  it("are the same for any number of workers, in whatever order they are asked for", function()
    local set = loading.photographs(13)
    local one, three, five = new(set, 0), new(set, 3), new(set, 1)
    for _, epoch in ipairs{ 1, 2, 3, 3, 3, 4, 2, 2, 7, 8, 9 } do
      local expected = collect(one:epoch(epoch))
      same(expected, collect(three:epoch(epoch)))
      same(expected, collect(five:epoch(epoch)))
    end
  end)

  it("go on after a loop was left, and where a state was taken", function()
    local set = loading.photographs(13)
    local whole, broken = new(set, 0), new(set, 2)
    local kept
    for epoch = 1, 3 do
      local expected = collect(whole:epoch(epoch))
      local first
      for batch in broken:epoch(epoch) do
        first, kept = batch, broken:state()
        if kept.position == 1 then break end
      end
      local rest = collect(broken())
      table.insert(rest, 1, first)
      same(expected, rest)
    end
    collect(broken:epoch(4))
    broken:restore(kept)
    same({ table.unpack(collect(whole:epoch(3)), 2) }, collect(broken()))
    local again = new(set, 2)
    collect(again:epoch(1))
    collect(again:epoch(2))
    again:restore(broken:state())
    same(collect(whole:epoch(4)), collect(again()))
  end)

  it("begin ahead of time with files and tensors alone", function()
    local reads = 0
    local own = data.dataset{ size = 6, get = function(i)
      reads = reads + 1
      return { input = torch.Tensor{ i } }
    end }
    local loader = data.loader{ own, batchSize = 2, workers = 2 }
    for epoch = 1, 3 do
      assert.same({ "1 2", "3 4", "5 6" }, indices(loader:epoch(epoch)))
      assert.equal(6 * epoch, reads)
    end
    local steady = data.tensors{ input = torch.range(1, 4):view(4, 1) }
    assert.is_true(data.concat{ steady:resample{ 1, 2 }, steady:split(3) }.steady)
    assert.is_nil(steady:transform(function(sample) return sample end).steady)
    assert.is_nil(steady:cache().steady)
  end)

  it("show what changed in the tensors once the loader was closed", function()
    local input = torch.ones(8, 1)
    local loader = data.loader{ { input = input }, batchSize = 2, workers = 1 }
    for epoch = 1, 4 do
      input:fill(epoch)
      for batch in loader:epoch(epoch) do assert.equal(epoch, batch.input:min()) end
      loader:close()
    end
  end)

  it("fail in the epoch that has the broken file", function()
    local set = loading.photographs(8, 4)
    local failures = {}
    local loader = data.loader{ set, pipeline = loading.stages, batchSize = 2, workers = 2,
      onError = function(failure) failures[#failures + 1] = failure.index end }
    for epoch = 1, 3 do
      collect(loader:epoch(epoch))
      assert.equal(2 * epoch, #failures)
    end
  end)
end)
