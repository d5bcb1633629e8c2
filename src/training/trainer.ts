import { dispose, tensor1d, valueAndGrad, type Tensor1D } from '@tensorflow/tfjs-core';
import { initialParameters } from '../flow/flow';
import type { FlowSpec } from '../flow/spec';
import { adam, type AdamState } from './adam';
import { flowOp, meanCost } from './flow-op';
import type { Checkpoint, NotFinite } from './messages';
import { firstNotFinite } from './not-finite';
import type { TrainingObjective } from './objective';

/** Where training stands before its first step. */
export function initialCheckpoint(spec: FlowSpec): Checkpoint {
  const parameters = Float32Array.from(initialParameters(spec));
  return { step: 0, parameters, moments: [new Float32Array(parameters.length), new Float32Array(parameters.length)] };
}

/** One flow in training: takes steps, one at a time, from a checkpoint on. */
export class Trainer {
  private taken: number;
  private state: AdamState;
  private readonly op;
  private readonly loss;

  /** Throws a RangeError for a checkpoint of another flow. */
  constructor(
    private readonly spec: FlowSpec,
    private readonly objective: TrainingObjective,
    from: Checkpoint,
  ) {
    const expected = initialParameters(spec).length;
    if (from.parameters.length !== expected) {
      throw new RangeError(`The checkpoint has ${from.parameters.length} parameters, but the flow has ${expected}.`);
    }
    this.op = flowOp(spec);
    this.loss = meanCost(objective.cost, spec.dim);
    this.taken = from.step;
    this.state = { parameters: tensor1d(from.parameters), first: tensor1d(from.moments[0]), second: tensor1d(from.moments[1]) };
  }

  /** The number of the last step that was taken. */
  get step(): number {
    return this.taken;
  }

  /** Takes the next step and returns the loss before it, or says what was not finite; then the step is not taken. */
  next(): number | NotFinite {
    const step = this.taken + 1;
    const batch = this.objective.batch(step);
    const { value, grad } = valueAndGrad((parameters) => this.loss(this.op(batch, parameters as Tensor1D)))(this.state.parameters);
    const next = adam(this.state, grad as Tensor1D, step, this.spec.training.learningRate);
    const loss = value.dataSync()[0] + this.objective.constant(batch);
    const all = [grad, next.first, next.second, next.parameters].map((each) => each.dataSync<'float32'>());
    const finite = Number.isFinite(loss) && all.every((values) => values.every(Number.isFinite));
    if (!finite) {
      const [gradient, first, second, after] = all;
      const before = this.checkpoint().parameters;
      const at = firstNotFinite(this.spec, this.objective, { step, batch, before, gradient, first, second, after });
      dispose([value, grad, next]);
      return at;
    }
    dispose([value, grad, this.state]);
    this.state = next;
    this.taken = step;
    return loss;
  }

  checkpoint(): Checkpoint {
    const copy = (values: Tensor1D): Float32Array => values.dataSync<'float32'>().slice();
    return { step: this.taken, parameters: copy(this.state.parameters), moments: [copy(this.state.first), copy(this.state.second)] };
  }

  dispose(): void {
    dispose(this.state);
  }
}
