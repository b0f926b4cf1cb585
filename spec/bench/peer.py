"""A peer's half of a benchmark: peer kind case mode batch threads [shape].

The peer is pytorch or pytorch_compile with "/contiguous" or "/channels_last" behind it, or
onnxruntime. Measures a sample for each line read: how many steps, or "peak".
"""
import glob
import io
import sys
import time

import torch
from torch.nn import functional

peer, kind, case, mode = sys.argv[1:5]
batch, threads = int(sys.argv[5]), int(sys.argv[6])
shape = sys.argv[7] if len(sys.argv) > 7 else ""
peer, _, layout = peer.partition("/")
memory_format = getattr(torch, "channels_last" if layout == "channels_last" else "contiguous_format")


def memory(field):
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    return 0


def waited():
    """Seconds that this process's threads have waited for a core."""
    total = 0
    for name in glob.glob("/proc/self/task/*/schedstat"):
        with open(name) as file:
            total += int(file.read().split()[1])
    return total / 1e9


def onnx_step(model, x):
    import onnxruntime
    file = io.BytesIO()
    torch.onnx.export(model, (x,), file, dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(file.getvalue(), options,
                                           providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: x.numpy()}
    return lambda: session.run(None, feed)


def network():
    from peer_networks import NETWORKS
    build, side, channels = NETWORKS[case]
    model = build().to(memory_format=memory_format)
    x = torch.randn(batch, channels, side, side).contiguous(memory_format=memory_format)
    if mode == "infer":
        model.eval()
        if peer == "onnxruntime":
            return onnx_step(model, x)
        run = torch.compile(model) if peer == "pytorch_compile" else model

        def infer():
            with torch.inference_mode():
                run(x).sum().item()
        return infer
    with torch.no_grad():
        classes = build().eval()(x[:1].contiguous()).shape[1]
    y = torch.randint(0, classes, (batch,))
    run = torch.compile(model) if peer == "pytorch_compile" else model
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4,
                                foreach=True)

    def train():
        optimiser.zero_grad(set_to_none=True)
        functional.cross_entropy(run(x), y).backward()
        optimiser.step()
    return train


def convolution():
    channels, width, kernel, stride, pad, side, _, groups = map(int, shape.split(","))
    x = torch.randn(batch, channels, side, side).contiguous(memory_format=memory_format)
    layer = torch.nn.Conv2d(channels, width, kernel, stride, pad, groups=groups, bias=False)
    layer = layer.to(memory_format=memory_format)
    x.requires_grad_()
    gradient = torch.randn_like(layer(x))

    def step():
        layer(x).backward(gradient)
        x.grad = layer.weight.grad = None
    return step


OPERATIONS = {
    "uniform": lambda x: x.uniform_(), "normal": lambda x: x.normal_(), "sort": torch.sort,
    "topk": lambda x: x.topk(10, largest=False), "exp": torch.exp, "log": torch.log,
    "tanh": torch.tanh, "sigmoid": torch.sigmoid, "sin": torch.sin, "add": lambda x: x + x,
    "sum": lambda x: x.sum().item(), "sum1": lambda x: x.sum(0),
    "softmax": lambda x: x.softmax(-1), "logsoftmax": lambda x: x.log_softmax(-1),
    "mm": lambda x: x @ x, "mv": lambda x: x @ x[0], "addsmall": lambda x: x + x,
    "mmsmall": lambda x: x @ x}


def operation():
    word, rows, columns = shape.split(",")
    x = torch.rand(int(rows), int(columns)).add_(0.1)
    run = OPERATIONS[word]

    def step():
        with torch.inference_mode():
            run(x)
    return step


base = memory("VmRSS")
torch.set_num_threads(threads)
torch.manual_seed(1)
step = {"network": network, "convolution": convolution, "operation": operation}[kind]()
for _ in range(2):
    step()
for line in sys.stdin:
    if line.strip() == "peak":
        print(f"{memory('VmHWM'):.1f} {base:.1f}", flush=True)
        continue
    count = int(line)
    before, start = waited(), time.perf_counter()
    for _ in range(count):
        step()
    elapsed = time.perf_counter() - start
    print(f"{elapsed / count * 1000:.6f} {(waited() - before) / elapsed:.6f}", flush=True)
