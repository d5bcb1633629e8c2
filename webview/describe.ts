/** What the pictures show, in sentences: for captions, tooltips and screen readers. */

import { format } from 'd3';
import type { CentreOverlay, CouplingOverlay, Direction, FlowState, LayerState, ProbeState } from '../src/protocol/messages';
import type { Estimate } from './losses';

const grouped = format(',d');
const short = format('.3~f');

/** As a power of ten: "3e−16". */
const tiny = (x: number): string => format('.1~e')(x).replace('e-', 'e−');

export const arrow: Readonly<Record<Direction, string>> = { generate: 'z → x', encode: 'x → z' };

export function opposite(direction: Direction): Direction {
  return direction === 'generate' ? 'encode' : 'generate';
}

/** log p(x), or why there is none. */
export function logProb({ logProb: value }: Pick<ProbeState, 'logProb'>): string {
  return value === undefined ? 'none: a layer folds' : number(value);
}

/** "1,200". */
export function count(n: number): string {
  return grouped(n);
}

/** Up to three decimals, with a real minus sign; very small values as a power of ten, so that 0 means 0. */
export function number(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'not a number' : x > 0 ? '∞' : '−∞';
  return x !== 0 && Math.abs(x) < 0.0005 ? tiny(x) : short(x);
}

/** Two decimals, as room is scarce; three where every bit matters, and a margin that is not 0 never reads 0. */
export function margin(x: number): string {
  if (x !== 0 && Math.abs(x) < 0.0005) return tiny(x);
  return format(Math.abs(x) < 0.1 && x !== 0 ? '.3f' : '.2f')(x);
}

/** With its sign, always, and as precise as a number. */
export function change(x: number): string {
  return `${x > 0 ? '+' : ''}${number(x)}`;
}

/** With its sign, always. */
export function signed(x: number): string {
  return format('+.2f')(x);
}

/** "(0.30, −1.20)"; of a point on the line the number alone. */
export function point(coordinates: readonly number[]): string {
  const numbers = coordinates.map(format('.2f')).join(', ');
  return coordinates.length === 1 ? numbers : `(${numbers})`;
}

export function residual(x: number): string {
  return x === 0 ? '0' : tiny(x);
}

/** "forward KL · two-moons". */
export function objective({ objective: it, layers }: FlowState): string {
  if (!it) return layers.length > 0 ? 'no objective: to look at, not to train' : '';
  return `${it.type === 'forward-kl' ? 'forward KL' : 'reverse KL'} · ${it.target}`;
}

/** "x → z closed form, z → x solved, residual ≤ 3e−16". */
export function directions({ closedForm, layers }: FlowState): string {
  const worst = layers.reduce((most, layer) => Math.max(most, layer.residual), 0);
  const both = layers.length > 0 && layers.every(({ bothClosedForm }) => bothClosedForm);
  const solved = both ? 'z → x and x → z closed form' : `${arrow[closedForm]} closed form, ${arrow[opposite(closedForm)]} solved`;
  return worst > 0 ? `${solved}, residual ≤ ${residual(worst)}` : solved;
}

/** Which way a radial layer pushes, seen from its centre. */
export function way({ push }: CentreOverlay): string {
  return push < 0 ? 'inwards' : 'outwards';
}

/** "₁₂" for 12. */
export function subscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]);
}

/** The coordinates of a layer's input that pass through it (or those that do not): "v₁". */
export function coordinates({ passes }: CouplingOverlay, passing: boolean): string {
  const names = passes.flatMap((it, i) => (it === passing ? [`v${subscript(i + 1)}`] : []));
  return names.join(', ') || 'nothing';
}

/** What is wrong with a layer, or nothing. */
export function warning(layer: LayerState, { epsilon, closedForm }: Pick<FlowState, 'epsilon' | 'closedForm'>): string | undefined {
  if (layer.status === 'folds') return 'folds space';
  if (layer.status === 'near-singular') return `nearly singular, margin < ${number(epsilon)}`;
  if (layer.doubtful > 0)
    return `${arrow[opposite(closedForm)]} doubtful for ${count(layer.doubtful)} ${layer.doubtful === 1 ? 'particle' : 'particles'}`;
  return undefined;
}

/** What stands in the way of showing the text as it is, or nothing. */
export function problem({ problem: why, layers }: FlowState): string | undefined {
  if (why === undefined) return undefined;
  return layers.length === 0 ? `There is no flow to show yet: ${why}` : `Showing the last good flow: ${why}`;
}

/** "stage 3 of 16", or where between two stages. */
export function stage(cursor: number, depth: number): string {
  const end = cursor === 0 ? ' (z)' : cursor === depth ? ' (x)' : '';
  return `stage ${Number.isInteger(cursor) ? cursor : cursor.toFixed(2)} of ${depth}${end}`;
}

/** "dotted: step 120, solid: step 2,400", where an earlier moment is compared with. */
export function compared(pinned: number | undefined, { past, training: { step } }: Pick<FlowState, 'past' | 'training'>): string {
  return pinned === undefined ? '' : `dotted: step ${count(pinned)}, solid: step ${count(past?.shown ?? step)}`;
}

/** "layer 4 margin 0.04, nearly singular". */
export function layer(state: FlowState, active: number): string {
  const it = state.layers[active - 1];
  const wrong = it.status === 'folds' ? ', folds space' : it.status === 'near-singular' ? ', nearly singular' : '';
  return `layer ${active} margin ${margin(it.margin)}${wrong}`;
}

/** "step 1,200 of 4,000 · loss 2.314", while annealed "· loss 2.314 at β 0.6"; an edited file may ask for fewer steps than were taken, and nobody knows how many others take. */
export function training({ training: { step, until, loss, beta, attached } }: FlowState): string {
  const steps = step > until || attached ? `step ${count(step)}` : `step ${count(step)} of ${count(until)}`;
  return loss === undefined ? steps : `${steps} · loss ${number(loss)}${beta === undefined ? '' : ` at β ${number(beta)}`}`;
}

/** What annealing makes of the loss, which the pictures of it do not show; empty where there is none. */
export function annealing({ training: { beta } }: FlowState): string {
  return beta === undefined ? '' : `Annealing: training weighs E u(x) by β = ${number(beta)} now; here it counts in full.`;
}

/** Why it cannot be told what the loss is made of. */
export function noTerms({ training: { step, attached: of } }: FlowState): string {
  if (of) return `What the loss is made of is not known: the files of ${of.source} tell its sum alone.`;
  return `${step > 0 ? 'Go on training' : 'Train'} to see what the loss is made of.`;
}

/** Which loss {@link training} tells; empty where it tells none. */
export function lossTooltip({ training: { loss, attached: of } }: FlowState): string {
  if (of) return '';
  return loss === undefined ? '' : 'The loss is that of the last step, of one batch';
}

/** "WebAssembly SIMD", without the reason for it. */
export function engine({ training: { engine: full = '' } }: FlowState): string {
  return full.split(/[:,;]/)[0];
}

/** "attached to runs · last file at 14:03:12", or nothing. */
export function attached({ training: { attached: of } }: FlowState): string {
  if (!of) return '';
  return `${of.isOver ? 'detached from' : 'attached to'} ${of.source} · last file at ${new Date(of.lastSeen).toLocaleTimeString()}`;
}

/** "held-out log p(x) −1.03 ± 0.02", or why there is none, or nothing. */
export function heldOut({ training: { heldOut: of, noneToHoldOut } }: FlowState): string {
  if (noneToHoldOut === true) return 'no rows are held out: the data has only one';
  return of ? `held-out log p(x) ${estimate(of)}` : '';
}

/** Why training stands still, or nothing. */
export function note({ training: { status, note: why } }: FlowState): string | undefined {
  if (status === 'running') return undefined;
  return why ?? (status === 'not-finite' ? 'The loss is not finite.' : undefined);
}

/** "0.041 ± 0.003": to the first digit of the error, and to two decimals at least. */
export function estimate({ mean, error }: Pick<Estimate, 'mean' | 'error'>): string {
  const decimals = error > 0 ? Math.min(Math.max(2, Math.ceil(-Math.log10(error))), 9) : 3;
  const fixed = format(`.${decimals}f`);
  return `${fixed(mean)} ± ${fixed(error)}`;
}

/** "Layer 3 is", "Layers 1, 2 and 5 are". */
export function layers(numbers: readonly number[]): string {
  return numbers.length === 1 ? `Layer ${numbers[0]} is` : `Layers ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)} are`;
}

/** "layer 3 folds", or nothing where none does. */
export function folds(layers: readonly LayerState[]): string | undefined {
  const numbers = layers.filter(({ status }) => status === 'folds').map(({ number: k }) => k);
  if (numbers.length === 0) return undefined;
  return numbers.length === 1 ? `layer ${numbers[0]} folds` : `layers ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)} fold`;
}
