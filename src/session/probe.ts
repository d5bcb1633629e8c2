import type { Flow, Pass } from '../flow/flow';
import type { Direction } from '../flow/spec';

/** The map that the probe last went through; `layer` counts from 1. */
export interface ProbeStep {
  readonly layer: number;
  readonly direction: Direction;
  readonly pass: Pass;
}

/**
 * One point that the person follows through the flow. Its **route** is computed once from where it was placed, outwards to both ends.
 * Its **walk** is what the person's own steps do to it: each step maps the point as it is now, so walking away and back is a true round
 * trip whose error is the distance from the route.
 */
export class Probe {
  /** The probe's place at every stage 0 … K. */
  readonly route: readonly Float64Array[];
  /** The signed determinant of each layer's formula along the route: K. */
  readonly dets: readonly number[];
  /** log p_z(z). */
  readonly logBase: number;
  /** log p_x(x) = log p_z(z) − Σ log|det| of z → x along the route. */
  readonly logProb: number;

  private at: { stage: number; point: Float64Array };
  private step: ProbeStep | undefined;
  private turned = false;

  /**
   * @param stage where it is placed, 0 … K
   * @param origin its coordinates there (d)
   */
  constructor(
    private readonly flow: Flow,
    readonly stage: number,
    readonly origin: Float64Array,
  ) {
    const trace = flow.trace(origin, stage);
    this.route = trace.stages;
    this.dets = trace.passes.map((pass) => pass.det[0]);
    [this.logBase] = flow.base.logDensity(trace.stages[0]);
    [this.logProb] = flow.logProbOf(trace);
    this.at = { stage, point: origin };
  }

  get walked(): { readonly stage: number; readonly point: Float64Array } {
    return this.at;
  }

  get lastStep(): ProbeStep | undefined {
    return this.step;
  }

  /** ‖walked − route‖₂ once the walk has turned back towards where it was placed; undefined while it only leads away. */
  get roundTrip(): number | undefined {
    if (!this.turned) return undefined;
    return Math.hypot(...this.at.point.map((x, i) => x - this.route[this.at.stage][i]));
  }

  /** Walks layer by layer to `stage`, mapping the point as it is at each step. */
  walkTo(stage: number): void {
    while (this.at.stage !== stage) {
      const from = this.at.stage;
      const direction: Direction = stage > from ? 'generate' : 'encode';
      const to = direction === 'generate' ? from + 1 : from - 1;
      const layer = Math.max(from, to);
      const pass = this.flow.pass(layer - 1, direction, this.at.point);
      if (Math.abs(to - this.stage) < Math.abs(from - this.stage)) this.turned = true;
      this.step = { layer, direction, pass };
      this.at = { stage: to, point: pass.points };
    }
  }
}
