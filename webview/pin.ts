/** The moment that the person compares with: a picture at hand, or one of a step that the extension is asked for again. */

import type { FlowState, Frame } from '../src/protocol/messages';
import { pictureOf, type Ghost, type Picture } from './scene';

export class Pin {
  private pinned: number | undefined;
  private picture: Picture | undefined;

  /** `ask` asks for the frame of a step; {@link answered} must be called with it. */
  constructor(private readonly ask: (step: number) => void) {}

  get step(): number | undefined {
    return this.pinned;
  }

  /** Once its picture is there. */
  get ghost(): Ghost | undefined {
    const { pinned: step, picture } = this;
    return step === undefined || picture === undefined ? undefined : { step, picture };
  }

  set(step: number, picture: Picture): void {
    [this.pinned, this.picture] = [step, picture];
  }

  /** Pins a step of which there is no picture yet, or no longer: it is to be seen otherwise now. */
  recall(step: number | undefined = this.pinned): void {
    this.pinned = step;
    if (step !== undefined) this.ask(step);
  }

  release(): void {
    this.pinned = this.picture = undefined;
  }

  /** No frame where the step is not known any more: then there is nothing to compare with. */
  answered(frame: Frame | undefined, state: FlowState, shown: Picture | undefined): void {
    if (frame === undefined || frame.depth !== state.layers.length) this.release();
    else if (frame.step === this.pinned) this.picture = pictureOf(frame, state, shown, undefined);
  }
}
