/** Flows as people write them, for what an editor does with their text. */

import { readdirSync, readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(path, 'utf8');

export const examples = readdirSync('examples')
  .filter((file) => file.endsWith('.nflow'))
  .map((file) => read(`examples/${file}`));

/** Every kind of layer, and lists in either style. */
export const blockStyle = `nflow: 1
dim: 2
# What z is drawn from.
base:
  type: mixture
  weights: [1, 3] # the second one more
  components:
    - type: diagonal-normal
      mean: [0, 0]
      scale: [1, 2]
    - { type: uniform, low: [-1, -1], high: [1, 1] }
seed: 3
objective:
  type: reverse-kl
  energy: U2
training:
  steps: 20
  optimizer: sgd
  momentum: 0.5
layers:
  - planar:
      raw: true
      w: [1.0,   0.2]
  - radial
  # - planar
  - coupling: { hidden: 4 }
  - actnorm
  - linear: { permutation: 1 } # swaps
weights: sub/u2.safetensors
`;

export const allTexts = [...examples, blockStyle];

/** Splits at the mark | where the cursor is. */
export function atCursor(marked: string): [text: string, offset: number] {
  const offset = marked.indexOf('|');
  return [marked.slice(0, offset) + marked.slice(offset + 1), offset];
}

/** A snippet as it is inserted, before anybody types over its tab stops. */
export function expanded(snippet: string): string {
  return snippet
    .replace(/\$\{\d+:((?:\\.|[^}])*)\}/g, '$1')
    .replace(/\$\{\d+\|([^,|]*)[^}]*\}/g, '$1')
    .replace(/\$\d+/g, '')
    .replace(/\\([$}\\])/g, '$1');
}
