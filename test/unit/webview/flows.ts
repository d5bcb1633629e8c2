// Arbitrary planar flows, evaluated with src/flow.
import fc from 'fast-check';
import { buildFlow, initialParameters, type Flow } from '../../../src/flow/flow';
import type { FlowSpec, LayerSpec } from '../../../src/flow/spec';
import type { Direction } from '../../../src/protocol/messages';

const number = (bound: number): fc.Arbitrary<number> => fc.double({ min: -bound, max: bound, noNaN: true });

export const layerRow = fc.record({ w: fc.tuple(number(2), number(2)), u: fc.tuple(number(1.5), number(1.5)), b: number(1) });

/** w, û and b of one layer. */
export type LayerRow = typeof layerRow extends fc.Arbitrary<infer T> ? T : never;

function specOf(layers: readonly LayerSpec[], closedForm: Direction): FlowSpec {
  return {
    dim: 2,
    base: 'standard-normal',
    seed: 1,
    objective: closedForm === 'generate' ? { type: 'reverse-kl', energy: 'U1' } : { type: 'forward-kl', data: 'two-moons' },
    training: { steps: 1, batch: 1, optimizer: 'adam', learningRate: 0.01 },
    layers,
  };
}

/** A flow whose layers are taken as they are given, so that some of them fold. */
export function rawFlow(rows: readonly LayerRow[], closedForm: Direction): Flow {
  const layers = rows.map(({ w, u, b }) => ({ type: 'planar', options: { raw: true }, initial: { w, u, b: [b] } }));
  const spec = specOf(layers, closedForm);
  return buildFlow(spec, initialParameters(spec));
}

/** A flow of any layers, its initial parameters moved by up to `spread` so that each layer does something. */
export function flowOf(layers: readonly Omit<LayerSpec, 'initial'>[], closedForm: Direction, spread: number): Flow {
  const spec = specOf(
    layers.map((layer) => ({ ...layer, initial: {} })),
    closedForm,
  );
  return buildFlow(
    spec,
    initialParameters(spec).map((value, i) => value + spread * Math.sin(1 + 2.4 * i)),
  );
}

export const direction = fc.constantFrom<Direction>('generate', 'encode');
