import { spawn, spawnSync } from 'node:child_process';

const windows = process.platform === 'win32';
const graceMs = 10_000;

/**
 * Runs a command to its end, its output on this terminal. Everything it started ends with it, also on Ctrl+C and past the time limit.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, minutes?: number }} [options]
 * @returns {Promise<number>} the exit status; 1 if the command could not be started or was ended by a signal
 */
export async function run(command, args, { env = process.env, cwd = process.cwd(), minutes = Infinity } = {}) {
  // A process group of its own lets one signal reach the command and all that it started; a shell finds npm.cmd on Windows.
  const child = spawn(command, args, {
    env,
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: !windows,
    shell: windows && command === 'npm',
  });

  /** @type {NodeJS.Timeout[]} */
  const timers = [];
  const stop = () => {
    signalGroup(child.pid, 'SIGTERM');
    timers.push(setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs));
  };
  if (minutes !== Infinity) {
    const overdue = () => {
      console.error(`Ended after ${minutes} minutes without coming to an end: ${command} ${args.join(' ')}`);
      stop();
    };
    timers.push(setTimeout(overdue, minutes * 60_000));
  }
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => {
        console.error(`${command} could not be started: ${error.message}`);
        resolve(1);
      });
      child.once('exit', (status) => resolve(status ?? 1));
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    process.off('SIGINT', stop).off('SIGTERM', stop);
    signalGroup(child.pid, 'SIGKILL');
  }
}

/**
 * @param {number | undefined} pid
 * @param {NodeJS.Signals} signal
 */
function signalGroup(pid, signal) {
  if (pid === undefined) return;
  if (windows) {
    spawnSync('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
