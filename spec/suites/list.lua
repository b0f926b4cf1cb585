-- Torch7's own suites, a table a package. `marks` are the files by which a checkout is known; of a
-- suite, `file` is its place in the checkout, `call` what to call once the file has run (scripts
-- run by themselves), `needs` modules or programs without which it is passed over, `hides` modules
-- by which it would take a graphics card for present, and `assertions = false` says that it counts
-- none: it passes by reaching its end.
local list = {}

list[1] = {
  package = "torch7", marks = { "TensorMath.lua", "test/test.lua" },
  suites = {
    { file = "test/test.lua", call = "torch.test()", requires = { "torch" } },
    { file = "test/test_Tester.lua" },
    { file = "test/test_writeObject.lua" },
    { file = "test/test_qr.lua" },
    { file = "test/longSize.lua" },
    { file = "test/test_half.lua", requires = { "torch" } },
    { file = "test/test_sharedmem.lua", needs = { "ffi" } },
    { file = "test/test_timer.lua", needs = { "ffi" } },
  },
}

list[2] = {
  package = "nn", marks = { "test.lua", "Module.lua", "SpatialConvolution.lua" },
  suites = {
    { file = "test.lua", call = "nn.test()", requires = { "torch", "nn" }, hides = { "cunn" },
      limit = 1200 },
  },
}

list[3] = {
  package = "optim", marks = { "test/rosenbrock.lua", "lswolfe.lua" },
  suites = {
    { file = "test/test_fista.lua", needs = { "unsup", "kex" }, assertions = false },
    { file = "test/test_logger.lua", needs = { "gnuplot", "gnuplot (program)" },
      assertions = false },
  },
}

for _, name in ipairs{ "adadelta", "adagrad", "adam", "adamax", "cg", "cmaes", "confusion", "de",
  "lbfgs", "lbfgs_w_ls", "rmsprop", "sgd" } do
  table.insert(list[3].suites, { file = ("test/test_%s.lua"):format(name), assertions = false })
end

list[4] = {
  package = "image", marks = { "test/test.lua", "image.c" },
  suites = {
    { file = "test/test.lua", call = "image.test()", requires = { "torch", "image" },
      needs = { "image" } },
  },
}

list[5] = { package = "nngraph", marks = { "gmodule.lua", "test/test_nngraph.lua" }, suites = {} }

for _, name in ipairs{ "test_nngraph", "test_JustElement", "test_JustTable",
  "test_ModuleFromCriterion", "test_connectivity", "test_debug", "test_nest" } do
  table.insert(list[5].suites, { file = ("test/%s.lua"):format(name),
    needs = { "nngraph", "totem" } })
end

list[6] = {
  package = "torchnet", marks = { "test/test.lua", "engine/sgdengine.lua" },
  suites = {
    { file = "test/test.lua" },
  },
}

list[7] = {
  package = "torch-autograd", marks = { "test/test.lua", "src/gradfuns.lua" },
  suites = {
    { file = "test/test.lua", requires = { "torch" }, needs = { "autograd", "pl" } },
  },
}

return list
