import assert from 'node:assert/strict';
import fc from 'fast-check';
import { band, carriedHalfWidth, carriedSides, footOf, halfSpace, hyperplane, type Point, type Window } from '../../../webview/strip';

const view: Window = { x0: -4, x1: 4, y0: -3, y1: 3 };
const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const normal = fc.tuple(number(-2, 2), number(-2, 2)).filter(([x, y]) => Math.hypot(x, y) > 0.05);

const overlayOf = (w: readonly number[], b: number) => ({ kind: 'hyperplane', w, b, uHat: [0, 0], kappa: 0, danger: 0, fold: 0 }) as const;

/** Whether a point lies inside a convex polygon, by the signs of its cross products with the sides. */
function inside(polygon: readonly Point[], [x, y]: Point): boolean {
  const signs = polygon.map(([px, py], i) => {
    const [qx, qy] = polygon[(i + 1) % polygon.length];
    return Math.sign((qx - px) * (y - py) - (qy - py) * (x - px));
  });
  return polygon.length > 2 && (signs.every((sign) => sign >= 0) || signs.every((sign) => sign <= 0));
}

describe('the band |wᵀv + b| ≤ c', () => {
  it('covers exactly the points of the window that satisfy it', () => {
    fc.assert(
      fc.property(normal, number(-5, 5), number(0.01, 3), number(-4, 4), number(-3, 3), (w, b, half, x, y) => {
        const level = Math.abs(w[0] * x + w[1] * y + b);
        fc.pre(Math.abs(level - half) > 1e-6);
        assert.equal(inside(band(overlayOf(w, b), half, view), [x, y]), level < half);
      }),
    );
  });

  it('is not drawn where there is none: no width, or no direction', () => {
    assert.deepEqual(band(overlayOf([1, 0], 0), 0, view), []);
    assert.deepEqual(band(overlayOf([0, 0], 0), 1, view), []);
  });
});

describe('a band that is carried along by a fraction of its layer', () => {
  it('reaches as far as the farthest of its points', () => {
    fc.assert(
      fc.property(number(0.05, 4), number(-4, 3), number(0, 1), (a, kappa, tau) => {
        let farthest = 0;
        for (let i = 0; i <= 4000; i++) {
          const r = (a * i) / 4000;
          farthest = Math.max(farthest, Math.abs(r + tau * kappa * Math.tanh(r)));
        }
        assert.ok(Math.abs(carriedHalfWidth(a, kappa, tau) - farthest) < 1e-5);
      }),
    );
  });

  it('is the band itself before the layer has begun', () => {
    assert.equal(carriedHalfWidth(0.8, -2.2, 0), 0.8);
  });
});

describe('the hyperplane wᵀv + b = 0', () => {
  it('ends on the border of the window, and where it does not show the window lies on one side of it', () => {
    fc.assert(
      fc.property(normal, number(-9, 9), (w, b) => {
        const ends = hyperplane(overlayOf(w, b), view);
        const corners = [view.x0, view.x1].flatMap((x) => [view.y0, view.y1].map((y) => w[0] * x + w[1] * y + b));
        if (ends === undefined) {
          assert.ok(corners.every((level) => level > -1e-9) || corners.every((level) => level < 1e-9));
          return;
        }
        for (const [x, y] of ends) {
          assert.ok(Math.abs(w[0] * x + w[1] * y + b) < 1e-9);
          const border = Math.min(Math.abs(Math.abs(x) - 4), Math.abs(Math.abs(y) - 3));
          assert.ok(border < 1e-9 && Math.abs(x) < 4 + 1e-9 && Math.abs(y) < 3 + 1e-9);
        }
      }),
    );
  });

  it('does not show where w = 0', () => {
    assert.equal(hyperplane(overlayOf([0, 0], 0.3), view), undefined);
  });

  it('has a foot: its point nearest to another', () => {
    const foot = footOf(overlayOf([3, 4], -5), [0, 0]);
    assert.ok(Math.abs(foot[0] - 0.6) < 1e-12 && Math.abs(foot[1] - 0.8) < 1e-12);
  });
});

describe('a side of the hyperplane', () => {
  it('covers exactly the points of the window on that side', () => {
    fc.assert(
      fc.property(normal, number(-5, 5), number(-4, 4), number(-3, 3), (w, b, x, y) => {
        const level = w[0] * x + w[1] * y + b;
        fc.pre(Math.abs(level) > 1e-6);
        assert.equal(inside(halfSpace(overlayOf(w, b), 'above', view), [x, y]), level > 0);
        assert.equal(inside(halfSpace(overlayOf(w, b), 'below', view), [x, y]), level < 0);
      }),
    );
  });

  it('lies where a fraction of the leaky layer puts its points', () => {
    fc.assert(
      fc.property(number(-9, 3), number(0, 1), (kappa, tau) => {
        const overlay = { kind: 'half-spaces', w: [1, 0], b: 0, uHat: [kappa, 0], detBelow: 1 + kappa / 5, detAbove: 1 + kappa } as const;
        for (const [x, det] of [
          [0.7, overlay.detAbove],
          [-0.7, overlay.detBelow],
        ]) {
          const carried = x + tau * kappa * Math.max(x, x / 5);
          fc.pre(Math.abs(carried) > 1e-9 && overlay.detAbove !== overlay.detBelow);
          assert.deepEqual(
            carriedSides(overlay, tau, (it) => it === det),
            [carried > 0 ? 'above' : 'below'],
          );
        }
      }),
    );
  });
});
