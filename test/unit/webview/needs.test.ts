import assert from 'node:assert/strict';
import type { FlowState } from '../../../src/protocol/messages';
import { needsOf } from '../../../webview/needs';

const state = (closedForm: FlowState['closedForm'], both: boolean): FlowState => ({
  uri: '',
  name: '',
  dim: 2,
  closedForm,
  objective: closedForm === 'encode' ? { type: 'forward-kl', target: 'two-moons' } : { type: 'reverse-kl', target: 'U1' },
  axes: ['x₁', 'x₂'],
  standardBase: true,
  coordinates: [0, 1],
  epsilon: 0.05,
  training: { status: 'idle', step: 0, until: 1 },
  layers: [
    {
      number: 1,
      label: '',
      margin: 1,
      status: 'ok',
      doubtful: 0,
      residual: 0,
      overlay: { kind: 'none' },
      handles: [],
      ...(both && { bothClosedForm: true as const }),
    },
  ],
  cursor: 0,
  source: 'base',
  canStartAtTarget: true,
  layerDuration: 0,
});

describe('what an objective needs', () => {
  it('is there in every flow that is trained by it', () => {
    for (const need of needsOf(state('encode', false))) assert.ok(!need.forward || need.has, need.what);
    for (const need of needsOf(state('generate', false))) assert.ok(!need.reverse || need.has, need.what);
  });

  it('is neither samples nor an energy where there is no objective', () => {
    const { objective, ...without } = state('encode', false);
    assert.ok(objective);
    const given = needsOf(without).filter(({ how }) => how === 'not given');
    assert.deepEqual(
      given.map(({ forward, reverse }) => [forward, reverse]),
      [
        [true, false],
        [false, true],
      ],
    );
  });

  it('is a closed form one way, and both ways where every layer has both', () => {
    const closed = (it: FlowState): boolean[] =>
      needsOf(it)
        .slice(0, 2)
        .map(({ has }) => has);
    assert.deepEqual(closed(state('encode', false)), [true, false]);
    assert.deepEqual(closed(state('generate', false)), [false, true]);
    assert.deepEqual(closed(state('generate', true)), [true, true]);
  });
});
