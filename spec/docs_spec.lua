-- Every Lua block of the README and the guides runs; the reference is built from the sources.
local root = "."
local program = os.getenv("WICK_PROGRAM") or root .. "/build/wick"

local function read(path)
  local file = assert(io.open(path, "r"))
  local text = file:read("a")
  file:close()
  return text
end

local function blocks_of(text)
  local blocks, block, line_number = {}, nil, 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    line_number = line_number + 1
    if block and line:find("^```") then
      blocks[#blocks + 1] = block
      block = nil
    elseif block then
      block[#block + 1] = line
    elseif line:find("^```lua") then
      block = { line = line_number }
    end
  end
  return blocks
end

-- Blocks see the globals that the program gives scripts.
local function environment()
  local packages = { torch = true, nn = true, optim = true, xlua = true, paths = true, sys = true }
  return setmetatable({ print = function() end }, {
    __index = function(_, name)
      if _G[name] == nil and packages[name] then return require(name) end
      return _G[name]
    end,
  })
end

for _, path in ipairs{
  "README.md", "docs/start.md", "docs/tensors.md", "docs/autograd.md", "docs/layers.md",
  "docs/nngraph.md",
  "docs/operations.md", "docs/files.md", "docs/plots.md", "docs/images.md", "docs/augmentation.md",
  "docs/data.md", "docs/embedding.md", "docs/models.md", "docs/training.md", "docs/torch7.md",
  "docs/torchnet.md",
} do
  describe(path, function()
    for _, block in ipairs(blocks_of(read(root .. "/" .. path))) do
      it("line " .. block.line .. " runs", function()
        local source = ("@%s, block at line %d"):format(path, block.line)
        local chunk = assert(load(table.concat(block, "\n"), source, "t", environment()))
        chunk()
      end)
    end
  end)
end

describe("make docs", function()
  it("writes the guides and a reference of all operations and functions", function()
    local target = os.tmpname()
    os.remove(target)
    local command = ("'%s' '%s/docs/build.lua' '%s' >/dev/null"):format(program, root, target)
    assert(os.execute(command))
    local index = read(target .. "/index.md")
    for page in index:gmatch("%]%(([%w%-]+%.md)%)") do
      assert.is_true(#read(target .. "/" .. page) > 500, page)
    end
    assert.matches("### `torch%.conv2d%(", read(target .. "/reference-operations.md"))
    local c_page = read(target .. "/reference-c.md")
    for name in read(root .. "/core/wick.h"):gmatch("\n[%w_ ]-%*?(wick_[%l_]+)%(") do
      assert.is_truthy(c_page:find(name .. "(", 1, true), name)
    end
    assert.is_nil(c_page:find("#include", 1, true))
    assert.matches("Module:updateGradInput", read(target .. "/reference-lua.md"))
    assert(os.execute("rm -r '" .. target .. "'"))
  end)
end)
