/** What is wrong where a text is not YAML, in the words of a flow. */

import type { CST, YAMLError } from 'yaml';
import { layerTypes } from '../flow/registry';
import { baseKeys, formatVersion, objectiveKeys, topLevelKeys, trainingKeys } from './format';
import { lineAbove, lineAt, type Line } from './line';
import { firstLineEnd, visible, type Fix, type Problem, type Range } from './problem';
import { counted, shorten } from './sentences';
import type { TextEdit } from './text-edit';
import { walk } from './tokens';

type Slip = Range & Pick<Problem, 'message' | 'fixes'>;

/**
 * The first slip in the text, undefined if there is none. One slip makes the parser stumble again and again, often lines below it: only
 * the first is named, and where it began. Besides what is no YAML at all, that is what YAML takes for something no flow ever means.
 */
export function findSlip(text: string, tokens: readonly CST.Token[], errors: readonly YAMLError[]): Problem | undefined {
  // Of several on one line the last token's is the cause: an open quotation mark swallows the bracket that would close behind it.
  const all = [...walk(tokens)].map(({ token }) => token);
  const slips = all.flatMap((token) => slipsOf(token, text)).sort((a, b) => b.start - a.start);
  const runOns = all.filter(runsOn);
  const first = errors
    .filter(({ pos: [start] }) => !runOns.some(({ offset, source }) => offset <= start && start < offset + source.length))
    .sort((a, b) => a.pos[0] - b.pos[0])
    .at(0);
  if (first) slips.push(slipBefore(text, tokens, first) ?? slipAt(text, first));
  const lineStart = ({ start }: Slip): number => lineAt(text, start).start;
  const slip = slips.sort((a, b) => lineStart(a) - lineStart(b)).at(0);
  return slip && { ...slip, ...(slip.start < slip.end ? {} : visible(text, slip)), severity: 'error' };
}

/** A tag or a directive that YAML allows and a flow has no use for. */
export function problemOfWarning(text: string, { pos: [start, end] }: YAMLError): Problem {
  const at = visible(text, { start, end });
  const message = `${text.slice(at.start, at.end)} means nothing in a flow: take it away, or put it in quotation marks.`;
  return { ...at, severity: 'warning', message };
}

const closing = new Map([
  ['{', '}'],
  ['[', ']'],
]);

const flowScalars = ['scalar', 'double-quoted-scalar', 'single-quoted-scalar'];

/** Whether the token is a value on several lines, which no flow has. */
function runsOn(token: CST.Token): token is CST.FlowScalar {
  return flowScalars.includes(token.type) && (token as CST.FlowScalar).source.includes('\n');
}

/** What is wrong with a token, whatever is around it: it runs on past its line, or is not closed. */
function slipsOf(token: CST.Token, text: string): Slip[] {
  if (token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar') {
    const mark = token.source[0];
    if (token.source.length > 1 && token.source.endsWith(mark) && !runsOn(token)) return [];
    return [{ ...restOfLine(text, token.offset), message: `This quotation mark is not closed: write ${mark} where the text ends.` }];
  }
  if (runsOn(token)) return [slipOfRunOn(text, token)];
  if (token.type !== 'flow-collection') return [];
  const slips: Slip[] = [];
  const open = token.start.source;
  const close = closing.get(open) ?? '';
  const end = token.end.at(0);
  for (const { key, sep } of open === '{' ? token.items : []) {
    if (key?.type !== 'scalar' || sep?.some(({ type }) => type === 'map-value-ind')) continue;
    const [written, name, mark, value] = /^([\w-]+)(:| +)(.+)$/.exec(key.source) ?? [];
    if (written === undefined) continue;
    const gap = key.offset + name.length;
    const fixes = fix(`Write ${name}: ${value}`, { start: gap, end: gap + mark.length, text: ': ' });
    const missing = mark === ':' ? 'A space is missing after the colon' : `A colon is missing after ${name}`;
    slips.push({ ...rangeOf(text, key), message: `${missing}: ${writePair(name, value)}`, fixes });
  }
  if (end && end.source !== close && [...closing.values()].includes(end.source)) {
    const message = `${end.source} comes here while ${open} is still open: write ${close} before it, or take ${end.source} away.`;
    slips.push({ ...rangeOf(text, end), message });
  } else if (end?.source !== close) {
    const message = `This ${open} is not closed: write ${close} on its line, or, if it takes several, indent them.`;
    const at = restOfLine(text, token.start.offset);
    const missing = { start: at.end, end: at.end, text: open === '{' ? ' }' : ']' };
    slips.push({ ...at, message, fixes: fix(`Write ${close}`, missing) });
  }
  return slips;
}

/** Words on several lines are one value to YAML: a line that lacks its colon or its dash, or one that is indented too far. */
function slipOfRunOn(text: string, token: CST.FlowScalar): Slip {
  const first = lineAt(text, token.offset);
  if (first.start + first.indent === token.offset) return slipOfLine(text, first);
  const next = lineAt(text, token.offset + token.source.search(/\n\s*\S/) + 1);
  return slipOfLine(text, next.body === '' ? lineAt(text, token.offset + token.source.length) : next);
}

/** A slip above the first error: something stands before the flow, and the parser took it for the whole. */
function slipBefore(text: string, tokens: readonly CST.Token[], error: YAMLError): Slip | undefined {
  const document = tokens.find((token) => token.type === 'document');
  const directive = tokens.find(({ type }) => type === 'directive');
  const beginsLate = error.code === 'MISSING_CHAR' && error.pos[0] === (document?.offset ?? text.length);
  if (directive && (beginsLate || error.code === 'BAD_DIRECTIVE'))
    return { ...rangeOf(text, directive), message: 'A flow has no line that begins with %: take it away.' };
  const root = document?.value;
  const line = lineAt(text, error.pos[0]);
  if (!root || error.code !== 'UNEXPECTED_TOKEN' || line.indent > 0 || line.start <= root.offset || !keyed.test(line.body))
    return undefined;
  const start = lineAt(text, root.offset);
  if (root.type === 'block-map') {
    if (start.indent === 0) return undefined;
    return { ...bodyOf(start), message: 'This line is indented and the lines after it are not: begin it at the left edge.' };
  }
  const remedy =
    root.type === 'block-seq' ? 'move this to the other layers, under "layers:"' : 'take this away, or make it a comment with #';
  return { ...bodyOf(start), message: `This stands before the flow, which begins with "nflow: ${formatVersion}": ${remedy}.` };
}

/** What is wrong where the parser stumbled: with the character there, or else with the line. */
function slipAt(text: string, { code, pos: [start, end] }: YAMLError): Slip {
  // Where blanks or comment lines are at fault, what they lead to is meant.
  const leading = code === 'MISSING_CHAR' ? /^\s*/ : /^\s*(?:#.*\s+)*/;
  const from = Math.min(start + (leading.exec(text.slice(start))?.[0].length ?? 0), text.length);
  const at = visible(text, { start: from, end: Math.max(from, Math.min(end, firstLineEnd(text, from))) });
  const line = lineAt(text, at.start);
  if (code === 'TAB_AS_INDENT') return slipOfLine(text, line);
  const message = sentenceOf(code, text.slice(at.start, at.end), at.start === bodyOf(line).start);
  return message === undefined ? slipOfLine(text, line, at) : { ...at, message };
}

function sentenceOf(code: YAMLError['code'], written: string, beginsLine: boolean): string | undefined {
  const character = characterOf(written);
  if (code === 'BAD_SCALAR_START') return `A value cannot begin with ${character}: take it away, or put the value in quotation marks.`;
  if (code === 'BAD_ALIAS') return `A value cannot begin with ${character}: write the value itself.`;
  if (code === 'BAD_DQ_ESCAPE')
    return 'This backslash means nothing: write \\\\ for a backslash, or put the text in single quotation marks.';
  if (code === 'BLOCK_IN_FLOW' && character === '-') return 'Between brackets there are no dashes: separate the entries by commas.';
  if (code === 'BLOCK_IN_FLOW') return 'Two entries run together here: write a comma between them.';
  if (code === 'MISSING_CHAR' && character === '#') return 'A comment stands apart: write a space before #.';
  if (code === 'MISSING_CHAR' && !beginsLine) return 'A comma or a colon is missing before this: write it.';
  if (written === '}') return 'This } closes nothing: take it away, or write { where it should open.';
  if (written === ']') return 'This ] closes nothing: take it away, or write [ where it should open.';
  if (written === ',') return 'Nothing stands before this comma: take it away, or write what is missing.';
  return undefined;
}

const innerKeys: readonly string[] = [...objectiveKeys, ...trainingKeys, ...Object.values(baseKeys).flat()];
/** Keys that stand at the left edge and nowhere else. */
const outerKeys: readonly string[] = topLevelKeys.filter((key) => !innerKeys.includes(key));

const item = /^-(?: |$)/;
const keyed = /^(?:- +)*["']?[\w-]+["']?:(?: |$)/;

/** What is wrong with a line that is not YAML where it stands; `at` is the stretch that is shown if nothing is wrong with all of it. */
function slipOfLine(text: string, line: Line, at: Range = bodyOf(line)): Slip {
  const slip = (message: string, edit?: TextEdit): Slip => ({
    ...bodyOf(line),
    message,
    ...(edit && { fixes: fix(titleOf(message), edit) }),
  });
  const { body } = line;
  const bodyStart = line.start + line.indent;
  const put = (at: number, written: string, length = 0): TextEdit => ({
    start: bodyStart + at,
    end: bodyStart + at + length,
    text: written,
  });
  const tabs = text.slice(line.start, line.start + line.indent);
  if (tabs.includes('\t')) {
    const indentation = { start: line.start, end: line.start + line.indent };
    const fixes = fix('Indent with spaces', { ...indentation, text: tabs.replaceAll('\t', '  ') });
    return { ...indentation, message: 'A tab indents this line: indent it with spaces.', fixes };
  }
  const [, dash, word, rest] = /^(- *)?([\w-]*)(.*)$/su.exec(body) ?? ['', undefined, '', body];
  const keys: readonly string[] = line.indent > 0 ? [...topLevelKeys, ...innerKeys] : topLevelKeys;
  const known = layerTypes.has(word) || keys.includes(word);
  if (dash === '-' && known) return slip(`A space is missing after the dash: write "- ${word}${rest}".`, put(1, ' '));
  if (body.startsWith('//')) return slip('A comment begins with #: write # in place of //.', put(0, '#', 2));
  const afterWord = (dash ?? '').length + word.length;
  const pair = put(afterWord, `: ${valueIn(rest)}`.trimEnd(), rest.length);
  if (word !== '' && /^:[^ \t:]/.test(rest)) return slip(`A space is missing after the colon: ${writePair(word, rest)}`, pair);
  if (word !== '' && /^\s*[{[]/.test(rest)) return slip(`A colon is missing after ${word}: ${writePair(word, rest)}`, pair);
  if (!dash && layerTypes.has(word)) return slip(`A dash is missing before this layer: write "- ${shorten(body)}".`, put(0, '- '));
  if (/^[{[]/.test(body)) return slip('This belongs to the key above it: write it on the line of that key, or indent it.');
  if (!item.test(body) && !keyed.test(body)) {
    return known
      ? slip(`A colon is missing after ${word}: ${writePair(word, rest)}`, pair)
      : slip('This line is neither a key with its value nor a layer: write "key: value" or "- planar", or take it away.');
  }
  if (/^[^{["']*:\s+-(?:\s|$)/.test(body)) return slip('A list begins below its key: move what follows the colon to a line of its own.');
  if (/^[^{["']*?:\s.*?[\w-]+:(?:\s|$)/.test(body) && !/^[^:]*:\s+[{["']/.test(body))
    return slip('Two keys stand on this line: give each a line of its own, or write { } around those that belong together.');
  return slipOfIndent(text, line) ?? { ...at, message: outOfPlace(text, at) };
}

function outOfPlace(text: string, { start, end }: Range): string {
  const before = text
    .slice(text.lastIndexOf('\n', start - 1) + 1, start)
    .trimEnd()
    .slice(-1);
  if (before === '}' || before === ']') return `This stands behind the closing ${before}: take it away, or write a comma before it.`;
  if (before === '"' || before === "'") return `This stands behind the closing ${before}: put it inside, or take it away.`;
  return `"${characterOf(text.slice(start, end))}" is out of place here: take it away, or put what it belongs to in quotation marks.`;
}

/** A line that is sound in itself stands too far left or right of those above it. */
function slipOfIndent(text: string, line: Line): Slip | undefined {
  const slip = (message: string, indent?: number): Slip => ({
    ...bodyOf(line),
    message,
    ...(indent !== undefined && {
      fixes: fix('Put it in line', { start: line.start, end: line.start + line.indent, text: ' '.repeat(indent) }),
    }),
  });
  const above = lineAbove(text, line);
  if (item.test(line.body)) {
    let sibling = above;
    while (sibling && !item.test(sibling.body) && sibling.indent > 0) sibling = lineAbove(text, sibling);
    if (!sibling || !item.test(sibling.body)) {
      return above && /^layers\b/.test(above.body)
        ? slip('The list of layers begins below "layers:": take away what follows that colon.')
        : slip('This layer stands outside the list: move it to the others, under "layers:".');
    }
    return sibling.indent === line.indent
      ? undefined
      : slip(`This layer is out of line: ${indentBy(sibling.indent)}, like the one above.`, sibling.indent);
  }
  const [key] = /^[\w-]+/.exec(line.body) ?? [''];
  if (line.indent > 0 && outerKeys.includes(key)) return slip(`${key} is indented: begin it at the left edge.`, 0);
  if (!above || line.indent === above.indent) return undefined;
  const bare = /^- +([\w-]+)$/.exec(above.body);
  if (bare) {
    const message = `This line belongs to "${above.body}" above, which has no colon: write "${above.body}:" there.`;
    return { ...slip(message), fixes: fix(`Write ${above.body}:`, { start: above.end, end: above.end, text: ':' }) };
  }
  const indent = above.indent + (item.test(above.body) ? 4 : 0);
  return slip(`This line is out of line: ${indentBy(indent)}.`, indent);
}

const indentBy = (spaces: number): string => (spaces === 0 ? 'begin it at the left edge' : `indent it by ${counted(spaces, 'space')}`);

const valueIn = (rest: string): string => rest.replace(/^[\s:=：]+/u, '');

const writePair = (key: string, rest: string): string => `write "${shorten(`${key}: ${valueIn(rest)}`).trim()}".`;

/** The remedy that a sentence ends with, as a command. */
function titleOf(message: string): string {
  const remedy = message.slice(message.lastIndexOf(': write ') + 2).replace(/\.$/, '');
  return remedy[0].toUpperCase() + remedy.slice(1);
}

const fix = (title: string, edit: TextEdit): Fix[] => [{ title, edits: [edit], preferred: true }];

const characterOf = (written: string): string => String.fromCodePoint(written.codePointAt(0) ?? 0);

const bodyOf = (line: Line): Range => ({ start: line.start + line.indent, end: line.end });

function rangeOf(text: string, token: CST.Token | CST.SourceToken): Range {
  const source = 'source' in token ? token.source : '';
  const start = 'offset' in token ? token.offset : 0;
  return visible(text, { start, end: start + source.length });
}

function restOfLine(text: string, start: number): Range {
  return { start, end: Math.max(lineAt(text, start).end, start + 1) };
}
