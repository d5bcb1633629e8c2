import { build } from 'esbuild';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Of the default themes, and dark and light enough for the others. */
const colours = { light: '#005fb8', dark: '#4daafc' };

/**
 * Draws every built-in target into `folder`, `NAME-light.svg` and `NAME-dark.svg`, as src/flow has it.
 *
 * @param {string} folder
 */
export async function drawThumbnails(folder) {
  const contents = `export { targetThumbnail } from './src/extension/thumbnail';
    export { samplers } from './src/flow/samplers';
    export { energies } from './src/flow/targets';`;
  const bundled = await build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  const code = Buffer.from(bundled.outputFiles[0].contents).toString('base64');
  const { targetThumbnail, samplers, energies } =
    /** @type {typeof import('../src/extension/thumbnail') & typeof import('../src/flow/samplers') & typeof import('../src/flow/targets')} */ (
      await import(`data:text/javascript;base64,${code}`)
    );
  mkdirSync(folder, { recursive: true });
  for (const name of [...samplers.keys(), ...energies.keys()]) {
    for (const [theme, colour] of Object.entries(colours))
      writeFileSync(path.join(folder, `${name}-${theme}.svg`), targetThumbnail(name, colour));
  }
}
