import { actnorm } from './actnorm';
import { coupling } from './coupling';
import type { LayerType } from './layer';
import { linear } from './linear';
import { planar } from './planar';
import { radial } from './radial';

/** Every kind of layer, by name. A new one is a new file and a line here. */
export const layerTypes: ReadonlyMap<string, LayerType> = new Map(
  [planar, radial, coupling, actnorm, linear].map((type) => [type.name, type]),
);
