/** A moment to compare with: its grid and particles at the same stage, dotted and in a colour of their own, beneath those of the moment shown. */

import { drawDots } from './dots';
import type { Projection } from './scales';
import type { Ghost, Scene } from './scene';

/** Every so many of the grid's lines are drawn: a ghost must not hide what it is compared with. */
const stride = 4;

export class GhostPainter {
  private points = new Float32Array(0);
  private corners = new Float32Array(0);

  draw(context: CanvasRenderingContext2D, { picture }: Ghost, { instant, theme }: Scene, at: Projection, size: number): void {
    const { particles, grid, side } = picture;
    if (this.points.length !== 2 * particles.count) this.points = new Float32Array(2 * particles.count);
    if (this.corners.length !== 2 * grid.count) this.corners = new Float32Array(2 * grid.count);
    particles.pointsAt(instant, this.points);
    grid.pointsAt(instant, this.corners);
    context.strokeStyle = context.fillStyle = theme.probe;
    context.lineWidth = 1;
    context.globalAlpha = theme.highContrast ? 0.9 : 0.5;
    context.setLineDash([3, 3]);
    this.strokeLines(context, side, at);
    context.setLineDash([]);
    context.globalAlpha = theme.highContrast ? 0.9 : 0.45;
    drawDots(context, this.points, at, size);
    context.globalAlpha = 1;
  }

  private strokeLines(context: CanvasRenderingContext2D, side: number, { scale, left, top }: Projection): void {
    const { corners } = this;
    const through = (indexOf: (i: number) => number): void => {
      let drawn = false;
      for (let i = 0; i < side; i++) {
        const [x, y] = [corners[2 * indexOf(i)], corners[2 * indexOf(i) + 1]];
        const finite = Number.isFinite(x + y);
        if (finite && drawn) context.lineTo(left + scale * x, top - scale * y);
        else if (finite) context.moveTo(left + scale * x, top - scale * y);
        drawn = finite;
      }
    };
    context.beginPath();
    for (let k = 0; k < side; k += stride) {
      through((i) => k * side + i);
      through((i) => i * side + k);
    }
    context.stroke();
  }
}
