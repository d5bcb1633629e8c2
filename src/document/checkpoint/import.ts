/** A checkpoint of another library, turned into a flow of ours. */

import { buildFlow, initialParameters } from '../../flow/flow';
import type { BaseSpec, Direction, FlowSpec, LayerSpec } from '../../flow/spec';
import { flowDefaults, parameterRule, scaleRule, type NumberRule } from '../format';
import { formatNumber } from '../sentences';
import { describe, type Conventions, type Question } from './conventions';
import { checkGolden, goldenKey, readGolden, type GoldenPoints, type Mismatch } from './golden';
import { recognise, type Recognised, type TensorNote } from './layouts';
import type { Safetensors } from './safetensors';

/** Answers to what was asked; what is not answered is found out by golden points, or taken as the library has it. */
export type Answers = Partial<Conventions>;

export interface ImportedFlow {
  readonly library: Recognised['library'];
  readonly dim: number;
  /** In the order z → x, every value given in float64. */
  readonly layers: readonly LayerSpec[];
  readonly base: BaseSpec;
  /** The direction of the layers' formulas. */
  readonly direction: Direction;
  /** What names alone could not tell, and was not answered; empty where golden points have settled it. */
  readonly open: readonly Question[];
  /** Everything that was taken for granted, one sentence each. */
  readonly assumed: readonly string[];
  /** How many golden points agree; 0 where there are none. */
  readonly agreed: number;
}

/** Why a checkpoint is not a flow of ours. */
export interface RefusedImport {
  readonly message: string;
  readonly tensors: readonly TensorNote[];
}

/**
 * The flow in a checkpoint.
 * @param golden JSON of golden points in a file of their own; those in the file's metadata are taken otherwise.
 */
export function importCheckpoint(file: Safetensors, answers: Answers = {}, golden?: string): ImportedFlow | RefusedImport {
  const recognised = recognise(file);
  if ('message' in recognised) return recognised;
  const refused = (message: string): RefusedImport => ({
    message,
    tensors: file.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
  });
  const json = golden ?? file.metadata.get(goldenKey);
  const points = json === undefined ? undefined : readGolden(json, recognised.dim);
  if (points && 'message' in points) return refused(points.message);

  const idle = Object.entries(answers).find(
    ([key, value]) => !recognised.questions.some((asked) => asked.key === key && asked.choices.some((choice) => choice.value === value)),
  );
  if (idle)
    return refused(`It cannot be said of this ${recognised.library} checkpoint that ${describe(idle[0] as keyof Conventions, idle[1])}.`);

  const open = recognised.questions.filter(({ key }) => answers[key] === undefined);
  const [usual, ...others] = combinations(open).map((choice) => ({ ...settled, ...answers, ...choice }));
  const outOfBounds = boundsProblem(convert(recognised, usual));
  if (outOfBounds !== undefined) return refused(outOfBounds);
  if (!points) return describeImport(recognised, usual, open, 0);
  const mismatch = disagreement(recognised, usual, points);
  if (!mismatch) return describeImport(recognised, usual, [], points.count);
  const other = others.find((conventions) => !disagreement(recognised, conventions, points));
  if (other) return describeImport(recognised, other, [], points.count);
  const tried =
    others.length > 0 ? `none of ${others.length + 1} readings agrees with its golden points` : 'it does not agree with its golden points';
  return refused(`This ${recognised.library} checkpoint is not taken over: ${tried}. ${mismatch.message}`);
}

/** What no layout asks about is so. */
const settled: Conventions = { uHat: 'paper', activation: 'tanh', direction: 'generate', between: 'nothing' };

/** Every combination of answers, the usual ones first. */
function combinations(questions: readonly Question[]): Answers[] {
  return questions.reduce<Answers[]>(
    (all, { key, choices }) => all.flatMap((answers) => choices.map(({ value }) => ({ ...answers, [key]: value }))),
    [{}],
  );
}

type Converted = Pick<ImportedFlow, 'dim' | 'layers' | 'base' | 'direction'>;

/**
 * The layers in the order z → x. Where the two coordinates change places after every layer of the file, the swap is moved through the
 * layers to the base, which is the same with swapped coordinates: a layer after which an odd number of swaps comes on the way to x (or
 * before which it comes, for formulas x → z) has its own coordinates swapped.
 */
function convert({ layers: stored, dim, base }: Recognised, conventions: Conventions): Converted {
  const { direction, between } = conventions;
  const swapsBeyond = (i: number): number => (direction === 'generate' ? stored.length - i : i);
  const straight = stored.map((layer, i) => (between === 'flip' && swapsBeyond(i) % 2 === 1 ? layer.flipped() : layer));
  const layers = straight.map((layer) => layer.convert(conventions));
  return { dim, base, direction, layers: direction === 'generate' ? layers : layers.reverse() };
}

/** The bounds of our own language: a flow beyond them could not be written down. */
function boundsProblem({ layers, base }: Converted): string | undefined {
  const beyond = (values: readonly number[], { least, most }: NumberRule): number | undefined =>
    values.find((value) => !(value >= least && value <= most));
  const sentence = (what: string, value: number, { least, most }: NumberRule): string =>
    `${what} would be ${formatNumber(value)}: it reaches from ${formatNumber(least)} to ${formatNumber(most)}.`;
  for (const [k, { initial }] of layers.entries()) {
    for (const [name, values] of Object.entries(initial)) {
      const value = beyond(values, parameterRule);
      if (value !== undefined) return sentence(`${name} of layer ${k + 1}`, value, parameterRule);
    }
  }
  if (typeof base !== 'object' || base.type !== 'diagonal-normal') return undefined;
  const [mean, scale] = [beyond(base.mean, parameterRule), beyond(base.scale, scaleRule)];
  if (mean !== undefined) return sentence('The mean of the base', mean, parameterRule);
  return scale === undefined ? undefined : sentence('The scale of the base', scale, scaleRule);
}

function disagreement(recognised: Recognised, conventions: Conventions, points: GoldenPoints): Mismatch | undefined {
  const spec = specOf(convert(recognised, conventions));
  return checkGolden(
    buildFlow(spec, initialParameters(spec)),
    swapsBase(recognised, conventions) ? { ...points, ...swapped(points) } : points,
  );
}

/** An odd number of swaps ends up at the base: our z has its coordinates in each other's place. */
function swapsBase({ layers }: Recognised, { between }: Conventions): boolean {
  return between === 'flip' && layers.length % 2 === 1;
}

function swapped({ z }: GoldenPoints): Pick<GoldenPoints, 'z'> {
  return z ? { z: z.map((_, at) => z[at ^ 1]) } : {};
}

function describeImport(recognised: Recognised, conventions: Conventions, open: readonly Question[], agreed: number): ImportedFlow {
  const known = agreed > 0 ? 'The golden points agree' : 'It was answered';
  const taken = recognised.questions.map(({ key }) => {
    const asked = open.some((question) => question.key === key);
    return `${asked ? 'It is assumed' : known} that ${describe(key, conventions[key])}.`;
  });
  const { library, assumed } = recognised;
  const swap = swapsBase(recognised, conventions)
    ? ['The two coordinates of z have changed places, which a standard normal z does not notice.']
    : [];
  return { library, ...convert(recognised, conventions), open, assumed: [...taken, ...assumed, ...swap], agreed };
}

/** The imported flow as plain data, without an objective: a target is not a part of a checkpoint. */
export function specOf({ dim, base, direction, layers }: Converted): FlowSpec {
  return { dim, base, seed: flowDefaults.seed, direction, training: flowDefaults.training, layers };
}
