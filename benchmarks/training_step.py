"""The same network, batch and update as Revisage's training benchmark, in PyTorch as it comes: default layout and
allocator, torch.autocast to bf16 where asked. The networks are those that the tests' fixtures were computed by.
Prints images/s. Usage: training_step.py DESCRIPTION SECONDS, the first being a file that 'Revisage.Benchmarks describe' wrote."""
import json
import os
import sys
import time

import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/fixtures/torch"))
import baselines
import gwainet
import high_to_low
import mtun
import progressive
import wnet
from networks import Net


class Trained(Net):
    """Makes each weight when it is first asked for, and keeps it; norms take the batch's statistics and follow them."""

    def __init__(self):
        super().__init__("trained", 2)
        self.kept = {}

    def weight(self, path, *shape, learned=True):
        if path not in self.kept:
            self.kept[path] = super().weight(path, *shape, learned=learned)
        return self.kept[path]

    def norm(self, path, x):
        c = x.shape[1]
        mean, var = (self.weight(f"{path}.running_{key}", c, learned=False) for key in ("mean", "var"))
        return F.batch_norm(x, mean, var, self.weight(path + ".weight", c), self.weight(path + ".bias", c), training=True)

    def prelu(self, path, x):
        # What torch.autocast leaves to its user.
        return F.prelu(x, self.weight(path + ".weight", x.shape[1]).to(x.dtype))


class TrainedProgressive(Trained, progressive.Progressive):
    pass


def edsr(c, blocks, doublings):
    def forward(net, x):
        y = x = net.conv("head", x, c, 3)
        for i in range(blocks):
            y = y + net.conv(f"body.{i}.conv2", torch.relu(net.conv(f"body.{i}.conv1", y, c, 3)), c, 3)
        y = x + net.conv(f"body.{blocks}", y, c, 3)
        for i in range(doublings):
            y = F.pixel_shuffle(net.conv(f"up.{i}.conv", y, 4 * c, 3), 2)
        return [net.conv("tail", y, 3, 3)]

    return forward


def enlarged(factor, forward):
    return lambda net, x: forward(net, F.interpolate(x, scale_factor=factor, mode="bicubic", antialias=True))


def generator(method, recipe):
    """What the method's ShippedNetwork is, by its options."""
    n = recipe["Network"]
    factor = recipe["Data"]["HighRes"] // recipe["Data"]["LowRes"]
    if method == "edsr":
        return edsr(n["Channels"], n["Blocks"], n["Doublings"])
    if method == "srcnn":
        return enlarged(factor, baselines.srcnn(n["MiddleKernel"], n["Channels"]))
    if method == "vdsr":
        return enlarged(factor, baselines.vdsr(n["Channels"], n["Layers"]))
    if method == "srgan":
        return baselines.srgan(n["Channels"], n["Blocks"], n["Doublings"])
    if method == "urdgn":
        return baselines.urdgn(n["Width"])
    if method == "progressive":
        return lambda net, x: [net.generate(x, n["Channels"], 3, 1)]
    if method == "gwainet":
        border = {"Zero": "zeros", "Edge": "border", "Cut": "cut"}[n["Border"]]
        return lambda net, lr, guide: [gwainet.gwainet(net, lr, guide, n["Channels"], n["WarperBlocks"], n["BlocksPerGroup"], border)]
    if method == "wnet":
        return wnet.wnet(
            n["Channels"], n["Doublings"], n["EncoderLevels"], wnet.parsing_block if n["ParsingBlock"] else wnet.plain_parsing,
            wnet.lpf if n["Lpf"] else wnet.cascade, wnet.scab if n["Scab"] else wnet.rcab, whole=not n["GlobalResidual"],
            narrow=n["NarrowLevels"], plain=n["PlainLevels"])
    if method == "mtun":
        at = {"At64": 64, "At32": 32, "At16": 16, "None": 0}[n["Heatmaps"]]
        head = mtun.sibling_head if n["Transformer"] == "Sibling64" else mtun.paper_head
        return mtun.generator(n["Width"], n["Features"], n["Stacks"], at, n["Autoencoder"], n["Skip"], head)
    if method == "low-to-high":
        return high_to_low.low_to_high(n["Channels"], n["SmallBlocks"], n["LargeBlocks"], n["Doublings"], n["Paper17"])
    if method == "high-to-low":
        return high_to_low.high_to_low(n["Channels"], n["Doublings"], n["BlocksPerGroup"], n["Factor"])
    if method == "cyclegan":
        return baselines.cyclegan(n["Width"], n["Blocks"], halvings=2 - (factor.bit_length() - 1))
    sys.exit(f"training_step.py knows no network of '{method}': add it to generator().")


def main():
    with open(sys.argv[1]) as file:
        described = json.load(file)
    seconds, batch = float(sys.argv[2]), described["Batch"]
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    net = TrainedProgressive() if described["Method"] == "progressive" else Trained()
    forward = generator(described["Method"], described["Recipe"])
    inputs = [torch.rand(batch, *shape) * 2 - 1 for shape in described["Inputs"]]
    hr = torch.rand(batch, *described["Output"]) * 2 - 1
    forward(net, *inputs)                                                               # makes the weights
    theirs, mine = described["Weights"], {path: list(tensor.shape) for path, tensor in net.learned.items()}
    if theirs != mine:
        sys.exit("The networks differ: " + "; ".join(differences(theirs, mine)))
    average = {path: tensor.detach().clone() for path, tensor in net.learned.items()}
    adam = torch.optim.Adam(list(net.learned.values()), lr=1e-4)

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=described["Bf16"]):
            sr = forward(net, *inputs)[0]
        loss = (sr.float() - hr).abs().mean()
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        with torch.no_grad():
            for path, tensor in net.learned.items():
                average[path].lerp_(tensor, 0.001)
        return loss.item()

    for _ in range(3):
        step()
    steps, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        step()
        steps += 1
    print(f"{steps * batch / (time.perf_counter() - begin):.2f}")


def differences(theirs, mine):
    return [f"{path}: {theirs.get(path)} there, {mine.get(path)} here" for path in sorted(set(theirs) | set(mine)) if theirs.get(path) != mine.get(path)]


main()
