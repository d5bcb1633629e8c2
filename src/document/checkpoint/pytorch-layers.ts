/** Every kind of layer in Python: a function of its values that gives forward(v) → (y, log|det|) and inverse(y) → v. */
export const pythonLayers: Readonly<Record<string, string>> = {
  planar: `def planar(w, u, b, raw=False, leaky=False):
    """y = v + û·h(wᵀv + b); û keeps wᵀû above −1 (Rezende & Mohamed 2015, appendix A.1)."""
    slack = 1 + w @ u
    if not raw and w.norm() > 0:
        u = u + (softplus(-(w @ u)) - 1) * w / (w @ w)
        slack = softplus(slack - 1)
    kappa = slack - 1

    def bend(a):
        if leaky:
            slope = torch.where(a > 0, 1.0, 0.2).to(a)
            return slope * a, 1 - slope + slope * slack
        h = torch.tanh(a)
        return h, h**2 + (1 - h**2) * slack

    def forward(v):
        h, det = bend(v @ w + b)
        return v + h[:, None] * u, torch.log(torch.abs(det))

    def inverse(y):
        """v = y − û·h(a), where a + wᵀû·h(a) = wᵀy + b."""
        if slack <= 0:
            raise ValueError("a planar layer folds space: it has no inverse")
        c = y @ w + b
        if leaky:
            a = torch.where(c > 0, c / slack, c / (0.8 + 0.2 * slack))
        else:
            # Newton's method on |c|, from the side where it is monotone.
            size = torch.abs(c)
            bound = torch.maximum if kappa >= 0 else torch.minimum
            a = bound(size - kappa, size / slack)
            for _ in range(100):
                h, det = bend(a)
                a = a - (a + kappa * h - size) / det
            a = a * torch.sign(c)
        return y - bend(a)[0][:, None] * u

    return forward, inverse`,
  radial: `def radial(centre, alpha, beta):
    """y = v + (s − α)·(v − centre)/(α + r), r = ‖v − centre‖ (Rezende & Mohamed 2015, appendix A.2)."""
    alpha, s = softplus(alpha), softplus(beta)

    def forward(v):
        ray = v - centre
        r = ray.norm(dim=1)
        push = (s - alpha) / (alpha + r)
        along = 1 + push * alpha / (alpha + r)
        return v + push[:, None] * ray, (v.shape[1] - 1) * torch.log1p(push) + torch.log(along)

    def inverse(y):
        ray = y - centre
        size = ray.norm(dim=1)
        root = torch.sqrt((s - size) ** 2 + 4 * alpha * size)
        r = torch.where(s > size, 2 * alpha * size / (root + s - size), (root + size - s) / 2)
        return centre + ((alpha + r) / (s + r))[:, None] * ray

    return forward, inverse`,
  coupling: `def coupling(w1, b1, w2, b2, passing, changing):
    """The passing coordinates decide how the others are scaled and shifted (RealNVP, Dinh et al. 2017)."""

    def condition(v):
        rho, shift = (torch.tanh(v[:, passing] @ w1.T + b1) @ w2.T + b2).chunk(2, dim=1)
        return 2 * torch.tanh(rho / 2), shift

    def forward(v):
        log_scale, shift = condition(v)
        y = v.clone()
        y[:, changing] = v[:, changing] * torch.exp(log_scale) + shift
        return y, log_scale.sum(dim=1)

    def inverse(y):
        log_scale, shift = condition(y)
        v = y.clone()
        v[:, changing] = (y[:, changing] - shift) * torch.exp(-log_scale)
        return v

    return forward, inverse`,
  actnorm: `def actnorm(log_scale, shift):
    """y = exp(s)·v + t (Kingma & Dhariwal 2018)."""

    def forward(v):
        return torch.exp(log_scale) * v + shift, log_scale.sum().expand(len(v))

    def inverse(y):
        return (y - shift) * torch.exp(-log_scale)

    return forward, inverse`,
  linear: `def linear(lower, upper, log_scale, order, last_sign):
    """y = P·L·U·v, with ones on the diagonal of L and exp(s) on that of U (Kingma & Dhariwal 2018)."""
    dim = len(log_scale)
    below, above = torch.tril_indices(dim, dim, -1), torch.triu_indices(dim, dim, 1)
    left, right = torch.eye(dim, dtype=log_scale.dtype), torch.diag(torch.exp(log_scale))
    left[below[0], below[1]] = lower.flatten()[: below.shape[1]]
    right[above[0], above[1]] = upper.flatten()[: above.shape[1]]
    matrix = (left @ right)[order]
    matrix[-1] *= last_sign

    def forward(v):
        return v @ matrix.T, log_scale.sum().expand(len(v))

    def inverse(y):
        return torch.linalg.solve(matrix, y.T).T

    return forward, inverse`,
};

/** A base of several components, where there is one. */
export const pythonMixture = `class Mixture:
    """Components drawn with these weights, relative to their sum."""

    def __init__(self, weights, components):
        self.weights, self.components = weights / weights.sum(), components

    def log_prob(self, z):
        logs = [component.log_prob(z) for component in self.components]
        return torch.logsumexp(torch.stack(logs, dim=1) + torch.log(self.weights), dim=1)

    def sample(self, shape):
        draws = torch.stack([component.sample(shape) for component in self.components])
        chosen = torch.multinomial(self.weights, shape[0], replacement=True)
        return draws[chosen, torch.arange(shape[0])]
`;
