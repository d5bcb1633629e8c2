import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode, YAMLMap, YAMLSeq } from 'yaml';
import { resize, takeAway, writeInstead, writeOneOf } from './fixes';
import type { NumberRule } from './format';
import { endOf } from './node-edits';
import { firstLineEnd, visible, type Fix, type Problem, type Range } from './problem';
import { counted, describeRule, eitherOf, nearest, shorten } from './sentences';

/** One `name: value` of a mapping. */
export interface Entry extends Range {
  readonly name: string;
  readonly key: Range;
  /** The value's node; null where nothing was written. */
  readonly node: ParsedNode | null;
  /** Whether its mapping stands between braces. */
  readonly braced: boolean;
}

export type Entries = ReadonlyMap<string, Entry>;

/**
 * Reads typed values out of YAML nodes. Whatever is not as asked becomes a problem on its own range, and the value is undefined.
 * Nodes are read as they stand: aliases are not followed, so a text is never larger than it looks.
 */
export class Reader {
  readonly problems: Problem[] = [];

  constructor(readonly text: string) {}

  error(at: Range, message: string, fixes: readonly Fix[] = []): undefined {
    this.problems.push({ ...visible(this.text, at), severity: 'error', message, ...(fixes.length > 0 && { fixes }) });
  }

  warn(at: Range, message: string, fixes: readonly Fix[] = []): void {
    this.problems.push({ ...visible(this.text, at), severity: 'warning', message, ...(fixes.length > 0 && { fixes }) });
  }

  /** An error about a key that should not be there, which is mended without it, if by nothing `else`. */
  unwanted(entry: Entry, message: string, ...otherwise: readonly Fix[]): undefined {
    return this.error(entry.key, message, [...otherwise, ...takeAway(this.text, this.quote(entry.key), entry, otherwise.length === 0)]);
  }

  /** Where a node is written, without the line end and the comments behind it. */
  range(node: ParsedNode): Range {
    return { start: node.range[0], end: endOf(node) };
  }

  /** The first line of a stretch: where something that is missing is reported. */
  firstLine(at: Range): Range {
    return { start: at.start, end: Math.min(at.end, firstLineEnd(this.text, at.start)) };
  }

  /** What is written there, shortened to what a sentence holds. */
  quote(at: Range): string {
    return shorten(this.text.slice(at.start, at.end).replace(/\s+/g, ' ').trim()) || 'empty';
  }

  /** The entries of a mapping, whose keys must be among `known`. `form` says how the mapping is written. */
  mapping(node: ParsedNode, owner: string, known: readonly string[], form: string): Entries | undefined {
    if (isAlias(node)) return this.alias(node);
    if (!isMap(node)) return this.error(this.range(node), `${owner} is ${this.quote(this.range(node))}: write ${form}.`);
    const entries = new Map(this.entries(node));
    for (const entry of [...entries.values()]) {
      const { name, key } = entry;
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      // Read as what was meant, so that it is not missed as well.
      const missed = meant !== undefined && !entries.has(meant);
      if (missed) entries.set(meant, { ...entry, name: meant });
      const instead = missed ? [writeInstead(key, meant)] : [];
      this.unwanted(
        entry,
        `${owner} has no key "${this.quote(key)}": ${meant ? `did you mean ${meant}?` : `it takes ${eitherOf(known)}.`}`,
        ...instead,
      );
    }
    return entries;
  }

  /** All entries of a mapping by name; a name that comes again is a problem and the first one counts. */
  entries(node: YAMLMap<unknown, unknown>): Entries {
    const entries = new Map<string, Entry>();
    for (const pair of node.items as { key: ParsedNode; value: ParsedNode | null }[]) {
      const key = this.range(pair.key);
      if (!isScalar(pair.key)) {
        this.error(key, `${this.quote(key)} is not a key: a key is one word.`);
        continue;
      }
      const name = pair.key.source;
      if (name === '') {
        this.error(key, 'A name is missing before this colon: write it, or take the colon away.');
        continue;
      }
      const value = pair.value && pair.value.range[1] > pair.value.range[0] ? pair.value : null;
      const entry = { name, key, node: value, braced: node.flow === true, ...(value ? this.range(value) : key) };
      if (entries.has(name)) this.unwanted(entry, `${this.quote(key)} is given twice: keep one of them.`);
      else entries.set(name, entry);
    }
    return entries;
  }

  /** The nodes of a list; `ifEmpty` is what could be written where there is nothing. */
  list(entry: Entry, form: string, ifEmpty: readonly Fix[] = []): YAMLSeq<ParsedNode | null> | undefined {
    if (isAlias(entry.node)) return this.alias(entry.node);
    if (isSeq<ParsedNode | null>(entry.node)) return entry.node;
    return this.error(
      entry,
      entry.node ? `${entry.name} is ${this.quote(entry)}: write ${form}.` : `${entry.name} is empty: write ${form}.`,
      entry.node ? [] : ifEmpty,
    );
  }

  number(entry: Entry, rule: NumberRule): number | undefined {
    return this.numberOf(entry.node, entry, entry.name, rule);
  }

  /** A number, or the word none. */
  numberOrNone(entry: Entry, rule: NumberRule): number | 'none' | undefined {
    if (isScalar(entry.node) && entry.node.value === 'none') return 'none';
    return this.numberOf(entry.node, entry, entry.name, rule, ', or none');
  }

  /**
   * The numbers of a tensor, row by row: one number for the shape [], a list for one dimension, a list of rows for two. A count that is
   * the flow's own dimension `dim` is explained by it.
   */
  numbers(entry: Entry, shape: readonly number[], dim: number, rule: NumberRule): readonly number[] | undefined {
    if (shape.length === 0) {
      const value = this.number(entry, rule);
      return value === undefined ? undefined : [value];
    }
    return this.listOf(entry, entry.name, shape, dim, rule);
  }

  /** The node of `at` as a list whose entries have the shape that is left without its first dimension. */
  private listOf(at: Entry, name: string, [count, ...inner]: readonly number[], dim: number, rule: NumberRule): number[] | undefined {
    const noun = inner.length > 0 ? 'row' : 'number';
    const list = this.list(at, `${counted(count, noun)}, for instance ${exampleOf([count, ...inner])}`);
    if (!list) return undefined;
    if (list.items.length !== count) {
      const why = count === dim ? `where dim is ${dim}` : 'where this layer takes another count';
      const fixes = inner.length === 0 || list.items.length > count ? resize(this.text, list, count, obeys(0, rule) ? '0' : '1') : [];
      return this.error(at, `${name} has ${counted(list.items.length, noun)} ${why}: give ${count}.`, fixes);
    }
    const values = list.items.map((node) => {
      const range = node ? this.range(node) : at;
      if (inner.length > 0) return this.listOf({ ...at, ...range, node }, `A row of ${name}`, inner, dim, rule);
      const value = this.numberOf(node, range, `A number of ${name}`, rule);
      return value === undefined ? undefined : [value];
    });
    return values.every((value) => value !== undefined) ? values.flat() : undefined;
  }

  /** Where an entry of a list is written, or an entry of an entry; the list itself where that is not there. */
  place(list: Entry, ...path: readonly number[]): Range {
    let node = list.node;
    for (const i of path) node = isSeq<ParsedNode | null>(node) ? (node.items[i] ?? node) : node;
    return node ? this.range(node) : list;
  }

  boolean(entry: Entry): boolean | undefined {
    if (isAlias(entry.node)) return this.alias(entry.node);
    if (isScalar(entry.node) && typeof entry.node.value === 'boolean') return entry.node.value;
    const meant = truths.get(entry.node ? this.text.slice(entry.start, entry.end).toLowerCase() : '');
    const fixes = meant === undefined ? [] : [writeInstead(entry, meant)];
    return this.error(entry, `${entry.name} is ${entry.node ? this.quote(entry) : 'empty'}: write true or false.`, fixes);
  }

  /** A word or a name; `form` says what is asked for. */
  word(entry: Entry, form: string): string | undefined {
    if (isAlias(entry.node)) return this.alias(entry.node);
    if (isScalar(entry.node) && typeof entry.node.value === 'string' && entry.node.value.trim() !== '') return entry.node.value;
    return this.error(entry, `${entry.name} is ${entry.node ? this.quote(entry) : 'empty'}: give ${form}.`);
  }

  /** One of `names`. */
  choice<Name extends string>(entry: Entry, names: readonly Name[]): Name | undefined {
    const word = this.word(entry, eitherOf(names));
    if (word === undefined) return undefined;
    const chosen = names.find((name) => name === word);
    if (chosen !== undefined) return chosen;
    return this.error(entry, `${entry.name} is ${this.quote(entry)}: ${this.suggestion(word, names)}`, writeOneOf(entry, word, names));
  }

  /** "did you mean planar?", or all that there is to choose from. */
  suggestion(word: string, names: readonly string[]): string {
    const meant = nearest(word, names);
    return meant ? `did you mean ${meant}?` : `give ${eitherOf(names)}.`;
  }

  private numberOf(node: ParsedNode | null, at: Range, name: string, rule: NumberRule, otherwise = ''): number | undefined {
    if (isAlias(node)) return this.alias(node);
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'number' && obeys(value, rule)) return value;
    const within = typeof value === 'number' ? nearestWithin(value, rule) : undefined;
    const fixes = within === undefined ? [] : [writeInstead(at, String(within))];
    return this.error(at, `${name} is ${node ? this.quote(at) : 'empty'}: give ${describeRule(rule)}${otherwise}.`, fixes);
  }

  private alias(node: ParsedNode): undefined {
    return this.error(
      this.range(node),
      `${this.quote(this.range(node))} stands for a value that is written elsewhere: write the value itself here.`,
    );
  }
}

/** What people write for yes and no. */
const truths: ReadonlyMap<string, string> = new Map([
  ...['yes', 'on', '1', 'y', '"true"', "'true'"].map((word): [string, string] => [word, 'true']),
  ...['no', 'off', '0', 'n', '"false"', "'false'"].map((word): [string, string] => [word, 'false']),
]);

/** The allowed number that is nearest to `value`; undefined where there is no nearest. */
function nearestWithin(value: number, rule: NumberRule): number | undefined {
  const inside = Math.min(Math.max(rule.whole ? Math.round(value) : value, rule.least), rule.most);
  return obeys(inside, rule) ? inside : undefined;
}

function obeys(value: number, { least, most, whole, above, below }: NumberRule): boolean {
  const inside = value >= least && value <= most && !(above && value === least) && !(below && value === most);
  return inside && !(whole && !Number.isInteger(value));
}

/** `[1, 0]`, `[[1, 0], [0, 1]]`, cut short where it would be long. */
function exampleOf([count, ...inner]: readonly number[]): string {
  const entries = Array.from({ length: Math.min(count, 4) }, (_, i) => (inner.length > 0 ? exampleOf(inner) : i === 0 ? '1' : '0'));
  return `[${entries.join(', ')}${count > entries.length ? ', …' : ''}]`;
}
