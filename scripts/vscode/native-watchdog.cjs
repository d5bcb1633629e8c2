// Takes the place of VS Code's native @vscode/native-watchdog: ends the extension host when the server that started it is gone.
'use strict';

const everyMs = 3000;

/** @param {number} parentPid */
exports.start = (parentPid) => {
  const check = () => {
    try {
      process.kill(parentPid, 0);
    } catch {
      process.exit(1);
    }
  };
  setInterval(check, everyMs).unref();
};

/** @param {number} status */
exports.exit = (status) => process.exit(status);
