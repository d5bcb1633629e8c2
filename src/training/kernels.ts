import type { CreateKernel } from './kernel';
import { planarKernel } from './planar-kernel';

/** The kernel of every layer type that can be trained, by the type's name. */
export const kernels: ReadonlyMap<string, CreateKernel> = new Map([['planar', planarKernel]]);
