--- Cases of core/op/convert.c.
local function same(x) return x end

return {
  convert = {
    arguments = function(make) return { make(3, 4), "torch.DoubleTensor" } end,
    more = {
      function(make) return { make(3, 4), "torch.FloatTensor" } end,
      function(make) return { make(3, 4), "torch.IntTensor" } end,
      function(make) return { make(0, 4), "torch.LongTensor" } end,
    },
    whole = function(x, name)
      local result = table.move(x, 1, #x, 1, { size = x.size })
      if name == "torch.IntTensor" or name == "torch.LongTensor" then
        for i, v in ipairs(x) do result[i] = v < 0 and math.ceil(v) or math.floor(v) end
      end
      return result
    end,
    results = { function(arguments) return arguments[2] end },
    types = "all", half = true, free = { "rank+ rank- size1 size2" }, in_place = false,
    destination = false,
    exact = true,
  },
  clone = {
    arguments = function(make) return { make(3, 4) } end,
    more = { function(make) return { make(0, 4) } end, function(make) return { make(1) } end },
    whole = same, types = "all", half = true, free = { "rank+ rank- size1 size2" }, exact = true,
    destination = false,
  },
  copy = {
    arguments = function(make) return { make(3, 4) } end,
    more = { function(make) return { make(0, 4) } end },
    whole = same, types = "all", half = true, free = { "rank+ rank- size1 size2" }, exact = true,
    destination = false, -- whose shape it keeps: x:copy(source) wants equal counts
  },
}
