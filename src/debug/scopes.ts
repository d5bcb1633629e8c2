/** What the variables view shows of a place. */

import { InverseStatus } from '../flow/layer';
import { evaluate } from './expression/evaluate';
import { parseExpression } from './expression/parse';
import { Absent, Tensor } from './expression/value';
import { jacobianAt } from './jacobian';
import { layerAt, namesAt, parameterNamesOf, probeAt, type Place } from './names';
import { layerValues } from './parameters';
import { settingNamed } from './training-names';
import type { Shown } from './variables';

export interface Scope {
  readonly name: string;
  readonly lines: () => readonly Shown[];
}

/** The scopes of a place in the pass; each is computed when it is unfolded. */
export function scopesAt(place: Place): Scope[] {
  const layer = layerAt(place);
  return [
    { name: 'Layer', lines: () => layerLines(place, layer) },
    { name: 'Probe', lines: () => probeLines(place, layer) },
    { name: 'Batch', lines: () => batchLines(place, layer) },
    { name: 'Jacobian', lines: () => jacobianLines(place, layer) },
    { name: 'Training', lines: () => trainingLines(place) },
  ];
}

/** Lines that are what expressions are worth, each under a name of its own. */
function worth(place: Place, lines: readonly (readonly [name: string, expression: string, settable?: boolean])[]): Shown[] {
  const names = namesAt(place);
  return lines.map(([name, expression, settable = false]) => ({
    name,
    value: evaluate(parseExpression(expression), names),
    expression,
    settable,
    ...(settable && { position: place.position }),
  }));
}

function layerLines(place: Place, layer: number): Shown[] {
  const { session, pass, within = [] } = place;
  const moments = within.map(({ name, value }) => ({ name, value: value() }));
  if (layer === 0) {
    return moments.length > 0 ? moments : worth(place, [['depth', 'depth']]);
  }
  const own = (name: string, settable = false) => [name, `${name}[${layer}]`, settable] as const;
  const parameters = parameterNamesOf(session, layer).map((name) => own(name, true));
  const planar = ['hyperplane', 'half-spaces'].includes(pass.flow.layers[layer - 1].overlay(0).kind);
  return [
    ...moments,
    ...worth(place, [own('type'), own('margin'), own('det'), own('logdet'), ...parameters, ...(planar ? [own('wu')] : [])]),
    ...worth(place, [own('residual'), own('condition')]),
  ];
}

function probeLines(place: Place, layer: number): Shown[] {
  const { session, pass } = place;
  const { probe } = session;
  if (!probe) return worth(place, [['probe', 'probe', true]]);
  const inLayer =
    layer === 0
      ? []
      : ([
          ['det', 'det(probe)'],
          ['logdet', 'logdet(probe)'],
        ] as const);
  const route = new Tensor([probe.route.length, pass.flow.dim], Float64Array.from(probe.route.flatMap((point) => [...point])));
  return [
    ...worth(place, [['probe', 'probe', true], ...inLayer, ['logprob', 'logprob']]),
    { name: 'route', value: route },
    { name: 'roundtrip', value: probe.roundTrip ?? new Absent('The probe was not stepped back yet.') },
  ];
}

function batchLines(place: Place, layer: number): Shown[] {
  const { pass, position } = place;
  const visit = pass.visitAt(position);
  const lines = worth(place, [
    ['particles', 'particles'],
    ...(layer === 0
      ? []
      : ([
          ['in', `in[${layer}]`],
          ['out', `out[${layer}]`],
        ] as const)),
    ['roundtrip', 'roundtrip'],
  ]);
  if (!visit) return lines;
  const doubtful = visit.pass.status.filter((status: InverseStatus) => status !== InverseStatus.Ok).length;
  return [...lines, { name: 'doubtful', value: doubtful }, { name: 'iterations', value: Math.max(0, ...visit.pass.iterations) }];
}

/** Of the layer's formula, where the probe went through it; without a probe, at the particle whose determinant is nearest to 0. */
function jacobianLines(place: Place, layer: number): Shown[] {
  const { session, pass, position } = place;
  const visit = pass.visitAt(position);
  if (layer === 0 || !visit || !session.opened) return [{ name: 'J', value: new Absent('No layer was applied yet.') }];
  const { flow, direction } = pass;
  const { dim } = flow;
  const inverted = direction !== flow.closedForm;
  const probe = probeAt(place);
  const worst = visit.pass.det.reduce((least, det, p) => (Math.abs(det) < Math.abs(visit.pass.det[least]) ? p : least), 0);
  const ofParticle = (points: Float64Array): Float64Array => points.subarray(worst * dim, (worst + 1) * dim);
  const source = (): Float64Array => {
    if (!probe) return ofParticle(inverted ? visit.pass.points : visit.input);
    return inverted ? probe : flow.pass(layer - 1, direction === 'generate' ? 'encode' : 'generate', probe).points;
  };
  const v = source();
  const map = flow.layers[layer - 1];
  const jacobian = jacobianAt(map, session.opened.spec.layers[layer - 1].options, layerValues(session, layer), v);
  const singular = map.singularValues(v);
  const image = { points: new Float64Array(dim), det: new Float64Array(1), logDet: new Float64Array(1) };
  map.forward(v, image);
  return [
    { name: 'at', value: probe ? 'the probe' : `particle ${worst}, where |det| is least` },
    { name: 'of', value: flow.closedForm === 'generate' ? 'z → x' : 'x → z' },
    { name: 'v', value: new Tensor([dim], v) },
    { name: 'J', value: new Tensor([dim, dim], jacobian) },
    { name: 'det', value: image.det[0] },
    { name: 'singular values', value: new Tensor([dim], singular) },
    { name: 'condition', value: singular[0] / singular[dim - 1] },
  ];
}

function trainingLines(place: Place): Shown[] {
  const group = namesAt(place).get('training')?.value();
  if (group === undefined || typeof group !== 'object' || !('members' in group)) return [];
  return [...group.members.values()].map(({ name, value }) => ({
    name,
    value: value(),
    expression: `training.${name}`,
    settable: settingNamed(place.session, name) !== undefined,
  }));
}
