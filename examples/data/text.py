"""Writes text.json: chapter 28 run by PyTorch.

Made with torch 2.15.0 on a CPU: python text.py
"""
import json
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__)

LENGTH = 8


class Reverser(nn.Module):
    def __init__(self):
        super().__init__()
        self.letters = nn.Embedding(26, 32)
        self.places = nn.Embedding(LENGTH, 32)
        self.attention = nn.MultiheadAttention(32, 1, batch_first=True)
        self.output = nn.Linear(32, 26)

    def forward(self, words):
        x = self.letters(words) + self.places(torch.arange(LENGTH))
        mixed, weights = self.attention(x, x, x)
        return self.output(mixed), weights


def reverse():
    torch.manual_seed(0)
    model = Reverser()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    test = torch.randint(0, 26, (200, LENGTH))
    losses = []
    for _ in range(60):
        words = torch.randint(0, 26, (50, LENGTH))
        scores, _ = model(words)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), words.flip(1).flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    scores, weights = model(test)
    accuracy = (scores.argmax(2) == test.flip(1)).double().mean().item()
    return {"loss": losses, "accuracy": accuracy, "weights": weights.mean(0).tolist()}


CONTEXT = 32


class Poet(nn.Module):
    def __init__(self, letters):
        super().__init__()
        self.letters = nn.Embedding(letters, 32)
        self.places = nn.Embedding(CONTEXT, 32)
        self.layer = nn.TransformerEncoderLayer(32, 4, dim_feedforward=64, dropout=0.0, batch_first=True)
        self.output = nn.Linear(32, letters)

    def forward(self, codes):
        length = codes.shape[1]
        x = self.letters(codes) + self.places(torch.arange(length))
        mask = torch.ones(length, length, dtype=torch.bool).triu(1)
        return self.output(self.layer(x, src_mask=mask))


def recite(model, start, count):
    codes = start
    for _ in range(count):
        scores = model(codes[-CONTEXT:].unsqueeze(0))
        codes = torch.cat([codes, scores[0, -1].argmax().unsqueeze(0)])
    return codes


def poem():
    text = HERE.with_name("jabberwocky.txt").read_text()
    alphabet = sorted(set(text))
    codes = torch.tensor([alphabet.index(letter) for letter in text])
    torch.manual_seed(0)
    model = Poet(len(alphabet))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 500)
    losses = []
    said = {}
    for step in range(500):
        starts = torch.randint(0, len(codes) - CONTEXT, (16,))
        windows = codes[starts.unsqueeze(1) + torch.arange(CONTEXT + 1)]
        scores = model(windows[:, :-1])
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), windows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step + 1 in (50, 150, 500):
            with torch.no_grad():
                said[step + 1] = recite(model, codes[:CONTEXT], len(codes) - CONTEXT)
    right = {step: (said[step] == codes)[CONTEXT:].sum().item() for step in said}
    print("".join(alphabet[code] for code in said[500]))
    return {"first": losses[:20], "every_50th": losses[49::50], "right": right}


if __name__ == "__main__":
    path = HERE.with_suffix(".json")
    path.write_text(json.dumps({"reverse": reverse(), "poem": poem()}, indent=1) + "\n")
