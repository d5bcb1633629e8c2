import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const windows = process.platform === 'win32';
const graceMs = 10_000;

/** Ctrl+C, or another order to stop, came while a command ran. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted.');
  }
}

/**
 * Runs a command to its end, its output on this terminal. All that it started ends with it, also on Ctrl+C and past the time limit.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, minutes?: number }} [options]
 * @returns {Promise<number>} the exit status; 1 if the command could not be started or was ended by a signal
 * @throws {Interrupted}
 */
export async function run(command, args, { env = process.env, cwd = process.cwd(), minutes = Infinity } = {}) {
  // On Windows only a shell finds npm.cmd and code.cmd. Elsewhere a process group lets one signal reach all that the command started.
  const shell = windows && !path.isAbsolute(command);
  const words = shell ? args.map((word) => `"${word}"`) : args;
  const child = spawn(command, words, { env, cwd, stdio: ['ignore', 'inherit', 'inherit'], detached: !windows, shell });
  /** @type {Promise<number>} */
  const exit = new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (status) => resolve(status ?? 1));
  });

  const interruption = new AbortController();
  const interrupt = () => {
    interruption.abort(new Interrupted());
    void end(child.pid);
  };
  const overdue = () => {
    console.error(`Ended after ${minutes} minutes without coming to an end: ${command} ${args.join(' ')}`);
    void end(child.pid);
  };
  const limit = minutes === Infinity ? undefined : setTimeout(overdue, minutes * 60_000);
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const status = await exit;
    await end(child.pid);
    interruption.signal.throwIfAborted();
    return status;
  } finally {
    clearTimeout(limit);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/**
 * Ends a command with all that it started: asks first, and insists when the grace period is over.
 *
 * @param {number | undefined} pid
 */
async function end(pid) {
  if (pid === undefined) return;
  if (windows) {
    spawnSync('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  const deadline = Date.now() + graceMs;
  let someone = signalGroup(pid, 'SIGTERM');
  while (someone && Date.now() < deadline) {
    await sleep(50);
    someone = signalGroup(pid, 0);
  }
  if (someone) signalGroup(pid, 'SIGKILL');
}

/**
 * @param {number} pid the leader of the group
 * @param {NodeJS.Signals | 0} signal 0 only asks
 * @returns {boolean} whether there was anyone to receive it
 */
function signalGroup(pid, signal) {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH') return false;
    throw error;
  }
}
