import assert from 'node:assert/strict';
import { scaleLinear } from 'd3';
import { extentFor, logDetDomain, nearness, noZoom, pointUnder, projectionOf, windowOf, ticksWithin } from '../../../webview/scales';
import type { Sight } from '../../../webview/sight';

const square = (half: number): Sight => ({ x: 0, y: 0, halfX: half, halfY: half });

describe('the projection of the plane', () => {
  it('has the same scale on both axes and shows [−half, half]² in the middle', () => {
    const view = windowOf(projectionOf(900, 600, square(4), noZoom), 900, 600);
    assert.deepEqual(view, { x0: -6, x1: 6, y0: -4, y1: 4 });
  });

  it('shows all of a sight that is wider than high, wherever it lies', () => {
    const view = windowOf(projectionOf(900, 600, { x: 5, y: -2, halfX: 6, halfY: 1 }, noZoom), 900, 600);
    assert.deepEqual(view, { x0: -1, x1: 11, y0: -6, y1: 2 });
  });

  it('zooms about a pixel, which stays where it is', () => {
    const at = projectionOf(800, 800, square(4), { k: 2, x: -200, y: -100 });
    const before = projectionOf(800, 800, square(4), noZoom);
    const pixel: [number, number] = [200, 100];
    const data = pointUnder(before, pixel);
    assert.equal(at.left + at.scale * data[0], pixel[0]);
    assert.equal(at.top - at.scale * data[1], pixel[1]);
  });
});

describe('the point under a pixel', () => {
  it('is the one that is projected there, with y upwards', () => {
    const at = projectionOf(800, 600, square(3), noZoom);
    assert.deepEqual(pointUnder(at, [400, 300]), [0, 0]);
    assert.deepEqual(pointUnder(at, [500, 200]), [1, 1]);
  });
});

describe('the extent of the plane', () => {
  const points = (most: number): Float32Array => Float32Array.from({ length: 2000 }, (_, i) => (i % 10 === 0 ? most : 1));

  it('has room for three standard deviations and stays put while everything fits', () => {
    assert.equal(extentFor(points(3), 3.5), 3.5);
    assert.equal(extentFor(points(3), 6), 6);
  });

  it('grows to a round number when a part of the points lies outside', () => {
    assert.equal(extentFor(points(9), 3.5), 12);
  });

  it('is not led astray by a few points, nor by some that are not finite', () => {
    const few = points(3);
    few.set([1e6, NaN, Infinity], 0);
    assert.equal(extentFor(few, 3.5), 3.5);
  });

  it('has an end when a flow diverges', () => {
    assert.equal(extentFor(points(1e30), 3.5), 128);
  });
});

describe('the domain of log|det|', () => {
  it('is a round number that covers the spread, and does not shrink', () => {
    assert.equal(logDetDomain(2.3, 0), 3);
    assert.equal(logDetDomain(0.1, 4), 4);
    assert.equal(logDetDomain(0, 0), 1);
    assert.equal(logDetDomain(1e9, 0), 32);
  });
});

describe('what belongs to one end', () => {
  it('is all there at that end and gone half way to the other', () => {
    assert.equal(nearness(1), 1);
    assert.equal(nearness(0.4), 0);
    assert.equal(nearness(0), 0);
    assert.ok(nearness(0.8) > nearness(0.6));
  });
});

describe('the ticks of the plane', () => {
  it('stay clear of the ends, where the names of the axes stand', () => {
    const scale = scaleLinear([-1.1, 3.05], [0, 980]);
    const { values } = ticksWithin(scale, 980, 28, 942);
    assert.deepEqual(values, [-0.5, 0, 0.5, 1, 1.5, 2, 2.5]);
  });

  it('are two at least, so that they tell the scale also of a low picture', () => {
    const { values, format } = ticksWithin(scaleLinear([-4.5, 4.5], [290, 0]), 290, 28, 262);
    assert.deepEqual(values.map(format), ['−2', '0', '2']);
  });

  it('are none where there is no room', () => {
    assert.deepEqual(ticksWithin(scaleLinear([0, 1], [0, 40]), 40, 28, 12).values, []);
  });
});
