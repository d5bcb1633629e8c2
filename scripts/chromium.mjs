import { existsSync } from 'node:fs';
import { run } from './processes.mjs';

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** @returns {string | undefined} the path of a Chromium: the one CHROMIUM names, or one in a usual place */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`CHROMIUM names ${named}, which does not exist. Give the path of a Chromium or Chrome.`);
    return named;
  }
  return usualPlaces.find((file) => existsSync(file));
}

/** Finds Chromium or, as root on Debian and its relatives, installs it. */
export async function ensureChromium() {
  if (findChromium() !== undefined) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Chromium with apt-get.');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '-y', 'chromium'], { env });
    if (findChromium() !== undefined) return;
  }
  throw new Error(
    `Chromium is missing: it is not at ${usualPlaces.join(', ')}. Install it (on Debian: apt-get install chromium), or name another place in CHROMIUM.`,
  );
}
