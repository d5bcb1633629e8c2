/** What happens inside a layer, one moment after the other. */

import type { Flow } from '../flow/flow';
import { leakiness } from '../flow/planar-leaky';
import type { Visit } from './batch-pass';
import { Tensor, type Named } from './expression/value';

export interface Moment {
  /** The formula of this moment, as the frame is called. */
  readonly title: string;
  /** What is known by then and was not before. */
  readonly known: readonly Named[];
}

/**
 * Every layer can be entered. A planar one shows the steps of its formula y = v + û·h(wᵀv + b), or of solving it for v; any other its
 * input, its output and log|det|.
 */
export function momentsOf(flow: Flow, { layer, direction, input, pass }: Visit): Moment[] {
  const { dim } = flow;
  const count = pass.det.length;
  const named = (name: string, meaning: string, values: Float64Array, shape = [count]): Named => {
    const value = new Tensor(shape, values);
    return { name, meaning, value: () => value };
  };
  const inverted = direction !== flow.closedForm;
  const [before, after] = inverted ? ['y', 'v'] : ['v', 'y'];
  const entering = named(before, 'The particles that enter the layer.', input, [count, dim]);
  const leaving = named(after, 'The particles that leave the layer.', pass.points, [count, dim]);
  const end: Moment = {
    title: 'log|det|',
    known: [named('logdet', 'log|det| of the layer z → x, for every particle.', pass.logDet)],
  };
  const plane = flow.layers[layer - 1].overlay(0);
  if (plane.kind !== 'hyperplane' && plane.kind !== 'half-spaces') {
    return [{ title: `in: ${before}`, known: [entering] }, { title: `out: ${after}`, known: [leaving] }, end];
  }
  const v = inverted ? pass.points : input;
  const leaky = plane.kind === 'half-spaces';
  const a = new Float64Array(count).map((_, p) => plane.w.reduce((sum, w, i) => sum + w * v[p * dim + i], plane.b));
  const h = a.map((value) => (leaky ? Math.max(value, leakiness * value) : Math.tanh(value)));
  const height = leaky ? 'max(a, a/5)' : 'tanh(a)';
  const activation = named('a', 'a = wᵀv + b, for every particle: its distance from the hyperplane, times ‖w‖.', a);
  const bend: Moment = {
    title: `h = ${height}`,
    known: [named('h', `h = ${height}, for every particle: how far it is pushed along û.`, h)],
  };
  if (!inverted) return [{ title: 'a = wᵀv + b', known: [entering, activation] }, bend, { title: 'y = v + û·h', known: [leaving] }, end];
  const iterations = named(
    'iterations',
    'Newton steps for every particle; 0 where there is a formula.',
    Float64Array.from(pass.iterations),
  );
  return [
    { title: `a from a + wᵀû·${height} = wᵀy + b`, known: [entering, activation, iterations] },
    bend,
    { title: 'v = y − û·h', known: [leaving] },
    end,
  ];
}
