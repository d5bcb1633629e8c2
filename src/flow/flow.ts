/** A flow: layers composed between the base z = stage 0 and the data x = stage K. */

import { baseFrom, type Base } from './base';
import { InverseStatus, parameterCount, sizeOf, type InverseReport, type Layer, type LayerType } from './layer';
import { RandomStream, streams } from './random';
import { layerTypes } from './registry';
import { closedFormDirection, type Direction, type FlowSpec, type LayerSpec } from './spec';

/** A batch of n points after one layer, in either direction. */
export interface Pass extends InverseReport {
  /** n × d. */
  readonly points: Float64Array;
  /** n: the signed determinant of the layer's formula. */
  readonly det: Float64Array;
  /** n: log|det| of this layer's map z → x, whichever way it was run. */
  readonly logDet: Float64Array;
}

/** A batch of n points at every stage. */
export interface Trace {
  /** K+1 batches of n × d. */
  readonly stages: readonly Float64Array[];
  /** K: how each layer was passed; `passes[k].points` is the stage that it led to. */
  readonly passes: readonly Pass[];
}

/** Where one parameter of one layer lies in the vector of all parameters. */
export interface ParameterSlot {
  readonly layer: number;
  readonly name: string;
  /** As the layer's type declares it; `[]` is one number. */
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** The registered type of a layer. Throws a RangeError where there is none. */
export function typeOf(layer: LayerSpec): LayerType {
  const type = layerTypes.get(layer.type);
  if (type === undefined) throw new RangeError(`There is no layer type "${layer.type}"; there are: ${[...layerTypes.keys()].join(', ')}.`);
  return type;
}

/** The layout of the vector of parameters: layer by layer, each as its type declares them. Throws a RangeError for an unknown type. */
export function parameterSlots(spec: FlowSpec): ParameterSlot[] {
  let offset = 0;
  return spec.layers.flatMap((layer, k) =>
    typeOf(layer).parameters.map((parameter) => {
      const shape = parameter.shape(spec.dim, layer.options);
      const slot = { layer: k, name: parameter.name, shape, offset, length: sizeOf(shape) };
      offset += slot.length;
      return slot;
    }),
  );
}

/**
 * The parameters that training starts from: those that the file gives, the others drawn from the seed, each layer from its own stream.
 * Throws a RangeError for an unknown type, or a given value of the wrong length.
 */
export function initialParameters(spec: FlowSpec): Float64Array {
  const slots = parameterSlots(spec);
  const drawn = spec.layers.map((layer, k) =>
    typeOf(layer).initialise(spec.dim, layer.options, new RandomStream(spec.seed, streams.parameters(k))),
  );
  const all = Float64Array.from(drawn.flatMap((values) => Array.from(values)));
  for (const { layer, name, offset, length } of slots) {
    const { initial } = spec.layers[layer];
    if (!Object.hasOwn(initial, name)) continue;
    const given = initial[name];
    if (given.length !== length) throw new RangeError(`Layer ${layer + 1}: ${name} has ${given.length} values and needs ${length}.`);
    all.set(given, offset);
  }
  return all;
}

/** A flow with these parameters (copied). Throws a RangeError for an unknown layer type or the wrong number of parameters. */
export function buildFlow(spec: FlowSpec, parameters: Float64Array | Float32Array): Flow {
  const values = Float64Array.from(parameters);
  let offset = 0;
  const layers = spec.layers.map((layer) => {
    const type = typeOf(layer);
    const start = offset;
    offset += parameterCount(type, spec.dim, layer.options);
    return type.create(spec.dim, layer.options, values.subarray(start, offset));
  });
  if (offset !== values.length) throw new RangeError(`The flow has ${offset} parameters, but ${values.length} were given.`);
  return new Flow(baseFrom(spec.base, spec.dim), closedFormDirection(spec), layers);
}

/** x = g(z) = φ_K(… φ₁(z)) under reverse KL, and z = φ₁(… φ_K(x)) under forward KL. */
export class Flow {
  readonly dim: number;

  constructor(
    readonly base: Base,
    /** The direction that the layers' formulas run in; the other one is solved. */
    readonly closedForm: Direction,
    /** In the order z → x. */
    readonly layers: readonly Layer[],
  ) {
    this.dim = base.dim;
  }

  /** Through layer k (0 … K−1) alone: `generate` takes points of stage k to stage k+1, `encode` points of stage k+1 to stage k. */
  pass(k: number, direction: Direction, points: Float64Array): Pass {
    const count = points.length / this.dim;
    const into = {
      points: new Float64Array(points.length),
      det: new Float64Array(count),
      logDet: new Float64Array(count),
      status: new Uint8Array(count),
      iterations: new Uint16Array(count),
      residual: new Float64Array(count),
    };
    if (direction === this.closedForm) {
      this.layers[k].forward(points, into);
      for (let i = 0; i < points.length; i++) {
        if (!Number.isFinite(into.points[i])) into.status[Math.floor(i / this.dim)] = InverseStatus.NotFinite;
      }
    } else {
      this.layers[k].inverse(points, into, into);
    }
    if (this.closedForm === 'encode') for (let i = 0; i < count; i++) into.logDet[i] = -into.logDet[i];
    return into;
  }

  /**
   * `points` lie at `stage`; from there they go outwards, z → x to stage K and x → z to stage 0.
   * @param through how a batch is taken through one layer: {@link pass}, unless another arithmetic is to be shown.
   * @throws RangeError where the points are not n × d numbers, or there is no such stage.
   */
  trace(points: Float64Array, stage: number, through?: Flow['pass']): Trace {
    const work = this.tracing(points, stage, through);
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
    }
  }

  /** {@link trace}, yielding after each layer. */
  *tracing(
    points: Float64Array,
    stage: number,
    through: Flow['pass'] = (k, direction, at) => this.pass(k, direction, at),
  ): Generator<void, Trace> {
    const depth = this.layers.length;
    if (points.length % this.dim !== 0) throw new RangeError(`${points.length} numbers are no points in ${this.dim} dimensions.`);
    if (!Number.isInteger(stage) || stage < 0 || stage > depth) {
      throw new RangeError(`A flow of ${depth} layers has the stages 0 to ${depth}, and not ${stage}.`);
    }
    const stages: Float64Array[] = [];
    const passes: Pass[] = [];
    stages[stage] = points;
    for (let k = stage; k < this.layers.length; k++) {
      passes[k] = through(k, 'generate', stages[k]);
      stages[k + 1] = passes[k].points;
      yield;
    }
    for (let k = stage - 1; k >= 0; k--) {
      passes[k] = through(k, 'encode', stages[k + 1]);
      stages[k] = passes[k].points;
      yield;
    }
    return { stages, passes };
  }

  /** x = g(z) for n × d points. */
  generate(z: Float64Array): Float64Array {
    return this.trace(z, 0).stages[this.layers.length];
  }

  /** z = g⁻¹(x) for n × d points. */
  encode(x: Float64Array): Float64Array {
    return this.trace(x, this.layers.length).stages[0];
  }

  /**
   * The log density log p_k(y) = log p_z(z) − Σ_{j ≤ k} log|det| of the layers z → x up to stage k, for each of n points y at `stage` k:
   * that of x at K (Rezende & Mohamed 2015, eq. 7), and the base's at 0. −∞ where no z is mapped to y. NaN where one of these layers folds, as
   * the density then is a sum over all preimages, and this would be one of its terms; where y is what a layer presses a part of space flat
   * onto, for there is no density there; and where a point on the way is not finite. It takes the points through the layers without the
   * reports of {@link pass}, which takes less time.
   */
  logProb(points: Float64Array, stage = this.layers.length): Float64Array {
    const count = points.length / this.dim;
    if (this.folds(stage)) return new Float64Array(count).fill(NaN);
    const sign = this.closedForm === 'encode' ? 1 : -1;
    const logs = new Float64Array(count);
    const scratch = { det: new Float64Array(count), logDet: new Float64Array(count) };
    const [one, other] = [new Float64Array(points.length), new Float64Array(points.length)];
    let at = points;
    for (let k = stage - 1; k >= 0; k--) {
      const into = { points: at === one ? other : one, ...scratch };
      if (this.closedForm === 'encode') this.layers[k].forward(at, into);
      else this.layers[k].inverse(at, into);
      for (let i = 0; i < count; i++) logs[i] += sign * scratch.logDet[i];
      at = into.points;
    }
    const base = this.base.logDensity(at);
    for (let i = 0; i < count; i++) if (logs[i] !== -Infinity) logs[i] += base[i];
    for (let i = 0; i < at.length; i++) {
      const p = Math.floor(i / this.dim);
      if (!Number.isFinite(at[i]) && logs[p] !== -Infinity) logs[p] = NaN;
    }
    return logs;
  }

  /** {@link logProb} of the points at x that were traced. */
  logProbOf(trace: Trace): Float64Array {
    const logs = this.base.logDensity(trace.stages[0]);
    if (this.folds(this.layers.length)) return logs.fill(NaN);
    // Of what the layers say, that of the one nearest to x holds: the others were asked about a point that stands in for none.
    trace.passes.forEach(({ logDet, status }) => {
      for (let i = 0; i < logs.length; i++) {
        const said: InverseStatus = status[i];
        // Only where x → z is solved is it x that has no preimage.
        if (said === InverseStatus.NoPreimage && this.closedForm === 'generate') logs[i] = -Infinity;
        else if (said === InverseStatus.Ok || said === InverseStatus.Unreliable) logs[i] -= logDet[i];
        else logs[i] = NaN;
      }
    });
    return logs;
  }

  /** Whether a layer before this stage may fold space. */
  private folds(stage: number): boolean {
    return this.layers.slice(0, stage).some(({ folds }) => folds);
  }

  /** n draws from p_x: n × d. */
  sample(count: number, random: RandomStream): Float64Array {
    return this.generate(this.base.sample(count, random));
  }
}
