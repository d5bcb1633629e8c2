/** Every name that an expression about a flow may use: for conditions, watch, hover, log points, the console and the variables. */

import type { FlowSession } from '../session/session';
import type { BatchPass, Visit } from './batch-pass';
import { ValueError } from './expression/syntax';
import type { Names } from './expression/evaluate';
import { Absent, describeKind, Tensor, type Named, type Value } from './expression/value';
import { layerParameter, layerParameters } from './parameters';
import { lossOf, trainingGroup } from './training-names';

/** Where an expression is evaluated. */
export interface Place {
  readonly session: FlowSession;
  readonly pass: BatchPass;
  /** How many layers were applied there: the position of the frame. */
  readonly position: number;
  /** The current layer, from 1, where it is not that of the position. */
  readonly layer?: number;
  /** What is known inside a layer. */
  readonly within?: readonly Named[];
}

/** The number of the layer that led to this place; 0 at the start. */
export function layerAt({ pass, position, layer }: Place): number {
  return layer ?? pass.visitAt(position)?.layer ?? 0;
}

/** Where the probe is at this place. */
export function probeAt({ session: { probe }, pass, position }: Place): Float64Array | undefined {
  const stage = pass.stageAt(position);
  return probe && (probe.walked.stage === stage ? probe.walked.point : probe.route[stage]);
}

/** The greatest of many; NaN where one is. */
export function greatest(values: Float64Array): number {
  return values.reduce((most, value) => (value <= most ? most : value), 0);
}

export function namesAt(place: Place): Names {
  const all = [...layerNames(place), ...parameterNames(place), ...passNames(place), ...constants];
  const names = new Map(all.map((named) => [named.name, named]));
  // Inside a layer `logdet` is what is known there, and `logdet[2]` still that of layer 2.
  for (const named of place.within ?? []) {
    const ofLayer = names.get(named.name)?.ofLayer;
    names.set(named.name, { ...named, ...(ofLayer && { ofLayer }) });
  }
  return names;
}

const constants: readonly Named[] = [
  { name: 'nan', meaning: 'Not a number.', value: () => NaN },
  { name: 'inf', meaning: 'Infinity.', value: () => Infinity },
];

/** A name that every layer has its own of: alone, that of the current layer. */
function perLayer(place: Place, name: string, meaning: string, of: (layer: number) => Value, atPoint?: Named['atPoint']): Named {
  const depth = place.session.depth;
  return {
    name,
    meaning,
    value: () => {
      const layer = layerAt(place);
      return layer === 0 ? new Absent(`No layer was applied yet: write ${name}[1] for that of layer 1.`) : of(layer);
    },
    ofLayer: (layer) => {
      if (!Number.isInteger(layer) || layer < 1 || layer > depth)
        throw new ValueError(`There is no layer ${layer}: they are numbered from 1 to ${depth}.`);
      return of(layer);
    },
    ...(atPoint && { atPoint }),
  };
}

function layerNames(place: Place): Named[] {
  const { session, pass } = place;
  const { flow } = pass;
  const { dim } = flow;
  const passed =
    (value: (visit: Visit) => Value) =>
    (layer: number): Value => {
      const visit = pass.visitOf(layer);
      return visit ? value(visit) : new Absent(`The pass has not come through layer ${layer} yet.`);
    };
  const each = (values: (visit: Visit) => Float64Array) => passed((visit) => new Tensor([pass.count], values(visit)));
  const points = (values: (visit: Visit) => Float64Array) => passed((visit) => new Tensor([pass.count, dim], values(visit)));
  /** The current layer undone at a point of this stage. */
  const undone = (point: Value) => {
    const visit = pass.visitAt(place.position);
    if (!visit) throw new ValueError('No layer was applied yet, so there is none to ask.');
    return flow.pass(visit.layer - 1, pass.direction === 'generate' ? 'encode' : 'generate', pointOf(point, dim));
  };
  const layer = (name: string, meaning: string, of: (layer: number) => Value, atPoint?: Named['atPoint']) =>
    perLayer(place, name, meaning, of, atPoint);
  return [
    layer('type', 'The kind of the layer.', (k) => flow.layers[k - 1].type.name),
    layer(
      'margin',
      'The worst determinant of the layer over all points; it folds where this is below 0.',
      (k) => flow.layers[k - 1].margin,
    ),
    layer(
      'det',
      'The signed determinant of the layer’s formula, for every particle; det(p) at a point p of this stage.',
      each(({ pass: { det } }) => det),
      (point) => undone(point).det[0],
    ),
    layer(
      'logdet',
      'log|det| of the layer z → x, for every particle; logdet(p) at a point p of this stage.',
      each(({ pass: { logDet } }) => logDet),
      (point) => undone(point).logDet[0],
    ),
    layer(
      'in',
      'The particles that entered the layer.',
      points(({ input }) => input),
    ),
    layer(
      'out',
      'The particles that left the layer.',
      points(({ pass: { points: out } }) => out),
    ),
    layer('residual', 'The greatest backward error ‖φ(v) − y‖ where the layer was solved for v; 0 where it runs by its formula.', (k) => {
      const { lastStep } = pass;
      if (lastStep?.layer === k) return greatest(lastStep.pass.residual);
      return passed((visit) => greatest(visit.pass.residual))(k);
    }),
    layer('condition', 'The condition number of the layer’s Jacobian, for every particle.', (k) =>
      passed((visit) => conditionOf(pass, visit))(k),
    ),
    layer('wu', 'wᵀû of a planar layer; the layer folds below −1.', (k) => {
      const plane = flow.layers[k - 1].overlay(session.epsilon);
      if (plane.kind !== 'hyperplane' && plane.kind !== 'half-spaces') return new Absent(`Layer ${k} is not planar.`);
      return plane.w.reduce((sum, w, i) => sum + w * plane.uHat[i], 0);
    }),
  ];
}

function conditionOf({ flow, count }: BatchPass, { layer, direction, input, pass }: Visit): Tensor {
  const { dim } = flow;
  const v = direction === flow.closedForm ? input : pass.points;
  const values = Float64Array.from({ length: count }, (_, p) => {
    const singular = flow.layers[layer - 1].singularValues(v.subarray(p * dim, (p + 1) * dim));
    return singular[0] / singular[dim - 1];
  });
  return new Tensor([count], values);
}

/** Every parameter that some layer has. */
function parameterNames(place: Place): Named[] {
  const { session } = place;
  const types = new Map(session.flow?.layers.map(({ type }) => [type.name, type]));
  const infos = [...types.values()].flatMap(({ parameters }) => parameters);
  const unique = new Map(infos.map((info) => [info.name, info]));
  return [...unique.values()].map(({ name, meaning }) =>
    perLayer(place, name, meaning, (layer) => layerParameter(session, layer, name).value),
  );
}

function passNames(place: Place): Named[] {
  const { session, pass, position } = place;
  const { dim, layers } = pass.flow;
  const global = (name: string, meaning: string, value: () => Value, atPoint?: Named['atPoint']): Named => ({
    name,
    meaning,
    value,
    ...(atPoint && { atPoint }),
  });
  const stage = pass.stageAt(position);
  const probe = (): Value => {
    const point = probeAt(place);
    return point ? new Tensor([dim], point) : new Absent('There is no probe: click a point in the Flow View, or set probe = [0, 0].');
  };
  const logProb = (point: Value): Value => {
    if (point instanceof Absent) return point;
    const at = pointOf(point, dim);
    const folded = layers.findIndex(({ folds }, k) => k < stage && folds) + 1;
    return folded > 0 ? new Absent(`Layer ${folded} folds, so this is not a density.`) : pass.flow.logProb(at, stage)[0];
  };
  return [
    global('k', 'The number of the current layer, from 1; 0 at the start.', () => layerAt(place)),
    global('layer', 'The number of the current layer, from 1; 0 at the start.', () => layerAt(place)),
    global('stage', 'How many layers lie between z and here: 0 at z.', () => stage),
    global('depth', 'How many layers there are.', () => session.depth),
    global('particles', 'The particles where they are here.', () => {
      const visit = pass.visitAt(position);
      const points = position === pass.position ? pass.points : (visit?.pass.points ?? pass.start);
      return new Tensor([pass.count, dim], points);
    }),
    global('roundtrip', 'How far the particles are from where they first were here, after a step back: the greatest distance.', () =>
      pass.roundTrip === undefined ? new Absent('Nothing was stepped back through yet.') : pass.roundTrip,
    ),
    global('probe', 'The probe where it is here.', probe),
    global('logprob', 'log p of the probe here, in nats; logprob(p) at a point p of this stage.', () => logProb(probe()), logProb),
    global('step', 'The training step whose parameters are shown.', () => session.past.shown?.step ?? session.step),
    global('loss', 'The loss of the last training step, in nats.', () => lossOf(session)),
    global('epsilon', 'A determinant below this counts as near-singular (a setting).', () => session.epsilon),
    global('training', 'How training stands.', () => trainingGroup(session)),
  ];
}

/** @throws ValueError where it is not a point in R^d */
export function pointOf(value: Value, dim: number): Float64Array {
  if (value instanceof Tensor && value.of === 'number' && value.shape.length === 1 && value.shape[0] === dim) return value.values;
  const example = Array.from({ length: dim }, () => '0').join(', ');
  throw new ValueError(`A point here is a list of ${dim} numbers, as in [${example}], and this is ${describeKind(value)}.`);
}

/** The names of a layer's own parameters. */
export function parameterNamesOf(session: FlowSession, layer: number): string[] {
  return layerParameters(session, layer).map(({ slot }) => slot.name);
}
