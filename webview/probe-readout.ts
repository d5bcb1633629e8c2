/** The probe in numbers. */

import * as describe from './describe';
import { html, show } from './element';
import { createFigures } from './figures';
import { probePoint } from './probe-point';
import { activeLayer, type Scene } from './scene';

export function createProbeReadout(remove: () => void): { element: HTMLElement; draw(scene: Scene): void } {
  const hint = html('p', { class: 'hint' }, 'Click the plane to follow one point through the layers.');
  const figures = createFigures();
  const close = html('button', { type: 'button', class: 'link' }, 'Remove');
  close.addEventListener('click', remove);
  const element = html(
    'section',
    { class: 'card', 'aria-label': 'Probe' },
    html('header', {}, html('h2', {}, 'Probe'), close),
    hint,
    figures.element,
  );

  return {
    element,
    draw: (scene) => {
      const { state, cursor } = scene;
      const { probe } = state;
      const at = probePoint(probe, cursor, scene.instant);
      show(hint, probe === undefined);
      show(figures.element, probe !== undefined);
      show(close, probe !== undefined);
      if (probe === undefined || at === undefined) return;
      const active = activeLayer(scene);
      const det = probe.dets[active.number - 1];
      const step = probe.lastStep;
      figures.draw([
        [`At ${Number.isInteger(cursor) ? `stage ${cursor}` : cursor.toFixed(2)}`, describe.point(at)],
        ['In your units, at x', probe.original?.map(({ name, value }) => `${name} ${describe.number(value)}`).join(', ')],
        ['log p(x)', describe.logProb(probe)],
        [
          `det of layer ${active.number}, ${describe.arrow[state.closedForm]}`,
          `${describe.number(det)}${det < 0 ? ', folded' : det < state.epsilon ? ', nearly singular' : ''}`,
        ],
        ['Last step', step && `layer ${step.layer}, ${describe.arrow[step.direction]}, ${step.solved ? 'solved' : 'closed form'}`],
        ['Iterations', step?.solved === true ? `${step.iterations}, residual ${describe.residual(step.residual)}` : undefined],
        ['Round trip', probe.roundTrip === undefined ? undefined : `off by ${describe.residual(probe.roundTrip)}`],
      ]);
    },
  };
}
