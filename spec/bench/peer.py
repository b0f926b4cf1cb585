"""PyTorch's half of the benchmarks: peer.py threads layout [compiled].

The layout is contiguous_format or channels_last. Reads the lines that wick_side.lua describes.
"""
import sys

import torch
from peer_loop import serve
from peer_networks import NETWORKS
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

threads, layout = int(sys.argv[1]), getattr(torch, sys.argv[2])
compiled = len(sys.argv) > 3


def network(name, mode, batch, _):
    build, side, channels = NETWORKS[name]
    model = build().to(memory_format=layout)
    run = torch.compile(model) if compiled else model
    x = torch.randn(batch, channels, side, side).contiguous(memory_format=layout)
    if mode == "infer":
        model.eval()

        def infer():
            with torch.inference_mode():
                run(x).sum().item()
        return infer
    y = torch.randint(0, model[-1].out_features, (batch,))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4,
                                foreach=True)

    def train():
        optimiser.zero_grad(set_to_none=True)
        functional.cross_entropy(run(x), y).backward()
        optimiser.step()
    return train


def image(samples, planes, side):
    return torch.randn(samples, planes, side, side).contiguous(memory_format=layout)


def convolution(batch, width, to, kernel, stride, pad, side, groups):
    layer = torch.nn.Conv2d(width, to, kernel, stride, pad, groups=groups, bias=False)
    return layer.to(memory_format=layout), image(batch, width, side)


def maximum(batch, planes, kernel, stride, pad, ceil, side):
    layer = torch.nn.MaxPool2d(kernel, stride, pad, ceil_mode=ceil == 1)
    return layer, image(batch, planes, side)


def average(batch, planes, kernel, stride, pad, ceil, side):
    layer = torch.nn.AvgPool2d(kernel, stride, pad, ceil_mode=ceil == 1)
    return layer, image(batch, planes, side)


def normalisation(batch, planes, side):
    return torch.nn.BatchNorm2d(planes), image(batch, planes, side)


def response(batch, planes, side):
    return torch.nn.LocalResponseNorm(5, 1e-4, 0.75, 2), image(batch, planes, side)


def linear(batch, width, to):
    return torch.nn.Linear(width, to), torch.randn(batch, width)


LAYERS = {"convolution": convolution, "maximum": maximum, "average": average,
          "normalisation": normalisation, "response": response, "linear": linear}


def layer_alone(_name, _mode, batch, shape):
    word, numbers = shape.split(" ")
    layer, x = LAYERS[word](batch, *map(int, numbers.split(",")))
    x.requires_grad_()
    gradient = torch.randn_like(layer(x))

    def step():
        output = layer(x)
        output.detach().sum().item()
        output.backward(gradient)
        x.grad = None
        for parameter in layer.parameters():
            parameter.grad = None
    return step


OPERATIONS = {
    "uniform": lambda x: x.uniform_(), "normal": lambda x: x.normal_(), "fill": lambda x: x.fill_(1),
    "sort": torch.sort, "topk": lambda x: x.topk(10, largest=False), "exp": torch.exp,
    "log": torch.log, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "sin": torch.sin,
    "sqrt": torch.sqrt, "pow": lambda x: torch.pow(x, 1.5), "add": lambda x: x + x,
    "mul": lambda x: x * x, "sum": lambda x: x.sum().item(), "sum1": lambda x: x.sum(0),
    "max": lambda x: x.max(1), "softmax": lambda x: x.softmax(-1),
    "logsoftmax": lambda x: x.log_softmax(-1), "transpose": lambda x: x.t().contiguous(),
    "mm": lambda x: x @ x, "mv": lambda x: x @ x[0], "addsmall": lambda x: x + x,
    "mmsmall": lambda x: x @ x, "relusmall": torch.relu}


def operation(name, _mode, _batch, shape):
    rows, columns = map(int, shape.split(","))
    x = torch.rand(rows, columns).add_(0.1)
    run = OPERATIONS[name]

    def step():
        with torch.inference_mode():
            run(x)
    return step


def data(_name, _mode, batch, _shape):
    """An epoch of shuffled batches from memory, each made ready for a network."""
    images = torch.randint(0, 256, (10000, 1, 28, 28), dtype=torch.uint8)
    labels = torch.randint(0, 10, (10000,))
    loader = DataLoader(TensorDataset(images, labels), batch_size=batch, shuffle=True)

    def step():
        for x, _ in loader:
            x.float().div_(255)
    return step


def photographs(name, _mode, batch, folder):
    from peer_photographs import loader
    batches = loader(folder, name, batch, threads)

    def step():
        for x, _ in batches:
            x.size()
    return step


def stage(name, _mode, _batch, _shape):
    from peer_stages import step
    return step(name)


KINDS = {"network": network, "layer": layer_alone, "operation": operation, "data": data,
         "photographs": photographs, "stage": stage}


def prepare(kind, *case):
    torch.manual_seed(1)
    return KINDS[kind](*case)


if __name__ == "__main__":
    torch.set_num_threads(threads)
    serve(prepare)
