"""Where the gradient goes between equal values and at 0 in PyTorch (double precision), for small integers with many ties.

Usage: python scripts/golden/ties.py > Tests/ECGTrainingTests/Golden/ties.json
"""
import json

import torch
from torch.nn import functional

RECORDINGS, CHANNELS, LENGTH = 18, 5, 41
index = torch.arange(RECORDINGS * CHANNELS * LENGTH)
# Numbers from -2 to 2, a few each; the gradients are different integers, so that sums are exact.
signals = ((index * 7919 % 2003) % 5 - 2).double().reshape(RECORDINGS, CHANNELS, LENGTH)


def gradient(layer):
    x = signals.clone().requires_grad_()
    y = layer(x)
    y.backward(((torch.arange(y.numel()) * 104729 % 1009) + 1).double().reshape(y.shape))
    return x.grad.flatten().long().tolist()


print(json.dumps({
    "rectifier": gradient(torch.relu),
    "maximum_of_three": gradient(lambda x: functional.max_pool1d(x, 3, 1, 1)),
    "maximum_pool": gradient(lambda x: functional.max_pool1d(x, 3, 2, 1)),
    "maximum_over_time": gradient(lambda x: functional.adaptive_max_pool1d(x, 1)),
}))
