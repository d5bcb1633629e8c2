/** The stack of the pass: the layers that were applied, newest on top. */

import type { DebugProtocol } from '@vscode/debugprotocol';
import { optionWords } from '../flow/layer';
import { RequestError } from './arguments';
import { trainingThread, type Debuggee } from './debuggee';
import type { PassThread } from './pass-thread';
import { placesIn } from './places';

/** The frame of a position is the position + 1; these two come apart from them. */
const momentFrame = 1_000_001;
const trainingFrame = 1_000_002;

/** The position that a frame is of; undefined for where the pass is, inside a layer included. @throws RequestError for a frame that is gone */
export function positionOfFrame(frame: number, { pass }: PassThread): number | undefined {
  if (frame === momentFrame || frame === trainingFrame) return undefined;
  if (frame < 1 || frame > pass.position + 1) throw new RequestError('This frame is gone: the pass is not in that layer any more.');
  return frame - 1;
}

export function isTrainingFrame(frame: number | undefined): boolean {
  return frame === trainingFrame;
}

export function framesOf(debuggee: Debuggee, thread: number, start: number, count: number): DebugProtocol.StackFrame[] {
  const all = thread === trainingThread ? [frameOfTraining(debuggee)] : framesOfPass(debuggee);
  return all.slice(start, count > 0 ? start + count : undefined);
}

export function frameCount(debuggee: Debuggee, thread: number): number {
  return thread === trainingThread ? 1 : framesOfPass(debuggee).length;
}

function frameOfTraining(debuggee: Debuggee): DebugProtocol.StackFrame {
  const { step } = debuggee.program.session;
  return frame(debuggee, trainingFrame, `training step ${step}`, placesIn(debuggee.program.text()).training);
}

function frame({ client, reports: { source } }: Debuggee, id: number, name: string, line: number): DebugProtocol.StackFrame {
  return { id, name, source, line: line + client.lineBase, column: client.columnBase };
}

function framesOfPass(debuggee: Debuggee): DebugProtocol.StackFrame[] {
  const { pass: thread, program, layerLines } = debuggee;
  const { pass, moment } = thread;
  const layers = program.session.opened?.spec.layers ?? [];
  const title = (layer: number): string => {
    const { type } = pass.flow.layers[layer - 1];
    return [`layer ${layer} ·`, type.name, ...optionWords(type, layers[layer - 1]?.options ?? {})].join(' ');
  };
  const places = placesIn(program.text());
  const [start, line] = pass.direction === 'generate' ? (['z', places.z] as const) : (['x', places.x] as const);
  const applied = Array.from({ length: pass.position }, (_, i) => {
    const position = pass.position - i;
    const layer = pass.visitAt(position)?.layer ?? 0;
    return frame(debuggee, position + 1, title(layer), layerLines[layer - 1]);
  });
  const inside = moment && frame(debuggee, momentFrame, `${title(moment.layer)}: ${moment.title}`, layerLines[moment.layer - 1]);
  return [...(inside ? [inside] : []), ...applied, frame(debuggee, 1, start, line)];
}
