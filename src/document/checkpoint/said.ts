/** What a checkpoint says of the training that wrote it. */

/**
 * The number of the step: the metadata's `step`, else the last number in the file's name; undefined where neither says.
 * @param name of the file, without its folder.
 */
export function stepSaid(metadata: ReadonlyMap<string, string>, name: string): number | undefined {
  const said = metadata.get('step');
  if (said !== undefined && /^\s*\d+(\.0*)?\s*$/.test(said) && Number.isSafeInteger(Number(said))) return Number(said);
  return numberIn(name);
}

/** The last number in a file's name: 1200 in `epoch=3-step=1200.safetensors`. */
export function numberIn(name: string): number | undefined {
  const last = name
    .replace(/\.safetensors$/i, '')
    .match(/\d+/g)
    ?.at(-1);
  return last !== undefined && Number.isSafeInteger(Number(last)) ? Number(last) : undefined;
}

/** The loss in nats: the metadata's `loss` or `nll`, which may not be finite; undefined where it says none. */
export function lossSaid(metadata: ReadonlyMap<string, string>): number | undefined {
  const said = (metadata.get('loss') ?? metadata.get('nll'))?.trim();
  if (said === undefined || said === '') return undefined;
  const [, sign, word] = /^([+-]?)(nan|inf|infinity)$/i.exec(said) ?? [];
  if (word !== undefined) return word.toLowerCase() === 'nan' ? NaN : sign === '-' ? -Infinity : Infinity;
  const loss = Number(said);
  return Number.isNaN(loss) ? undefined : loss;
}
