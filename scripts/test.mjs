// npm test: from a fresh clone to one line `N passed, N failed`. With names of kinds, only these and without the checks.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { packageExtension } from './package.mjs';
import { Interrupted, run } from './processes.mjs';
import { ensureServedVSCode } from './vscode/install.mjs';

const mocha = [
  'node_modules/mocha/bin/mocha.js',
  '--enable-source-maps',
  '--forbid-only',
  '--forbid-pending',
  '--reporter',
  'scripts/reporter.cjs',
];

/**
 * @typedef {{ command: string[], minutes: number, prepare?: () => Promise<void> }} Kind
 *   What Node runs, how long it may take, and what brings about all that it needs
 */

/** @type {Map<string, Kind>} */
const kinds = new Map([
  ['unit', { command: [...mocha, '--timeout', '20000', 'out/unit/**/*.test.js'], minutes: 5 }],
  ['host', { command: ['scripts/host-tests.mjs'], minutes: 8, prepare: prepareServed }],
  ['desktop', { command: ['scripts/host-tests.mjs', '--desktop'], minutes: 8 }],
  ['e2e', { command: [...mocha, '--timeout', '240000', 'out/e2e/**/*.test.js'], minutes: 18, prepare: preparePackaged }],
]);

const total = { passed: 0, failed: 0 };

/** @param {string[]} names */
async function test(names) {
  const all = names.length === 0;
  if (!(await step('Install', ensureDependencies))) return;
  if (all) await step('Check', check);
  if (!(await step('Build', build))) return;
  for (const name of all ? ['unit', 'host', 'e2e'] : names) await runKind(name);
}

/**
 * A step of the way that is not itself a test; one that fails counts as one failure.
 *
 * @param {string} title
 * @param {() => Promise<unknown>} work
 */
async function step(title, work) {
  const begun = Date.now();
  console.log(`\n${title}`);
  try {
    await work();
    console.log(`${title}: ${seconds(begun)}`);
    return true;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    console.error(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    total.failed++;
    return false;
  }
}

async function check() {
  if ((await run('npm', ['run', 'check'])) !== 0) throw new Error('npm run check failed; its messages are above.');
}

async function build() {
  if ((await run(process.execPath, ['esbuild.mjs', '--tests'])) !== 0) throw new Error('the build failed; its messages are above.');
}

async function prepareServed() {
  await ensureChromium();
  await ensureServedVSCode();
}

async function preparePackaged() {
  await prepareServed();
  await packageExtension('test-results/e2e');
}

/** @param {string} name */
async function runKind(name) {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`There is no kind of test “${name}”; there are ${[...kinds.keys()].join(', ')}.`);
  const results = path.join('test-results', name);
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  if (kind.prepare !== undefined && !(await step(`Prepare the ${name} tests`, kind.prepare))) return;
  await step(`Run the ${name} tests`, async () => {
    const counts = path.resolve(results, 'counts.json');
    const status = await run(process.execPath, kind.command, { env: { ...process.env, NFLOW_TEST_COUNTS: counts }, minutes: kind.minutes });
    if (!existsSync(counts)) throw new Error(`the ${name} tests ended with status ${status} before they were counted.`);
    const { passed, failed } = /** @type {{ passed: number, failed: number }} */ (JSON.parse(readFileSync(counts, 'utf8')));
    total.passed += passed;
    total.failed += failed;
    if (passed + failed === 0) throw new Error(`there are no ${name} tests.`);
    if (status !== 0 && failed === 0) throw new Error(`the ${name} tests passed, then ended with status ${status}.`);
  });
}

/** @param {number} begun */
function seconds(begun) {
  return `${((Date.now() - begun) / 1000).toFixed(1)} s`;
}

try {
  await test(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  total.failed++;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
