"""Writes optimizers.json: chapter 12's race, run by PyTorch.

Made with torch 2.15.0 on a CPU: python optimizers.py
"""
import json
import pathlib

import torch
from torch import optim
from torch.optim import lr_scheduler as rates

STEPS = 200


def race(make, schedule=None):
    place = torch.tensor([-1.5, 2.5], dtype=torch.float64, requires_grad=True)
    optimizer = make([place])
    scheduler = schedule and schedule(optimizer)
    costs, learning_rates = [], []
    for _ in range(STEPS):
        x, y = place
        cost = (1 - x) ** 2 + 5 * (y - x**2) ** 2
        optimizer.zero_grad()
        cost.backward()
        learning_rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if scheduler:
            scheduler.step()
        costs.append(cost.item())
    every = range(19, STEPS, 20)
    return {"end": place.tolist(), "cost": [costs[i] for i in every], "rate": [learning_rates[i] for i in every]}


sgd = lambda **o: lambda p: optim.SGD(p, **o)
rms_prop = lambda p: optim.RMSprop(p, lr=0.1, alpha=0.9)
results = {
    "optimizers": {
        "SGD": race(sgd(lr=0.02)),
        "momentum": race(sgd(lr=0.01, momentum=0.9)),
        "Nesterov": race(sgd(lr=0.01, momentum=0.9, nesterov=True)),
        "dampening": race(sgd(lr=0.02, momentum=0.9, dampening=0.5)),
        "weight decay": race(sgd(lr=0.01, momentum=0.9, weight_decay=0.3)),
        "Adam": race(lambda p: optim.Adam(p, lr=0.2)),
        "AdamW": race(lambda p: optim.AdamW(p, lr=0.2, weight_decay=0.1)),
        "Adagrad": race(lambda p: optim.Adagrad(p, lr=1.0)),
        "RMSprop": race(rms_prop),
    },
    "schedules": {
        "constant": race(rms_prop),
        "step": race(rms_prop, lambda o: rates.StepLR(o, 50, 0.3)),
        "exponential": race(rms_prop, lambda o: rates.ExponentialLR(o, 0.975)),
        "cosine": race(rms_prop, lambda o: rates.CosineAnnealingLR(o, STEPS)),
    },
}
if __name__ == "__main__":
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps({"results": results}, indent=1) + "\n")
