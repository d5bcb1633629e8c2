"""A whole training step of a planar flow in eager PyTorch, to be raced: reverse KL on U1 with Adam, on one thread.

Its best honest form: the parameters of all layers are three tensors, so that the constraint and Adam cost a few operations whatever the
depth; points are columns, which is the layout its matrix products are fastest in; and one logarithm takes the determinants of all layers.

Speaks lines of JSON: says who it is, then answers each {"layers", "points", "seconds"} by what a round of that many seconds came to.
"""

import json
import math
import sys
import time

import torch
from torch.nn.functional import softplus

torch.set_num_threads(1)


def energy(x1, x2):
    """U1 of Rezende & Mohamed 2015 (arXiv 1505.05770), table 1."""
    ring = (torch.hypot(x1, x2) - 2) / 0.4
    return 0.5 * ring**2 - torch.logaddexp(-0.5 * ((x1 - 2) / 0.6) ** 2, -0.5 * ((x1 + 2) / 0.6) ** 2)


def trainer(layers, points):
    """The training step of a new flow: a function that takes the step and returns its loss."""
    torch.manual_seed(7)
    w = torch.randn(layers, 2, requires_grad=True)
    u = (0.1 * torch.randn(layers, 2)).requires_grad_()
    b = torch.zeros(layers, requires_grad=True)
    adam = torch.optim.Adam([w, u, b], lr=5e-3)

    def step():
        adam.zero_grad(set_to_none=True)
        wu = (w * u).sum(1)
        u_hat = u + ((softplus(-wu) - 1) / (w * w).sum(1))[:, None] * w
        kappa = softplus(wu) - 1
        z = torch.randn(2, points)
        v = z
        bends = []
        for normal, push, offset in zip(w[:, None, :].unbind(), u_hat[:, :, None].unbind(), b.unbind()):
            bend = torch.tanh(torch.addmm(offset, normal, v))
            v = torch.addmm(v, push, bend)
            bends.append(bend)
        bends = torch.cat(bends)
        log_det = torch.log1p((1 - bends * bends) * kappa[:, None])
        log_base = -math.log(2 * math.pi) - 0.5 * (z * z).sum() / points
        loss = log_base - log_det.sum() / points + energy(v[0], v[1]).mean()
        loss.backward()
        adam.step()
        return loss.detach()

    return step


print(json.dumps({"name": f"PyTorch {torch.__version__} eager"}), flush=True)
trainers = {}
for line in sys.stdin:
    asked = json.loads(line)
    flow = (asked["layers"], asked["points"])
    step = trainers.get(flow) or trainers.setdefault(flow, trainer(*flow))
    steps = 0
    start = time.perf_counter()
    while steps == 0 or time.perf_counter() - start < asked["seconds"]:
        loss = step()
        steps += 1
    ms = (time.perf_counter() - start) * 1000 / steps
    print(json.dumps({"ms": ms, "loss": loss.item()}), flush=True)
