import { optionWords } from '../flow/layer';
import type { Normality } from '../flow/normality';
import type { Direction, FlowState, LayerState, NormalityState, ProbeState } from '../protocol/messages';
import type { Probe } from '../session/probe';
import type { FlowSession } from '../session/session';
import { heldOutColumns } from '../training/messages';
import { betaAt } from '../training/schedule';

/** Everything that a view shows of a session, except tensors; undefined until there was a flow that could be read. */
export function flowState(session: FlowSession, uri: string, name: string): FlowState {
  const { opened } = session;
  const objective = opened?.spec.objective;
  const problem = session.problems.find((p) => p.severity === 'error')?.message;
  const { past } = session;
  const { attached } = session.beginnings;
  const note = session.note ?? attached?.note;
  const { held } = session.byHand;
  const normality = session.lastPicture?.normality;
  const latest = session.losses.latest;
  const beta = latest && !attached ? betaAt(objective, latest[0]) : 1;
  const heldOut = session.heldOut.slice(-heldOutColumns.length);
  return {
    uri,
    name,
    ...(problem !== undefined && { problem }),
    dim: opened?.spec.dim ?? 2,
    closedForm: opened?.closedForm ?? 'generate',
    ...(objective && {
      objective: { type: objective.type, target: objective.type === 'forward-kl' ? objective.data : objective.energy },
    }),
    axes: opened?.table?.names ?? Array.from({ length: opened?.spec.dim ?? 2 }, (_, i) => `x${subscript(i + 1)}`),
    standardBase: opened?.spec.base === 'standard-normal' && opened.spec.dim > 1,
    coordinates: session.coordinates,
    epsilon: session.epsilon,
    training: {
      status: session.status,
      step: session.step,
      until: attached ? session.step : session.until,
      ...(latest && Number.isFinite(latest[1]) && { loss: latest[1] }),
      ...(beta < 1 && { beta }),
      ...(session.target?.floor !== undefined && !attached?.saysLoss && { floor: session.target.floor }),
      ...(session.engineName !== '' && { engine: session.engineName }),
      ...(heldOut.length > 0 && { heldOut: { mean: heldOut[1], error: heldOut[2] } }),
      ...(isTooSmallToSplit(session) && { noneToHoldOut: true }),
      ...(note !== undefined && { note }),
      ...(attached && { attached: { source: attached.source, isOver: attached.isOver, lastSeen: attached.lastSeen } }),
    },
    ...(session.step > past.first && { past: { first: past.first, ...(past.shown && { shown: past.shown.step }) } }),
    layers: layerStates(session),
    cursor: session.cursor,
    source: session.source,
    canStartAtTarget: objective?.type === 'forward-kl' || session.target?.energy !== undefined,
    ...(normality && { normality: normalityState(normality) }),
    ...(held && { dragged: { ...held, layer: held.layer + 1 } }),
    ...(session.probe && { probe: probeState(session.probe, session) }),
    layerDuration: session.settings.layerDuration,
  };
}

function isTooSmallToSplit({ opened }: FlowSession): boolean {
  const objective = opened?.spec.objective;
  return objective?.type === 'forward-kl' && (objective.holdout ?? 0) > 0 && opened?.table?.count === 1;
}

function normalityState({ count, mean, covariance, skewness, kurtosis, overall }: Normality): NormalityState {
  return { count, mean: [...mean], covariance: [...covariance], skewness: skewness.p, kurtosis: kurtosis.p, overall: overall.p };
}

/** "₁₂". */
function subscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]);
}

function layerStates(session: FlowSession): LayerState[] {
  const { flow, opened, epsilon, lastPicture: picture } = session;
  if (!flow || !opened) return [];
  const traced = picture?.depth === flow.layers.length ? picture : undefined;
  return flow.layers.map((layer, k) => {
    const { margin, folds, type } = layer;
    const { options } = opened.spec.layers[k];
    return {
      number: k + 1,
      label: [type.name, ...optionWords(type, options)].join(' '),
      ...(type.closedFormInverse(options) && { bothClosedForm: true as const }),
      ...(layer.fraction && { hasFractions: true as const }),
      margin,
      status: folds ? 'folds' : margin >= 0 && margin < epsilon ? 'near-singular' : 'ok',
      ...(traced && { meanLogDet: traced.meanLogDet[k] }),
      doubtful: traced?.doubtful[k] ?? 0,
      residual: traced?.residual[k] ?? 0,
      overlay: layer.overlay(epsilon),
      handles: layer.dim === 2 && !session.beginnings.attached ? layer.handles() : [],
    };
  });
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
    origin: [...probe.origin],
    route: probe.route.map((point) => [...point]),
    dets: probe.dets,
    logBase: probe.logBase,
    ...(session.target?.energy && { energy: session.target.energy(data) }),
    ...(Number.isFinite(probe.logProb) && { logProb: probe.logProb }),
    walked: { stage: probe.walked.stage, point: [...probe.walked.point] },
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
