/**
 * Runs a conversation with the debug adapter over stdio, and writes it down.
 *
 *     # A comment.
 *     > next { threadId: 1 } & stopped
 *     < next
 *     * stopped { reason: step, threadId: 1 }
 *
 * A line with > is a request, its arguments in YAML; & waits for an event. `~ planar.nflow "b: 0.1" "b: 0.5" & output` edits a file: the one
 * text is replaced by the other. `> launch` brings `initialize` along where it was not sent.
 * What the adapter says, lines with < and * and !, is what is held against the recording. Numbers are rounded to four digits, and what
 * is only rounding error is ≈0. References to variables are written and given as their names: `> variables { of: Layer }`.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { parse } from 'yaml';

type Body = Readonly<Record<string, unknown>>;

const ignored = new Set(['thread', 'continued']);

export class Conversation {
  private readonly client: DebugClient;
  private readonly lines: string[] = [];
  private readonly events: { readonly event: string; readonly body: Body | undefined }[] = [];
  private readonly references = new Map<string, number>();
  private told = 0;
  private initialized = false;
  private wake: () => void = () => {};

  constructor(
    private readonly folder: string,
    adapter: string,
  ) {
    this.client = new DebugClient(process.execPath, adapter, 'nflow', { cwd: folder });
    for (const name of [
      'initialized',
      'stopped',
      'output',
      'terminated',
      'breakpoint',
      'invalidated',
      'continued',
      'progressStart',
      'progressEnd',
    ]) {
      this.client.on(name, (event: { readonly event: string; readonly body?: Body }) => {
        this.events.push({ event: event.event, body: event.body });
        this.wake();
      });
    }
  }

  async run(script: string): Promise<string> {
    await this.client.start();
    try {
      for (const line of script.split('\n')) {
        if (line.startsWith('>')) await this.request(line);
        else if (line.startsWith('~')) await this.edit(line);
        else if (line.startsWith('#') || line === '') this.lines.push(line);
      }
      return this.lines.join('\n');
    } finally {
      await this.client.stop();
    }
  }

  private async request(line: string): Promise<void> {
    const [, command, given, awaited] = /^> (\w+)(.*?)(?: & (\w+))?$/.exec(line) ?? [];
    if (command === undefined) throw new Error(`This is not a request: ${line}`);
    this.lines.push(line);
    if (command === 'initialize') this.initialized = true;
    if (command === 'launch' && !this.initialized) {
      this.initialized = true;
      await this.client.customRequest('initialize', { adapterID: 'nflow' });
    }
    const begun = this.events.length;
    try {
      const { body } = (await this.client.customRequest(command, this.argumentsOf(given))) as { body?: Body };
      if (body) this.remember(body);
      this.lines.push(...written(`< ${command}`, body));
    } catch (error) {
      this.lines.push(`! ${command}: ${error instanceof Error ? error.message : String(error)}`);
    }
    await this.write(awaited, begun);
  }

  private async edit(line: string): Promise<void> {
    const [, name, before, after, awaited] = /^~ (\S+) (".*?") (".*?")(?: & (\w+))?$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`This is not an edit: ${line}`);
    this.lines.push(line);
    const begun = this.events.length;
    const file = path.join(this.folder, name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(JSON.parse(before) as string, JSON.parse(after) as string));
    await this.write(awaited, begun);
  }

  /** Writes down what was told of its own accord, once the event has come that is waited for. */
  private async write(awaited: string | undefined, begun: number): Promise<void> {
    if (awaited !== undefined) await this.until(() => this.events.slice(begun).some(({ event }) => event === awaited));
    for (const { event, body } of this.events.slice(this.told)) if (!ignored.has(event)) this.lines.push(...written(`* ${event}`, body));
    this.told = this.events.length;
  }

  private argumentsOf(text: string): unknown {
    const given: unknown = text.trim() === '' ? {} : parse(text);
    if (typeof given !== 'object' || given === null || !('of' in given)) return given;
    const { of, ...rest } = given;
    return { ...rest, variablesReference: this.references.get(String(of)) ?? 0 };
  }

  private remember(body: Body): void {
    for (const list of [body.scopes, body.variables]) {
      if (!Array.isArray(list)) continue;
      for (const { name, variablesReference } of list as { name: string; variablesReference: number }[])
        if (variablesReference > 0) this.references.set(name, variablesReference);
    }
    if (typeof body.variablesReference === 'number') this.references.set('result', body.variablesReference);
  }

  private async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.wake = resolve));
  }
}

/** A title with what belongs to it: on its line where there is room, else below. */
function written(title: string, body: Body | undefined): string[] {
  if (body === undefined) return [title];
  const shown = normalise(body);
  const line = `${title} ${flow(shown)}`;
  return line.length <= 140 ? [line] : [title, ...block(shown, '    ')];
}

function block(value: unknown, indent: string): string[] {
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((item): [string, unknown] => ['-', item])
    : Object.entries(value as Body).map(([key, inner]): [string, unknown] => [`${key}:`, inner]);
  return entries.flatMap(([label, inner]) => {
    const line = `${indent}${label} ${flow(inner)}`;
    return line.length <= 140 || typeof inner !== 'object' ? [line] : [`${indent}${label}`, ...block(inner, `${indent}  `)];
  });
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key}: ${flow(inner)}`)
      .join(', ')} }`;
  }
  return typeof value === 'string' && /^[\w|·. ()→-]*[\w)|]$/u.test(value) ? value : JSON.stringify(value);
}

function normalise(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/-?\d+\.\d+(?:e[+-]?\d+)?|-?\d+e-\d+/g, rounded);
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, inner]) => !(key === 'variablesReference' && inner === 0));
  return Object.fromEntries(entries.map(([key, inner]) => (key === 'variablesReference' ? ['unfolds', true] : [key, normalise(inner)])));
}

function rounded(number: string): string {
  return Math.abs(Number(number)) < 1e-12 ? '≈0' : String(Number(Number(number).toPrecision(4)));
}
