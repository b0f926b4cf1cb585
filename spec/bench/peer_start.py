"""The first output of a small network; prints the peak of the resident memory in MB."""
import torch
from peer_loop import memory
from peer_networks import lenet5

with torch.inference_mode():
    lenet5().eval()(torch.randn(1, 1, 32, 32)).sum().item()
print(memory("VmHWM"))
