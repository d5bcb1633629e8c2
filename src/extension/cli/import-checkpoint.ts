import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { importedFlowText } from '../../document/checkpoint/flow-text';
import { importCheckpoint, type Answers } from '../../document/checkpoint/import';
import { readSafetensors } from '../../document/checkpoint/safetensors';
import { mostCharacters } from '../../document/format';
import { counted, formatNumber } from '../../document/sentences';
import { read, write } from './files';
import { Finding, UsageError, type Result } from './result';

export const layouts = ['normflows', 'Pyro', 'flowjax'] as const;

/** What can be said of a checkpoint beforehand. */
const conventions: Readonly<Record<keyof Answers, readonly string[]>> = {
  uHat: ['paper', 'double-log', 'norm', 'none'],
  activation: ['tanh', 'leaky-relu'],
  direction: ['generate', 'encode'],
  between: ['nothing', 'flip'],
};

/** `uHat=none` and the like. @throws UsageError for what there is no question about. */
export function readAnswers(assumed: readonly string[]): Answers {
  const answers = assumed.map((answer) => {
    const [key, value] = answer.split('=', 2) as [string, string | undefined];
    const values = Object.entries(conventions).find(([name]) => name === key)?.[1];
    if (values && value !== undefined && values.includes(value)) return [key, value];
    const known = Object.entries(conventions).map(([name, choices]) => `${name}=${choices.join('|')}`);
    throw new UsageError(`--assume ${answer} is not known: give ${known.join(', ')}.`);
  });
  return Object.fromEntries(answers) as Answers;
}

interface ImportCommand {
  readonly checkpoint: string;
  readonly out: string;
  readonly layout?: string;
  readonly golden?: string;
  readonly answers: Answers;
}

/** Writes the flow in a checkpoint of another library as a `.nflow` file. */
export async function importFlow({ checkpoint, out, layout, golden, answers }: ImportCommand): Promise<Result> {
  if (!out.endsWith('.nflow')) throw new UsageError(`--out is ${out}: name a file that ends in .nflow.`);
  const file = readSafetensors(await read(checkpoint));
  if ('message' in file) throw new Finding(`${checkpoint}: ${file.message}`);
  const beside = checkpoint.replace(/(\.safetensors)?$/i, '.golden.json');
  const points = golden ?? (existsSync(beside) ? beside : undefined);
  const imported = importCheckpoint(file, answers, points === undefined ? undefined : new TextDecoder().decode(await read(points)));
  if ('message' in imported) {
    const tensors = imported.tensors.map(
      ({ name, dtype, shape, problem }) => `  ${name} ${dtype} [${shape.join(', ')}]${problem ? `: ${problem}` : ''}`,
    );
    throw new Finding([`${checkpoint}: ${imported.message}`, ...tensors].join('\n'));
  }
  const { library, assumed, agreed, dim, layers } = imported;
  if (layout !== undefined && layout.toLowerCase() !== library.toLowerCase())
    throw new Finding(`${checkpoint}: its tensors are laid out as ${library} does, and not as ${layout}.`);
  const text = importedFlowText(imported, basename(checkpoint));
  if (text.length > mostCharacters)
    throw new Finding(
      `${checkpoint}: written out, this flow has ${formatNumber(text.length)} characters, and a flow file has at most ${formatNumber(mostCharacters)}.`,
    );
  await write(out, text);
  const checked =
    agreed > 0 ? `${counted(agreed, 'golden point')} ${agreed === 1 ? 'agrees' : 'agree'}` : 'there are no golden points to check it by';
  return {
    lines: [...assumed, `${counted(layers.length, 'layer')} of ${library} in ${counted(dim, 'dimension')} written to ${out}; ${checked}.`],
    json: { out, library, dim, layers: layers.length, assumed, golden: agreed },
  };
}
