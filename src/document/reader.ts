import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode, YAMLMap, YAMLSeq } from 'yaml';
import type { NumberRule } from './format';
import { firstLineEnd, visible, type Problem, type Range } from './problem';
import { counted, describeRule, eitherOf, nearest, shorten } from './sentences';

/** One `name: value` of a mapping. */
export interface Entry extends Range {
  readonly name: string;
  readonly key: Range;
  /** The value's node; null where nothing was written. */
  readonly node: ParsedNode | null;
}

export type Entries = ReadonlyMap<string, Entry>;

/**
 * Reads typed values out of YAML nodes. Whatever is not as asked becomes a problem on its own range, and the value is undefined.
 * Nodes are read as they stand: aliases are not followed, so a text is never larger than it looks.
 */
export class Reader {
  readonly problems: Problem[] = [];

  constructor(readonly text: string) {}

  error(at: Range, message: string): undefined {
    this.problems.push({ ...visible(this.text, at), severity: 'error', message });
  }

  warn(at: Range, message: string): void {
    this.problems.push({ ...visible(this.text, at), severity: 'warning', message });
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
      if (meant && !entries.has(meant)) entries.set(meant, { ...entry, name: meant });
      this.error(key, `${owner} has no key "${this.quote(key)}": ${meant ? `did you mean ${meant}?` : `it takes ${eitherOf(known)}.`}`);
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
      const entry = { name, key, node: value, ...(value ? this.range(value) : key) };
      if (entries.has(name)) this.error(key, `${this.quote(key)} is given twice: keep one of them.`);
      else entries.set(name, entry);
    }
    return entries;
  }

  /** The nodes of a list. */
  list(entry: Entry, form: string): YAMLSeq<ParsedNode | null> | undefined {
    if (isAlias(entry.node)) return this.alias(entry.node);
    if (isSeq<ParsedNode | null>(entry.node)) return entry.node;
    return this.error(
      entry,
      entry.node ? `${entry.name} is ${this.quote(entry)}: write ${form}.` : `${entry.name} is empty: write ${form}.`,
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
      return this.error(at, `${name} has ${counted(list.items.length, noun)} ${why}: give ${count}.`);
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
    return this.error(entry, `${entry.name} is ${entry.node ? this.quote(entry) : 'empty'}: write true or false.`);
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
    return chosen ?? this.error(entry, `${entry.name} is ${this.quote(entry)}: ${this.suggestion(word, names)}`);
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
    return this.error(at, `${name} is ${node ? this.quote(at) : 'empty'}: give ${describeRule(rule)}${otherwise}.`);
  }

  private alias(node: ParsedNode): undefined {
    return this.error(
      this.range(node),
      `${this.quote(this.range(node))} stands for a value that is written elsewhere: write the value itself here.`,
    );
  }
}

function obeys(value: number, { least, most, whole, above, below }: NumberRule): boolean {
  const inside = value >= least && value <= most && !(above && value === least) && !(below && value === most);
  return inside && !(whole && !Number.isInteger(value));
}

/** Where a node ends. A block collection ends where its last value ends; its own range goes on to where the next node could begin. */
export function endOf(node: ParsedNode): number {
  let last: ParsedNode = node;
  while ((isMap(last) || isSeq(last)) && !last.flow && last.items.length > 0) {
    const item = last.items[last.items.length - 1] as ParsedNode | { key: ParsedNode; value: ParsedNode | null };
    last = 'key' in item ? (item.value ?? item.key) : item;
  }
  return last.range[1];
}

/** `[1, 0]`, `[[1, 0], [0, 1]]`, cut short where it would be long. */
function exampleOf([count, ...inner]: readonly number[]): string {
  const entries = Array.from({ length: Math.min(count, 4) }, (_, i) => (inner.length > 0 ? exampleOf(inner) : i === 0 ? '1' : '0'));
  return `[${entries.join(', ')}${count > entries.length ? ', …' : ''}]`;
}
