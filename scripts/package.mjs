import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

const limitBytes = 2 * 1024 * 1024;

/**
 * Builds for production and packs the extension: what .vscodeignore lets through, and no packages, for the bundles hold what they need.
 *
 * @param {string} [folder] where the VSIX goes
 * @returns {Promise<string>} the path of the VSIX
 */
export async function packageExtension(folder = '.') {
  const { name, version } = /** @type {{ name: string, version: string }} */ (JSON.parse(readFileSync('package.json', 'utf8')));
  const vsix = path.join(folder, `${name}-${version}.vsix`);
  mkdirSync(folder, { recursive: true });
  // vsce runs the script `vscode:prepublish`, which is the production build. Without a repository it cannot rewrite relative links.
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', vsix];
  const status = await run(process.execPath, ['node_modules/@vscode/vsce/vsce', 'package', ...options]);
  if (status !== 0) throw new Error('The extension could not be packaged; the message of vsce is above.');
  const bytes = statSync(vsix).size;
  if (bytes >= limitBytes) {
    throw new Error(
      `${vsix} holds ${bytes} bytes; it must stay under ${limitBytes}. See what is inside with: npx vsce ls --no-dependencies`,
    );
  }
  return vsix;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await packageExtension();
