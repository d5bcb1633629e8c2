// npm run fuzz -- 1000000 7: hands every parser this many damaged files, made from this seed; a million from a seed of their own by default.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';

const [inputs = '1000000', seed = String(Date.now() % 2 ** 32)] = process.argv.slice(2);
const outfile = 'out/fuzz/fuzz.test.js';
await build({
  entryPoints: ['test/unit/document/fuzz.test.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  mainFields: ['module', 'main'],
  packages: 'external',
  target: 'es2022',
});
console.log(`${inputs} inputs of seed ${seed}`);
const { status } = spawnSync(process.execPath, ['node_modules/mocha/bin/mocha.js', '--timeout', '0', outfile], {
  stdio: 'inherit',
  env: { ...process.env, NFLOW_FUZZ_INPUTS: inputs, NFLOW_FUZZ_SEED: seed },
});
process.exitCode = status ?? 1;
