import { add, dispose, tensor1d, tidy, valueAndGrad, zeros, type Tensor1D } from '@tensorflow/tfjs-core';
import type { FlowSpec } from '../flow/spec';
import { flowOp, initialScore, lossOp } from './flow-op';
import { lossOf, type TrainingObjective } from './objective';
import { clipScale, norm } from './optimizer';
import { noSums, pointsAtOnce, type BatchSums } from './pass';
import type { Stepper, StepOutcome, StepSettings, TrainingState } from './stepper';
import { optimiseTensors, type TensorState } from './tensor-optimizer';

/** Training in TensorFlow.js, for every flow. */
export class TensorFlowStepper implements Stepper {
  private current: TensorState;
  private readonly op;
  private readonly chunk: number;

  /** @param fused the layers, from 0, that go through WebAssembly run by run; see {@link flowOp}. */
  constructor(
    readonly name: string,
    private readonly spec: FlowSpec,
    private readonly objective: TrainingObjective,
    state: TrainingState,
    fused: (layer: number) => boolean,
  ) {
    this.op = flowOp(spec, fused);
    this.chunk = pointsAtOnce(spec);
    this.current = tensorsOf(state);
    // What is compiled at its first use is compiled now: in the middle of a run, messages would wait for it.
    this.addGradient(
      tidy(() => zeros([state.parameters.length])),
      objective.draw(Math.min(objective.size, this.chunk), objective.random(1)),
      1,
      noSums(0),
    ).dispose();
  }

  *take(settings: StepSettings): Generator<void, StepOutcome> {
    const { spec, objective } = this;
    const { size } = objective;
    const sums = noSums(0);
    const random = objective.random(settings.step);
    let gradient: Tensor1D = tidy(() => zeros([this.current.parameters.size]));
    try {
      for (let left = size; left > 0; left -= this.chunk) {
        if (left < size) yield;
        gradient = this.addGradient(gradient, objective.draw(Math.min(left, this.chunk), random), settings.beta, sums);
      }
      const terms = objective.terms(sums.base, sums.cost, sums.logDet);
      const loss = lossOf(spec, terms, settings.beta);
      const gradientNorm = norm(gradient.dataSync());
      const next = optimiseTensors(this.current, gradient, clipScale(gradientNorm, spec.training.clip), spec.training, settings);
      if (!Number.isFinite(loss) || !isFiniteState(next)) {
        const refused = copyOf(next.parameters);
        dispose(next);
        return { loss, terms, gradientNorm: NaN, refused };
      }
      dispose(this.current);
      this.current = next;
      return { loss, terms, gradientNorm };
    } finally {
      gradient.dispose();
    }
  }

  /** Adds to the sums what the points come to, and returns the gradient so far with theirs, instead of `before`, which is gone. */
  private addGradient(before: Tensor1D, points: Float64Array, beta: number, sums: BatchSums): Tensor1D {
    const { spec, objective } = this;
    sums.base += objective.baseTerm(points);
    const gradient: Tensor1D = tidy(() => {
      const loss = lossOp(objective, spec.dim, beta, sums);
      const score = initialScore(objective, points, spec.dim);
      const { grad } = valueAndGrad((parameters) => loss(this.op(points, parameters as Tensor1D, score)))(this.current.parameters);
      return add(before, grad);
    });
    before.dispose();
    return gradient;
  }

  state(): TrainingState {
    const { parameters, first, second } = this.current;
    return { parameters: copyOf(parameters), moments: [copyOf(first), copyOf(second)] };
  }

  restore(state: TrainingState): void {
    dispose(this.current);
    this.current = tensorsOf(state);
  }

  dispose(): void {
    dispose(this.current);
  }
}

const copyOf = (values: Tensor1D): Float32Array => values.dataSync<'float32'>().slice();

// Copied: TensorFlow.js keeps the array that it is given.
const tensorsOf = ({ parameters, moments }: TrainingState): TensorState => ({
  parameters: tensor1d(parameters.slice()),
  first: tensor1d(moments[0].slice()),
  second: tensor1d(moments[1].slice()),
});

const isFiniteState = (state: TensorState): boolean =>
  Object.values(state).every((values) => values.dataSync<'float32'>().every(Number.isFinite));
