import { counted } from '../../document/sentences';
import { roundTrip } from '../../flow/diagnostics';
import { RandomStream, streams } from '../../flow/random';
import { describe, readFlowFile, type Note } from './flow-file';
import type { Result } from './result';

/** A layer whose determinant falls below this is nearly singular. */
const epsilon = 0.05;
const particles = 1000;

/** The mistakes in a flow and its files, which of its layers fold, and how exactly z → x → z comes back. */
export async function check(path: string): Promise<Result> {
  const { parsed, notes, loaded } = await readFlowFile(path);
  const layers = loaded?.flow.layers ?? [];
  const singular = layers.flatMap(({ margin, folds, type }, k): Note[] => {
    const at = { line: parsed.layerLines[k] + 1 };
    const shown = margin.toPrecision(3);
    if (folds) return [{ ...at, severity: 'error', message: `Layer ${k + 1} (${type.name}) may fold: its determinant falls to ${shown}.` }];
    if (margin >= epsilon) return [];
    return [
      { ...at, severity: 'warning', message: `Layer ${k + 1} (${type.name}) is nearly singular: its determinant falls to ${shown}.` },
    ];
  });
  const all = [...notes, ...singular];
  const found = all.some(({ severity }) => severity === 'error');
  const lines = all.map((note) => describe(path, note));
  if (!loaded) return { lines, json: { problems: all }, found };
  const { flow, spec } = loaded;
  const { median, maximum, doubtful } = roundTrip(flow, 'z', flow.base.sample(particles, new RandomStream(spec.seed, streams.particles)));
  const [usual, worst] = [median, maximum].map((value) => value.toExponential(1));
  return {
    lines: [
      ...lines,
      `${path}: ${counted(layers.length, 'layer')}; z → x → z of ${particles} particles is off by ${usual} (median) to ${worst}, ${doubtful} doubtful.`,
    ],
    json: { problems: all, margins: layers.map(({ margin }) => margin), roundTrip: { median, maximum, doubtful, particles } },
    found,
  };
}
