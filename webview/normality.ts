/** How nearly particles that began at x come from the base when they arrive at z: moments, and tests of them. */

import * as describe from './describe';
import { show, write } from './element';
import { createFigures } from './figures';
import type { Scene } from './scene';
import { createSection, type Section } from './section';

/** Below this a test says that the points do not come from N(0, I). */
const significant = 0.01;

const chance = (p: number): string => (p < 1e-3 ? 'p < 0.001' : `p = ${describe.number(p)}`);

export function createNormality(): Section & { draw(scene: Scene): void } {
  const figures = createFigures();
  const section = createSection('normality', 'Gaussian at z?', [], figures.element);
  return {
    ...section,
    draw: ({ state: { normality, dim } }) => {
      show(section.element, normality !== undefined);
      if (!normality) return;
      const { count, mean, covariance, skewness, kurtosis, overall } = normality;
      const numbers = (values: readonly number[]): string => values.map((value) => describe.number(value)).join(', ');
      write(section.title, overall < significant ? 'Not yet Gaussian at z, x → z' : 'As good as Gaussian at z, x → z');
      figures.draw([
        ['Points of the target', describe.count(count)],
        ['Mean at z', numbers(mean)],
        ['Variances', numbers(mean.map((_, i) => covariance[i * dim + i]))],
        ['Correlation', dim === 2 ? describe.number(covariance[1] / Math.sqrt(covariance[0] * covariance[3])) : undefined],
        ['Skewness (Mardia)', chance(skewness)],
        ['Kurtosis (Mardia)', chance(kurtosis)],
        ['All moments to the fourth', chance(overall)],
      ]);
    },
  };
}
