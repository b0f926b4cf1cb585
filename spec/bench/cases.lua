-- What `make bench` measures: networks of wick.models, and single layers of them.
local cases = {}

local networks = {
  -- name, batch of a training step, batch of inference
  { "lenet5", 64, 64 }, { "convnetjs", 64, 64 }, { "resnet20", 128, 128 },
  { "cifar_vgg16", 128, 128 }, { "alexnet", 16, 16 }, { "vgg16", 8, 8 }, { "googlenet", 16, 16 },
  { "resnet18", 16, 16 }, { "resnet50", 8, 8 }, { "densenet121", 8, 8 },
}

-- in and out channels, kernel, stride, padding, pixels a side, batch, groups
local convolutions = {
  { "alexnet conv1", 3, 96, 11, 4, 0, 227, 16, 1 }, { "alexnet conv2", 96, 256, 5, 1, 2, 27, 16, 2 },
  { "alexnet conv3", 256, 384, 3, 1, 1, 13, 16, 1 }, { "vgg conv1.2", 64, 64, 3, 1, 1, 224, 2, 1 },
  { "vgg conv3.2", 256, 256, 3, 1, 1, 56, 4, 1 }, { "vgg conv5", 512, 512, 3, 1, 1, 14, 8, 1 },
  { "resnet conv1", 3, 64, 7, 2, 3, 224, 8, 1 }, { "resnet 3x3 64", 64, 64, 3, 1, 1, 56, 8, 1 },
  { "resnet 3x3 128", 128, 128, 3, 1, 1, 28, 8, 1 }, { "resnet 3x3 512", 512, 512, 3, 1, 1, 7, 8, 1 },
  { "resnet 3x3/2 128", 64, 128, 3, 2, 1, 56, 8, 1 },
  { "resnet 1x1 256", 64, 256, 1, 1, 0, 56, 8, 1 },
  { "resnet 1x1/2 512", 256, 512, 1, 2, 0, 56, 8, 1 },
  { "resnet 1x1 2048", 512, 2048, 1, 1, 0, 7, 8, 1 },
  { "googlenet 5x5", 16, 32, 5, 1, 2, 28, 16, 1 },
  { "cifar 3x3 16", 16, 16, 3, 1, 1, 32, 128, 1 }, { "cifar 3x3 64", 64, 64, 3, 1, 1, 8, 128, 1 },
  { "depthwise 3x3 128", 128, 128, 3, 1, 1, 28, 16, 128 },
}

-- Operations on tensors that PyTorch has too: word, rows, columns.
local operations = {
  { "uniform", 1000, 1000 }, { "normal", 1000, 1000 }, { "sort", 1000, 1000 },
  { "topk", 1000, 1000 }, { "exp", 1000, 1000 }, { "log", 1000, 1000 }, { "tanh", 1000, 1000 },
  { "sigmoid", 1000, 1000 }, { "sin", 1000, 1000 }, { "add", 1000, 1000 }, { "sum", 1000, 1000 },
  { "sum1", 1000, 1000 }, { "softmax", 1000, 1000 }, { "logsoftmax", 128, 1000 },
  { "mm", 512, 512 }, { "mv", 2048, 2048 }, { "addsmall", 4, 4 }, { "mmsmall", 4, 4 },
}

local function add(case)
  cases[#cases + 1] = case
end

for _, n in ipairs(networks) do
  for _, threads in ipairs{ 2, 1 } do
    add{ kind = "network", case = n[1], mode = "train", batch = n[2], threads = threads }
  end
end
for _, n in ipairs(networks) do
  for _, threads in ipairs{ 2, 1 } do
    add{ kind = "network", case = n[1], mode = "infer", batch = n[3], threads = threads }
    add{ kind = "network", case = n[1], mode = "infer", batch = 1, threads = threads }
  end
end
for _, c in ipairs(convolutions) do
  add{ kind = "convolution", case = c[1], mode = "train", batch = c[8], threads = 2,
    shape = table.concat(c, ",", 2) }
end
for _, o in ipairs(operations) do
  add{ kind = "operation", case = o[1], mode = "infer", batch = o[2], threads = 2,
    shape = ("%s,%d,%d"):format(o[1], o[2], o[3]) }
end

return cases
