import assert from 'node:assert/strict';
import { Playback, type Course } from '../../../webview/playback';

describe('playback', () => {
  const course: Course = { begin: 0, end: 4, rate: 0.01, loop: false };

  it('runs from where it is set off, by its rate', () => {
    const playback = new Playback();
    playback.start('layers', 1, 1000);
    assert.equal(playback.advance(1000, course), 1);
    assert.equal(playback.advance(1100, course), 2);
    assert.equal(playback.advance(1150, { ...course, rate: 0.02 }), 3, 'another speed counts from now on');
  });

  it('pauses at the end', () => {
    const playback = new Playback();
    playback.start('training', 3, 0);
    assert.equal(playback.advance(500, course), 4);
    assert.equal(playback.axis, undefined);
  });

  it('begins again where it loops, also after a long wait', () => {
    const playback = new Playback();
    playback.start('layers', 3, 0);
    assert.equal(playback.advance(1200, { ...course, loop: true }), 3);
    assert.equal(playback.axis, 'layers');
  });

  it('has nothing to loop through where there is but one step', () => {
    const playback = new Playback();
    playback.start('training', 0, 0);
    assert.equal(playback.advance(100, { ...course, end: 0, loop: true }), 0);
    assert.equal(playback.axis, undefined);
  });
});
