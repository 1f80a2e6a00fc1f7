"""Steps of optimisers, learning rates of schedules, losses and clipped gradients in PyTorch (double precision).

Usage: python scripts/golden/optimisation.py > Tests/ECGTrainingTests/Golden/optimisation.json
"""
import json

import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
COUNT, STEPS = 37, 10


def filler(count, salt):
    """The same small integers on both sides: ((7919 i + 104729 salt) mod 2003 - 1001) / 2003."""
    index = torch.arange(count, dtype=torch.int64)
    return ((index * 7919 + salt * 104729) % 2003 - 1001).double() / 2003


def steps(make, schedule=None):
    """The parameter after each of 10 steps; the gradient of step k is filler(k + 1) + a tenth of the parameter."""
    parameter = nn.Parameter(filler(COUNT, 0))
    optimizer = make([parameter])
    scheduler = schedule(optimizer) if schedule else None
    values = []
    for step in range(STEPS):
        parameter.grad = filler(COUNT, step + 1) + parameter.detach() / 10
        optimizer.step()
        if scheduler and step + 1 < STEPS:
            scheduler.step()
        values.append(parameter.detach().tolist())
    return values


def rates(schedule, count, optimizer=None):
    """(learning rate, momentum or b1) of each step, from a learning rate of 0.5."""
    optimizer = optimizer or torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5, momentum=0.9)
    scheduler = schedule(optimizer)
    result = []
    for step in range(count):
        group = optimizer.param_groups[0]
        result.append([group["lr"], group["momentum"]])
        optimizer.step()
        if step + 1 < count:
            scheduler.step()
    return result


def loss(function):
    """Loss and gradient of 6 recordings with 3 outputs."""
    outputs = (filler(18, 3) * 6).reshape(6, 3).requires_grad_()
    value = function(outputs)
    value.backward()
    return {"loss": value.item(), "gradient": outputs.grad.tolist()}


optim, schedules = torch.optim, torch.optim.lr_scheduler
real = (filler(18, 4) * 4).reshape(6, 3)
labels = (filler(18, 5).reshape(6, 3) > 0).double()
classes = torch.arange(6) % 3

clipped = {}
for limit in (0.5, 100.0):
    pieces = [nn.Parameter(torch.zeros(count)) for count in (37, 5, 129)]
    for salt, piece in enumerate(pieces):
        piece.grad = filler(piece.numel(), salt)
    norm = nn.utils.clip_grad_norm_(pieces, limit)
    clipped[str(limit)] = {"norm": norm.item(), "first": [piece.grad[:3].tolist() for piece in pieces]}

print(
    json.dumps(
        {
            "steps": {
                "sgd": steps(lambda p: optim.SGD(p, lr=0.05)),
                "sgd_momentum": steps(lambda p: optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1)),
                "sgd_nesterov": steps(lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True)),
                "adam": steps(lambda p: optim.Adam(p, lr=0.05)),
                "adam_decay": steps(lambda p: optim.Adam(p, lr=0.05, weight_decay=0.1)),
                "adamw": steps(lambda p: optim.AdamW(p, lr=0.05)),
                "adamw_one_cycle": steps(
                    lambda p: optim.AdamW(p, lr=0.05, weight_decay=0.1),
                    lambda o: schedules.OneCycleLR(o, max_lr=0.05, total_steps=STEPS),
                ),
                "sgd_one_cycle": steps(
                    lambda p: optim.SGD(p, lr=0.05, momentum=0.9),
                    lambda o: schedules.OneCycleLR(o, max_lr=0.05, total_steps=STEPS),
                ),
            },
            "rates": {
                "exponential": rates(lambda o: schedules.ExponentialLR(o, 0.9), 12),
                "step": rates(lambda o: schedules.StepLR(o, 4, 0.1), 12),
                "cosine": rates(lambda o: schedules.CosineAnnealingLR(o, 40, eta_min=0.01), 40),
                "one_cycle": rates(lambda o: schedules.OneCycleLR(o, max_lr=0.5, total_steps=37), 37),
                "one_cycle_other": rates(
                    lambda o: schedules.OneCycleLR(
                        o, max_lr=0.5, total_steps=20, pct_start=0.5, div_factor=10, final_div_factor=100,
                        base_momentum=0.8, max_momentum=0.9,
                    ),
                    20,
                ),
            },
            "losses": {
                "absolute": loss(lambda x: F.l1_loss(x, real)),
                "squared": loss(lambda x: F.mse_loss(x, real)),
                "huber": loss(lambda x: F.huber_loss(x, real, delta=1.5)),
                "cross_entropy": loss(lambda x: F.cross_entropy(x, classes)),
                "binary_cross_entropy": loss(lambda x: F.binary_cross_entropy_with_logits(x, labels)),
            },
            "clipped": clipped,
        },
        indent=1,
        sort_keys=True,
    )
)
