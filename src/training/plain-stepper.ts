import type { FlowSpec } from '../flow/spec';
import { lossOf, type TrainingObjective } from './objective';
import { clipScale, isFiniteState, norm, optimise } from './optimizer';
import { addPass, kernelPlaces, noSums, pointsAtOnce } from './pass';
import { copyOf, type Stepper, type StepOutcome, type StepSettings, type TrainingState } from './stepper';

/** Training in TypeScript: the layers' kernels in float64, one after the other, the state in float32. */
export class PlainStepper implements Stepper {
  private current: TrainingState;
  private readonly places;
  private readonly chunk: number;

  constructor(
    readonly name: string,
    private readonly spec: FlowSpec,
    private readonly objective: TrainingObjective,
    state: TrainingState,
  ) {
    this.current = copyOf(state);
    this.places = kernelPlaces(spec);
    this.chunk = pointsAtOnce(spec);
  }

  *take(settings: StepSettings): Generator<void, StepOutcome> {
    const { spec, objective, places } = this;
    const { size } = objective;
    const parameters = Float64Array.from(this.current.parameters);
    const sums = noSums(parameters.length);
    const random = objective.random(settings.step);
    for (let left = size; left > 0; left -= this.chunk) {
      if (left < size) yield;
      addPass(places, spec.dim, objective, parameters, objective.draw(Math.min(left, this.chunk), random), settings.beta, sums);
    }
    const terms = objective.terms(sums.base, sums.cost, sums.logDet);
    const loss = lossOf(spec, terms, settings.beta);
    const gradient = sums.gradient.map((sum) => sum / size);
    const gradientNorm = norm(gradient);
    const next = optimise(this.current, gradient, clipScale(gradientNorm, spec.training.clip), spec.training, settings);
    if (!Number.isFinite(loss) || !isFiniteState(next)) return { loss, terms, gradientNorm: NaN, refused: next.parameters };
    this.current = next;
    return { loss, terms, gradientNorm };
  }

  state(into?: TrainingState): TrainingState {
    return copyOf(this.current, into);
  }

  restore(state: TrainingState): void {
    this.current = copyOf(state);
  }

  dispose(): void {
    // Nothing is held beyond the garbage collector's reach.
  }
}
