// npm run bench -- flow: bundles test/bench/<name>.ts and runs it; without a name, all of them. They report figures and pass no judgement.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const known = readdirSync('test/bench').map((file) => file.replace(/\.ts$/, ''));
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}"; there are: ${known.join(', ')}.`);
  process.exit(1);
}
for (const name of asked.length > 0 ? asked : known) {
  const outfile = `out/bench/${name}.js`;
  await build({ entryPoints: [`test/bench/${name}.ts`], outfile, bundle: true, platform: 'node', packages: 'external', target: 'es2022' });
  const { status } = spawnSync(process.execPath, [outfile], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
