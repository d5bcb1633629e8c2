// Flows to look at, evaluated with src/flow: what the extension would send, without the extension.
import { buildFlow, type Flow } from '../../src/flow/flow';
import { initialParameters } from '../../src/flow/flow';
import type { FlowSpec, LayerSpec, Objective } from '../../src/flow/spec';
import type { FlowState, Frame, LayerState } from '../../src/protocol/messages';
import { Probe } from '../../src/session/probe';
import { targetOf } from '../../src/session/target';
import { drawPicture } from '../../src/training/picture';
import { finish } from '../../src/training/work';

/** w₁, w₂, û₁, û₂, b of each layer, z → x; trained to a gap of a few hundredths of a nat. */
const twoMoons = [
  [2.7582, -0.906, 1.8503, -0.5536, -4.1326],
  [1.2855, -0.4027, -0.5286, 0.7884, -1.5902],
  [-1.0547, 0.6389, -2.5005, 2.6427, 0.6014],
  [-1.7501, -0.1946, -0.3892, -1.661, -0.4718],
  [-0.1153, 4.4899, 0.6796, 0.9917, -1.1208],
  [0.8243, -0.1223, -0.9496, -1.0321, -1.1834],
  [-0.898, 0.045, 0.456, -1.0354, 0.6265],
  [-0.2242, -0.2902, 0.7178, 0.6751, -1.5145],
  [0.1633, -0.5369, 0.3095, 0.9026, 0.996],
  [0.6009, -0.3187, -0.1999, -0.252, -1.094],
  [0.0678, 2.0562, 1.2379, -0.0687, 0.7524],
  [1.4082, -0.6795, -0.3169, -0.5402, -1.0105],
  [0.3896, 0.5754, 0.4542, -0.7879, 1.1399],
  [0.9219, -0.0728, -0.2292, 0.6138, -1.0661],
  [-0.132, 2.0899, -0.694, -0.0688, 0.1184],
  [-1.7018, -1.3596, -1.1078, 0.1793, -1.4598],
];

const u1 = [
  [3.7977, -2.0563, 0.6055, 0.0651, 0.0454],
  [0.077, 0.2857, -0.1182, -1.2788, -0.2219],
  [-0.7917, 0.64, -0.9592, -0.2473, 0.0209],
  [-4.1809, -0.7887, -0.8975, -0.4402, -0.0292],
  [-0.2907, 3.0538, 0.2372, 0.5447, -0.7789],
  [0.8078, -1.0195, -0.456, -0.3965, 0.1937],
  [-1.8591, -1.2419, -0.3273, -0.5474, 0.2289],
  [-0.1215, -0.1017, 1.7611, 1.9634, 0.1043],
  [0.3036, -0.1229, -1.2501, 0.6137, 1.1748],
  [0.6533, -0.2287, -0.1957, 0.1423, -0.9742],
  [1.0018, 2.0498, 0.3757, 0.4352, -0.853],
  [-0.0521, -0.5589, 0.2549, 0.422, -1.2314],
  [-0.2803, 0.1572, 1.2483, -0.492, 0.7793],
  [6.6433, -1.3982, 0.7535, 0.1722, -0.3597],
  [-1.0213, 2.1772, -0.2056, 0.4196, 0.0836],
  [-0.1626, -0.0313, 1.9412, 1.0181, -0.016],
];

/** The second layer has κ = −2.2, and folds; the third κ = −0.96, and nearly does. */
const folding = [
  [1.2, 0.4, -0.4, 0.9, 0.3],
  [1.4, 0.6, -1.0, -1.3333, -0.2],
  [-0.5, 1.1, 0.82, -0.5, 0.4],
];

export interface Example {
  readonly spec: FlowSpec;
  readonly flow: Flow;
  readonly name: string;
}

/** One layer of every kind, each bending visibly. */
const everyKind: readonly LayerSpec[] = [
  { type: 'actnorm', options: {}, initial: { logScale: [0.3, -0.2], shift: [0.2, 0.1] } },
  { type: 'linear', options: { permutation: 1 }, initial: { lower: [0.5], upper: [-0.4], logScale: [0.2, -0.2] } },
  { type: 'radial', options: {}, initial: { centre: [0.5, 0.5], alpha: [0.5], beta: [-3] } },
  { type: 'coupling', options: { hidden: 1 }, initial: { w1: [1.5], b1: [0.2], w2: [0.5, 1.2], b2: [0, 0.3] } },
  { type: 'planar', options: { leaky: true }, initial: { w: [1, -0.5], u: [0.8, 0.6], b: [0.1] } },
];

const planar = (w: readonly number[], u: readonly number[], b: number): LayerSpec => ({
  type: 'planar',
  options: { raw: true },
  initial: { w, u, b: [b] },
});

/** Pulls the normal apart into two modes. */
const line = [planar([2.2], [1.1], -0.4), planar([-0.6], [0.9], 0.2), planar([1.8], [0.5], 0.3)];

const space = [
  planar([1.2, 0.4, -0.6], [-0.4, 0.9, 0.5], 0.3),
  planar([-0.5, 1.1, 0.8], [0.82, -0.5, 0.4], 0.4),
  // In the plane of the coordinates that are shown.
  planar([0.9, 0, 1.3], [0.9, 0.2, -1.2], -0.2),
];

function planarExample(name: string, objective: Objective, rows: readonly number[][]): Example {
  return example(
    name,
    objective,
    rows.map(([w1, w2, u1, u2, b]) => planar([w1, w2], [u1, u2], b)),
  );
}

function example(name: string, objective: Objective, layers: readonly LayerSpec[], dim = 2): Example {
  const spec: FlowSpec = {
    dim,
    base: 'standard-normal',
    seed: 7,
    objective,
    training: { steps: 4000, batch: 512, optimizer: 'adam', learningRate: 5e-3 },
    layers,
  };
  return { spec, flow: buildFlow(spec, initialParameters(spec)), name };
}

export const examples = {
  twoMoons: planarExample('two-moons.nflow', { type: 'forward-kl', data: 'two-moons' }, twoMoons),
  u1: planarExample('u1.nflow', { type: 'reverse-kl', energy: 'U1' }, u1),
  folding: planarExample('folding.nflow', { type: 'reverse-kl', energy: 'U2' }, folding),
  everyKind: example('every-kind.nflow', { type: 'reverse-kl', energy: 'U1' }, everyKind),
  line: example('line.nflow', { type: 'reverse-kl', energy: 'two-modes' }, line, 1),
  space: example('space.nflow', { type: 'forward-kl', data: 'points.csv' }, space, 3),
};

/** A flow of `depth` layers: those of two moons, over and over but ever weaker. */
export function deepFlow(depth: number): Example {
  const rows = Array.from({ length: depth }, (_, k) =>
    twoMoons[k % twoMoons.length].map((value, i) => (i === 2 || i === 3 ? (value * 4) / depth : value)),
  );
  return planarExample(`deep-${depth}.nflow`, { type: 'forward-kl', data: 'two-moons' }, rows);
}

const picture = { particles: 1000, side: 41, extent: 3 };

export function frameOf({ flow, spec }: Example, losses: Float32Array = new Float32Array(0)): Frame {
  const drawn = finish(drawPicture(flow, losses.length, spec.seed, { ...picture, coordinates: shown(spec) }));
  const { step, depth, count, side, particles, particleDets, grid, gridDets, gridLogBase } = drawn;
  const history = { losses, terms: termsOf(spec.objective, losses), heldOut: new Float32Array(0) };
  return { step, depth, count, side, particles, particleDets, grid, gridDets, gridLogBase, ...history };
}

const shown = ({ dim }: FlowSpec): readonly [number, number] => (dim === 1 ? [0, 0] : dim === 2 ? [0, 1] : [0, 2]);

/** Terms that add up to the losses, as those of a real training do: E log p_z(z) of a standard normal, and what the others leave. */
function termsOf(objective: Objective | undefined, losses: Float32Array): Float32Array {
  const type = objective?.type;
  return Float32Array.from(
    Array.from({ length: losses.length / 2 }).flatMap((_, i) => {
      const [step, loss] = losses.subarray(2 * i, 2 * i + 2);
      const base = -Math.log(2 * Math.PI) - (type === 'reverse-kl' ? 1 : 1 + 0.4 * Math.exp(-i / 60));
      if (type === 'forward-kl') return [step, loss, base, loss + base, 0, 3 * Math.exp(-i / 40)];
      const logDet = -0.9 * (1 - Math.exp(-i / 50));
      return [step, loss, base, logDet, loss - base + logDet, 3 * Math.exp(-i / 40)];
    }),
  );
}

/** Losses such as training leaves: falling from `from` to `to` with the noise of mini-batches, and the floor below. */
export function lossesBetween(from: number, to: number, steps: number): Float32Array {
  const pairs = new Float32Array(800);
  let noise = 12345;
  for (let i = 0; i < 400; i++) {
    noise = (noise * 1103515245 + 12345) % 2147483648;
    pairs[2 * i] = Math.round((i / 399) * steps);
    pairs[2 * i + 1] = to + (from - to) * (0.85 * Math.exp(-i / 14) + 0.15 * Math.exp(-i / 90)) + (noise / 2147483648 - 0.5) * 0.12;
  }
  return pairs;
}

export interface StateOptions {
  readonly cursor?: number;
  readonly epsilon?: number;
  readonly probe?: { readonly stage: number; readonly point: readonly number[] };
  readonly training?: Partial<FlowState['training']>;
  readonly problem?: string;
  readonly past?: FlowState['past'];
}

export function stateOf({ flow, spec, name }: Example, options: StateOptions = {}): FlowState {
  const { cursor = flow.layers.length, epsilon = 0.05, probe, training, problem } = options;
  const { meanLogDet, doubtful, residual } = finish(drawPicture(flow, 0, spec.seed, picture));
  const placed = probe && new Probe(flow, probe.stage, Float64Array.from(probe.point));
  placed?.walkTo(Math.round(cursor));
  const last = placed?.lastStep;
  const target = targetOf(spec, undefined, shown(spec));
  const { objective } = spec;
  return {
    uri: `file:///flows/${name}`,
    name,
    ...(problem !== undefined && { problem }),
    closedForm: flow.closedForm,
    ...(objective && {
      objective: { type: objective.type, target: objective.type === 'forward-kl' ? objective.data : objective.energy },
    }),
    dim: spec.dim,
    axes: Array.from({ length: spec.dim }, (_, i) => `x${'₁₂₃'[i]}`),
    standardBase: spec.dim > 1,
    coordinates: shown(spec),
    epsilon,
    ...(options.past && { past: options.past }),
    training: { status: 'paused', step: 0, until: spec.training.steps, ...training },
    layers: flow.layers.map((layer, k): LayerState => {
      const { margin } = layer;
      return {
        number: k + 1,
        label: layer.type.name,
        ...(layer.type.closedFormInverse(spec.layers[k].options) && { bothClosedForm: true as const }),
        ...(layer.fraction && { hasFractions: true as const }),
        margin,
        status: margin < 0 ? 'folds' : margin < epsilon ? 'near-singular' : 'ok',
        meanLogDet: meanLogDet[k],
        doubtful: doubtful[k],
        residual: residual[k],
        overlay: layer.overlay(epsilon),
        handles: spec.dim === 2 ? layer.handles() : [],
      };
    }),
    cursor,
    source: 'base',
    canStartAtTarget: objective?.type === 'forward-kl' || target?.energy !== undefined,
    ...(placed && {
      probe: {
        stage: placed.stage,
        origin: [...placed.origin],
        route: placed.route.map((point) => [...point]),
        dets: placed.dets,
        logBase: placed.logBase,
        ...(target?.energy && { energy: target.energy(placed.route[placed.route.length - 1]) }),
        ...(Number.isFinite(placed.logProb) && { logProb: placed.logProb }),
        walked: { stage: placed.walked.stage, point: [...placed.walked.point] },
        ...(last && {
          lastStep: {
            layer: last.layer,
            direction: last.direction,
            solved: last.direction !== flow.closedForm,
            iterations: last.pass.iterations[0],
            residual: last.pass.residual[0],
          },
        }),
        ...(placed.roundTrip !== undefined && { roundTrip: placed.roundTrip }),
      },
    }),
    layerDuration: 600,
  };
}
