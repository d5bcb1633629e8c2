import assert from 'node:assert/strict';
import { CursorLink, Player } from '../../../webview/player';

describe('the player', () => {
  it('takes its time for one layer, and is there at the end', () => {
    const player = new Player();
    player.moveTo(1, 1000, 600);
    assert.equal(player.at(1000), 0);
    assert.equal(player.at(1300), 0.5);
    assert.ok(player.moving(1599));
    assert.equal(player.at(1600), 1);
    assert.ok(!player.moving(1600));
  });

  it('never takes more than three seconds, however deep the flow', () => {
    const player = new Player();
    player.moveTo(64, 0, 600);
    assert.ok(player.moving(2999));
    assert.equal(player.at(3000), 64);
  });

  it('turns round wherever it is, without a jump', () => {
    const player = new Player();
    player.moveTo(10, 0, 100);
    const midway = player.at(400);
    player.moveTo(0, 400, 100);
    assert.equal(player.at(400), midway);
    assert.equal(player.heading, 'encode');
    assert.ok(player.at(500) < midway);
    assert.equal(player.at(400 + 1000), 0);
  });

  it('is there at once when a layer takes no time', () => {
    const player = new Player();
    player.moveTo(2.5, 0, 0);
    assert.equal(player.at(0), 2.5);
    assert.ok(!player.moving(0));
  });

  it('has not set off yet in a frame that began before the move', () => {
    const player = new Player();
    player.moveTo(1, 100, 600);
    assert.equal(player.at(90), 0);
    player.moveTo(2, 1000, 0);
    assert.equal(player.at(990), 2);
    assert.ok(!player.moving(990));
  });

  it('remembers the direction of the last move', () => {
    const player = new Player();
    player.moveTo(2, 0, 0);
    assert.equal(player.heading, 'generate');
    player.moveTo(1, 1, 0);
    assert.equal(player.heading, 'encode');
    player.moveTo(1, 2, 0);
    assert.equal(player.heading, 'encode');
  });
});

describe('the link between the cursors of a view and its session', () => {
  it('follows a cursor that the session moved', () => {
    const link = new CursorLink();
    assert.ok(link.asksToMove(0));
    assert.ok(link.asksToMove(1));
  });

  it('does not follow states that came for other reasons', () => {
    const link = new CursorLink();
    link.asksToMove(3);
    link.post(4.2);
    assert.ok(!link.asksToMove(3));
  });

  it('is not pulled back by the echo of a cursor that it has left since', () => {
    const link = new CursorLink();
    link.asksToMove(3);
    link.post(4.2);
    link.post(4.6);
    assert.ok(!link.asksToMove(4.2));
    assert.ok(link.asksToMove(4.6));
  });

  it('follows the session to where it was before, once its own posts have come back', () => {
    const link = new CursorLink();
    link.asksToMove(3);
    link.post(4.2);
    link.asksToMove(4.2);
    assert.ok(link.asksToMove(3));
  });
});
