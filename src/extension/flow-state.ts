import { optionWords } from '../flow/layer';
import type { Direction, FlowState, LayerState, Overlay, ProbeState } from '../protocol/messages';
import type { Probe } from '../session/probe';
import type { FlowSession } from '../session/session';

/** Everything that a view shows of a session, except tensors; undefined until there was a flow that could be read. */
export function flowState(session: FlowSession, uri: string, name: string): FlowState {
  const { opened } = session;
  const problem = session.problems.find((p) => p.severity === 'error')?.message;
  const { note } = session;
  const latest = session.losses.latest;
  return {
    uri,
    name,
    ...(problem !== undefined && { problem }),
    closedForm: opened?.closedForm ?? 'generate',
    objective: {
      type: opened?.spec.objective.type ?? 'reverse-kl',
      target: opened ? (opened.spec.objective.type === 'forward-kl' ? opened.spec.objective.data : opened.spec.objective.energy) : '',
    },
    axes: opened?.table?.names ?? ['x₁', 'x₂'].slice(0, opened?.spec.dim),
    standardBase: opened?.spec.base === 'standard-normal' && opened.spec.dim > 1,
    epsilon: session.epsilon,
    training: {
      status: session.status,
      step: session.step,
      until: session.until,
      ...(latest && { loss: latest[1] }),
      ...(session.target?.floor !== undefined && { floor: session.target.floor }),
      ...(note !== undefined && { note }),
    },
    layers: layerStates(session),
    cursor: session.cursor,
    ...(session.probe && { probe: probeState(session.probe, session) }),
    layerDuration: session.layerDuration,
  };
}

function layerStates(session: FlowSession): LayerState[] {
  const { flow, opened, epsilon, lastPicture: picture } = session;
  if (!flow || !opened) return [];
  const traced = picture?.depth === flow.layers.length ? picture : undefined;
  return flow.layers.map((layer, k) => {
    const { margin, type } = layer;
    const { options } = opened.spec.layers[k];
    return {
      number: k + 1,
      label: [type.name, ...optionWords(type, options)].join(' '),
      ...(type.closedFormInverse(options) && { bothClosedForm: true as const }),
      margin,
      status: margin < 0 ? 'folds' : margin < epsilon ? 'near-singular' : 'ok',
      ...(traced && { meanLogDet: traced.meanLogDet[k] }),
      doubtful: traced?.doubtful[k] ?? 0,
      residual: traced?.residual[k] ?? 0,
      overlay: overlayOnPlane(layer.overlay(epsilon)),
    };
  });
}

/** The plane has two coordinates: where the flow has one, the second is 0. */
const onPlane = (point: Iterable<number>): number[] => {
  const coordinates = [...point];
  return coordinates.length > 1 ? coordinates : [...coordinates, 0];
};

function overlayOnPlane(overlay: Overlay): Overlay {
  switch (overlay.kind) {
    case 'hyperplane':
    case 'half-spaces':
      return { ...overlay, w: onPlane(overlay.w), uHat: onPlane(overlay.uHat) };
    case 'centre':
      return { ...overlay, centre: onPlane(overlay.centre) };
    case 'coupling':
    case 'none':
      return overlay;
  }
}

function probeState(probe: Probe, session: FlowSession): ProbeState {
  const { roundTrip, lastStep } = probe;
  const { opened, flow } = session;
  const table = opened?.table;
  const solved = (layer: number, direction: Direction): boolean =>
    direction !== opened?.closedForm &&
    flow?.layers[layer - 1].type.closedFormInverse(opened?.spec.layers[layer - 1].options ?? {}) !== true;
  const data = probe.route[probe.route.length - 1];
  return {
    stage: probe.stage,
    origin: onPlane(probe.origin),
    route: probe.route.map(onPlane),
    dets: probe.dets,
    ...(Number.isFinite(probe.logProb) && { logProb: probe.logProb }),
    walked: { stage: probe.walked.stage, point: onPlane(probe.walked.point) },
    ...(lastStep && {
      lastStep: {
        layer: lastStep.layer,
        direction: lastStep.direction,
        solved: solved(lastStep.layer, lastStep.direction),
        iterations: lastStep.pass.iterations[0],
        residual: lastStep.pass.residual[0],
      },
    }),
    ...(roundTrip !== undefined && { roundTrip }),
    ...(table && { original: table.names.map((name, i) => ({ name, value: table.mean[i] + table.scale[i] * data[i] })) }),
  };
}
