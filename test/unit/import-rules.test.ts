import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The design's arrows, followed to their ends: a part, and the parts it may import. */
const arrows: Record<string, string[]> = {
  'src/flow': [],
  'src/training': ['src/flow'],
  'src/document': ['src/flow'],
  'src/session': ['src/training', 'src/document', 'src/flow'],
  'src/debug': ['src/session', 'src/training', 'src/document', 'src/flow'],
  'src/protocol': [],
  'src/extension': ['src/protocol', 'src/debug', 'src/session', 'src/training', 'src/document', 'src/flow'],
  webview: ['src/protocol'],
};
const parts = Object.keys(arrows);

/** Modules that only some parts may import. */
const confined: Record<string, string[]> = {
  vscode: ['src/extension'],
  'node:fs': ['src/extension', 'src/debug'],
  '@tensorflow/tfjs-core': ['src/training'],
  '@vscode/webview-ui-toolkit': ['webview/ui'],
  d3: [...parts, 'webview/ui'],
  'fast-check': [],
  './nowhere': [],
};

/** Lays out the files, each with its imports, and returns those that the rules object to. */
function forbidden(files: Map<string, string>): string[] {
  mkdirSync('out', { recursive: true });
  const folder = mkdtempSync(path.resolve('out/import-rules-'));
  try {
    copyFileSync('package.json', path.join(folder, 'package.json'));
    for (const [file, module] of files) {
      mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(folder, file), module === '' ? 'export {};' : `import '${module}';`);
    }
    const cruiser = path.resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [cruiser, '--config', path.resolve('.dependency-cruiser.cjs'), '--output-type', 'json', 'src', 'webview'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
    assert.ok(stdout, stderr);
    const report = JSON.parse(stdout) as { summary: { violations: { from: string }[] } };
    return [...new Set(report.summary.violations.map(({ from }) => from))].sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the import rules', function () {
  this.timeout(20_000);

  it('let a part import only what its arrows lead to', () => {
    const files = new Map<string, string>();
    const expected: string[] = [];
    for (const from of parts) {
      files.set(`${from}/subject.ts`, '');
      for (const to of parts) {
        const file = `${from}/imports-${to.replace('/', '-')}.ts`;
        files.set(file, path.posix.relative(from, `${to}/subject`).replace(/^(?!\.)/, './'));
        if (from !== to && !arrows[from].includes(to)) expected.push(file);
      }
    }
    assert.deepEqual(forbidden(files), expected.sort());
  });

  it('keep vscode, Node, TensorFlow.js and the toolkit each in their place', () => {
    const files = new Map<string, string>();
    const expected: string[] = [];
    for (const [index, [module, places]] of Object.entries(confined).entries()) {
      for (const from of [...parts, 'webview/ui']) {
        const file = `${from}/imports-${index}.ts`;
        files.set(file, module);
        if (!places.includes(from)) expected.push(file);
      }
    }
    assert.deepEqual(forbidden(files), expected.sort());
  });

  it('forbid circles, each named once', () => {
    const files = new Map([
      ['src/flow/hen.ts', './egg'],
      ['src/flow/egg.ts', './hen'],
      ['src/flow/cook.ts', './egg'],
      ['webview/plate.ts', ''],
    ]);
    assert.deepEqual(forbidden(files), ['src/flow/egg.ts']);
  });
});
