"""Writes convolution.json: chapter 26 run by PyTorch, on the digits that gradus draws.

Made with torch 2.15.0 on a CPU:
    cargo run --release -p gradus --example save_digits -- digits.npz
    python convolution.py digits.npz
"""
import json
import pathlib
import sys

import numpy
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def images(digits, part):
    x = torch.from_numpy(digits[f"{part}_images"]).unsqueeze(1).float() / 255
    return x, torch.from_numpy(digits[f"{part}_labels"])


def train(model, data, test):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    criterion = nn.CrossEntropyLoss()
    batches, test_batches = DataLoader(TensorDataset(*data), 50, shuffle=True), DataLoader(TensorDataset(*test), 500)
    losses, test_losses = [], []
    for _ in range(5):
        model.train()
        total = 0.0
        for x, y in batches:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
        model.eval()
        with torch.no_grad():
            test_losses.append(sum(criterion(model(x), y).item() for x, y in test_batches) / len(test_batches))
    return losses, test_losses


def accuracy(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).double().mean().item()


def run(make, data, test):
    torch.manual_seed(0)
    model = make()
    losses, test_losses = train(model, data, test)
    shifted = [accuracy(model, test[0].roll(shift, 3), test[1]) for shift in range(7)]
    return {"loss": losses, "test_loss": test_losses, "accuracy": shifted[0], "shifted": shifted}


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(784, 10),
    )


if __name__ == "__main__":
    digits = numpy.load(sys.argv[1])
    data, test = images(digits, "train"), images(digits, "test")
    results = {
        "convolutional": run(convolutional, data, test),
        "linear": run(lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), data, test),
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(results, indent=1) + "\n")
