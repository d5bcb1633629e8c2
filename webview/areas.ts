/** Areas of the plane where a layer's determinant is small or negative: tinted, and hatched so that they can be told apart without colour. */

import { svg, update } from './element';
import type { Point } from './strip';

export type AreaKind = 'danger' | 'fold';

export function createAreas(): { elements: SVGElement[]; draw(outlines: Readonly<Record<AreaKind, string>>): void } {
  const areas = (['danger', 'fold'] as const).map((kind) => ({
    kind,
    paths: [
      svg('path', { class: `band-tint ${kind}`, 'fill-rule': 'evenodd' }),
      svg('path', { class: `band-hatch ${kind}`, 'fill-rule': 'evenodd', fill: `url(#${kind}-hatch)` }),
    ],
  }));
  return {
    elements: areas.flatMap(({ paths }) => paths),
    draw: (outlines) => {
      for (const { kind, paths } of areas) paths.forEach((path) => update(path, { d: outlines[kind] }));
    },
  };
}

/** The path round a polygon whose corners are in pixels; empty where it has no inside. */
export function outlineOf(corners: readonly Point[]): string {
  return corners.length < 3 ? '' : `M${corners.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`;
}
