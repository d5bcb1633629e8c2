/** What can be dragged of y = v + û·h(wᵀv + b): where the hyperplane lies, which way it faces and how sharp the bend is, and û. */

import type { Handle } from './layer';
import { inverseSoftplus, norm } from './stable';

/** A planar layer's values, [w (d), u (d), b] as they are, and what follows from them. */
export interface PlanarFacts {
  readonly values: Float64Array;
  /** û = u, with no constraint. */
  readonly raw: boolean;
  readonly uHat: Float64Array;
  /** 1 + wᵀû. */
  readonly slack: number;
}

/** Nobody drags ‖w‖ out of these bounds, nor 1 + wᵀû below this, unless they were. */
const [shortest, longest, leastSlack] = [1e-3, 1e3, 1e-3];

interface Frame {
  readonly dim: number;
  readonly w: Float64Array;
  readonly b: number;
  readonly length: number;
  /** w/‖w‖; 0 where w is. */
  readonly unit: Float64Array;
  /** The point of the hyperplane that is nearest to 0; 0 where there is no hyperplane. */
  readonly foot: number[];
  /** Whether there is a hyperplane within reach of numbers. */
  readonly placed: boolean;
  /** The sign of wᵀv + b on the side of the hyperplane away from 0. */
  readonly outwards: number;
}

function frameOf(values: Float64Array): Frame {
  const dim = (values.length - 1) / 2;
  const w = values.subarray(0, dim);
  const b = values[2 * dim];
  const length = norm(w, 0, dim);
  const placed = length > 0 && Number.isFinite((1 + Math.abs(b)) / length);
  const unit = w.map((value) => (placed ? value / length : 0));
  const foot = Array.from(unit, (value) => (placed ? (-b / length) * value : 0));
  return { dim, w, b, length, unit, foot, placed, outwards: b > 0 ? -1 : 1 };
}

/**
 * `b` is the foot of the hyperplane; `w` the tip of its normal, which ends on wᵀv + b = ±1, where the bend is over by three quarters, on the
 * side away from 0; `u` the tip of û, laid at the foot. At w = 0 there is no hyperplane, and û is laid at 0.
 */
export function planarHandles({ values, uHat }: PlanarFacts): Handle[] {
  const { b, length, unit, foot, placed, outwards } = frameOf(values);
  const tip: Handle = { name: 'u', kind: 'tip', at: foot.map((value, i) => value + uHat[i]), from: foot };
  if (!placed) return [tip];
  const normal = Array.from(unit, (value) => ((outwards - b) / length) * value);
  return [{ name: 'b', kind: 'line', at: foot }, { name: 'w', kind: 'tip', at: normal, from: foot }, tip];
}

/** The values with a handle of {@link planarHandles} dragged to `to`. */
export function dragPlanar(facts: PlanarFacts, handle: string, to: readonly number[]): Float64Array {
  const values = facts.values.slice();
  const frame = frameOf(facts.values);
  const { dim, w } = frame;
  if (handle === 'b') values[2 * dim] = -w.reduce((sum, value, i) => sum + value * to[i], 0);
  else if (handle === 'w') values.set(turned(frame, to));
  else values.set(pushed(facts, frame, to), dim);
  return values;
}

/** The hyperplane and the bend around it are turned and scaled about 0 as a whole: b stays, and w is such that wᵀ`to` + b is ±1 as before. */
function turned({ dim, w, b, length, outwards }: Frame, to: readonly number[]): Float64Array {
  const radius = norm(Float64Array.from(to), 0, dim);
  if (radius === 0) return w;
  const wanted = (1 + Math.abs(b)) / radius;
  const size = Math.min(Math.max(wanted, Math.min(shortest, length)), Math.max(longest, length));
  return Float64Array.from(to, (value) => outwards * size * (value / radius));
}

/** The u of which the constraint makes û = `to` − foot: u⊥ = û⊥ and softplus(wᵀu) = 1 + wᵀû. */
function pushed({ raw, slack }: PlanarFacts, { dim, w, length, unit, foot }: Frame, to: readonly number[]): Float64Array {
  const uHat = Float64Array.from({ length: dim }, (_, i) => to[i] - foot[i]);
  if (raw || length === 0) return uHat;
  const kappa = w.reduce((sum, value, i) => sum + value * uHat[i], 0);
  const wu = inverseSoftplus(Math.max(1 + kappa, Math.min(leastSlack, slack)));
  return uHat.map((value, i) => value + ((wu - kappa) / length) * unit[i]);
}
