// VS Code loads this into its extension host and awaits run(): all host tests in one host, whose start takes longer than they do.
import Mocha from 'mocha';
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Throws if a test fails: VS Code then ends with a status other than 0. */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const mocha = new Mocha({
    timeout: 20_000,
    forbidOnly: true,
    forbidPending: true,
    reporter: path.resolve(__dirname, '../../scripts/reporter.cjs'),
  });
  const tests = readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.js'));
  for (const file of tests.sort()) mocha.addFile(path.join(__dirname, file));
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} host tests failed.`);
}
