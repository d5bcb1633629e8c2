import { InverseStatus, type InverseReport, type Layer, type LayerImage } from './layer';

/** A residual above this, relative to 1 + ‖y‖, makes an inverse unreliable. */
const tolerance = 1e-12;

/**
 * Judges an inverse by its backward error: maps the points that were found, `into.points`, and measures ‖φ(v) − y‖₂. Fills in `det` and
 * `logDet` there, the residuals, and a status that knows of rounding alone. `iterations` is left as it is.
 */
export function judgeInverse(layer: Layer, y: Float64Array, into: LayerImage, report: InverseReport): void {
  const { dim } = layer;
  const image = new Float64Array(y.length);
  layer.forward(into.points, { points: image, det: into.det, logDet: into.logDet });
  for (let p = 0, at = 0; at < y.length; p++, at += dim) {
    let error = 0;
    let size = 0;
    for (let i = at; i < at + dim; i++) {
      error += (image[i] - y[i]) ** 2;
      size += y[i] ** 2;
    }
    const residual = Math.sqrt(error);
    report.residual[p] = residual;
    if (!Number.isFinite(residual)) report.status[p] = InverseStatus.NotFinite;
    else report.status[p] = residual > tolerance * (1 + Math.sqrt(size)) ? InverseStatus.Unreliable : InverseStatus.Ok;
  }
}
