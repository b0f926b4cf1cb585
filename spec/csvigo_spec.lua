-- The packages csvigo and md5, and those that come from Debian: pl and moses.
local csvigo = require "csvigo"
local md5 = require "md5"

local function file_with(text)
  local path = os.tmpname()
  finally(function() os.remove(path) end)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  return path
end

local function text_of(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  return text
end

local function load(text, options)
  options = options or {}
  options.path, options.verbose = file_with(text), false
  return csvigo.load(options)
end

local people = "name,age\nAda,36\n\"Lovelace, A.\",37\n"

describe("csvigo.load", function()
  it("gives columns, in their order when asked", function()
    assert.same({ name = { "Ada", "Lovelace, A." }, age = { "36", "37" } }, load(people))
    local order, columns = load(people, { column_order = true })
    assert.same({ "name", "age" }, order)
    assert.same({ "36", "37" }, columns.age)
    assert.same({ var_1 = { "1", "3" }, var_2 = { "2", "4" } },
      load("1;2\n3;4", { header = false, separator = ";" }))
    assert.same({ a = { "1" } }, load("comment\na\n1\n", { skip = 1 }))
  end)

  it("gives records", function()
    assert.same({ { "name", "age" }, { "Ada", "36" }, { "Lovelace, A.", "37" } },
      load(people, { mode = "raw" }))
    assert.same({ { "a", "", "" }, { 'say "hi"', "two\nlines", "x" } },
      load('a,,\r\n"say ""hi""","two\nlines",x\r\n', { mode = "raw" }))
  end)

  it("splits records when they are looked at", function()
    local large = load(people, { mode = "large" })
    assert.equal(3, #large)
    assert.same({ "Ada", "36" }, large[2])
    local seen = 0
    for i, record in pairs(large) do seen = seen + i * #record end
    for i, record in ipairs(large) do seen = seen - i * #record end
    assert.equal(0, seen)
    assert.error_matches(function() large[1] = {} end, "cannot be changed")
    assert.matches("Ada  36", tostring(large))
  end)

  it("answers questions", function()
    local query = load("kind,size\ncat,1\ndog,2\ncat,3\ncow,1\n", { mode = "query" })
    assert.same({ "kind", "size" }, query("vars"))
    assert.equal(4, #query().kind)
    assert.same({ kind = { "cat", "cat", "cow" }, size = { "1", "3", "1" } },
      query("union", { kind = "cat", size = 1 }))
    assert.same({ kind = { "cat" }, size = { "1" } },
      query("inter", { kind = { "cat", "dog" }, size = 1 }))
    assert.same({ kind = {}, size = {} }, query("inter", { kind = "cow", size = 3 }))
    assert.error_matches(function() query("union", { kin = 1 }) end, 'did you mean "kind"')
  end)

  it("says what is wrong", function()
    assert.error_matches(function() csvigo.load{ path = "/no/such.csv", verbose = false } end,
      "No such file")
    assert.error_matches(function() load("a\n1,2\n") end, "record 2 has 2 fields")
    assert.error_matches(function() load("a\n", { mode = "odd" }) end, "mode is raw, tidy")
    assert.error_matches(function() load("a\n", { heder = true }) end, 'no argument "heder"')
  end)
end)

describe("csvigo.save", function()
  local function saved(data, options)
    options = options or {}
    options.path, options.data, options.verbose = file_with(""), data, false
    csvigo.save(options)
    return text_of(options.path)
  end

  it("writes records and columns", function()
    assert.equal('1,0.1,"a,b"\n', saved{ { 1.0, 0.1, "a,b" } })
    assert.equal("a,b\n1,2\n3,4\n", saved{ a = { 1, 3 }, b = { 2, 4 } })
    assert.equal("2;1\n", saved({ a = { 1 }, b = { 2 } },
      { column_order = { "b", "a" }, header = false, separator = ";" }))
    assert.equal(",1\n", saved({ { 0 / 0, 1 } }, { nan_as_missing = true }))
    assert.equal("a\n1\n", saved(load("a\n1\n", { mode = "query" })))
  end)

  it("writes what load reads back", function()
    local rows = { { ' "x" ', "two\nlines", ";", "" }, { "-1", "plain", "a,b", '"' } }
    local text = saved(rows)
    assert.same(rows, load(text, { mode = "raw" }))
  end)
end)

describe("md5", function()
  it("gives the digests of RFC 1321", function()
    assert.equal("d41d8cd98f00b204e9800998ecf8427e", md5.sumhexa(""))
    assert.equal("f96b697d7cb7938d525a2f31aaf161d0", md5.sumhexa("message digest"))
    assert.equal("57edf4a22be3c955ac49da2e2107b67a", md5.sumhexa(("1234567890"):rep(8)))
    assert.equal(16, #md5.sum("x"))
  end)
end)

describe("packages from Debian", function()
  local function needs(name, package_name, f)
    return function()
      if not pcall(require, name) then
        return pending(("needs the package %s (make deps installs it)"):format(package_name))
      end
      f(require(name))
    end
  end

  it("pl.lapp reads options", needs("pl.lapp", "lua-penlight", function(lapp)
    local options = lapp("train\n  -r,--rate (default 0.05) learning rate\n  -p,--plot plot\n",
      { "--rate", "0.5", "-p" })
    assert.same({ 0.5, true }, { options.rate, options.plot })
  end))

  it("moses maps", needs("moses", "lua-moses", function(moses)
    assert.same({ 1, 2, 3 }, moses.sort{ 3, 1, 2 })
  end))
end)
