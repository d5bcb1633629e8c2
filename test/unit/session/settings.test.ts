import assert from 'node:assert/strict';
import { FlowSession } from '../../../src/session/session';
import { writtenInto } from '../../../src/session/write-values';
import { openInProcessEngine } from './in-process-engine';

const text = (training = 'steps: 50, batch: 16, learningRate: 5e-3') =>
  `nflow: 1\ndim: 2\nobjective: { type: reverse-kl, energy: U1 }\ntraining: { ${training} } # mine\nlayers:\n  - planar\n  - planar\n`;

describe('what is set beside the text', () => {
  let session: FlowSession;

  beforeEach(async () => {
    const readFile = () => Promise.reject(new Error('There are no files here.'));
    session = new FlowSession(
      { openEngine: openInProcessEngine, readFile },
      { epsilon: 0.05, particles: 10, gridLines: 5, layerDuration: 0 },
    );
    session.setText(text());
    await session.open();
  });

  afterEach(() => session.dispose());

  const rests = () =>
    new Promise<void>((resolve) => {
      const unsubscribe = session.subscribe(() => {
        if (session.status === 'running') return;
        unsubscribe();
        resolve();
      });
    });
  const training = () => session.opened?.spec.training;

  it('trains by another setting, until the text itself gives training other ones', async () => {
    await session.text.setTraining('learningRate', 0.02);
    await session.text.setTraining('clip', 1);
    assert.deepEqual([training()?.learningRate, training()?.clip], [0.02, 1]);
    session.setText(`# A comment.\n${text()}`);
    assert.equal(training()?.learningRate, 0.02);
    assert.deepEqual(session.opened?.layerLines, [6, 7]);
    session.setText(text('steps: 50, batch: 16, learningRate: 1e-3'));
    await session.open();
    assert.deepEqual([training()?.learningRate, training()?.clip], [1e-3, undefined]);
  });

  it('refuses a value with the sentence of the text, and stays as it was', async () => {
    await assert.rejects(session.text.setTraining('learningRate', 7), /learningRate is 7: give a number above 0 and at most 1\./);
    assert.equal(training()?.learningRate, 5e-3);
  });

  it('takes every step that was asked for, also where one was done before the next order came', async () => {
    void session.stepTraining(1);
    await session.stepTraining(1);
    await rests();
    assert.deepEqual([session.step, session.status], [2, 'paused']);
  });

  it('is written into a text from which training goes on, to the bit; the text of before brings it back', async () => {
    await session.text.setTraining('batch', 32);
    const rested = rests();
    await session.stepTraining(5);
    await rested;
    const { parameters } = session;
    const written = await writtenInto(text(), session);
    assert.match(written, /batch: 32.* # mine/);
    session.setText(written);
    await session.open();
    assert.deepEqual([session.step, session.parameters], [5, parameters]);
    assert.equal(await writtenInto(written, session), written, 'there is nothing left to write');

    const reset = new FlowSession(
      { openEngine: openInProcessEngine, readFile: () => Promise.reject(new Error('none')) },
      { epsilon: 0.05, particles: 10, gridLines: 5, layerDuration: 0 },
    );
    reset.setText(written);
    await reset.open();
    assert.deepEqual(reset.parameters, parameters);
    reset.dispose();

    session.setText(text());
    await session.open();
    assert.equal(session.step, 5);
  });
});
