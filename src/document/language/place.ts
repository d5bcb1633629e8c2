/** Where in a flow a character stands: the keys and list entries that lead there, found in a text that may be half written. */

import { isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode, YAMLMap } from 'yaml';
import { pairOf, type Mapping } from '../node-edits';
import type { Range } from '../problem';

/** Keys of mappings and numbers of list entries, from the outside in. */
export type Path = readonly (string | number)[];

/** A word or a number of the text. */
export interface Place {
  /** Of a key, the path of the mapping that it is a key of; of a value, its own. */
  readonly path: Path;
  readonly role: 'key' | 'value';
  readonly node: ParsedNode;
  /** The mapping of a key. */
  readonly owner?: Mapping;
}

/** Every key, and every value that is not a collection. A mapping inside the flow is nested no deeper than `readYaml` allows. */
export function* placesIn(node: ParsedNode | null, path: Path = []): Generator<Place> {
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    for (const { key, value } of node.items) {
      yield { path, role: 'key', node: key, owner: node };
      yield* placesIn(value, [...path, isScalar(key) ? key.source : '']);
    }
  } else if (isSeq<ParsedNode | null>(node)) {
    for (const [i, item] of node.items.entries()) yield* placesIn(item, [...path, i]);
  } else if (node) {
    yield { path, role: 'value', node };
  }
}

/** The node that a path leads to; the first where a key is given twice. */
export function nodeAt(root: ParsedNode | null, path: Path): ParsedNode | null {
  let node = root;
  for (const step of path) {
    if (typeof step === 'number') node = isSeq<ParsedNode | null>(node) ? (node.items[step] ?? null) : null;
    else node = isMap<ParsedNode, ParsedNode | null>(node) ? (pairOf(node, step)?.value ?? null) : null;
  }
  return node;
}

/** The mapping that a path leads to. */
export function mappingAt(root: ParsedNode | null, path: Path): YAMLMap<ParsedNode, ParsedNode | null> | undefined {
  const node = nodeAt(root, path);
  return isMap<ParsedNode, ParsedNode | null>(node) ? node : undefined;
}

/** What is written at a path, where it is one word or number. */
export function valueAt(root: ParsedNode | null, path: Path): unknown {
  const node = nodeAt(root, path);
  return isScalar(node) ? node.value : undefined;
}

/** Where a node is written. */
export const rangeOf = (node: ParsedNode): Range => ({ start: node.range[0], end: node.range[1] });
