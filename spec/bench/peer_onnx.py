"""ONNX Runtime's half of the benchmarks: peer_onnx.py threads.

Networks come from PyTorch by a process of its own, so that the memory counted is the runtime's.
"""
import os
import subprocess
import sys
import tempfile

import numpy
import onnxruntime
from peer_loop import serve

EXPORT = """
import sys, torch
from peer_networks import NETWORKS
name, batch, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
build, side, channels = NETWORKS[name]
torch.onnx.export(build().eval(), (torch.randn(batch, channels, side, side),), path, dynamo=False)
"""


def prepare(_kind, name, _mode, batch, _shape):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "network.onnx")
        environment = dict(os.environ, PYTHONPATH=os.path.dirname(os.path.abspath(__file__)))
        subprocess.run([sys.executable, "-c", EXPORT, name, str(batch), path], check=True,
                       env=environment, stdout=subprocess.DEVNULL)
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    x = numpy.random.default_rng(1).standard_normal(given.shape, dtype=numpy.float32)
    return lambda: session.run(None, {given.name: x})


if __name__ == "__main__":
    serve(prepare)
