import { initialParameters } from '../flow/flow';
import type { FlowSpec } from '../flow/spec';
import type { Checkpoint } from '../training/messages';
import type { Probe } from './probe';
import type { Training } from './training';

/** Where a person put the probe: a stage 0 … K and the point's coordinates there. */
export interface ProbePlace {
  readonly stage: number;
  readonly point: readonly number[];
}

/** Where a flow stands: what outlives an edit that is undone, and the process. */
export interface Snapshot {
  /** The flow whose parameters these are; see {@link shapeOf}. */
  readonly shape: string;
  readonly checkpoint: Checkpoint;
  /** What the steps said, in rows; see `LossHistory`. */
  readonly rows: Float32Array;
  /** The held-out likelihood, in rows of `heldOutColumns`. */
  readonly heldOut: Float32Array;
  readonly cursor?: number;
  readonly probe?: ProbePlace;
  /** The two that pictures show, counted from 0. */
  readonly coordinates?: readonly [number, number];
  /** It was reset to the initial values of its seed, although its text names weights. */
  readonly fromSeed?: boolean;
}

/**
 * What was trained belongs to every flow of the same shape: same layers, seed and target. Neither the training settings matter, nor by
 * which gradient and with what annealing the target is approached.
 */
export function shapeOf({ dim, base, seed, direction, layers, objective }: FlowSpec): string {
  const target =
    objective?.type !== 'forward-kl'
      ? objective && { type: objective.type, energy: objective.energy }
      : { type: objective.type, data: objective.data, columns: objective.columns, holdout: objective.holdout };
  return JSON.stringify({ dim, base, seed, direction, layers, objective: target });
}

/** Where the person stands in a flow. */
interface Standing {
  readonly cursor: number;
  readonly probe: Probe | undefined;
  readonly coordinates: readonly [number, number];
}

/** What has been trained, and where the person stands in it. */
export function snapshotOf(
  spec: FlowSpec,
  { checkpoint, losses, heldOut }: Training,
  { cursor, probe, coordinates }: Standing,
  { fromSeed }: { readonly fromSeed: boolean },
): Snapshot | undefined {
  return (
    checkpoint && {
      shape: shapeOf(spec),
      checkpoint,
      rows: losses.rows(),
      heldOut,
      cursor,
      coordinates,
      ...(probe && { probe: { stage: probe.stage, point: [...probe.origin] } }),
      ...(fromSeed && { fromSeed }),
    }
  );
}

/** The same but for the values that its layers begin from: flows of one structure have the same parameters. */
export function structureOf(spec: FlowSpec): string {
  return shapeOf({ ...spec, layers: spec.layers.map((layer) => ({ ...layer, initial: {} })) });
}

/** How many numbers two flows of one structure begin from differently; undefined where they are not of one structure, or do not. */
export function editedValues(before: FlowSpec, now: FlowSpec): number | undefined {
  if (structureOf(before) !== structureOf(now)) return undefined;
  const [were, are] = [initialParameters(before), initialParameters(now)];
  return are.filter((value, i) => value !== were[i]).length || undefined;
}

/** A flow with these parameters before its first training step. */
export function untrained(spec: FlowSpec, parameters: Float32Array): Snapshot {
  const moments = [new Float32Array(parameters.length), new Float32Array(parameters.length)] as const;
  return { shape: shapeOf(spec), checkpoint: { step: 0, parameters, moments }, rows: new Float32Array(), heldOut: new Float32Array() };
}

/** The last few flows that were left, by shape: undoing an edit brings the training back. */
export class KeptSnapshots {
  private readonly kept = new Map<string, Snapshot>();

  constructor(private readonly most = 8) {}

  keep(snapshot: Snapshot | undefined): void {
    if (!snapshot) return;
    this.kept.delete(snapshot.shape);
    this.kept.set(snapshot.shape, snapshot);
    const [oldest] = this.kept.keys();
    if (this.kept.size > this.most) this.kept.delete(oldest);
  }

  /** Those that were trained, oldest first, and then this one. */
  trainedAnd(now: Snapshot | undefined): Snapshot[] {
    const others = [...this.kept.values()].filter(({ shape, checkpoint }) => shape !== now?.shape && checkpoint.step > 0);
    return now ? [...others, now] : others;
  }

  of(spec: FlowSpec): Snapshot | undefined {
    return this.kept.get(shapeOf(spec));
  }
}
