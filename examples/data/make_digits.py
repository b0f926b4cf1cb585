#!/usr/bin/env python3
"""Writes digits-images.idx3-ubyte and digits-labels.idx1-ubyte beside this file from digits.csv.gz.

The source is the table that scikit-learn ships (sklearn/datasets/data/digits.csv.gz in its wheel):
one line an image, 64 grey values from 0 to 16 and the digit. To make the files again:

    pip download scikit-learn --no-deps --only-binary :all: -d /tmp/wheel
    unzip -o -d /tmp/wheel /tmp/wheel/scikit_learn-*.whl sklearn/datasets/data/digits.csv.gz
    python3 make_digits.py /tmp/wheel/sklearn/datasets/data/digits.csv.gz
"""
import gzip
import pathlib
import struct
import sys

COUNT, SIDE, BRIGHTEST = 1797, 8, 16
UNSIGNED_BYTES = 8  # the type code of the IDX format


def read_table(path):
    """The rows of the table: lists of 64 grey values and a digit."""
    with gzip.open(path, "rt") as table:
        rows = [[int(float(cell)) for cell in line.split(",")] for line in table]
    assert len(rows) == COUNT, f"{path} has {len(rows)} rows, expected {COUNT}"
    for row in rows:
        assert len(row) == SIDE * SIDE + 1 and 0 <= min(row) and max(row) <= BRIGHTEST
        assert row[-1] <= 9
    return rows


def write_idx(path, sizes, values):
    """An IDX file of bytes: two zeros, type, number of dimensions, big-endian sizes, values."""
    header = struct.pack(f">BBBB{len(sizes)}I", 0, 0, UNSIGNED_BYTES, len(sizes), *sizes)
    path.write_bytes(header + bytes(values))


def main(source):
    here = pathlib.Path(__file__).parent
    rows = read_table(source)
    pixels = [value for row in rows for value in row[:-1]]
    write_idx(here / "digits-images.idx3-ubyte", (COUNT, SIDE, SIDE), pixels)
    write_idx(here / "digits-labels.idx1-ubyte", (COUNT,), [row[-1] for row in rows])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
