/** What a launch asks for before the pass begins. */

import { decodeWeights } from '../document/weights';
import { parameterSlots } from '../flow/flow';
import type { Opened } from '../session/opened';
import { RequestError } from './arguments';
import { BatchPass } from './batch-pass';
import type { Program } from './host';
import type { Launch } from './launch';
import { startingBatch } from './start';

/** Opens the flow with the weights and the probe of the launch. @throws RequestError where it cannot be debugged, or the launch does not fit */
export async function prepare(program: Program, { probe, weights, direction }: Launch): Promise<Opened> {
  const { session } = program;
  await session.open();
  const { opened, flow } = session;
  if (!opened || !flow) throw new RequestError(whatIsWrong(program));
  if (probe && probe.length !== flow.dim) throw new RequestError(`probe has ${probe.length} coordinates, and the flow has ${flow.dim}.`);
  if (weights !== undefined) await load(program, weights, opened);
  const stage = direction === 'generate' ? 0 : session.depth;
  session.moveTo(stage);
  if (probe) session.setProbe({ stage, point: probe });
  return session.opened ?? opened;
}

/** The pass at its start. @throws RequestError as {@link prepare} */
export function startingPass(program: Program, { direction, particles, seed }: Launch): BatchPass {
  const { opened, flow } = program.session;
  if (!opened || !flow) throw new RequestError(whatIsWrong(program));
  return new BatchPass(flow, direction, startingBatch(flow, opened, direction, particles, seed));
}

/** Particles that are enough for the maps to be compiled. */
const fewParticles = 500;

/** Goes through every layer and back with a few particles, so that the first step that a person takes is as fast as any other. */
export function rehearse({ flow, direction, start }: BatchPass): void {
  const pass = new BatchPass(flow, direction, start.subarray(0, fewParticles * flow.dim));
  while (!pass.isAtEnd) pass.forth();
  while (pass.position > 0) pass.back();
}

async function load(program: Program, path: string, { spec }: Opened): Promise<void> {
  const bytes = await program.readFile(path).catch((error: unknown) => {
    throw new RequestError(error instanceof Error ? error.message : String(error));
  });
  const weights = decodeWeights(spec, bytes);
  if (!(weights instanceof Float32Array)) throw new RequestError(`${path}: ${weights.message}`);
  await program.session.editParameters(
    parameterSlots(spec).map(({ layer, name, offset, length }) => ({ layer, name, values: weights.subarray(offset, offset + length) })),
  );
}

function whatIsWrong(program: Program): string {
  const { session, name } = program;
  const problem = session.problems.find(({ severity }) => severity === 'error');
  if (!problem) return session.note ?? `${name} has no flow.`;
  return `${name}, line ${program.text().slice(0, problem.start).split('\n').length}: ${problem.message}`;
}
