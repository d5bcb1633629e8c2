// Mocha's own `spec` output, and the counts in the file that NFLOW_TEST_COUNTS names, where scripts/test.mjs adds them up.
'use strict';

const fs = require('node:fs');
const Mocha = require('mocha');

module.exports = class extends Mocha.reporters.Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const file = process.env.NFLOW_TEST_COUNTS;
      if (file === undefined) return;
      const { passes, failures } = this.stats;
      fs.writeFileSync(file, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
};
