/** The probe in numbers. */

import * as describe from './describe';
import { html, show, write } from './element';
import { probePoint } from './probe-overlay';
import { activeLayer, type Scene } from './scene';

export function createProbeReadout(remove: () => void): { element: HTMLElement; draw(scene: Scene): void } {
  const hint = html('p', { class: 'hint' });
  hint.textContent = 'Click the plane to follow one point through the layers.';
  const list = html('dl');
  const close = html('button', { type: 'button', class: 'link' }, 'Remove');
  close.addEventListener('click', remove);
  const element = html(
    'section',
    { class: 'card probe-readout', 'aria-label': 'Probe' },
    html('header', {}, html('h2', {}, 'Probe'), close),
    hint,
    list,
  );
  const rows = new Map<string, { term: HTMLElement; value: HTMLElement }>();

  const row = (key: string, name: string, text: string | undefined): void => {
    let it = rows.get(key);
    if (it === undefined) {
      it = { term: html('dt'), value: html('dd') };
      rows.set(key, it);
      list.append(it.term, it.value);
    }
    show(it.term, text !== undefined);
    show(it.value, text !== undefined);
    write(it.term, name);
    write(it.value, text ?? '');
  };

  return {
    element,
    draw: (scene) => {
      const { state, cursor } = scene;
      const { probe } = state;
      const at = probePoint(scene);
      show(hint, probe === undefined);
      show(list, probe !== undefined);
      show(close, probe !== undefined);
      if (probe === undefined || at === undefined) return;
      const active = activeLayer(scene);
      const det = probe.dets[active.number - 1];
      const step = probe.lastStep;
      row('at', `At ${Number.isInteger(cursor) ? `stage ${cursor}` : cursor.toFixed(2)}`, describe.point(at));
      row('density', 'log p(x)', describe.number(probe.logProb));
      row(
        'det',
        `det of layer ${active.number}`,
        `${describe.number(det)}${det < 0 ? ' (folded)' : det < state.epsilon ? ' (nearly singular)' : ''}`,
      );
      row(
        'step',
        'Last step',
        step &&
          `layer ${step.layer}, ${describe.arrow[step.direction]}, ${
            step.solved ? `solved in ${step.iterations} iterations, residual ${describe.residual(step.residual)}` : 'closed form'
          }`,
      );
      row('trip', 'Round trip', probe.roundTrip === undefined ? undefined : `residual ${describe.residual(probe.roundTrip)}`);
      row('units', 'In your units', probe.original?.map(({ name, value }) => `${name} ${describe.number(value)}`).join(', '));
    },
  };
}
