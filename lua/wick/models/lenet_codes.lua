-- The codes that LeNet-5's output compares with: pictures of the digits, 1 where there is ink and
-- -1 elsewhere (LeCun et al., 1998, section II.B).
local torch = require "torch"

local lenet_codes = {}

-- The digits on 7 x 12 pixels.
local DIGITS = { [[
.......
..###..
.#...#.
#.....#
#.....#
#.....#
#.....#
#.....#
.#...#.
..###..
.......
.......]], [[
.......
...#...
..##...
.#.#...
...#...
...#...
...#...
...#...
...#...
.#####.
.......
.......]], [[
.......
.#####.
#.....#
......#
.....#.
...##..
..#....
.#.....
#......
#######
.......
.......]], [[
.......
#######
.....#.
....#..
...#...
..####.
......#
......#
#.....#
.#####.
.......
.......]], [[
.......
....##.
...#.#.
..#..#.
.#...#.
#....#.
#######
.....#.
.....#.
.....#.
.......
.......]], [[
.......
#######
#......
#......
######.
......#
......#
......#
#.....#
.#####.
.......
.......]], [[
.......
..####.
.#.....
#......
#.####.
##....#
#.....#
#.....#
#.....#
.#####.
.......
.......]], [[
.......
#######
......#
.....#.
.....#.
....#..
....#..
...#...
...#...
...#...
.......
.......]], [[
.......
.#####.
#.....#
#.....#
.#####.
#.....#
#.....#
#.....#
#.....#
.#####.
.......
.......]], [[
.......
.#####.
#.....#
#.....#
#.....#
.######
......#
......#
.....#.
.####..
.......
.......]] }

local function digit_codes()
  local codes = torch.Tensor(#DIGITS, 84)
  for digit, picture in ipairs(DIGITS) do
    local place = 0
    for pixel in picture:gmatch("[.#]") do
      place = place + 1
      codes[digit][place] = pixel == "#" and 1 or -1
    end
  end
  return codes
end

--- wick.models.lenet5Codes(classes = 10): the pictures of the digits 0 to 9 as rows of 84 numbers,
-- 1 where there is ink and -1 elsewhere; for other numbers of classes rows drawn at random, which
-- the authors say would do as well.
function lenet_codes.lenet5Codes(classes)
  if (classes or 10) == 10 then return digit_codes() end
  return torch.Tensor(classes, 84):bernoulli(0.5):mul(2):add(-1)
end

return lenet_codes
