--- Cases of core/op/random.c; op_random_spec.lua says what they have to give.
local torch = require "torch"

local function numbers(...)
  local list = { ... }
  return { arguments = function() return table.move(list, 1, #list, 1, {}) end, draws = true }
end

return {
  random = numbers(), random_below = numbers(6), random_between = numbers(5, 9),
  geometric = numbers(0.5), bernoulli = numbers(0.5), uniform = numbers(1, 3),
  normal = numbers(2, 3),
  exponential = numbers(2), cauchy = numbers(0, 1), log_normal = numbers(1, 2),
  rand = numbers(3, 4), randn = numbers(3, 4), randperm = numbers(8),
  bernoulli_of = { arguments = function(make) return { make.between(0, 1, 3, 4) } end,
    draws = true },
  multinomial_alias_setup = {
    arguments = function(make) return { make.positive(4) } end, draws = true,
  },
  multinomial_alias = {
    arguments = function(make)
      return { torch.multinomialAliasSetup_(make.positive(4)) }
    end,
    call = function(other, chance)
      return torch.LongTensor(5):multinomialAlias_(other, chance)
    end,
    draws = true,
  },
  multinomial = { arguments = function(make) return { make.positive(3, 4), 2 } end, draws = true },
}
