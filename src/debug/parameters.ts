import { parameterSlots, type ParameterSlot } from '../flow/flow';
import type { FlowSession } from '../session/session';
import { ValueError } from './expression/syntax';
import { Tensor, type Value } from './expression/value';

/** A parameter of a layer as a value; what it is in float32 is shown, since that is what is trained. */
export interface LayerParameter {
  readonly slot: ParameterSlot;
  readonly meaning: string;
  readonly value: Value;
}

/** The parameters of a layer, from 1, as they are now. */
export function layerParameters(session: FlowSession, layer: number): LayerParameter[] {
  const { opened, flow } = session;
  const { parameters } = session;
  if (!opened || !flow || !parameters) return [];
  return parameterSlots(opened.spec)
    .filter((slot) => slot.layer === layer - 1)
    .map((slot) => {
      const values = Float64Array.from(parameters.subarray(slot.offset, slot.offset + slot.length));
      const info = flow.layers[layer - 1].type.parameters.find(({ name }) => name === slot.name);
      const value = slot.shape.length === 0 ? values[0] : new Tensor(slot.shape, values);
      return { slot, meaning: info?.meaning ?? '', value };
    });
}

/** All values of a layer, from 1, in the layout of its type. */
export function layerValues(session: FlowSession, layer: number): Float64Array {
  return Float64Array.from(
    layerParameters(session, layer).flatMap(({ value }) => (value instanceof Tensor ? [...value.values] : [Number(value)])),
  );
}

/** The parameter of this name. @throws ValueError where the layer has none */
export function layerParameter(session: FlowSession, layer: number, name: string): LayerParameter {
  const all = layerParameters(session, layer);
  const found = all.find(({ slot }) => slot.name === name);
  if (found) return found;
  const type = session.flow?.layers[layer - 1].type.name ?? '';
  throw new ValueError(`Layer ${layer} is ${type} and has no ${name}: it has ${all.map(({ slot }) => slot.name).join(', ')}.`);
}
