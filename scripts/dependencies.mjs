import { existsSync, lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

const installed = path.join('node_modules', '.package-lock.json');

/** Installs the packages of package-lock.json if they are missing or older than it. Uses nothing but Node, so it can come first. */
export async function ensureDependencies() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Error(`This project needs Node 20 or newer; this is Node ${process.versions.node}. Newer ones are at nodejs.org.`);
  }
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs) return;
  if (lstatSync('node_modules', { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Error('node_modules is a symbolic link, and npm ci would empty what it leads to. Remove the link, or run npm ci there.');
  }
  console.log('Installing the packages that package-lock.json names.');
  if ((await run('npm', ['ci'])) !== 0) throw new Error('npm ci failed; its message is above.');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensureDependencies();
