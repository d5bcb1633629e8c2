/** Contestants take rounds in turns, so that whatever else the machine does hits all alike. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The first line of a rival in a process of its own. */
export interface Greeting {
  readonly name: string;
}

/** What a rival is asked, one line of JSON a round: to train a flow of so many planar layers on batches of so many points. */
export interface RoundRequest {
  readonly layers: number;
  readonly points: number;
  readonly seconds: number;
}

export interface Round {
  /** The mean over the steps of the round. */
  readonly ms: number;
  /** Of the last step. */
  readonly loss: number;
}

export interface Contestant {
  readonly name: string;
  race(request: RoundRequest): Promise<Round>;
  leave(): void;
}

/** Takes steps for `seconds`, at least one. */
export function timeRound(step: () => number, seconds: number): Round {
  const start = performance.now();
  let [steps, loss, ms] = [0, NaN, 0];
  do {
    loss = step();
    steps++;
    ms = performance.now() - start;
  } while (ms < seconds * 1000);
  return { ms: ms / steps, loss };
}

/** A rival in a process of its own; undefined where it cannot start, and then it has said why on the standard error. */
export async function rival(command: string, args: readonly string[]): Promise<Contestant | undefined> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.on('error', (error) => console.error(`${command} could not be started: ${error.message}`));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async <Answer>(): Promise<Answer | undefined> => {
    const line = await lines.next();
    return line.done === true ? undefined : (JSON.parse(line.value) as Answer);
  };
  const greeting = await answer<Greeting>();
  return (
    greeting && {
      name: greeting.name,
      async race(request) {
        child.stdin.write(`${JSON.stringify(request)}\n`);
        const round = await answer<Round>();
        if (!round) throw new Error(`${greeting.name} left in the middle of the race.`);
        return round;
      },
      leave: () => child.stdin.end(),
    }
  );
}
