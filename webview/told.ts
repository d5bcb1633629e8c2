/** What the extension has told: the state and the tensors that go with it, made ready for drawing. */

import type { Density, Ellipses, FlowState, Frame, Target, ToView } from '../src/protocol/messages';
import { unpack } from '../src/protocol/pack';
import { DensityPainter } from './density';
import { Questions } from './questions';
import { pictureOf, type Picture, type Scene } from './scene';
import { TargetPainter } from './target';

const nothing = new Float32Array(0);

export class Told {
  state: FlowState | undefined;
  frame: Frame | undefined;
  picture: Picture | undefined;
  private target: TargetPainter | undefined;
  private density: DensityPainter | undefined;
  private ellipses: Ellipses | undefined;
  readonly questions = new Questions();

  /** Another state; of another flow, it waits for a picture of its own. */
  takeState(next: FlowState | undefined): { readonly another: boolean; readonly reshaped: boolean } {
    const another = next?.uri !== this.state?.uri;
    const reshaped = next?.layers.length !== this.state?.layers.length || next?.closedForm !== this.state?.closedForm;
    this.state = next;
    if (next && another) this.picture = undefined;
    if (next && (another || reshaped)) this.preparePicture();
    return { another, reshaped };
  }

  take(message: Extract<ToView, { readonly type: 'target' | 'density' | 'ellipses' | 'frame' }>): void {
    switch (message.type) {
      case 'target':
        this.target = message.packed && new TargetPainter(unpack<Target>(message.packed));
        this.preparePicture();
        break;
      case 'density':
        this.density = message.packed && new DensityPainter(unpack<Density>(message.packed));
        this.questions.densities.answered();
        break;
      case 'ellipses':
        this.ellipses = message.packed && unpack<Ellipses>(message.packed);
        this.questions.ellipses.answered();
        break;
      case 'frame':
        this.questions.outdate();
        this.frame = unpack<Frame>(message.packed);
        this.preparePicture();
        break;
    }
  }

  /** What of it belongs to a scene of this depth, with the cursor there. */
  at(cursor: number, depth: number): Pick<Scene, 'picture' | 'losses' | 'terms' | 'heldOut' | 'target' | 'density' | 'ellipses'> {
    const { picture, frame, target, density, ellipses } = this;
    return {
      picture: picture?.depth === depth ? picture : undefined,
      losses: frame?.losses ?? nothing,
      terms: frame?.terms ?? nothing,
      heldOut: frame?.heldOut ?? nothing,
      target,
      density: density?.density.stage === cursor ? density : undefined,
      ellipses: ellipses?.depth === depth ? ellipses : undefined,
    };
  }

  /** State and frame may come in either order: a picture is made once they belong together. */
  private preparePicture(): void {
    const { state, frame } = this;
    if (state === undefined || frame === undefined || frame.depth !== state.layers.length) return;
    this.picture = pictureOf(frame, state, this.picture, this.target?.sight);
  }
}
