"""PyTorch's half of a benchmark: network mode batch threads. Measures a sample for each line read."""
import glob
import sys
import time

import torch
from torch import nn

network, mode, batch, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def lenet5():
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 120, 5), nn.ReLU(), nn.Flatten(),
        nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    return model, torch.randn(batch, 1, 32, 32), torch.randint(0, 10, (batch,))


def waited():
    total = 0
    for name in glob.glob("/proc/self/task/*/schedstat"):
        with open(name) as file:
            total += int(file.read().split()[1])
    return total / 1e9


def median_step(step):
    """The time of a step by a few trials, to choose between memory formats."""
    times = []
    for _ in range(20):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return sorted(times)[10]


def make_step(memory_format):
    torch.manual_seed(1)
    model, x, y = {"lenet5": lenet5}[network]()
    model = model.to(memory_format=memory_format)
    x = x.to(memory_format=memory_format)
    criterion = nn.CrossEntropyLoss()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, foreach=True)

    def train():
        optimiser.zero_grad(set_to_none=True)
        criterion(model(x), y).backward()
        optimiser.step()

    def infer():
        with torch.inference_mode():
            model(x)

    if mode == "infer":
        model.eval()
    return train if mode == "train" else infer


torch.set_num_threads(threads)
steps = [make_step(torch.contiguous_format), make_step(torch.channels_last)]
for candidate in steps:
    for _ in range(5):
        candidate()
step = min(steps, key=median_step)
for line in sys.stdin:
    count = int(line)
    before, start = waited(), time.perf_counter()
    for _ in range(count):
        step()
    elapsed = time.perf_counter() - start
    print(f"{elapsed / count * 1000:.6f} {(waited() - before) / elapsed:.6f}", flush=True)
