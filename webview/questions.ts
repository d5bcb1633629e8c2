/** What is to be seen beside the picture, and must be asked for: densities, and what becomes of small circles. */

import { Asked } from './asked';
import { post } from './host';
import { circles } from './picture-painter';
import type { WindowRequest } from '../src/protocol/messages';
import type { Shown } from './shown';

/** Points a side of a density: fewer while things move. */
const sides = { moving: 64, resting: 128 };

export class Questions {
  readonly densities = new Asked<WindowRequest>((request) => post({ type: 'density', request }));
  readonly ellipses = new Asked<WindowRequest>((request) => post({ type: 'ellipses', request }));

  /** Asks for what is shown at a cursor, unless it was asked for already. */
  want(
    shown: Pick<Shown, 'density' | 'ellipses'>,
    cursor: number,
    { x0, x1, y0, y1 }: Readonly<Record<'x0' | 'x1' | 'y0' | 'y1', number>>,
    moving: boolean,
  ): void {
    if (shown.density) {
      this.densities.want({ stage: cursor, side: moving ? sides.moving : sides.resting, window: [x0, x1, y0, y1] });
    }
    const { side, extent } = circles;
    if (shown.ellipses) this.ellipses.want({ stage: 0, side, window: [-extent, extent, -extent, extent] });
  }

  /** Whatever was answered is of an earlier picture. */
  outdate(): void {
    this.densities.outdate();
    this.ellipses.outdate();
  }
}
