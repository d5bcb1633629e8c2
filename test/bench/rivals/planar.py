"""A whole training step of a planar flow in eager PyTorch, to be raced: reverse KL on U1 with Adam, on one thread.

It is written in two forms, of which the first argument names one. With "layers" every layer has its own parameters and says its own log
det, as in the libraries of flows. With "stacked" the parameters of all layers are three tensors and one logarithm takes all determinants,
so that the constraint, the log det and Adam cost a few operations whatever the depth: as fast as eager PyTorch goes, and possible where all
layers are of one type. In both, points are columns, the layout in which the products of matrices are fastest.

Speaks lines of JSON: says who it is, then answers each {"layers", "points", "seconds"} by what a round of that many seconds came to.
"""

import json
import math
import sys
import time

try:
    import torch
    from torch.nn.functional import softplus
except ImportError as error:
    sys.exit(str(error))

torch.set_num_threads(1)


def energy(x1, x2):
    """U1 of Rezende & Mohamed 2015 (arXiv 1505.05770), table 1."""
    ring = (torch.hypot(x1, x2) - 2) / 0.4
    return 0.5 * ring**2 - torch.logaddexp(-0.5 * ((x1 - 2) / 0.6) ** 2, -0.5 * ((x1 + 2) / 0.6) ** 2)


def constrained(w, u):
    """û and wᵀû of each row."""
    wu = (w * u).sum(1, keepdim=True)
    return u + (softplus(-wu) - 1) / (w * w).sum(1, keepdim=True) * w, softplus(wu) - 1


def initial(layers):
    return (
        torch.randn(layers, 2, requires_grad=True),
        (0.1 * torch.randn(layers, 2)).requires_grad_(),
        torch.zeros(layers, 1, requires_grad=True),
    )


class Stacked:
    def __init__(self, layers):
        self.parameters = initial(layers)

    def run(self, v):
        """The images of 2 × n points, and log dets that add up to those of all points."""
        w, u, b = self.parameters
        u_hat, kappa = constrained(w, u)
        bends = []
        for normal, push, offset in zip(w.split(1), u_hat.unsqueeze(2).unbind(), b.unbind()):
            bend = torch.tanh(torch.addmm(offset, normal, v))
            v = torch.addmm(v, push, bend)
            bends.append(bend)
        bends = torch.cat(bends)
        return v, torch.log1p((1 - bends * bends) * kappa)


class Layers:
    def __init__(self, layers):
        self.layers = [initial(1) for _ in range(layers)]
        self.parameters = [parameter for layer in self.layers for parameter in layer]

    def run(self, v):
        log_det = 0
        for w, u, b in self.layers:
            u_hat, kappa = constrained(w, u)
            bend = torch.tanh(torch.addmm(b, w, v))
            v = torch.addmm(v, u_hat.t(), bend)
            log_det = log_det + torch.log1p((1 - bend * bend) * kappa)
        return v, log_det


def trainer(flow, points):
    """The training step of a new flow: a function that takes the step and returns its loss."""
    adam = torch.optim.Adam(flow.parameters, lr=5e-3, foreach=True)

    def step():
        adam.zero_grad(set_to_none=True)
        z = torch.randn(2, points)
        x, log_det = flow.run(z)
        log_base = -math.log(2 * math.pi) - 0.5 * (z * z).sum() / points
        loss = log_base + energy(x[0], x[1]).mean() - log_det.sum() / points
        loss.backward()
        adam.step()
        return loss.detach()

    return step


torch.manual_seed(7)
form = sys.argv[1]
print(json.dumps({"name": f"PyTorch {torch.__version__} eager, {form}"}), flush=True)
trainers = {}
for line in sys.stdin:
    asked = json.loads(line)
    size = (asked["layers"], asked["points"])
    if size not in trainers:
        trainers[size] = trainer({"layers": Layers, "stacked": Stacked}[form](size[0]), size[1])
    step = trainers[size]
    steps = 0
    start = time.perf_counter()
    while steps == 0 or time.perf_counter() - start < asked["seconds"]:
        loss = step()
        steps += 1
    ms = (time.perf_counter() - start) * 1000 / steps
    print(json.dumps({"ms": ms, "loss": loss.item()}), flush=True)
