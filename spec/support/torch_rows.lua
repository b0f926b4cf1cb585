--- What names of Torch7 give that are no operations (those have cases: spec/support/cases): for
-- each name rows of { expression, its value }, tensors and storages as tables; `wrong` gives an
-- expression and what its error says. In expressions T is torch.Tensor.
local functions = {
  -- Files and tools: each by what it is first used for.
  CmdLine = {
    { "torch.CmdLine():parse({}) ~= nil", true },
    { "(function(c) c:option('-n', 3, ''); return c:parse{'-n', '5'}.n end)(torch.CmdLine())", 5 },
  },
  DiskFile = { wrong = { "torch.DiskFile('/no/such/file', 'r')", "cannot open </no/such/file>" } },
  File = { { "torch.isTypeOf(torch.MemoryFile(), 'torch.File')", true } },
  Generator = { { "torch.type(torch.Generator())", "torch.Generator" } },
  MemoryFile = {
    { "(function(f) f:writeInt(7); f:seek(1); return f:readInt() end)(torch.MemoryFile())", 7 },
    wrong = { "torch.MemoryFile('r'):readInt()", "read" },
  },
  PipeFile = { { "torch.PipeFile('echo 42', 'r'):readInt()", 42 } },
  TestSuite = {
    { "(function(s) s.a = print; return s.a == print end)(torch.TestSuite())", true },
    wrong = { "(function(s) s.a = print; s.a = print end)(torch.TestSuite())", "already" },
  },
  Tester = { { "torch.type(torch.Tester())", "torch.Tester" } },
  Timer = {
    { "torch.Timer():time().real >= 0", true },
  },
  test = { { "type(torch.test)", "function" } },
  tic = { { "math.type(torch.tic())", "float" } },
  toc = { { "torch.toc(torch.tic()) < 60", true } },

  -- The generator.
  _gen = { { "torch.type(torch._gen)", "torch.Generator" } },
  getRNGState = { { "torch.type(torch.getRNGState())", "torch.ByteTensor" } },
  setRNGState = {
    { "(function(s) local a = torch.rand(3); torch.setRNGState(s); "
      .. "return torch.equal(a, torch.rand(3)) end)(torch.getRNGState())", true },
    wrong = { "torch.setRNGState(torch.ByteTensor(3))", "bytes" },
  },
  manualSeed = { { "(function() torch.manualSeed(9); return torch.initialSeed() end)()", 9 } },
  initialSeed = { { "math.type(torch.initialSeed())", "integer" } },
  seed = { { "torch.seed() == torch.initialSeed()", true } },

  -- Tensors.
  chunk = {
    { "torch.chunk(torch.range(1, 4), 2)", { { 1, 2 }, { 3, 4 } } },
    { "torch.chunk(T{{1, 2}, {3, 4}}, 2, 2)", { { { 1 }, { 3 } }, { { 2 }, { 4 } } } },
    wrong = { "torch.chunk(torch.range(1, 4), 0)", "0" },
  },
  split = {
    { "torch.split(torch.range(1, 5), 2)", { { 1, 2 }, { 3, 4 }, { 5 } } },
    wrong = { "torch.split(torch.range(1, 4), 0)", "0" },
  },
  cmod = { { "torch.cmod(T{5, -5}, T{3, 3})", { 2, -2 } } },
  mod = { { "torch.mod(T{5, -5}, 3)", { 2, -2 } } },
  equal = {
    { "torch.equal(T{1, 2}, T{1, 2})", true }, { "torch.equal(T{1, 2}, T{1, 3})", false },
    { "torch.equal(T(2, 1), T(2))", false },
  },
  isequal = { { "torch.isequal(3, 3)", true }, { "torch.isequal(1, 2)", false } },
  expandAs = {
    { "torch.expandAs(T{{1}, {2}}, T(2, 2))", { { 1, 1 }, { 2, 2 } } },
    wrong = { "torch.expandAs(T(3, 2), T(2, 2))", "3" },
  },
  viewAs = {
    { "torch.viewAs(torch.range(1, 4), T(2, 2))", { { 1, 2 }, { 3, 4 } } },
    wrong = { "torch.viewAs(T(4), T(3))", "4" },
  },
  numel = { { "torch.numel(T(2, 3))", 6 } },
  totable = { { "torch.totable(T{{1, 2}})", { { 1, 2 } } } },
  cdata = { { "torch.cdata(T(1)) ~= torch.cdata(T(1))", true } },
  data = { { "torch.data(T{5})[0]", 5 } },
  pointer = {
    { "(function(t) return torch.pointer(t) == torch.pointer(t) end)(T(1))", true },
    { "torch.pointer({}) ~= torch.pointer({})", true },
  },
  multinomialAliasSetup = {
    { "torch.multinomialAliasSetup(T{0.5, 0.5})[2]", { 1, 1 } },
    wrong = { "torch.multinomialAliasSetup(T{-1, 2})", "" },
  },
  multinomialAlias = {
    { "torch.multinomialAlias(torch.LongTensor(3), torch.multinomialAliasSetup(T{0, 1}))",
      { 2, 2, 2 } },
  },

  -- Types and classes.
  type = {
    { "torch.type(T(1))", "torch.FloatTensor" }, { "torch.type('x')", "string" },
    { "torch.type(nil)", "nil" },
  },
  typename = { { "torch.typename(T(1))", "torch.FloatTensor" }, { "torch.typename({})", nil } },
  isTensor = { { "torch.isTensor(T(1))", true }, { "torch.isTensor(torch.Storage(1))", false } },
  isStorage = { { "torch.isStorage(torch.Storage(1))", true }, { "torch.isStorage(T(1))", false } },
  isTypeOf = {
    { "torch.isTypeOf(T(1), 'torch.FloatTensor')", true },
    { "torch.isTypeOf(T(1), 'torch.ByteTensor')", false },
  },
  class = {
    { "(function() local A = torch.class('rows.A', {}); function A:__init(x) self.x = x end; "
      .. "return A.new and A.new(3).x or A(3).x end)()", 3 },
  },
  newmetatable = { { "torch.newmetatable('rows.B') == torch.getmetatable('rows.B')", true } },
  getmetatable = { { "torch.getmetatable('rows.none')", nil } },
  setmetatable = {
    { "torch.newmetatable('rows.C') and torch.type(torch.setmetatable({}, 'rows.C'))", "rows.C" },
    wrong = { "torch.setmetatable({}, 'rows.none')", "rows.none" },
  },
  getconstructortable = {
    { "torch.type(torch.getconstructortable('torch.FloatTensor')(2))", "torch.FloatTensor" },
  },
  factory = {
    { "torch.type(torch.factory('torch.Timer')())", "torch.Timer" },
    { "torch.factory('rows.none')", nil },
  },
  getdefaulttensortype = { { "torch.getdefaulttensortype()", "torch.FloatTensor" } },
  setdefaulttensortype = {
    { "(function() torch.setdefaulttensortype('torch.DoubleTensor'); "
      .. "local t = torch.Tensor(1):type(); torch.setdefaulttensortype('torch.FloatTensor'); "
      .. "return t end)()", "torch.DoubleTensor" },
    wrong = { "torch.setdefaulttensortype('x')", "not a string describing a torch object" },
  },

  -- Files of objects.
  serialize = {
    { "torch.deserialize(torch.serialize({1, 'x', T{3}}))", { 1, "x", { 3 } } },
    { "torch.deserialize(torch.serialize({true}, 'ascii'), 'ascii')", { true } },
    wrong = { "torch.serialize(1, 'no such mode')", "no such mode" },
  },
  deserialize = { wrong = { "torch.deserialize('xx')", "" } },
  serializeToStorage = { { "torch.type(torch.serializeToStorage(1))", "torch.CharStorage" } },
  deserializeFromStorage = {
    { "torch.deserializeFromStorage(torch.serializeToStorage({1}))", { 1 } },
  },
  save = {
    { "(function(n) torch.save(n, {T{1, 2}}); local t = torch.load(n); os.remove(n); return t end)"
      .. "(os.tmpname())", { { 1, 2 } } },
    wrong = { "torch.save('/no/such/file', 1)", "cannot write" },
  },
  load = { wrong = { "torch.load('/no/such/file')", "cannot open" } },
  saveobj = { { "torch.saveobj == torch.save", true } },
  loadobj = { { "torch.loadobj == torch.load", true } },

  -- The program around.
  include = { { "type(torch.include)", "function" } },
  packageLuaPath = { { "torch.packageLuaPath('torch'):match('[^/]*$')", "torch" } },
  version = { { "type(torch.version)", "function" } },
  getnumcores = { { "torch.getnumcores() >= 1", true } },
  getnumthreads = { { "torch.getnumthreads() >= 1", true } },
  setnumthreads = {
    { "(function(n) torch.setnumthreads(1); local one = torch.getnumthreads(); "
      .. "torch.setnumthreads(n); return one end)(torch.getnumthreads())", 1 },
    wrong = { "torch.setnumthreads(0)", "at least one thread" },
  },
  isatty = { { "torch.isatty(io.tmpfile())", false } },
  getenv = { { "torch.getenv(T(1))", nil } },
  setenv = { { "(function(t) torch.setenv(t, {x = 7}); return torch.getenv(t).x end)(T(1))", 7 } },
  _heaptracking = { { "type(torch._heaptracking)", "boolean" } },
  setheaptracking = { { "torch.setheaptracking(true)", nil } },
  updateerrorhandlers = { { "torch.updateerrorhandlers()", nil } },
  updatethreadlocals = { { "torch.updatethreadlocals()", nil } },
}

local methods = {
  apply = {
    { "torch.range(1, 3):apply(function(x) return x * 2 end)", { 2, 4, 6 } },
    { "torch.range(1, 3):apply(function() end)", { 1, 2, 3 } },
    wrong = { "T(1):apply(3)", "function" },
  },
  map = {
    { "torch.range(1, 3):map(torch.range(4, 6), function(a, b) return a * b end)", { 4, 10, 18 } },
    wrong = { "T(1):map(T(2), print)", "" },
  },
  map2 = {
    { "T{1, 2}:map2(T{3, 4}, T{5, 6}, function(a, b, c) return a + b * c end)", { 16, 26 } },
  },
  chunk = { { "torch.range(1, 4):chunk(2)", { { 1, 2 }, { 3, 4 } } } },
  split = { { "torch.range(1, 5):split(2)", { { 1, 2 }, { 3, 4 }, { 5 } } } },
  sub = {
    { "torch.range(1, 4):sub(2, 3)", { 2, 3 } }, { "torch.range(1, 4):sub(-2, -1)", { 3, 4 } },
    { "T{{1, 2}, {3, 4}}:sub(1, 2, 2, 2)", { { 2 }, { 4 } } },
    wrong = { "T(4):sub(2, 5)", "out of range" },
  },
  cmod = { { "T{5, -5}:cmod(T{3, 3})", { 2, -2 } } },
  mod = { { "T{5, -5}:mod(3)", { 2, -2 } } },
  contiguous = {
    { "T{{1, 2}, {3, 4}}:t():contiguous():isContiguous()", true },
    { "T{{1, 2}, {3, 4}}:t():contiguous()", { { 1, 3 }, { 2, 4 } } },
  },
  isContiguous = { { "T(2, 3):t():isContiguous()", false } },
  dim = { { "T(2, 3):dim()", 2 }, { "T():dim()", 0 } },
  nDimension = { { "T(2, 3):nDimension()", 2 } },
  nElement = { { "T(2, 3):nElement()", 6 }, { "T():nElement()", 0 } },
  numel = { { "T(2, 3):numel()", 6 } },
  elementSize = { { "T(1):elementSize()", 4 }, { "torch.ByteTensor(1):elementSize()", 1 } },
  size = {
    { "T(2, 3):size()", { 2, 3 } }, { "T(2, 3):size(2)", 3 },
    wrong = { "T(2, 3):size(3)", "out of range" },
  },
  stride = { { "T(2, 3):stride()", { 3, 1 } }, { "T(2, 3):stride(1)", 3 } },
  storage = { { "torch.range(1, 3):storage()", { 1, 2, 3 } } },
  storageOffset = { { "torch.range(1, 4):sub(2, 3):storageOffset()", 2 } },
  equal = { { "T{1}:equal(T{1})", true } },
  isSameSizeAs = {
    { "T(2, 3):isSameSizeAs(T(2, 3))", true }, { "T(2):isSameSizeAs(T(3))", false },
  },
  isSize = { { "T(2, 3):isSize(torch.LongStorage{2, 3})", true } },
  isSetTo = {
    { "(function(t) return T():set(t):isSetTo(t) end)(T(2))", true },
    { "T(2):isSetTo(T(2))", false },
  },
  isTensor = { { "T(1):isTensor()", true } },
  expandAs = { { "T{7}:expandAs(T(3))", { 7, 7, 7 } } },
  viewAs = { { "torch.range(1, 4):viewAs(T(2, 2))", { { 1, 2 }, { 3, 4 } } } },
  new = {
    { "T(2, 3).new():dim()", 0 }, { "T{1, 2}:new()", { 1, 2 } },
    { "torch.IntTensor(1).new{1, 2}", { 1, 2 } },
  },
  set = {
    { "T():set(T{1, 2})", { 1, 2 } },
    { "T():set(torch.Storage{1, 2, 3, 4}, 2, torch.LongStorage{2})", { 2, 3 } },
    { "T():set(torch.Storage{1, 2, 3, 4}, 1, 2, 2)", { 1, 3 } },
  },
  resize = {
    { "T(2, 3):resize(3, 2):size()", { 3, 2 } },
    { "T{1, 2, 3}:resize(2)", { 1, 2 } },
    wrong = { "T(2):resize('x')", "" },
  },
  resizeAs = { { "T{1, 2, 3, 4}:resizeAs(T(2, 2))", { { 1, 2 }, { 3, 4 } } } },
  totable = { { "T{{1, 2}, {3, 4}}:totable()", { { 1, 2 }, { 3, 4 } } } },
  type = {
    { "T(1):type()", "torch.FloatTensor" },
    { "T{1.5}:type('torch.IntTensor')", { 1 } },
    wrong = { "T(1):type('torch.NoTensor')", "torch.NoTensor" },
  },
  typeAs = { { "T{2.5}:typeAs(torch.LongTensor())", { 2 } } },
  real = { { "T(1):real():type()", "torch.FloatTensor" } },
  cdata = { { "T(1):cdata() ~= T(1):cdata()", true } },
  data = { { "T{5, 6}:data()[1]", 6 }, wrong = { "T{5, 6}:data()[2]", "" } },
  free = {
    { "(function(t) t:free(); return pcall(function() return t:size() end) end)(T(1))", false },
  },
  retain = { { "(function(t) t:retain(); return t end)(T{1})", { 1 } } },
  torch = { { "T(1).torch == torch", true } },
}

return { functions = functions, methods = methods }
