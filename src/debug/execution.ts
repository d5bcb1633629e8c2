/** The requests that move a thread. */

import { RequestError, type Arguments } from './arguments';
import { passThread, trainingThread, type Debuggee } from './debuggee';
import { positionOfFrame } from './frames';
import type { Handler } from './handler';
import { readLaunch } from './launch';
import type { Stop } from './pass-thread';

const noThread = (thread: number): string => `There is no thread ${thread}: ${passThread} is the pass, ${trainingThread} is training.`;

export function executionHandlers(debuggee: Debuggee): ReadonlyMap<string, Handler> {
  const { pass, training, program } = debuggee;

  /** A request that moves one of the two threads. */
  const moving =
    (ofPass: () => void, ofTraining: () => void) =>
    (given: Arguments): object => {
      const thread = given.whole('threadId');
      if (thread === passThread) {
        if (debuggee.isRunning) throw new RequestError('The pass is running: pause it first.');
        debuggee.later(ofPass);
      } else if (thread === trainingThread) {
        if (training.isRunning) throw new RequestError('Training is running: pause it first.');
        debuggee.later(ofTraining);
      } else throw new RequestError(noThread(thread));
      return { allThreadsContinued: false };
    };
  const step = (take: () => Stop) => () => debuggee.stopped(passThread, take());
  const run = (take: () => Stop | undefined) => () => void debuggee.run(take);

  const pause = (given: Arguments): void => {
    const thread = given.whole('threadId');
    if (thread !== passThread && thread !== trainingThread) throw new RequestError(noThread(thread));
    debuggee.later(() => (thread === trainingThread ? training.pause() : debuggee.pausePass()));
  };
  const resting = (): void => {
    if (debuggee.isRunning) throw new RequestError('The pass is running: pause it first.');
  };
  const goTo = (given: Arguments): void => {
    resting();
    const layer = given.whole('targetId');
    if (layer < 1 || layer > program.session.depth) throw new RequestError(`There is no target ${layer}: ask for gotoTargets.`);
    debuggee.later(() => debuggee.stopped(passThread, pass.goTo(pass.pass.direction === 'generate' ? layer : layer - 1)));
  };
  const gotoTargets = (given: Arguments): object => {
    const line = given.whole('line') - debuggee.client.lineBase;
    const targets = debuggee.layerLines.flatMap((each, k) =>
      each === line ? [{ id: k + 1, label: `after layer ${k + 1}`, line: line + debuggee.client.lineBase }] : [],
    );
    return { targets };
  };
  const restartFrame = (given: Arguments): void => {
    resting();
    const position = positionOfFrame(given.whole('frameId'), pass);
    debuggee.later(() => debuggee.stopped(passThread, pass.restartAt(position ?? pass.pass.position)));
  };
  const restart = (given: Arguments): Promise<void> => {
    resting();
    return debuggee.restart(given.has('arguments') ? readLaunch(given.within('arguments')) : undefined);
  };

  return new Map<string, Handler>([
    ['configurationDone', () => debuggee.later(() => void debuggee.begin())],
    [
      'next',
      moving(
        step(() => pass.next()),
        () => void training.take(1),
      ),
    ],
    [
      'stepBack',
      moving(
        step(() => pass.stepBack()),
        () => void training.back(),
      ),
    ],
    [
      'stepIn',
      moving(
        step(() => pass.stepIn()),
        () => void training.take(1),
      ),
    ],
    [
      'stepOut',
      moving(
        () => {
          const stop = pass.stepOut();
          if (stop) debuggee.stopped(passThread, stop);
          else void debuggee.run(() => pass.runForth());
        },
        () => void training.run(),
      ),
    ],
    [
      'continue',
      moving(
        run(() => pass.runForth()),
        () => void training.run(),
      ),
    ],
    [
      'reverseContinue',
      moving(
        run(() => pass.runBack()),
        () => void training.back(0),
      ),
    ],
    ['pause', pause],
    ['goto', goTo],
    ['gotoTargets', gotoTargets],
    ['restartFrame', restartFrame],
    ['restart', restart],
  ]);
}
