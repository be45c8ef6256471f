"""The same network, batch and update as Revisage's EDSR benchmark, in PyTorch as it comes: default layout and
allocator, torch.autocast to bf16 where asked. Prints images/s. Usage: training_step.py BATCH SECONDS bf16|fp32"""
import os
import sys
import time

import torch
from torch import nn


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return x + self.conv2(torch.relu(self.conv1(x)))


class Edsr(nn.Module):
    def __init__(self, channels=64, blocks=16, doublings=3):
        super().__init__()
        self.head = nn.Conv2d(3, channels, 3, padding=1)
        self.body = nn.Sequential(*[ResidualBlock(channels) for _ in range(blocks)], nn.Conv2d(channels, channels, 3, padding=1))
        ups = [layer for _ in range(doublings) for layer in (nn.Conv2d(channels, 4 * channels, 3, padding=1), nn.PixelShuffle(2))]
        self.up = nn.Sequential(*ups)
        self.tail = nn.Conv2d(channels, 3, 3, padding=1)

    def forward(self, x):
        x = self.head(x)
        return self.tail(self.up(x + self.body(x)))


def main():
    batch, seconds, bf16 = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == "bf16"
    torch.set_num_threads(os.cpu_count())
    network = Edsr()
    average = {name: value.clone() for name, value in network.state_dict().items()}
    adam = torch.optim.Adam(network.parameters(), lr=1e-4)
    lr, hr = torch.rand(batch, 3, 16, 16) * 2 - 1, torch.rand(batch, 3, 128, 128) * 2 - 1

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            sr = network(lr)
        loss = (sr.float() - hr).abs().mean()
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        with torch.no_grad():
            for name, value in network.state_dict().items():
                average[name].lerp_(value, 0.001)
        return loss.item()

    for _ in range(3):
        step()
    steps, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        step()
        steps += 1
    print(f"{steps * batch / (time.perf_counter() - begin):.2f}")


main()
