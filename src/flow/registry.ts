import type { LayerType } from './layer';
import { planar } from './planar';

/** Every kind of layer, by name. A new one is a new file and a line here. */
export const layerTypes: ReadonlyMap<string, LayerType> = new Map([planar].map((type) => [type.name, type]));
