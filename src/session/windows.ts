import type { FlowSpec } from '../flow/spec';
import type { Density } from '../training/density';
import type { Ellipses } from '../training/ellipses';
import type { WindowRequest } from '../training/window';
import type { EngineClient } from './engine-client';
import type { Past } from './past';

/** Looks at one stage of the flow through a window, as it is now or at the past step that is shown. */
export class Windows {
  constructor(
    private readonly engine: EngineClient,
    private readonly past: Past,
    private readonly spec: () => FlowSpec | undefined,
  ) {}

  /** The densities at a stage; undefined where there is no such flow, or it has more than two dimensions. */
  async density(request: WindowRequest): Promise<Density | undefined> {
    const answer = this.has(request, 1) && (await this.engine.ask({ type: 'density', request, ...this.parameters }));
    return answer && answer.type === 'density' ? answer.density : undefined;
  }

  /** What becomes of circles at a stage; undefined where there is no such flow on the plane. */
  async ellipses(request: WindowRequest): Promise<Ellipses | undefined> {
    const answer = this.has(request, 2) && (await this.engine.ask({ type: 'ellipses', request, ...this.parameters }));
    return answer && answer.type === 'ellipses' ? answer.ellipses : undefined;
  }

  /** A view may ask of a flow that has just gone. */
  private has({ stage }: WindowRequest, leastDim: number): boolean {
    const spec = this.spec();
    return spec !== undefined && this.engine.isOpen && stage <= spec.layers.length && spec.dim >= leastDim && spec.dim <= 2;
  }

  private get parameters(): { readonly parameters?: Float32Array } {
    const { shown } = this.past;
    return shown ? { parameters: shown.parameters } : {};
  }
}
