/** The parts of a flow, to be listed and jumped to. */

import { isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode } from 'yaml';
import { endOf } from '../node-edits';
import type { Range } from '../problem';
import { shorten } from '../sentences';
import { readYaml } from '../yaml';

/** A key with its value, or a layer. */
export interface OutlineEntry extends Range {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'section' | 'value' | 'layer';
  /** Where its name is written, inside its own range. */
  readonly at: Range;
  readonly children: readonly OutlineEntry[];
}

/** The keys of a flow in the order of the text, its sections and layers with what is in them. Never throws. */
export function outline(text: string): OutlineEntry[] {
  return entriesOf(text, readYaml(text).root);
}

function entriesOf(text: string, node: ParsedNode | null): OutlineEntry[] {
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return [];
  return node.items.flatMap(({ key, value }): OutlineEntry[] => {
    if (!isScalar(key) || key.source === '') return [];
    const at = { start: key.range[0], end: key.range[1] };
    const end = value ? Math.max(endOf(value), at.end) : at.end;
    const children = key.source === 'layers' ? layersOf(text, value) : entriesOf(text, value);
    const detail = key.source === 'layers' ? String(children.length) : children.length > 0 ? '' : written(text, value);
    return [{ name: key.source, detail, kind: children.length > 0 ? 'section' : 'value', at, start: at.start, end, children }];
  });
}

function layersOf(text: string, list: ParsedNode | null): OutlineEntry[] {
  if (!isSeq<ParsedNode | null>(list)) return [];
  return list.items.flatMap((node, i): OutlineEntry[] => {
    const [head] = isMap<ParsedNode, ParsedNode | null>(node) ? node.items : [{ key: node, value: null }];
    if (!node || !isScalar(head?.key)) return [];
    const { source, range } = head.key as ParsedNode & { source: string };
    const children = entriesOf(text, head.value);
    const detail = children.map(({ name, detail: value }) => (value === 'true' ? name : `${name} ${value}`)).join(', ');
    const at = { start: range[0], end: range[1] };
    return [
      {
        name: `${i + 1} ${source}`,
        detail: shorten(detail),
        kind: 'layer',
        at,
        start: at.start,
        end: Math.max(endOf(node), at.end),
        children,
      },
    ];
  });
}

const written = (text: string, value: ParsedNode | null): string =>
  value ? shorten(text.slice(value.range[0], endOf(value)).replace(/\s+/g, ' ').trim()) : '';
