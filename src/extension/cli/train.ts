import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlowSession } from '../../session/session';
import { openWorkerEngine } from '../worker-engine';
import { read, write } from './files';
import { loadFlow } from './flow-file';
import { Finding, UsageError, type Result } from './result';

/** Trains a flow, from its weights where it names some, and writes what it learned. */
export async function train({ flow: path, steps, out }: { flow: string; steps?: number; out: string }): Promise<Result> {
  if (!out.toLowerCase().endsWith('.safetensors')) throw new UsageError(`--out is ${out}: name a file that ends in .safetensors.`);
  if (!existsSync(dirname(out))) throw new Finding(`${out} could not be written: there is no such folder.`);
  // Says what is wrong before an engine is started.
  await loadFlow(path);
  const session = new FlowSession(
    { openEngine: () => openWorkerEngine(join(__dirname, 'training-worker.js')), readFile: (name) => read(join(dirname(path), name)) },
    { epsilon: 0.05, particles: 1, gridLines: 2, layerDuration: 0 },
  );
  try {
    session.setText(new TextDecoder().decode(await read(path)));
    const rests = new Promise<void>((resolve) => {
      let ran = false;
      session.subscribe(() => {
        if (session.status === 'running') ran = true;
        else if (ran || session.status === 'failed') resolve();
      });
    });
    await (steps === undefined ? session.train() : session.stepTraining(steps));
    const [error] = session.problems.filter(({ severity }) => severity === 'error');
    if (error as typeof error | undefined) throw new Finding(error.message);
    await rests;
    const weights = session.weights();
    const [, loss] = session.losses.latest ?? [];
    const found = session.status === 'not-finite' || session.status === 'failed' || session.step === 0;
    if (!weights || found) throw new Finding(session.note ?? `${path} was not trained.`);
    await write(out, weights);
    const note = session.note ?? '';
    return {
      lines: [
        ...(note ? [note] : []),
        `Trained to step ${session.step}, loss ${loss?.toPrecision(6) ?? 'unknown'}; weights written to ${out}.`,
      ],
      json: { out, step: session.step, loss, engine: session.engineName, ...(note && { note }) },
    };
  } finally {
    session.dispose();
  }
}
