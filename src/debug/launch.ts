import type { Direction } from '../flow/spec';
import { RequestError, type Arguments } from './arguments';

/** What a launch configuration says; `contributes.debuggers` in package.json describes the same to a person. */
export interface Launch {
  /** The `.nflow` file. */
  readonly program: string;
  /** Which way the program runs. */
  readonly direction: Direction;
  readonly particles: number;
  /** Of the particles; the file's own where it is left out. */
  readonly seed: number | undefined;
  /** Where the probe begins: at z for `generate`, at x for `encode`. */
  readonly probe: readonly number[] | undefined;
  /** A `.safetensors` file to begin with, relative to the program; the parameters that the flow has where it is left out. */
  readonly weights: string | undefined;
  /** Train to this step first. */
  readonly train: number | undefined;
  readonly stopOnEntry: boolean;
  /** Run to the end and stop nowhere. */
  readonly noDebug: boolean;
}

const directions: readonly Direction[] = ['generate', 'encode'];
export const mostParticles = 10_000;

/** @throws RequestError for what cannot be meant */
export function readLaunch(given: Arguments): Launch {
  const program = given.text('program');
  if (program === '') throw new RequestError('program of launch is empty: name a .nflow file.');
  const direction = given.optionalText('direction') ?? 'generate';
  const known = directions.find((each) => each === direction);
  if (!known) throw new RequestError(`direction is "${direction}": write "generate" for z → x or "encode" for x → z.`);
  const particles = given.optionalWhole('particles') ?? 1000;
  if (particles < 1 || particles > mostParticles)
    throw new RequestError(`particles is ${particles}: take a whole number from 1 to ${mostParticles}.`);
  const seed = given.optionalWhole('seed');
  if (seed !== undefined && seed < 0) throw new RequestError(`seed is ${seed}: take a whole number from 0.`);
  const train = given.optionalWhole('train');
  if (train !== undefined && train < 0) throw new RequestError(`train is ${train}: take the number of a training step, from 0.`);
  return {
    program,
    direction: known,
    particles,
    seed,
    probe: given.optionalNumbers('probe'),
    weights: given.optionalText('weights'),
    train,
    stopOnEntry: given.optionalFlag('stopOnEntry') ?? true,
    noDebug: given.flag('noDebug'),
  };
}
