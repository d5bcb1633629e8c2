/** A flow as a Python file that needs PyTorch alone. */

import { couplingLayout } from '../../flow/coupling-layout';
import { typeOf } from '../../flow/flow';
import { permutationOf, permutationRank } from '../../flow/linear';
import { closedFormDirection, type BaseSpec, type FlowSpec, type LayerSpec } from '../../flow/spec';
import type { PointTable } from '../../flow/table';
import { counted } from '../sentences';
import { pythonLayers, pythonMixture } from './pytorch-layers';

/** What standardised columns were before: x = mean + scale · the flow's own. */
type Units = Pick<PointTable, 'names' | 'mean' | 'scale'>;

/**
 * A short Python file that reads the weights file `weights`, as `encodeWeights` writes it, from its own folder, and gives `log_prob(x)` and
 * `sample(count)` in float64. The formulas of the layers run in their own direction; the other one inverts them, layer by layer.
 * @param units of the data file that the flow learns from, where it does: then x is in these, and log_prob counts them in.
 * @throws RangeError for a type of layer that cannot be written in Python.
 */
export function exportPyTorch(spec: FlowSpec, weights: string, units?: Units): string {
  const encode = closedFormDirection(spec) === 'encode';
  const [arrow, opposite] = encode ? ['x → z', 'z → x'] : ['z → x', 'x → z'];
  const types = [...new Set([...spec.layers.map(({ type }) => type), ...(units ? ['actnorm'] : [])])];
  const base = baseCode(spec.base, spec.dim);
  const through = (from: string): string => `        ${from}, log_det = forward(${from})\n        total = total + log_det`;
  const back = (from: string): string => `        ${from} = inverse(${from})\n        total = total - forward(${from})[1]`;
  return `"""A normalizing flow of ${counted(spec.layers.length, 'layer')} in ${counted(spec.dim, 'dimension')}: log_prob(x) and sample(count).

The formulas of its layers run ${arrow}; ${opposite} inverts them, layer by layer. Needs PyTorch alone.
"""

import json
import struct
from pathlib import Path

import torch


def load(path):
    """The tensors of a safetensors file of float32 or float64, in float64."""
    data = Path(path).read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            code, size = {"F32": ("f", 4), "F64": ("d", 8)}[entry["dtype"]]
            numbers = struct.unpack(f"<{(end - begin) // size}{code}", data[start + begin : start + end])
            tensors[name] = torch.tensor(numbers, dtype=torch.float64).reshape(entry["shape"])
    return tensors


def softplus(a):
    """log(1 + eᵃ), which PyTorch by itself takes for a above 20."""
    return torch.nn.functional.softplus(a, threshold=40)


# A layer is a pair of maps of n × d points: forward(v) gives y and log|det|, inverse(y) gives v.


${types.map(codeOf).join('\n\n\n')}

${base.includes('Mixture(') ? `\n${pythonMixture}\n` : ''}
weights = load(Path(__file__).with_name(${JSON.stringify(weights)}))


def values(layer, *names):
    return [weights[f"layers.{layer}.{name}"] for name in names]


base = ${base}

# In the order z → x.
layers = [
${spec.layers.map((layer, k) => `    ${callOf(layer, k, spec.dim)},\n`).join('')}${units ? unitsCode(units, encode) : ''}]


def generate(z):
    """x and log|det| of z → x, for n × d points."""
    total = torch.zeros(len(z), dtype=z.dtype)
    for forward, inverse in layers:
${encode ? back('z') : through('z')}
    return z, total


def encode(x):
    """z and log|det| of x → z, for n × d points."""
    total = torch.zeros(len(x), dtype=x.dtype)
    for forward, inverse in reversed(layers):
${encode ? through('x') : back('x')}
    return x, total


def log_prob(x):
    """The log density at n × d points."""
    z, log_det = encode(x)
    return base.log_prob(z) + log_det


def sample(count):
    """count × d points drawn from the flow."""
    with torch.no_grad():
        return generate(base.sample((count,)))[0]


if __name__ == "__main__":
    points = sample(5)
    print(points)
    print(log_prob(points))
`;
}

function codeOf(type: string): string {
  if (!Object.hasOwn(pythonLayers, type)) throw new RangeError(`A layer of type ${type} cannot be exported to PyTorch.`);
  return pythonLayers[type];
}

/** `planar(*values(0, "w", "u", "b"), raw=True)`. */
function callOf(layer: LayerSpec, k: number, dim: number): string {
  const type = typeOf(layer);
  const names = type.parameters.map(({ name }) => JSON.stringify(name)).join(', ');
  const settings = settingsOf(layer, dim).map((setting) => `, ${setting}`);
  return `${layer.type}(*values(${k}, ${names})${settings.join('')})`;
}

function settingsOf({ type, options }: LayerSpec, dim: number): string[] {
  switch (type) {
    case 'coupling': {
      const { passStart, passes, changeStart, changes } = couplingLayout(dim, options);
      return [`slice(${passStart}, ${passStart + passes})`, `slice(${changeStart}, ${changeStart + changes})`];
    }
    case 'linear': {
      const { from, lastSign } = permutationOf(permutationRank(options.permutation), dim);
      return [JSON.stringify(from), String(lastSign)];
    }
    default:
      return Object.entries(options)
        .filter(([, value]) => value === true)
        .map(([name]) => `${name}=True`);
  }
}

/** x = mean + scale · the flow's own x as one more layer; for formulas x → z, the flow's own x = (x − mean)/scale. */
function unitsCode({ names, mean, scale }: Units, encode: boolean): string {
  const logs = scale.map((value) => (encode ? -Math.log(value) : Math.log(value)));
  const shift = mean.map((value, i) => (encode ? -value / scale[i] : value));
  return `    # To the units of the data: ${JSON.stringify(names)}.\n    actnorm(${tensor(logs)}, ${tensor(shift)}),\n`;
}

const tensor = (numbers: readonly unknown[]): string => `torch.tensor(${JSON.stringify(numbers)}, dtype=torch.float64)`;

function baseCode(base: BaseSpec, dim: number): string {
  const normal = (mean: string, cholesky: string): string => `torch.distributions.MultivariateNormal(${mean}, scale_tril=${cholesky})`;
  if (base === 'standard-normal') return normal(`torch.zeros(${dim}, dtype=torch.float64)`, `torch.eye(${dim}, dtype=torch.float64)`);
  switch (base.type) {
    case 'diagonal-normal':
      return normal(tensor(base.mean), `torch.diag(${tensor(base.scale)})`);
    case 'full-normal':
      return normal(tensor(base.mean), tensor(base.cholesky));
    case 'uniform': {
      const unchecked = 'validate_args=False';
      const box = `torch.distributions.Uniform(${tensor(base.low)}, ${tensor(base.high)}, ${unchecked})`;
      return `torch.distributions.Independent(${box}, 1, ${unchecked})`;
    }
    case 'mixture':
      return `Mixture(${tensor(base.weights)}, [${base.components.map((component) => baseCode(component, dim)).join(', ')}])`;
  }
}
