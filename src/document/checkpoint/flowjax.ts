import { dimRule } from '../format';
import { counted, shorten } from '../sentences';
import { ask } from './conventions';
import type { Tensor } from './safetensors';
import { checkDepth, groups, LayoutError, numbersOf, planarLayer, widthOf, type Layers } from './stored';

/** `params` = [w, u, b] of 2d + 1 numbers, one tensor a layer, or one tensor with a row for every layer. */
export function readFlowjax(tensors: readonly Tensor[]): Layers {
  const stray = tensors.find(({ name }) => !/(?:^|[.\]])params$/.test(name));
  if (stray) throw new LayoutError(`"${shorten(stray.name)}" is not of a planar layer: such a layer has params alone.`, stray.name);
  const rows = groups(tensors, /\.?(?=params$)/).flatMap(({ prefix, parts }) => {
    const [tensor] = parts.values();
    const size = widthOf(tensor);
    if (size < 3 || size % 2 === 0 || size > 2 * dimRule.most + 1 || tensor.shape.length > 2)
      throw new LayoutError(
        `"${shorten(tensor.name)}" has the shape [${tensor.shape.join(', ')}]: the params of a planar layer are 2d + 1 numbers, [w, u, b].`,
        tensor.name,
      );
    const count = tensor.length / size;
    checkDepth(count);
    const values = numbersOf({ ...tensor, shape: [tensor.length] }, tensor.length, 'the layers');
    return Array.from({ length: count }, (_, i) => ({
      name: [prefix || 'params', ...(tensor.shape.length > 1 ? [`[${i}]`] : [])].join(''),
      values: values.slice(i * size, (i + 1) * size),
    }));
  });
  const size = rows.at(0)?.values.length ?? 0;
  const odd = rows.find(({ values }) => values.length !== size);
  if (odd) throw new LayoutError(`${odd.name} has ${counted(odd.values.length, 'number')} where the first layer has ${size}.`);
  const dim = (size - 1) / 2;
  return {
    dim,
    layers: rows.map(({ name, values }) =>
      planarLayer(name, { w: values.slice(0, dim), u: values.slice(dim, 2 * dim), b: values[2 * dim] }),
    ),
    base: 'standard-normal',
    questions: [
      ask('uHat', 'double-log', 'paper', 'none'),
      ask('activation', 'tanh', 'leaky-relu'),
      ask('direction', 'encode', 'generate'),
      ...(dim === 2 ? [ask('between', 'flip', 'nothing')] : []),
    ],
    assumed: [
      'A flowjax checkpoint of planar layers does not hold its base: z is standard normal.',
      ...(dim > 2
        ? ['No permutation lies between the layers: planar_flow puts one there in more than two dimensions, and it is not stored.']
        : []),
    ],
  };
}
