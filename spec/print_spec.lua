-- How tensors and storages print: lua/torch/print.lua. The expected texts are Torch7's.
local print_format = require "torch.print"

local function text(sizes, values)
  return print_format.tensor("torch.DoubleTensor", sizes, function(i) return values[i] end)
end

local function list(values)
  return (text({ #values }, values):gsub("%[torch.*", ""))
end

local function range(count)
  local values = {}
  for i = 1, count do values[i] = i end
  return values
end

describe("the number format", function()
  it("of integral values is as wide as the largest and one more", function()
    assert.equal(" 1\n 2\n", list{ 1, 2 })
    assert.equal(" -1\n-10\n", list{ -1, -10 })
    assert.equal(" 1000000\n 2000000\n", list{ 1e6, 2e6 })
    assert.equal(" 1.0000e+10\n", list{ 1e10 })
  end)

  it("of fractions has four places", function()
    assert.equal(" 1.5000\n 2.0000\n", list{ 1.5, 2 })
    assert.equal(" 12345.6780\n", list{ 12345.678 })
    assert.equal(" 0.5000\n", list{ 0.5 })
  end)

  it("takes a factor out of large and of small values", function()
    assert.equal("0.001 *\n 1.0000\n 2.0000\n", list{ .001, .002 })
    assert.equal("100000 *\n 1.2346\n 2.0000\n", list{ 123456.78, 200000.5 })
  end)

  it("is scientific over a wide range", function()
    assert.equal(" 1.2346e+06\n 2.0000e+00\n", list{ 1234567.8, 2 })
  end)

  it("copes with infinity and with what is no number", function()
    assert.equal("        inf\n 2.0000e+00\n", list{ math.huge, 2 })
    assert.equal("      nan\n 1.500000\n", list{ 0 / 0, 1.5 })
  end)

  it("takes Lua integers as they come", function()
    assert.equal(" 7\n", list{ math.tointeger(7) })
  end)
end)

describe("the layout", function()
  it("ends with type and size", function()
    assert.equal(" 1\n[torch.DoubleTensor of size 1]\n", text({ 1 }, { 1 }))
    assert.equal("[torch.DoubleTensor with no dimension]\n", text({}, {}))
    assert.equal("[torch.DoubleTensor of size 0x3]\n", text({ 0, 3 }, {}))
  end)

  it("of a matrix separates columns by a space", function()
    assert.equal(" 1.5000 -2.0000\n 3.0000  4.0000\n[torch.DoubleTensor of size 2x2]\n",
      text({ 2, 2 }, { 1.5, -2, 3, 4 }))
  end)

  it("of a scaled matrix indents the rows", function()
    assert.equal("0.001 *\n  1.0000  2.0000\n[torch.DoubleTensor of size 1x2]\n",
      text({ 1, 2 }, { .001, .002 }))
  end)

  it("of a wide matrix comes in bands", function()
    local lines = {}
    for line in text({ 1, 30 }, range(30)):gmatch("[^\n]*") do lines[#lines + 1] = line end
    assert.equal("Columns 1 to 20", lines[1])
    assert.matches("^  1   2   3.* 20$", lines[2])
    assert.equal("", lines[3])
    assert.equal("Columns 21 to 30", lines[4])
    assert.matches("^ 21  22.* 30$", lines[5])
  end)

  it("of more dimensions is a block a matrix, the first index fastest", function()
    local expected = table.concat({
      "(1,1,.,.) = ", "  1  2", "", "(2,1,.,.) = ", "  5  6", "", "(1,2,.,.) = ", "  3  4", "",
      "(2,2,.,.) = ", "  7  8", "[torch.DoubleTensor of size 2x2x1x2]", "",
    }, "\n")
    assert.equal(expected, text({ 2, 2, 1, 2 }, range(8)))
  end)

  it("of a storage is a list", function()
    assert.equal(" 3\n 4\n[torch.LongStorage of size 2]\n",
      print_format.storage("torch.LongStorage", 2, function(i) return i + 2 end))
  end)
end)
