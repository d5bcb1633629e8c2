import type { Picture } from '../training/messages';

/** RFC 4180: a line a record, CRLF. */
const csv = (rows: Iterable<readonly (string | number)[]>): string => Array.from(rows, (row) => `${row.join(',')}\r\n`).join('');

/**
 * The particles at every stage, a record each: stage 0 … K, particle 0 … n−1, its two shown coordinates, and log|det| of the layer that
 * led from the stage before, z → x (empty at z). `names` are those of the coordinates. Numbers are single precision, undistorted.
 *
 * `generate`: the determinants are of the layers' formulas z → x; else x → z, and their logarithm is turned round.
 */
export function particlesCsv({ depth, count, particles, particleDets }: Picture, names: readonly string[], generate: boolean): string {
  function* rows(): Generator<readonly (string | number)[]> {
    yield ['stage', 'particle', ...names.map(quoted), 'log|det| z → x'];
    for (let stage = 0; stage <= depth; stage++) {
      for (let i = 0; i < count; i++) {
        const at = stage * count + i;
        const logDet = stage === 0 ? '' : Math.log(Math.abs(particleDets[at - count])) * (generate ? 1 : -1);
        yield [stage, i, ...names.map((_, c) => particles[2 * at + c]), logDet];
      }
    }
  }
  return csv(rows());
}

/** What the steps said, a record each, in rows of `columns`. */
export function lossesCsv(columns: readonly string[], rows: Float32Array): string {
  const width = columns.length;
  const records = Array.from({ length: rows.length / width }, (_, i) => Array.from(rows.subarray(i * width, (i + 1) * width)));
  return csv([columns, ...records]);
}

/** Points on the plane (n × 2), a record each, to the digits that single precision carries. */
export function pointsCsv(points: Float32Array): string {
  const records = Array.from({ length: points.length / 2 }, (_, i) =>
    Array.from(points.subarray(2 * i, 2 * i + 2), (value) => Number(value.toPrecision(7))),
  );
  return csv([['x1', 'x2'], ...records]);
}

const quoted = (name: string): string => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
