/** What a word of a flow means, in markdown. */

import { isScalar } from 'yaml';
import type { ParsedNode } from 'yaml';
import { layerTypes } from '../../flow/registry';
import type { Options } from '../../flow/spec';
import type { Range } from '../problem';
import { describeRule, formatNumber } from '../sentences';
import { readYaml } from '../yaml';
import { placesIn, rangeOf, type Path } from './place';
import { dimOf, entriesAt, keyAt, keysAt, optionsAt, valueSentence, type Key } from './schema';

export interface Hover extends Range {
  readonly markdown: string;
}

/** What the word at `offset` means; undefined where it means nothing in a flow. Never throws. */
export function hover(text: string, offset: number): Hover | undefined {
  const { root } = readYaml(text);
  const place = [...placesIn(root)].find(({ node: { range } }) => range[0] <= offset && offset <= range[1]);
  if (!place || !isScalar(place.node)) return undefined;
  const { role, path, node } = place;
  const word = node.source;
  const layer = (at: Path): string | undefined => {
    const type = layerTypes.get(word);
    return type && layerHover(word, dimOf(root), optionsAt(root, [...at, word], type));
  };
  const isLayer = path[0] === 'layers' && path.length === 2;
  const meant = (): string | undefined => {
    if (isLayer) return layer(path);
    const key = role === 'key' ? keysAt(root, path).find(({ name }) => name === word) : undefined;
    if (key) return keyHover(key);
    const parent = path.slice(0, -1);
    const words = typeof path.at(-1) === 'number' ? entriesAt(parent) : (keyAt(root, path)?.words ?? []);
    const meaning = role === 'value' ? words.find(({ name }) => name === word)?.meaning : undefined;
    return meaning === undefined ? numberHover(role === 'value' ? keyOfNumber(root, path) : undefined) : `**${word}**: ${linked(meaning)}`;
  };
  const markdown = meant();
  return markdown === undefined ? undefined : { ...rangeOf(node), markdown };
}

/** The key that a number stands under, however deep in its lists. */
function keyOfNumber(root: ParsedNode | null, path: Path): Key | undefined {
  const depth = path.map((step) => typeof step).lastIndexOf('string') + 1;
  return keyAt(root, path.slice(0, depth));
}

const numberHover = (key: Key | undefined): string | undefined => (key && (key.number ?? key.numbers) ? keyHover(key) : undefined);

/** A key: what it is, what it takes, and what holds without it. */
export function keyHover(key: Key): string {
  const takes = [valueSentence(key), ...(key.otherwise === undefined ? [] : [`Left out: \`${key.otherwise}\`.`])].filter(Boolean).join(' ');
  const words = (key.words ?? []).map(({ name, meaning }) => `- \`${name}\`${meaning === undefined ? '' : `: ${linked(meaning)}`}`);
  return [`**${key.name}**: ${linked(key.meaning)}`, takes, words.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** A kind of layer: formula, paper, how it is inverted, parameters with their shapes, and options. */
export function layerHover(name: string, dim: number, given: Options): string {
  const type = layerTypes.get(name);
  if (!type) return '';
  const options = { ...Object.fromEntries(type.options.map((option) => [option.name, option.default])), ...given };
  const inverse = type.closedFormInverse(options) ? 'Its inverse is in closed form.' : 'Its inverse is solved numerically.';
  const margin =
    type.marginIs === 'exact'
      ? 'Its margin is its exact least determinant.'
      : 'Its margin is a bound that its determinant never falls below.';
  const shape = (size: readonly number[]): string =>
    size.length === 0 ? 'a number' : `${size.join(' × ')} ${size.join() === '1' ? 'number' : 'numbers'}`;
  const parameters = type.parameters.map(
    (parameter) => `- \`${parameter.name}\` (${shape(parameter.shape(dim, options))}): ${parameter.meaning}`,
  );
  const chosen = type.options.map((option) => {
    const rule =
      'least' in option
        ? `${describeRule({ ...option, whole: true })}, left out ${formatNumber(option.default)}`
        : `left out ${option.default}`;
    return `- \`${option.name}\` (${rule}): ${option.meaning}`;
  });
  return [
    `**${name}**`,
    ['```text', type.formula, '```'].join('\n'),
    linked(type.source),
    `${inverse} ${margin}`,
    [...parameters, ...chosen].join('\n'),
  ].join('\n\n');
}

/** "arXiv 1505.05770" as a link to the paper. */
const linked = (sentence: string): string => sentence.replace(/arXiv (\d{4}\.\d{4,5})/g, '[arXiv $1](https://arxiv.org/abs/$1)');
