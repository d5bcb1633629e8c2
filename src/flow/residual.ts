import { InverseStatus, type InverseReport, type Layer, type LayerImage } from './layer';
import { norm } from './stable';

/**
 * A residual above this makes an inverse unreliable. It is relative to ‖y‖ where that is above 1, and absolute below: 1 is the spread of
 * the base, and near the origin formulas subtract numbers of that size.
 *
 * No inverse in float64 can promise it: v is given to the nearest number, which alone moves its image by up to ε·σ₁·‖v‖, ε = 2⁻⁵², with
 * σ₁ the largest singular value of J_φ at v. Where that is the greater of the two, the residual stays within a few times of it instead. So
 * it is with most points of a linear layer in d ≥ 3 whose parameters are of order 2: its residual lies at this floor, up to 0.4·ε·σ₁·‖v‖.
 */
const tolerance = 1e-12;

/** Replaces `rest` (d numbers) by J_φ(v)⁻¹·rest at the point `v`, where det J_φ is `det`. */
export type Correction = (rest: Float64Array, v: Float64Array, det: number) => void;

/**
 * Judges an inverse by its backward error: maps the points that were found, `into.points`, and measures ‖φ(v) − y‖₂. Where that is
 * above the tolerance, Newton's steps v + J⁻¹·(y − φ(v)) are taken while they come nearer. Fills in `det` and `logDet` there, the residuals, and
 * a status that knows of rounding alone. `iterations` is left as it is.
 */
export function judgeInverse(layer: Layer, y: Float64Array, into: LayerImage, report: InverseReport, correct?: Correction): void {
  const { dim } = layer;
  const image = new Float64Array(y.length);
  layer.forward(into.points, { points: image, det: into.det, logDet: into.logDet });
  for (let i = 0; i < y.length; i++) image[i] = y[i] - image[i];
  for (let p = 0, at = 0; at < y.length; p++, at += dim) {
    const size = norm(y, at, dim);
    const most = tolerance * Math.max(1, size);
    let residual = norm(image, at, dim);
    if (correct && residual > most) residual = improve(layer, y, into, p, image.subarray(at, at + dim), most, correct);
    report.residual[p] = residual;
    if (!Number.isFinite(residual) || !Number.isFinite(size)) report.status[p] = InverseStatus.NotFinite;
    else report.status[p] = residual > most ? InverseStatus.Unreliable : InverseStatus.Ok;
  }
}

/**
 * Takes Newton's step at point p of the batch, whose `rest` is y − φ(v), and keeps the point that has the lesser residual: that is returned.
 * A step is as exact as its own rounding, so it is taken again while the residual is above `most` and is halved at least.
 */
function improve(
  layer: Layer,
  y: Float64Array,
  into: LayerImage,
  p: number,
  rest: Float64Array,
  most: number,
  correct: Correction,
): number {
  const { dim } = layer;
  const v = into.points.subarray(p * dim, (p + 1) * dim);
  const residual = norm(rest, 0, dim);
  correct(rest, v, into.det[p]);
  const next = v.map((value, i) => value + rest[i]);
  const image = { points: new Float64Array(dim), det: new Float64Array(1), logDet: new Float64Array(1) };
  layer.forward(next, image);
  const nextRest = image.points.map((value, i) => y[p * dim + i] - value);
  const nextResidual = norm(nextRest, 0, dim);
  if (!(nextResidual < residual)) return residual;
  v.set(next);
  into.det[p] = image.det[0];
  into.logDet[p] = image.logDet[0];
  return nextResidual > most && nextResidual < residual / 2 ? improve(layer, y, into, p, nextRest, most, correct) : nextResidual;
}

/** Judges one preimage v of y (d numbers each), and improves it in its place, as {@link judgeInverse} does a batch. */
export function polished(layer: Layer, y: Float64Array, v: Float64Array, correct: Correction): InverseStatus {
  const report = { status: new Uint8Array(1), iterations: new Uint16Array(1), residual: new Float64Array(1) };
  judgeInverse(layer, y, { points: v, det: new Float64Array(1), logDet: new Float64Array(1) }, report, correct);
  return report.status[0];
}

/** The one v with φ(v) = y of a layer that never folds: d numbers, or none where it is not finite. */
export function solePreimage(layer: Layer, y: Float64Array): Float64Array {
  const into = { points: new Float64Array(layer.dim), det: new Float64Array(1), logDet: new Float64Array(1) };
  const report = { status: new Uint8Array(1), iterations: new Uint16Array(1), residual: new Float64Array(1) };
  layer.inverse(y, into, report);
  const [status]: Iterable<InverseStatus> = report.status;
  return status === InverseStatus.NotFinite ? new Float64Array() : into.points;
}
