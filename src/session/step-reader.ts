import { lossSaid, stepSaid } from '../document/checkpoint/said';
import { parametersOf, type Reading } from '../document/checkpoint/elsewhere';
import type { Safetensors } from '../document/checkpoint/safetensors';
import type { FlowSpec } from '../flow/spec';
import type { RecordedStep } from '../training/messages';

/** Why a file is no step of this flow's training. */
interface Skipped {
  readonly message: string;
}

/** Turns the files that others' training writes into steps of a flow. */
export class StepReader {
  private last = 0;

  /** @param rewrites one file is written again and again, so that its name says no number; else every file is a step. */
  constructor(
    private readonly spec: FlowSpec,
    private readonly reading: Reading,
    private readonly rewrites: boolean,
  ) {}

  /**
   * The step that a file is. Its number is the one that its metadata says, else the one in its name, else that of the step before and one.
   * One file that goes back to an earlier step was begun anew.
   */
  read(name: string, content: Safetensors, bytes: Uint8Array): RecordedStep | Skipped {
    const { metadata, tensors } = content;
    const step = stepSaid(metadata, this.rewrites ? '' : name) ?? this.last + 1;
    const loss = lossSaid(metadata);
    const odd = tensors.find((tensor) => !tensor.values().every(Number.isFinite));
    const parameters = odd ? undefined : parametersOf(this.spec, this.reading, content, bytes);
    if (parameters && 'message' in parameters) return parameters;
    const wrong = odd
      ? `"${odd.name}" holds a number that is not finite in ${name}, at step ${step}.`
      : loss !== undefined && !Number.isFinite(loss)
        ? `${name} says that the loss is ${loss} at step ${step}.`
        : undefined;
    const anew = this.rewrites && step <= this.last;
    this.last = anew ? step : Math.max(this.last, step);
    return { step, parameters, ...(loss !== undefined && { loss }), ...(wrong !== undefined && { wrong }), ...(anew && { anew }) };
  }
}
