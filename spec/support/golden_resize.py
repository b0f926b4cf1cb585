"""Writes how Pillow resizes to spec/golden/resize.safetensors, for spec/image_resize_spec.lua to
compare with.

    python3 spec/support/golden_resize.py

Run by hand where Pillow and NumPy are installed; the specs never need them. Tensors: `bytes` and
`floats`, the images, and `<type>.<filter>.<height>x<width>`, what became of them. Without
antialiasing there is bilinear alone, computed here from its definition.
"""

import json
import os
import struct

import numpy
from PIL import Image

PATH = os.path.join(os.path.dirname(__file__), "..", "golden", "resize.safetensors")
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "area": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
SIZES = [(23, 29), (4, 5), (17, 3), (1, 1), (11, 6), (5, 13)]
TYPES = {"uint8": "U8", "float32": "F32"}


def images():
    """A noisy picture of 3 x 11 x 13 bytes, with flat black and white parts, and its floats."""
    random = numpy.random.RandomState(7)
    picture = random.randint(0, 256, (3, 11, 13)).astype(numpy.uint8)
    picture[0, :4, :5] = 255
    picture[1, 6:, 8:] = 0
    return {"bytes": picture, "floats": (picture / 255).astype(numpy.float32)}


def resized(planes, height, width, filter):
    parts = [Image.fromarray(plane).resize((width, height), filter) for plane in planes]
    return numpy.stack([numpy.asarray(part) for part in parts])


def between(n, out):
    """Bilinear interpolation of n pixels at the centres of `out`, as a matrix."""
    matrix = numpy.zeros((out, n))
    for i in range(out):
        at = min(max((i + 0.5) * n / out - 0.5, 0), n - 1)
        first = min(int(at), max(n - 2, 0))
        matrix[i, first] = 1 - (at - first)
        if n > 1:
            matrix[i, first + 1] = at - first
    return matrix


def write(tensors, path):
    header, data = {}, b""
    for name, array in tensors.items():
        raw = numpy.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": TYPES[str(array.dtype)],
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main():
    tensors = images()
    for kind in ("bytes", "floats"):
        for name, filter in FILTERS.items():
            for height, width in SIZES:
                key = "%s.%s.%dx%d" % (kind, name, height, width)
                tensors[key] = resized(tensors[kind], height, width, filter)
    for height, width in SIZES:
        down, across = between(11, height), between(13, width)
        plain = down @ tensors["floats"].astype(numpy.float64) @ across.T
        tensors["floats.plain.%dx%d" % (height, width)] = plain.astype(numpy.float32)
    write(tensors, PATH)


if __name__ == "__main__":
    main()
