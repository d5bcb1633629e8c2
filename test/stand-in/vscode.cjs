// What the host side of a view calls of VS Code's API, for programs that run it without VS Code: commands, and disposables.
'use strict';

/** @type {Map<string, () => unknown>} */
const registered = new Map();

module.exports = {
  Disposable: { from: () => ({ dispose: () => {} }) },
  commands: {
    registerCommand(/** @type {string} */ name, /** @type {() => unknown} */ run) {
      registered.set(name, run);
      return { dispose: () => registered.delete(name) };
    },
    executeCommand: (/** @type {string} */ name) => Promise.resolve(registered.get(name)?.()),
  },
};
