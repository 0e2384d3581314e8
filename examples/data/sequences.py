"""Writes sequences.json: chapter 27 run by PyTorch.

Made with torch 2.15.0 on a CPU: python sequences.py
"""
import json
import pathlib

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

STEPS, EPOCHS, HIDDEN = 16, 14, 24
torch.set_default_dtype(torch.float64)


def waves(n):
    kind = torch.randint(0, 4, (n,))
    period = 6 + 4 * torch.rand(n, 1)
    start = torch.rand(n, 1)
    noise = 0.1 * torch.randn(n, STEPS)
    turns = (torch.arange(STEPS) / period + start).frac()
    shapes = torch.stack([
        (2 * torch.pi * turns).sin(),
        1 - 4 * (turns - 0.5).abs(),
        2.0 * (turns < 0.5) - 1,
        2 * turns - 1,
    ])
    x = shapes.gather(0, kind.reshape(1, n, 1).expand(1, n, STEPS))[0] + noise
    return x.unsqueeze(-1), kind


class Reader(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.cell = cell(1, HIDDEN, batch_first=True)
        self.output = nn.Linear(HIDDEN, 4)

    def forward(self, x):
        """The scores after every step."""
        return self.output(self.cell(x)[0])


def reach(model, x):
    """How far the last scores depend on what was read at each step."""
    x = x.clone().requires_grad_()
    model(x)[:, -1].sum(0)[0].backward()
    return x.grad.abs().mean((0, 2)).tolist()


def run(cell):
    torch.manual_seed(0)
    (x, y), (x_test, y_test) = waves(1000), waves(500)
    model = Reader(cell)
    criterion = nn.CrossEntropyLoss()
    before = reach(model, x_test)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in range(EPOCHS):
        for batch, kind in DataLoader(TensorDataset(x, y), 50, shuffle=True):
            loss = criterion(model(batch).flatten(0, 1), kind.repeat_interleave(STEPS))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
    with torch.no_grad():
        right = (model(x_test).argmax(2) == y_test.unsqueeze(1)).double().mean(0)
    return {
        "before": before,
        "after": reach(model, x_test),
        "first": losses[:20],
        "last": losses[-20:],
        "right": right.tolist(),
        "accuracy": right[-1].item(),
    }


if __name__ == "__main__":
    results = {"RNN": run(nn.RNN), "GRU": run(nn.GRU), "LSTM": run(nn.LSTM)}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(results, indent=1) + "\n")
