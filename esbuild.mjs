// Builds everything that runs: the extension and its training worker (Node), the two webviews (browser), and, with --tests, the tests.
import { build, context } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { assembly } from './scripts/assembly.mjs';
import { drawThumbnails } from './scripts/thumbnails.mjs';

const flags = new Set(process.argv.slice(2));
const production = flags.has('--production');
const require = createRequire(import.meta.url);

/** @satisfies {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  plugins: [assembly],
  minify: production,
  sourcemap: production ? false : 'linked',
  target: 'es2022',
  logLevel: 'warning',
  legalComments: 'none',
};
// The ES modules of a package first: they can be shaken, and TensorFlow.js declares the side effects of its backends only there.
/** @satisfies {import('esbuild').BuildOptions} */
const node = { ...common, platform: 'node', format: 'cjs', mainFields: ['module', 'main'] };

/** @param {string} folder */
function testFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') || file === 'index.ts')
    .map((file) => path.join(folder, file));
}

/** @type {import('esbuild').BuildOptions[]} */
const product = [
  {
    ...node,
    entryPoints: [
      'src/extension/extension.ts',
      'src/extension/training-worker.ts',
      'src/extension/data-worker.ts',
      'src/extension/debug-adapter.ts',
      'src/extension/cli.ts',
    ],
    outdir: 'dist',
    external: ['vscode'],
  },
  {
    ...common,
    platform: 'browser',
    format: 'iife',
    entryPoints: ['webview/flow-view.ts', 'webview/sidebar.ts', 'webview/flow-view.css', 'webview/sidebar.css'],
    outdir: 'dist/webview',
  },
];

// Tests resolve packages at run time: an oracle such as TensorFlow.js is then loaded as its authors ship it.
/** @type {import('esbuild').BuildOptions[]} */
const tests = [
  {
    ...node,
    packages: 'external',
    alias: { vscode: './test/stand-in/vscode.cjs' },
    entryPoints: testFiles('test/unit'),
    outdir: 'out/unit',
    outbase: 'test/unit',
  },
  { ...node, external: ['vscode', 'mocha'], entryPoints: testFiles('test/host'), outdir: 'out/host', outbase: 'test/host' },
  { ...node, packages: 'external', entryPoints: testFiles('test/e2e'), outdir: 'out/e2e', outbase: 'test/e2e' },
  {
    ...common,
    platform: 'browser',
    format: 'iife',
    entryPoints: ['test/e2e/web/adapter.ts', 'test/e2e/web/engine.ts'],
    outdir: 'out/e2e/web',
  },
];

function copyWasm() {
  const wasm = path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist');
  mkdirSync('dist', { recursive: true });
  for (const file of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'])
    copyFileSync(path.join(wasm, file), path.join('dist', file));
}

const parts = [...(flags.has('--tests-only') ? [] : product), ...(flags.has('--tests') || flags.has('--tests-only') ? tests : [])];
if (!flags.has('--tests-only')) {
  rmSync('dist', { recursive: true, force: true });
  copyWasm();
  await drawThumbnails('dist/targets');
}
if (flags.has('--watch')) {
  for (const part of parts) await (await context({ ...part, logLevel: 'info' })).watch();
} else {
  const outcomes = await Promise.allSettled(parts.map((part) => build(part)));
  // esbuild has said what is wrong, and where.
  if (outcomes.some(({ status }) => status === 'rejected')) process.exitCode = 1;
}
