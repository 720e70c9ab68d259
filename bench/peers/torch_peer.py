#!/usr/bin/env python3
"""Times PyTorch on the workloads of `unroll bench` and prints one JSON line.

    torch_peer.py WORKLOAD [--threads N] [--steps K]

The model is Embedding - recurrent layers - Linear(1) on the last state (of a convolution the largest value, of attention
the mean), trained on binary crossentropy. Tokens are random:
the time of a step does not depend on them. Eight batches take turns; eight steps warm up, the median of K counts.
Debian packages: python3-torch, libopenblas0-pthread.
"""
import argparse
import json
import statistics
import sys
import time

import torch
from torch import nn

ADAM = "adam"
BASE = dict(cell=nn.LSTM, vocabulary=1000, embedding=8, units=8, layers=1, length=80, batch=32, rows=25000, optimizer=ADAM)
WORKLOADS = {
    "rnn5": dict(BASE, cell=nn.RNN, vocabulary=2000, embedding=50, units=5, length=30, batch=64, rows=20000, optimizer="rmsprop"),
    "lstm8": BASE,
    "lstm32": dict(BASE, units=32),
    "lstm64": dict(BASE, units=64),
    "lstm128": dict(BASE, units=128),
    "gru8": dict(BASE, cell=nn.GRU),
    "gru128": dict(BASE, cell=nn.GRU, units=128),
    "lstm8x8": dict(BASE, layers=8),
    "lstm128-v20k": dict(BASE, vocabulary=20000, embedding=128, units=128),
    "conv64": dict(BASE, cell="conv", vocabulary=20000, embedding=32, units=64, length=400, batch=64, rows=20000),
    "attention4x8": dict(BASE, cell="attention", vocabulary=20000, embedding=32, units=32, length=200, batch=64, rows=20000),
}
BATCHES = WARM_UP = 8


class Convolution(nn.Module):
    def __init__(self, features, units):
        super().__init__()
        self.inner = nn.Conv1d(features, units, 5)

    def forward(self, x):
        return self.inner(x.transpose(1, 2)).relu().amax(2)


class Attention(nn.Module):
    def __init__(self, features, units):
        super().__init__()
        self.inner = nn.MultiheadAttention(features, units // 8, batch_first=True)

    def forward(self, x):
        return self.inner(x, x, x, need_weights=False)[0].mean(1)


class LastState(nn.Module):
    def __init__(self, cell, features, units, layers):
        super().__init__()
        self.inner = cell(features, units, layers, batch_first=True)

    def forward(self, x):
        return self.inner(x)[0][:, -1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=30)
    args = parser.parse_args()
    size = WORKLOADS[args.workload]

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    table = nn.Embedding(size["vocabulary"], size["embedding"])
    if size["cell"] == "conv":
        reader = Convolution(size["embedding"], size["units"])
    elif size["cell"] == "attention":
        reader = Attention(size["embedding"], size["units"])
    else:
        reader = LastState(size["cell"], size["embedding"], size["units"], size["layers"])
    output = nn.Linear(size["units"], 1)
    weights = [weight for part in (table, reader, output) for weight in part.parameters()]
    if size["optimizer"] == ADAM:
        optimizer = torch.optim.Adam(weights, lr=1e-3, eps=1e-7)
    else:
        optimizer = torch.optim.RMSprop(weights, lr=1e-4)
    loss = nn.BCEWithLogitsLoss()
    x = torch.randint(1, size["vocabulary"], (BATCHES, size["batch"], size["length"]))
    y = torch.randint(2, (BATCHES, size["batch"], 1)).float()

    seconds = []
    for step in range(WARM_UP + args.steps):
        start = time.perf_counter()
        read = reader(table(x[step % BATCHES]))
        optimizer.zero_grad()
        loss(output(read), y[step % BATCHES]).backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)

    median = statistics.median(seconds[WARM_UP:])
    steps_per_epoch = -(-size["rows"] // size["batch"])
    json.dump(dict(workload=args.workload, threads=args.threads, torch=torch.__version__, ms_per_step=median * 1e3,
                   seconds_per_epoch=median * steps_per_epoch), sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
