/** What the plane shows on its canvas: grid, target, trails and particles at one instant. */

import { pointsOf } from './brush';
import { drawDots } from './dots';
import { drawEllipses } from './ellipses';
import { GhostPainter } from './ghost-painter';
import { instantAt } from './instant';
import { GridPainter, drawTrails } from './painters';
import { nearness, type Projection } from './scales';
import type { Picture, Scene } from './scene';

/** Where the Jacobian is shown as ellipses: about so many points a side of [−extent, extent]² at z. */
export const circles = { side: 11, extent: 2.5, spacing: 0.5 };

/** How far back trails reach, in layers. */
const trail = 0.3;

export class PicturePainter {
  private readonly grid = new GridPainter();
  private readonly ghost = new GhostPainter();
  private particles = new Float32Array(0);
  private origins = new Float32Array(0);
  private carried = new Float32Array(0);
  private logDet = new Float32Array(0);
  private folded = new Uint8Array(0);

  /** `reach` is the plane's shorter side in pixels. */
  draw(context: CanvasRenderingContext2D, scene: Scene, at: Projection, reach: number): void {
    const { theme, instant, cursor, state, picture, target, ghost, shown, density, ellipses } = scene;
    const size = Math.min(Math.max(reach / 260, 1.5), 4);
    density?.draw(context, at, theme, shown);
    if (ghost?.picture.depth === state.layers.length) this.ghost.draw(context, ghost, scene, at, size);
    if (picture) {
      this.fit(picture);
      picture.grid.pointsAt(instant, this.carried);
      picture.grid.logDetAt(instant, this.logDet, this.folded);
      const { side, domain } = picture;
      if (shown.grid) this.grid.draw(context, { points: this.carried, logDet: this.logDet, folded: this.folded, side, domain }, at, theme);
    }
    // Over the flow's density, the target's is drawn as lines, with it.
    const drawn = density?.density.target !== undefined && (shown.density || shown.difference);
    if (shown.target && !drawn) target?.draw(context, at, theme, nearness(cursor / state.layers.length));
    if (shown.ellipses && ellipses) drawEllipses(context, ellipses, cursor, circles.spacing, at, theme);
    if (picture && shown.particles) this.drawParticles(context, scene, picture, at, size);
  }

  private drawParticles(context: CanvasRenderingContext2D, scene: Scene, { particles }: Picture, at: Projection, size: number): void {
    const { theme, instant, cursor, heading, state } = scene;
    const depth = state.layers.length;
    const behind = heading === 'generate' ? Math.max(0, cursor - trail) : Math.min(depth, cursor + trail);
    const past = instantAt(behind, depth, heading, state.closedForm);
    particles.pointsAt(instant, this.particles);
    particles.pointsAt(past, this.origins);
    // A trail that reaches back into another layer bends at the stage between the two.
    const bend = past.layer === instant.layer ? this.origins : particles.stage(heading === 'generate' ? instant.layer - 1 : instant.layer);
    context.strokeStyle = context.fillStyle = theme.foreground;
    context.lineWidth = 1;
    context.globalAlpha = theme.highContrast ? 0.3 : 0.14;
    drawTrails(context, this.origins, bend, this.particles, at);
    context.globalAlpha = theme.highContrast ? 0.95 : 0.75;
    drawDots(context, this.particles, at, size);
    if (scene.brushed) {
      context.fillStyle = theme.probe;
      context.globalAlpha = 1;
      drawDots(context, pointsOf(this.particles, scene.brushed), at, size + 1.5);
    }
    context.globalAlpha = 1;
  }

  /** The buffers are kept from frame to frame. */
  private fit({ particles, grid }: Picture): void {
    if (this.particles.length !== 2 * particles.count) {
      this.particles = new Float32Array(2 * particles.count);
      this.origins = new Float32Array(2 * particles.count);
    }
    if (this.logDet.length !== grid.count) {
      this.carried = new Float32Array(2 * grid.count);
      this.logDet = new Float32Array(grid.count);
      this.folded = new Uint8Array(grid.count);
    }
  }
}
