-- Public scripts, a table a repository, beside the suites of list.lua: `layout` names the data that
-- they read (layouts.lua), `arguments` make the run small, `title` tells two runs of one script
-- apart. A script passes by reaching its end, or that of its first epoch.
local list = {}

local function add(package_name, marks, rows)
  local suites = {}
  for i, row in ipairs(rows) do
    suites[i] = {
      file = row[1], arguments = row[2], layout = row[3], title = row[4], needs = row.needs,
      assertions = false,
    }
  end
  list[#list + 1] = { package = package_name, marks = marks, suites = suites }
end

local digit, needs_lapp = "train-a-digit-classifier/train-on-mnist.lua", { "pl" }

add("demos", {
  "train-on-cifar/train-on-cifar.lua", "linear-regression/example-linear-regression.lua",
}, {
  { "linear-regression/example-linear-regression.lua", "" },
  { "logistic-regression/example-logistic-regression.lua", "" },
  { digit, "-t 1", "mnist", needs = needs_lapp },
  { digit, "-t 1 --model linear --coefL2 0.001 -o LBFGS -b 500", "mnist", digit .. " LBFGS",
    needs = needs_lapp },
  { "train-on-cifar/train-on-cifar.lua", "-threads 1 -batchSize 10", "cifar" },
  { "profiling/linear-cpu.lua", "" },
  { "profiling/conv-cpu.lua", "" },
})

local supervised = "-threads 1 -size small -type float -batchSize 100 -model "

add("tutorials", { "2_supervised/doall.lua", "A_datasets/mnist.lua" }, {
  { "1_getstarted/getstarted.lua", "" },
  { "2_supervised/doall.lua", supervised .. "linear", "housenumbers", "doall.lua linear" },
  { "2_supervised/doall.lua", supervised .. "mlp", "housenumbers", "doall.lua mlp" },
  { "2_supervised/doall.lua", supervised .. "convnet", "housenumbers", "doall.lua convnet" },
  { "5_newmodules/0_test_dropout.lua", "" },
  { "5_newmodules/1_dropout.lua", "" },
  { "6_cuda/1_simple.lua", "" },
  { "A_datasets/mnist.lua", "", "mnist" },
  { "A_datasets/cifar10.lua", "", "cifar" },
})

local small = "--type float --backend nn --max_epoch 1 -b 32 --model "

add("cifar.torch", { "provider.lua", "models/vgg_bn_drop.lua" }, {
  { "train.lua", small .. "nin", "provider", "train.lua nin", needs = needs_lapp },
  { "train.lua", small .. "vgg_bn_drop", "provider", "train.lua vgg_bn_drop", needs = needs_lapp },
})

local resnet = "-dataset cifar10 -nEpochs 1 -batchSize 32 -depth 20 -netType "

add("fb.resnet.torch", { "models/preresnet.lua", "datasets/transforms.lua" }, {
  { "main.lua", resnet .. "resnet", "resnet", "main.lua resnet" },
  { "main.lua", resnet .. "preresnet -optnet true", "resnet", "main.lua preresnet" },
})

add("torchnet", { "example/mnist.lua", "engine/sgdengine.lua" }, {
  { "example/mnist.lua", "", "mnist_package" },
})

return list
