import type { Flow } from '../flow/flow';
import type { Direction } from '../flow/spec';
import { Probe } from './probe';
import type { ProbePlace } from './snapshot';

/** Where in the flow the person stands, and the point that walks along. */
export class Walk {
  /** A stage 0 … K, fractional while scrubbing. */
  cursor = 0;
  probe: Probe | undefined;

  private current: Flow | undefined;

  /** The flow with the parameters that are shown, in float64. */
  get flow(): Flow | undefined {
    return this.current;
  }

  /** The parameters changed: the probe stays where it was placed and walks anew. */
  follow(flow: Flow): void {
    this.current = flow;
    if (this.probe) this.place(flow, this.probe.stage, this.probe.origin);
  }

  /** Another flow, without the probe. */
  begin(cursor: number): void {
    this.cursor = cursor;
    this.probe = undefined;
  }

  /** Moves the cursor through one layer: `generate` is z → x. From between two stages it completes the layer. */
  stepThrough(direction: Direction): void {
    this.moveTo(direction === 'generate' ? Math.floor(this.cursor) + 1 : Math.ceil(this.cursor) - 1);
  }

  /** Moves the cursor to a stage, or between two; the probe walks along through every layer on the way. */
  moveTo(cursor: number): void {
    this.cursor = Math.min(Math.max(cursor, 0), this.current?.layers.length ?? 0);
    this.walkProbe();
  }

  /** Places the probe at a stage, or takes it away. Coordinates that a view does not know are 0. */
  setProbe(place: ProbePlace | undefined): void {
    const { current } = this;
    if (place && current) {
      const point = Float64Array.from({ length: current.dim }, (_, i) => place.point.at(i) ?? 0);
      this.place(current, place.stage, point);
    } else {
      this.probe = undefined;
    }
  }

  private place(flow: Flow, stage: number, point: Float64Array): void {
    this.probe = new Probe(flow, stage, point);
    this.walkProbe();
  }

  /** The probe stands at stages only: between two it stays at the one it came from. */
  private walkProbe(): void {
    const { probe, cursor } = this;
    if (!probe) return;
    probe.walkTo(Math.min(Math.max(probe.walked.stage, Math.floor(cursor)), Math.ceil(cursor)));
  }
}
