import type { Flow, Pass } from '../flow/flow';
import type { Direction } from '../flow/spec';

/** How a batch went through one layer, counted from 1. */
export interface Visit {
  readonly layer: number;
  readonly direction: Direction;
  /** n × d: where it came from. */
  readonly input: Float64Array;
  readonly pass: Pass;
}

/** ‖a − b‖₂, the greatest over n points in R^d; NaN where a coordinate is. */
function greatestDistance(a: Float64Array, b: Float64Array, dim: number): number {
  let most = 0;
  for (let at = 0; at < a.length; at += dim) {
    let square = 0;
    for (let i = at; i < at + dim; i++) square += (a[i] - b[i]) ** 2;
    if (!(square <= most)) most = square;
  }
  return Math.sqrt(most);
}

/**
 * A batch on its way through the layers: the program that is debugged. It runs z → x or x → z; a step back is the true map the other way,
 * from where the points are now, and not a recording rewound, so that what it misses shows.
 */
export class BatchPass {
  private readonly visits: Visit[] = [];
  /** By position: where the points were when the pass first came there. */
  private readonly first: Float64Array[];
  private latest: Visit | undefined;
  private missed: number | undefined;
  private at: Float64Array;

  /** @param start n × d points at z for `generate`, at x for `encode` */
  constructor(
    readonly flow: Flow,
    readonly direction: Direction,
    readonly start: Float64Array,
  ) {
    this.at = start;
    this.first = [start];
  }

  /** n. */
  get count(): number {
    return this.start.length / this.flow.dim;
  }

  /** How many layers were applied: 0 … K. */
  get position(): number {
    return this.visits.length;
  }

  get stage(): number {
    return this.stageAt(this.position);
  }

  get isAtEnd(): boolean {
    return this.position === this.flow.layers.length;
  }

  /** n × d: where the points are now. */
  get points(): Float64Array {
    return this.at;
  }

  /** The map that was taken last, either way. */
  get lastStep(): Visit | undefined {
    return this.latest;
  }

  /** How far the points that came back, or came again, are from where they were first: the greatest distance. */
  get roundTrip(): number | undefined {
    return this.missed;
  }

  /** 0 … K for a position 0 … K. */
  stageAt(position: number): number {
    return this.direction === 'generate' ? position : this.flow.layers.length - position;
  }

  /** The same the other way: how many layers lie between the start and a stage. */
  positionOf(stage: number): number {
    return this.stageAt(stage);
  }

  /** The position that a layer, counted from 1, leads to. */
  positionAfter(layer: number): number {
    return this.direction === 'generate' ? layer : this.flow.layers.length - layer + 1;
  }

  /** How the layer was passed that led to this position, from 1; undefined at the start, and where the pass is not yet. */
  visitAt(position: number): Visit | undefined {
    return this.visits[position - 1];
  }

  /** How this layer, counted from 1, was passed. */
  visitOf(layer: number): Visit | undefined {
    return this.visits.find((visit) => visit.layer === layer);
  }

  /** What the next step would do. Only before the end. */
  ahead(): Visit {
    const layer = this.direction === 'generate' ? this.position + 1 : this.flow.layers.length - this.position;
    return this.through(layer, this.direction);
  }

  /** Through the next layer. */
  forth(visit: Visit = this.ahead()): Visit {
    this.visits.push(visit);
    this.arrive(visit);
    return visit;
  }

  /** Through the last layer again, the other way. Only after the start. */
  back(): Visit {
    const { layer } = this.visits[this.position - 1];
    const visit = this.through(layer, this.direction === 'generate' ? 'encode' : 'generate');
    this.visits.pop();
    this.arrive(visit);
    return visit;
  }

  /** To before this position's layer, with the points that went into it: nothing is mapped. */
  rewindBefore(position: number): void {
    const [first] = this.visits.splice(position - 1);
    this.at = first.input;
    this.latest = undefined;
    this.missed = undefined;
    this.first.length = position;
  }

  /** The same batch from the start to the same position, or another, through a flow with other parameters. */
  again(flow: Flow, position = this.position): BatchPass {
    const pass = new BatchPass(flow, this.direction, this.start);
    for (let i = 0; i < position; i++) pass.forth();
    return pass;
  }

  private through(layer: number, direction: Direction): Visit {
    return { layer, direction, input: this.at, pass: this.flow.pass(layer - 1, direction, this.at) };
  }

  private arrive(visit: Visit): void {
    this.latest = visit;
    this.at = visit.pass.points;
    const first = this.first.at(this.position);
    if (first) this.missed = greatestDistance(this.at, first, this.flow.dim);
    else this.first[this.position] = this.at;
  }
}
