import { copyOf, type Stepper, type StepOutcome, type TrainingState } from './stepper';

/** The state of a flow without an objective, which takes no steps. */
export class RestingStepper implements Stepper {
  readonly name = '';
  private current: TrainingState;

  constructor(state: TrainingState) {
    this.current = copyOf(state);
  }

  /** @throws RangeError always. */
  take(): Generator<void, StepOutcome> {
    throw new RangeError('A flow without an objective has no step to take.');
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
