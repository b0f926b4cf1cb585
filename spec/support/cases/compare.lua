--- Cases of core/op/compare.c. Samples hold equal elements too.
local huge, nan = math.huge, 0 / 0

local function with_tensor(make)
  return { make.tensor{ { 1, 2, 3 }, { 3, 2, 1 } }, make.tensor{ { 2, 2, 2 }, { 3, 1, 0 } } }
end

local function with_row(make)
  return { make.tensor{ { 1, 2, 3 }, { 3, 2, 1 } }, make.tensor{ 2, 2, 1 } }
end

local function with_number(make) return { make.tensor{ { 1, 2, 3 }, { 3, 2, 1 } }, 2 } end
local function with_half(make) return { make.tensor{ { 1, 2, 3 }, { 3, 2, 1 } }, 2.5 } end

local function specials(make)
  return { make.tensor{ nan, 0, huge, -huge, nan }, make.tensor{ 0, nan, huge, huge, nan } }
end

local function specials_and_number(make) return { make.tensor{ nan, huge, -huge, 0 }, 0 } end

local compare = {
  lt = function(x, z) return x < z end,
  le = function(x, z) return x <= z end,
  gt = function(x, z) return x > z end,
  ge = function(x, z) return x >= z end,
  eq = function(x, z) return x == z end,
  ne = function(x, z) return x ~= z end,
}

local cases = {
  where = {
    arguments = function(make)
      return { make.byte{ { 1, 0, 0, 1 }, { 0, 0, 1, 1 } }, make(2, 4), make(2, 4) }
    end,
    more = {
      function(make) return { make.byte{ { 1 }, { 0 } }, make(4), make(2, 1) } end,
    },
    reference = function(c, x, z) return c ~= 0 and x or z end,
    types = "all", nan = false, exact = true, results = { 2 }, in_place = false,
  },
}

for word, holds in pairs(compare) do
  local function reference(x, z) return holds(x, z) and 1 or 0 end
  local byte = { "torch.ByteTensor" }
  cases[word] = {
    arguments = with_tensor, more = { with_row }, values = { specials }, reference = reference,
    types = "all",
    results = byte, nan = false, exact = true, integers = with_tensor,
  }
  cases[word .. "_number"] = {
    arguments = with_number, more = { with_half }, values = { specials_and_number },
    reference = reference,
    types = "all", results = byte, nan = false, exact = true, integers = with_half,
  }
end

return cases
