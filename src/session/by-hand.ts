import { applied, setParameters, type TextEdit } from '../document/edit';
import { parseFlow } from '../document/parse';
import { parameterSlots, type Flow } from '../flow/flow';
import type { FlowSpec } from '../flow/spec';
import { shapeOf } from './snapshot';
import type { ParameterValues } from './training';

/** What is in a person's hand: the handle of a layer (from 0). */
export interface Held {
  readonly layer: number;
  readonly handle: string;
  /** The constraint does not let it come where it was dragged. */
  readonly heldBack: boolean;
}

/** A drag that the text was told of: the two flows that the text then describes, and the values of the layer in either. */
interface Move {
  readonly shapes: readonly [before: string, after: string];
  readonly values: readonly [before: ParameterValues[], after: ParameterValues[]];
  /** Which of the two the flow has. */
  stands: 0 | 1;
}

/** As many digits as a text can be read with. */
const digits = 5;
/** How far from the person's hand a handle may end up unnoticed, as a share of its arrow. */
const unnoticed = 1e-2;

/** What a hand takes hold of. */
interface Graspable {
  readonly flow: Flow | undefined;
  readonly opened: { readonly spec: FlowSpec } | undefined;
  readonly parameters: Float32Array | undefined;
  editParameters(changes: readonly ParameterValues[]): Promise<void>;
}

/** Layers that a person moves by hand: the one being moved, and those that the text knows of, so that undoing there is undoing here. */
export class ByHand {
  private now: { readonly layer: number; readonly before: ParameterValues[]; after: ParameterValues[] } | undefined;
  /** The latest first. */
  private readonly moves: Move[] = [];
  private inHand: Held | undefined;

  constructor(
    private readonly session: Graspable,
    private readonly onLetGo: () => void,
  ) {}

  get held(): Held | undefined {
    return this.inHand;
  }

  /**
   * Drags a handle of a layer (from 0) to `to` (d), or as near as the layer's constraint lets it come, to values of as many digits as the
   * text will have; training, if it runs, goes on from there. {@link letGo} then tells the text.
   */
  async drag(layer: number, handle: string, to: readonly number[]): Promise<void> {
    const { flow, opened, parameters } = this.session;
    if (!flow || !opened || !parameters || !(layer in flow.layers)) return;
    const { spec } = opened;
    const { type, dim } = flow.layers[layer];
    const values = flow.layers[layer].drag(handle, to).map((value) => Number(value.toPrecision(digits)));
    const slots = parameterSlots(spec).filter((slot) => slot.layer === layer);
    const named = (all: ArrayLike<number>, first: number): ParameterValues[] =>
      slots.map(({ name, offset, length }) => ({ layer, name, values: Array.from(all).slice(offset - first, offset - first + length) }));
    const after = named(values, slots[0].offset);
    if (this.now?.layer === layer) this.now.after = after;
    else this.now = { layer, before: named(parameters, 0), after };

    const end = type
      .create(dim, spec.layers[layer].options, values)
      .handles()
      .find(({ name }) => name === handle);
    const reach = (point: readonly number[]): number => Math.hypot(...point.map((value, i) => value - (end?.from?.[i] ?? 0)));
    const heldBack = end?.from !== undefined && Math.abs(reach(end.at) - reach(to)) > unnoticed * (1 + reach(to));
    this.inHand = { layer, handle, heldBack };
    await this.session.editParameters(after);
  }

  /** The person lets go: the edits that tell this text of it. When the session then has them, or loses them again, nothing starts over. */
  letGo(text: string): TextEdit[] {
    const { now } = this;
    this.inHand = this.now = undefined;
    this.onLetGo();
    if (!now) return [];
    const values = Object.fromEntries(now.after.map((one) => [one.name, Array.from(one.values)]));
    const edits = setParameters(text, now.layer, values);
    const [before, after] = [parseFlow(text).spec, parseFlow(applied(text, edits)).spec];
    if (before && after) {
      this.moves.unshift({ shapes: [shapeOf(before), shapeOf(after)], values: [now.before, now.after], stands: 1 });
    }
    return edits;
  }

  /** What is to be set where the text goes from one flow to another by a move of this hand, or back; undefined where it is none. */
  between(from: FlowSpec, to: FlowSpec): ParameterValues[] | undefined {
    const [was, is] = [shapeOf(from), shapeOf(to)];
    const move = this.moves.find(({ shapes: [before, after] }) => (before === was && after === is) || (after === was && before === is));
    if (!move) return undefined;
    const wanted = move.shapes[1] === is ? 1 : 0;
    if (move.stands === wanted) return [];
    move.stands = wanted;
    return move.values[wanted];
  }
}
