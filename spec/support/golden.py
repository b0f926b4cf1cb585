"""Writes what PyTorch computes to spec/golden/, for spec/golden_spec.lua to compare with.

    python3 spec/support/golden.py

Run by hand where PyTorch is installed; the specs never need it. golden_cases.py and
golden_volumes.py have the cases. A file a family: safetensors, with the Lua expression of every case
among the metadata, its inputs (float32 holds them exactly), and the results and gradients of the
inputs for fixed weights `v`, computed in float32 and in float64.
"""

import json
import os
import struct

import torch

import golden_cases
import golden_volumes
from golden_cases import Index, Mask

FOLDER = os.path.join(os.path.dirname(__file__), "..", "golden")
TYPES = {"float32": "F32", "float64": "F64", "int64": "I64", "uint8": "U8"}


class File:
    def __init__(self, family):
        self.family, self.count = family, 0
        self.tensors, self.metadata = {}, {"format": "pt"}

    def put(self, name, tensor):
        self.tensors["%02d.%s" % (self.count, name)] = tensor.detach().contiguous().numpy()

    def case(self, title, lua, function, fixed=(), **inputs):
        """One call: `lua` and `function` of the named inputs. `fixed`: inputs without gradient."""
        self.count += 1
        self.metadata["%02d" % self.count] = title + "\n" + lua
        for name, value in inputs.items():
            if isinstance(value, Index):
                self.put("in." + name, value.data + 1)
            elif isinstance(value, Mask):
                self.put("in." + name, value.data)
            else:
                self.put("in." + name, value.float())
        for dtype, suffix in ((torch.float32, ".f32"), (torch.float64, ".f64")):
            self.compute(function, inputs, fixed, dtype, suffix)

    def compute(self, function, inputs, fixed, dtype, suffix):
        leaves, arguments = {}, {}
        for name, value in inputs.items():
            if isinstance(value, Index):
                arguments[name] = value.data
            elif isinstance(value, Mask):
                arguments[name] = value.data.bool()
            else:
                arguments[name] = value.to(dtype)
                if name not in fixed:
                    leaves[name] = arguments[name].clone().requires_grad_()
                    arguments[name] = leaves[name]
        results = function(*arguments.values())
        results = results if isinstance(results, tuple) else (results,)
        self.put("out.1" + suffix, results[0])
        if len(results) > 1:  # indices
            if suffix == ".f64":
                self.put("indices", results[1] + 1)
        if not results[0].requires_grad:
            return
        count = results[0].numel()
        weights = torch.sin(torch.arange(1, count + 1, dtype=torch.float64) * 0.7) + 1.25
        weights = (torch.round(weights * 256) / 256).view(results[0].shape)
        if suffix == ".f64":
            self.put("v", weights.float())
        grads = torch.autograd.grad(results[0], list(leaves.values()), weights.to(dtype),
            allow_unused=True)
        for name, grad in zip(leaves, grads):
            if grad is not None:
                self.put("grad." + name + suffix, grad)

    def write(self):
        header, offset = {"__metadata__": self.metadata}, 0
        for name, array in self.tensors.items():
            header[name] = {"dtype": TYPES[str(array.dtype)], "shape": list(array.shape),
                            "data_offsets": [offset, offset + array.nbytes]}
            offset += array.nbytes
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        path = os.path.join(FOLDER, self.family + ".safetensors")
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for array in self.tensors.values():
                file.write(array.tobytes())
        print("%s: %d cases, %d bytes" % (self.family, self.count, 8 + len(text) + offset))


if __name__ == "__main__":
    for family in golden_cases.FAMILIES + golden_volumes.FAMILIES:
        file = File(family.__name__)
        family(file)
        file.write()
