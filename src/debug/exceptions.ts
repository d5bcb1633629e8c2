/** What can go wrong in a layer, as exceptions that a person can ask to stop at. */

import { InverseStatus } from '../flow/layer';
import type { BatchPass, Visit } from './batch-pass';
import { showNumber } from './expression/show';

export interface ExceptionFilter {
  readonly filter: string;
  readonly label: string;
  readonly description: string;
  readonly default: boolean;
  /** What a number in its condition means; undefined where it takes none. */
  readonly conditionDescription: string | undefined;
  /** The least number that its condition can be. */
  readonly least: number;
}

/** Something that went wrong, in words. */
export interface FlowException {
  readonly filter: string;
  /** One line. */
  readonly summary: string;
  /** Which layer, which point, what value, and what to try. */
  readonly description: string;
}

export const exceptionFilters: readonly ExceptionFilter[] = [
  {
    filter: 'not-finite',
    label: 'Not finite',
    description: 'Stops where a particle, or its log|det|, is not a finite number.',
    default: true,
    conditionDescription: undefined,
    least: 0,
  },
  {
    filter: 'folded',
    label: 'Folded (det < 0)',
    description: 'Stops where the determinant of a layer is negative at a particle: the layer folds space there and has no inverse.',
    default: true,
    conditionDescription: undefined,
    least: 0,
  },
  {
    filter: 'near-singular',
    label: 'Near-singular (|det| < ε)',
    description: 'Stops where the determinant of a layer at a particle is nearer to 0 than ε.',
    default: false,
    conditionDescription: 'ε, a number such as 0.01; left empty, that of the settings',
    least: 0,
  },
  {
    filter: 'inverse-unreliable',
    label: 'Inverse unreliable',
    description: 'Stops where a layer that is solved, or stepped back through, misses its particle by more than a tolerance.',
    default: true,
    conditionDescription: 'The tolerance of the residual ‖φ(v) − y‖, such as 1e-9; left empty, rounding',
    least: 0,
  },
  {
    filter: 'loss-diverged',
    label: 'Loss diverged',
    description: 'Stops where the loss of a training step is not finite, or above a limit.',
    default: true,
    conditionDescription: 'The limit of the loss in nats, such as 20; left empty, none',
    // Neither −log p of forward KL nor KL − log Z of reverse KL is bounded by 0.
    least: -Infinity,
  },
];

/** The filters that are on, each with the number in its condition. */
export type EnabledFilters = ReadonlyMap<string, number | undefined>;

function indexOfLeast(values: Float64Array): number {
  return values.reduce((least, value, i) => (value < values[least] ? i : least), 0);
}

/** The first thing wrong with a step of the pass that somebody asked to stop at. */
export function exceptionIn(pass: BatchPass, visit: Visit, enabled: EnabledFilters, epsilon: number): FlowException | undefined {
  const { dim, layers } = pass.flow;
  const { layer, direction } = visit;
  const { det, logDet, points, status, residual } = visit.pass;
  const where = `Layer ${layer} (${layers[layer - 1].type.name}), ${direction === 'generate' ? 'z → x' : 'x → z'}`;
  const particle = (p: number): string => {
    const from = [...visit.input.subarray(p * dim, (p + 1) * dim)].map(showNumber).join(', ');
    return `particle ${p}, which came from (${from})`;
  };
  const on = (filter: string): boolean => enabled.has(filter);

  const strange = points.findIndex((value) => !Number.isFinite(value));
  const lost = strange >= 0 ? Math.floor(strange / dim) : logDet.findIndex((value) => !Number.isFinite(value));
  if (on('not-finite') && lost >= 0) {
    const value =
      strange >= 0 ? `coordinate ${strange % dim} becomes ${showNumber(points[strange])}` : `log|det| is ${showNumber(logDet[lost])}`;
    return {
      filter: 'not-finite',
      summary: `not finite at particle ${lost}`,
      description: `${where}: for ${particle(lost)}, ${value}. Look at the size of the layer's parameters; if training led here, step back through it or lower learningRate.`,
    };
  }
  const worst = indexOfLeast(det);
  if (on('folded') && det[worst] < 0) {
    const many = det.filter((value) => value < 0).length;
    return {
      filter: 'folded',
      summary: `det = ${showNumber(det[worst])} at particle ${worst}`,
      description: `${where}: det = ${showNumber(det[worst])} at ${particle(worst)}; ${many} of ${det.length} particles are in the fold. Take away raw: true, or make the layer's push shorter, until wᵀû > −1.`,
    };
  }
  const limit = enabled.get('near-singular') ?? epsilon;
  const nearest = indexOfLeast(det.map(Math.abs));
  if (on('near-singular') && Math.abs(det[nearest]) < limit) {
    return {
      filter: 'near-singular',
      summary: `|det| = ${showNumber(Math.abs(det[nearest]))} < ${showNumber(limit)} at particle ${nearest}`,
      description: `${where}: det = ${showNumber(det[nearest])} at ${particle(nearest)}; below ${showNumber(limit)} it counts as near-singular. Its inverse magnifies errors there by up to ${showNumber(1 / Math.abs(det[nearest]))}: make the layer's push shorter, or share it between two layers.`,
    };
  }
  const tolerance = enabled.get('inverse-unreliable');
  const doubtful =
    tolerance === undefined
      ? status.findIndex((each: InverseStatus) => each !== InverseStatus.Ok)
      : residual.findIndex((value) => !(value <= tolerance));
  if (on('inverse-unreliable') && doubtful >= 0) {
    return {
      filter: 'inverse-unreliable',
      summary: `${statusWords(status[doubtful])} at particle ${doubtful}`,
      description: `${where}: ${statusWords(status[doubtful])} for ${particle(doubtful)}; the residual is ${showNumber(residual[doubtful])}. The layer's worst determinant is ${showNumber(layers[layer - 1].margin)}: where it is below 0 there is no inverse, and near 0 no reliable one. Make the layer's push shorter, or judge the flow in the direction that its formulas run.`,
    };
  }
  return undefined;
}

function statusWords(status: InverseStatus): string {
  switch (status) {
    case InverseStatus.Ok:
      return 'the inverse misses the tolerance';
    case InverseStatus.SeveralPreimages:
      return 'the inverse has several answers';
    case InverseStatus.Unreliable:
      return 'the inverse is unreliable';
    case InverseStatus.NotFinite:
      return 'the inverse is not finite';
    case InverseStatus.NoPreimage:
      return 'nothing is mapped there';
  }
}
