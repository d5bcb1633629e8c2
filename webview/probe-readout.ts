/** The probe: its journey, and where it stands in numbers. */

import type { ProbeState } from '../src/protocol/messages';
import * as describe from './describe';
import { html, show } from './element';
import { createFigures } from './figures';
import type { LayerActions } from './hover';
import { logTarget } from './journey-marks';
import { createProbeJourney } from './probe-journey';
import { probePoint } from './probe-point';
import { activeLayer, type Scene } from './scene';
import { createSection, type Section } from './section';

export function createProbeReadout(remove: () => void, actions: LayerActions): Section & { draw(scene: Scene): void; resize(): void } {
  const hint = html(
    'p',
    { class: 'hint' },
    'Click the picture to follow one point through the layers: where it goes, and what each adds to log p(x).',
  );
  const figures = createFigures();
  const close = html('button', { type: 'button', class: 'link' }, 'Remove');
  close.addEventListener('click', remove);
  const journey = createProbeJourney(actions, close);
  const section = createSection('probe-section', 'Probe', [journey.reading], hint, journey.element, figures.element);

  return {
    ...section,
    resize: () => journey.resize(),
    draw: (scene) => {
      const { state, cursor } = scene;
      const { probe } = state;
      const at = probePoint(probe, cursor, scene.instant);
      journey.draw(scene);
      show(hint, probe === undefined);
      show(figures.element, probe !== undefined);
      if (probe === undefined || at === undefined) return;
      const active = activeLayer(scene);
      const det = probe.dets[active.number - 1];
      const step = probe.lastStep;
      const target = logTarget(probe, state.training.floor);
      figures.draw([
        [`At ${Number.isInteger(cursor) ? `stage ${cursor}` : cursor.toFixed(2)}`, describe.point(at)],
        ['In your units, at x', probe.original?.map(({ name, value }) => `${name} ${describe.number(value)}`).join(', ')],
        ['log p(x)', sumOf(probe)],
        ['u(x)', probe.energy === undefined ? undefined : describe.number(probe.energy)],
        ['log π(x) = −u − log Z', target === undefined ? undefined : `${describe.number(target)}, dashed`],
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

/** log p_z(z) − Σ log|det|, and what it comes to. */
function sumOf(probe: ProbeState): string {
  const { logProb, logBase } = probe;
  if (logProb === undefined) return describe.logProb(probe);
  const layers = logProb - logBase;
  return `${describe.number(logBase)} ${layers < 0 ? '−' : '+'} ${describe.number(Math.abs(layers))} = ${describe.number(logProb)}`;
}
