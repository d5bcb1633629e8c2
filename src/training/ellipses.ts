import type { Flow, Pass } from '../flow/flow';
import { latticeOf, type WindowRequest } from './window';

/** What becomes of small circles on the plane: where their centres go, and the linear maps that make ellipses of them. */
export interface Ellipses {
  /** K. */
  readonly depth: number;
  /** n. */
  readonly count: number;
  /** The stage where they are circles. */
  readonly stage: number;
  /** (K+1) × n × 2. */
  readonly centres: Float32Array;
  /** (K+1) × n × 4: the Jacobian [∂y₁/∂v₁, ∂y₁/∂v₂, ∂y₂/∂v₁, ∂y₂/∂v₂] of the flow from `stage` to each stage; the identity at `stage`. */
  readonly jacobians: Float32Array;
}

type Matrix = readonly [number, number, number, number];

const product = ([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix => [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];

/**
 * The Jacobians of the composed map at the points of a lattice, by the chain rule: exact but for rounding. Those of the direction that is
 * solved are inverses of the formulas', divided by the determinant that the formulas give without cancellation; not finite where that is 0.
 * @throws RangeError where the flow is not on the plane, or has no such stage.
 */
export function drawEllipses(flow: Flow, request: WindowRequest): Ellipses {
  if (flow.dim !== 2) throw new RangeError(`Ellipses are drawn on the plane, but the flow has ${flow.dim} dimensions.`);
  const { stage: start } = request;
  const depth = flow.layers.length;
  const points = latticeOf(flow, request);
  const count = points.length / 2;
  const { stages, passes } = flow.trace(points, start);
  const centres = new Float32Array((depth + 1) * count * 2);
  stages.forEach((stage, k) => centres.set(stage, k * count * 2));

  const jacobians = new Float32Array((depth + 1) * count * 4);
  for (let p = 0; p < count; p++) {
    const step = (k: number, towardsX: boolean): Matrix => {
      const generated = flow.closedForm === 'generate';
      const [a, b, c, d] = flow.layers[k].jacobian(stages[generated ? k : k + 1].subarray(2 * p, 2 * p + 2));
      return towardsX === generated ? [a, b, c, d] : inverseOf([a, b, c, d], passes[k], p);
    };
    const write = (k: number, matrix: Matrix): void => jacobians.set(matrix, (k * count + p) * 4);
    const identity: Matrix = [1, 0, 0, 1];
    write(start, identity);
    for (let k = start, matrix = identity; k < depth; k++) write(k + 1, (matrix = product(step(k, true), matrix)));
    for (let k = start - 1, matrix = identity; k >= 0; k--) write(k, (matrix = product(step(k, false), matrix)));
  }
  return { depth, count, stage: start, centres, jacobians };
}

function inverseOf([a, b, c, d]: Matrix, { det }: Pass, p: number): Matrix {
  return [d / det[p], -b / det[p], -c / det[p], a / det[p]];
}
