// Takes the place of VS Code's native @vscode/spdlog, through which the server and the extension host write log files and output channels.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

class Logger {
  /** @param {string} file */
  constructor(file) {
    this.file = file;
    this.level = 0;
    this.bare = false;
  }

  /**
   * @param {number} level
   * @param {string} message
   */
  write(level, message) {
    if (level < this.level) return;
    const line = this.bare ? message : `${new Date().toISOString()} [${levels[level]}] ${message}\n`;
    fs.appendFileSync(this.file, line);
  }

  trace = (/** @type {string} */ message) => this.write(0, message);
  debug = (/** @type {string} */ message) => this.write(1, message);
  info = (/** @type {string} */ message) => this.write(2, message);
  warn = (/** @type {string} */ message) => this.write(3, message);
  error = (/** @type {string} */ message) => this.write(4, message);
  critical = (/** @type {string} */ message) => this.write(5, message);

  getLevel() {
    return this.level;
  }

  /** @param {number} level */
  setLevel(level) {
    this.level = level;
  }

  setPattern() {
    this.bare = false;
  }

  clearFormatters() {
    this.bare = true;
  }

  flush() {}

  drop() {}
}

/**
 * @param {string} _name
 * @param {string} file
 */
async function createLogger(_name, file) {
  await fs.promises.mkdir(path.dirname(file), { recursive: true });
  return new Logger(file);
}

// Written one by one: VS Code imports them by name, and Node finds the names of a CommonJS module only so.
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
