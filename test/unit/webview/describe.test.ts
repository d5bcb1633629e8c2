import assert from 'node:assert/strict';
import type { FlowState, LayerState } from '../../../src/protocol/messages';
import * as sentence from '../../../webview/describe';

const layer = (more: Partial<LayerState> = {}): LayerState => ({
  number: 1,
  label: 'planar',
  margin: 0.5,
  status: 'ok',
  doubtful: 0,
  residual: 0,
  overlay: { kind: 'hyperplane', w: [1, 0], b: 0, uHat: [0, 1], kappa: 0, danger: 0, fold: 0 },
  handles: [],
  ...more,
});

const state = (more: Partial<FlowState> = {}): FlowState => ({
  uri: 'file:///a.nflow',
  name: 'a.nflow',
  dim: 2,
  closedForm: 'encode',
  objective: { type: 'forward-kl', target: 'two-moons' },
  axes: ['x₁', 'x₂'],
  standardBase: true,
  coordinates: [0, 1],
  epsilon: 0.05,
  training: { status: 'idle', step: 1200, until: 4000, loss: 2.3141 },
  layers: [layer(), layer({ number: 2, margin: 0.04, status: 'near-singular', residual: 3.2e-16 })],
  cursor: 0,
  source: 'base',
  canStartAtTarget: true,
  layerDuration: 600,
  ...more,
});

describe('the sentences of the views', () => {
  it('say what is followed, and no end of it', () => {
    const attached = { source: 'runs/', isOver: false, lastSeen: 0 };
    const training = { ...state().training, until: 1200, attached };
    assert.equal(sentence.training(state({ training })), 'step 1,200 · loss 2.314');
    assert.match(sentence.attached(state({ training })), /^attached to runs\/ · last file at \d/);
    assert.match(sentence.attached(state({ training: { ...training, attached: { ...attached, isOver: true } } })), /^detached from runs\//);
    assert.equal(sentence.attached(state()), '');
  });

  it('say which objective, and which direction is solved, always with the arrow', () => {
    assert.equal(sentence.objective(state()), 'forward KL · two-moons');
    assert.equal(sentence.directions(state()), 'x → z closed form, z → x solved, residual ≤ 3.2e−16');
    assert.equal(sentence.directions(state({ closedForm: 'generate', layers: [layer()] })), 'z → x closed form, x → z solved');
    assert.equal(sentence.directions(state({ closedForm: 'generate' })), 'z → x closed form, x → z solved, residual ≤ 3.2e−16');
  });

  it('say where the cursor is', () => {
    assert.equal(sentence.stage(3, 16), 'stage 3 of 16');
    assert.equal(sentence.stage(3.25, 16), 'stage 3.25 of 16');
    assert.equal(sentence.stage(0, 16), 'stage 0 of 16 (z)');
    assert.equal(sentence.stage(16, 16), 'stage 16 of 16 (x)');
  });

  it('say what is wrong with a layer in words', () => {
    assert.equal(sentence.warning(layer(), state()), undefined);
    assert.equal(sentence.warning(layer({ status: 'near-singular' }), state()), 'nearly singular, margin < 0.05');
    assert.equal(sentence.warning(layer({ status: 'folds' }), state()), 'folds space');
    assert.equal(sentence.warning(layer({ doubtful: 1 }), state()), 'z → x doubtful for 1 particle');
    assert.equal(sentence.warning(layer({ doubtful: 1200 }), state({ closedForm: 'generate' })), 'x → z doubtful for 1,200 particles');
  });

  it('say how training stands', () => {
    assert.equal(sentence.training(state()), 'step 1,200 of 4,000 · loss 2.314');
    const annealed = state({ training: { status: 'running', step: 700, until: 4000, loss: -1.25, beta: 0.36 } });
    assert.equal(sentence.training(annealed), 'step 700 of 4,000 · loss −1.25 at β 0.36');
    assert.match(sentence.annealing(annealed), /^Annealing: training weighs E u\(x\) by β = 0\.36 now/);
    assert.equal(sentence.annealing(state()), '');
    assert.equal(sentence.training(state({ training: { status: 'idle', step: 0, until: 10 } })), 'step 0 of 10');
    assert.equal(sentence.training(state({ training: { status: 'paused', step: 4000, until: 2000 } })), 'step 4,000');
  });

  it('say why training stands still, for as long as it does', () => {
    const note = 'The file was edited, so training was paused.';
    const training = { step: 5, until: 10, note };
    assert.equal(sentence.note(state({ training: { ...training, status: 'paused' } })), note);
    assert.equal(sentence.note(state({ training: { ...training, status: 'running' } })), undefined);
    assert.equal(sentence.note(state()), undefined);
    assert.equal(sentence.note(state({ training: { status: 'not-finite', step: 5, until: 10 } })), 'The loss is not finite.');
  });

  it('tell the engine without its reason, and the held-out likelihood with its error', () => {
    const training = { status: 'running', step: 5, until: 10 } as const;
    const engine = (name: string): string => sentence.engine(state({ training: { ...training, engine: name } }));
    assert.equal(engine('WebAssembly SIMD, every layer fused'), 'WebAssembly SIMD');
    assert.equal(engine('TensorFlow.js (wasm): layer 3, of type coupling, has no fused kernel'), 'TensorFlow.js (wasm)');
    assert.equal(sentence.engine(state({ training })), '');
    const heldOut = sentence.heldOut(state({ training: { ...training, heldOut: { mean: -1.0312, error: 0.021 } } }));
    assert.equal(heldOut, 'held-out log p(x) −1.03 ± 0.02');
    assert.equal(sentence.heldOut(state({ training })), '');
    const none = sentence.heldOut(state({ training: { ...training, noneToHoldOut: true } }));
    assert.equal(none, 'no rows are held out: the data has only one');
  });

  it('name the layers that fold', () => {
    const folding = [1, 2, 3, 4].map((number) => layer({ number, status: 'folds' }));
    assert.equal(sentence.folds([layer()]), undefined);
    assert.equal(sentence.folds([layer(), folding[2]]), 'layer 3 folds');
    assert.equal(sentence.folds(folding), 'layers 1, 2, 3 and 4 fold');
  });

  it('print an estimate as exactly as its error allows', () => {
    const estimate = (mean: number, error: number): string => sentence.estimate({ mean, error });
    assert.equal(estimate(0.04123, 0.0031), '0.041 ± 0.003');
    assert.equal(estimate(-0.0123, 0.31), '−0.01 ± 0.31');
    assert.equal(estimate(1.5, 0), '1.500 ± 0.000');
  });

  it('say whether the picture is that of the text', () => {
    assert.equal(sentence.problem(state()), undefined);
    assert.equal(sentence.problem(state({ problem: 'w is too long.' })), 'Showing the last good flow: w is too long.');
    assert.equal(sentence.problem(state({ problem: 'w is too long.', layers: [] })), 'There is no flow to show yet: w is too long.');
  });

  it('never print a margin that is not 0 as 0', () => {
    assert.deepEqual([1, 0.5, 0.046, 0.0031, 2e-7, 0, -1.2].map(sentence.margin), [
      '1.00',
      '0.50',
      '0.046',
      '0.003',
      '2e−7',
      '0.00',
      '−1.20',
    ]);
  });

  it('print numbers as a person writes them', () => {
    assert.deepEqual([2.3141, -1, 1e-9, 0, NaN, -Infinity].map(sentence.number), ['2.314', '−1', '1e−9', '0', 'not a number', '−∞']);
  });
});
