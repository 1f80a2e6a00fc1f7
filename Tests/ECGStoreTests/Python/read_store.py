"""Reads every dataset and attribute of a store with plain h5py and prints them as JSON.

Usage: read_store.py STORE [--torch]. Texts are decoded, NaN becomes null, arrays are flattened row by row. With --torch
numbers go through a PyTorch tensor made of the array.
"""

import json
import math
import os
import sys

import h5py


def plain(value):
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def flat(array):
    values = array.ravel().tolist() if hasattr(array, "ravel") else [array]
    return [plain(value) for value in values]


def numbers(array):
    if "--torch" not in sys.argv or not hasattr(array, "dtype") or array.dtype.kind in "SO":
        return array
    import torch

    tensor = torch.from_numpy(array)
    assert list(tensor.shape) == list(array.shape)
    return tensor.numpy()


def main(store):
    with open(os.path.join(store, "store.json"), encoding="utf-8") as file:
        description = json.load(file)
    shards = []
    for shard in description["shards"]:
        datasets = {}

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                datasets["/" + name] = {
                    "shape": list(item.shape),
                    "type": "text" if h5py.check_string_dtype(item.dtype) else item.dtype.name,
                    "values": flat(numbers(item[()])),
                    "attributes": {key: flat(value) for key, value in item.attrs.items()},
                }

        with h5py.File(os.path.join(store, shard["name"]), "r") as file:
            file.visititems(visit)
        shards.append(datasets)
    json.dump(shards, sys.stdout, allow_nan=False)


main(sys.argv[1])
