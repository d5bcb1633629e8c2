// npm run bench -- [part …] [--json FILE]: measures the parts that are named, or all, and passes no judgement. The parts print tables for
// people and send their figures here; --json writes them as one flat object, null where something could not be measured.
import { build } from 'esbuild';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { assembly } from './assembly.mjs';
import { run } from './processes.mjs';

const parts = ['flow', 'train', 'fit', 'view'];
const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const unknown = positionals.find((name) => !parts.includes(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}"; there are: ${parts.join(', ')}.`);
  process.exit(1);
}
const asked = positionals.length > 0 ? positionals : parts;
// Chromium shows the webview, and the worker trains, as they are shipped.
if (asked.includes('view')) await run(process.execPath, ['esbuild.mjs', '--production']);

await build({
  entryPoints: [...asked.map((name) => `test/bench/${name}.ts`), 'test/bench/rivals/tfjs.ts', 'test/bench/engine-worker.ts'],
  outdir: 'out/bench',
  outbase: 'test/bench',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  plugins: [assembly],
  platform: 'node',
  format: 'esm',
  external: ['@tensorflow/*', 'esbuild', 'playwright-core'],
  alias: { vscode: './test/stand-in/vscode.cjs' },
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
  target: 'es2022',
});
/** @type {Record<string, number>} */
const figures = {};
for (const name of asked) {
  const part = fork(`out/bench/${name}.mjs`);
  part.on('message', (/** @type {Record<string, number>} */ message) => Object.assign(figures, message));
  const [status] = await once(part, 'exit');
  if (status !== 0) process.exitCode = 1;
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
