import { actnormKernel } from './actnorm-kernel';
import { couplingKernel } from './coupling-kernel';
import type { CreateKernel } from './kernel';
import { linearKernel } from './linear-kernel';
import { planarKernel } from './planar-kernel';
import { radialKernel } from './radial-kernel';

/** The kernel of every layer type that can be trained, by the type's name. */
export const kernels: ReadonlyMap<string, CreateKernel> = new Map<string, CreateKernel>([
  ['planar', planarKernel],
  ['radial', radialKernel],
  ['coupling', couplingKernel],
  ['actnorm', actnormKernel],
  ['linear', linearKernel],
]);
