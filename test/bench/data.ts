/** What it costs to read a million rows of two columns: seconds, and the most memory that the process ever took, the file included. */

import { spawnSync } from 'node:child_process';
import { readPoints } from '../../src/document/data/points';
import { RandomStream } from '../../src/flow/random';

const rows = 1_000_000;

function csv(): Uint8Array {
  const random = new RandomStream(1, 1);
  const bytes = new Uint8Array(40 * rows);
  const encoder = new TextEncoder();
  let filled = encoder.encodeInto('a,b\n', bytes).written;
  for (let i = 0; i < rows; i++) {
    const line = `${random.normal().toFixed(9)},${random.normal().toFixed(9)}\n`;
    filled += encoder.encodeInto(line, bytes.subarray(filled)).written;
  }
  return bytes.slice(0, filled);
}

function npy(): Uint8Array {
  const random = new RandomStream(1, 1);
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, 2), }\n`;
  const bytes = new Uint8Array(10 + header.length + 16 * rows);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length]);
  new TextEncoder().encodeInto(header, bytes.subarray(10));
  bytes.set(new Uint8Array(Float64Array.from({ length: 2 * rows }, () => random.normal()).buffer), 10 + header.length);
  return bytes;
}

const files: Readonly<Record<string, () => Uint8Array>> = { csv, npy };

const [ending] = process.argv.slice(2);
if (ending === undefined) {
  // A process of its own for each, so that its memory is its own.
  for (const each of Object.keys(files)) spawnSync(process.execPath, [process.argv[1], each], { stdio: 'inherit' });
} else {
  const bytes = files[ending]();
  const begun = performance.now();
  const table = readPoints(bytes, `points.${ending}`, 2);
  const seconds = (performance.now() - begun) / 1000;
  if ('message' in table) throw new Error(table.message);
  const [file, most] = [bytes.length / 2 ** 20, process.resourceUsage().maxRSS / 1024];
  console.log(`${ending}: ${table.count} rows, ${file.toFixed(0)} MB, in ${seconds.toFixed(2)} s; at most ${most.toFixed(0)} MB`);
}
