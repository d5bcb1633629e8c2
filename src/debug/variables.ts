/** Values that a client can unfold, page by page. */

import type { DebugProtocol } from '@vscode/debugprotocol';
import { RequestError } from './arguments';
import { quantile } from './expression/functions';
import { showValue } from './expression/show';
import { Absent, describeKind, Group, Tensor, type Value } from './expression/value';

/** One line of the variables view. */
export interface Shown {
  readonly name: string;
  readonly value: Value;
  /** What evaluates to it anywhere. */
  readonly expression?: string;
  readonly settable?: boolean;
  /** The position that it is of, where it is worth something else at every one. */
  readonly position?: number;
}

type Container = { readonly lines: () => readonly Shown[] } | { readonly tensor: Tensor; readonly of: Shown };

/** What can be unfolded at this stop, and at the one before: a client that steps fast still asks for that. */
export class Variables {
  private containers = new Map<number, Container>();
  private before = new Map<number, Container>();
  private given = 0;

  /** Another stop. */
  forget(): void {
    this.before = this.containers;
    this.containers = new Map();
  }

  /** A reference to lines that are made when somebody looks. */
  scope(lines: () => readonly Shown[]): number {
    return this.keep({ lines });
  }

  /** @throws RequestError for a reference of an earlier stop */
  list(reference: number, filter: string | undefined, start: number, count: number): DebugProtocol.Variable[] {
    return this.lines(this.find(reference), filter, start, count).map((line) => this.describe(line));
  }

  /** The line of this name. @throws RequestError where there is none */
  line(reference: number, name: string): Shown {
    const container = this.find(reference);
    const index = /^\[(\d+)\]$/.exec(name)?.[1];
    const lines = this.lines(container, undefined, index === undefined ? 0 : Number(index), 1);
    const found = (index === undefined ? this.lines(container, undefined, 0, 0) : lines).find((line) => line.name === name);
    if (!found) throw new RequestError(`There is no variable ${name} here.`);
    return found;
  }

  describe(line: Shown): DebugProtocol.Variable {
    const { name, value, expression, settable } = line;
    return {
      name,
      value: showValue(value),
      ...this.reference(line),
      type: value instanceof Absent ? value.reason : describeKind(value),
      ...(expression !== undefined && { evaluateName: expression }),
      ...(!settable && { presentationHint: { attributes: ['readOnly'] } }),
    };
  }

  /** What a client needs to unfold a value; 0 where there is nothing to unfold. */
  reference(line: Shown): { variablesReference: number; indexedVariables?: number; namedVariables?: number } {
    const { value } = line;
    if (value instanceof Group) return { variablesReference: this.keep({ lines: () => members(value, line.expression) }) };
    if (!(value instanceof Tensor) || value.values.length === 0) return { variablesReference: 0 };
    const summary = summaryNames(value).length;
    return {
      variablesReference: this.keep({ tensor: value, of: line }),
      indexedVariables: value.shape[0],
      ...(summary > 0 && { namedVariables: summary }),
    };
  }

  private keep(container: Container): number {
    this.containers.set(++this.given, container);
    return this.given;
  }

  private find(reference: number): Container {
    const container = this.containers.get(reference) ?? this.before.get(reference);
    if (container) return container;
    throw new RequestError('These variables are gone: the flow has gone on since. Ask for the scopes again.');
  }

  /** `count` 0 is all of them. */
  private lines(container: Container, filter: string | undefined, start: number, count: number): readonly Shown[] {
    if ('lines' in container) return filter === 'indexed' ? [] : container.lines();
    const { tensor, of } = container;
    const summary = filter === 'indexed' ? [] : summaryOf(tensor);
    if (filter === 'named') return summary;
    const [length] = tensor.shape;
    const end = count > 0 ? Math.min(start + count, length) : length;
    const entries = Array.from({ length: Math.max(0, end - start) }, (_, i): Shown => {
      const at = `[${start + i}]`;
      return {
        name: at,
        value: tensor.at(start + i),
        ...(of.expression !== undefined && { expression: of.expression + at }),
        ...(of.settable && { settable: true }),
        ...(of.position !== undefined && { position: of.position }),
      };
    });
    return [...summary, ...entries];
  }
}

function members({ members: all }: Group, of: string | undefined): Shown[] {
  return [...all.values()].map(({ name, value }) => ({
    name,
    value: value(),
    ...(of !== undefined && { expression: `${of}.${name}` }),
  }));
}

/** More entries than this are summed up before they are listed. */
const fewEntries = 16;

const summaries: ReadonlyMap<string, (finite: Float64Array, all: Float64Array) => number> = new Map([
  ['min', (finite) => quantile(finite, 0)],
  ['median', (finite) => quantile(finite, 0.5)],
  ['max', (finite) => quantile(finite, 1)],
  ['not finite', (finite, all) => all.length - finite.length],
]);

/** Told before anything is sorted: most values are never unfolded. */
function summaryNames({ values, of }: Tensor): string[] {
  if (of === 'boolean' || values.length <= fewEntries) return [];
  return [...summaries.keys()].filter((name) => name !== 'not finite' || !values.every(Number.isFinite));
}

function summaryOf(tensor: Tensor): Shown[] {
  const { values } = tensor;
  const finite = values.filter(Number.isFinite);
  return summaryNames(tensor).map((name) => ({ name, value: summaries.get(name)?.(finite, values) ?? NaN }));
}
