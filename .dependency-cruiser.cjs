// Who may import whom. test/unit/import-rules.test.ts shows that each rule bites.
'use strict';

const belowSession = ['src/training', 'src/document', 'src/flow'];
const mayImport = {
  'src/flow': [],
  'src/training': ['src/flow'],
  'src/document': ['src/flow'],
  'src/session': belowSession,
  'src/debug': ['src/session', ...belowSession],
  'src/protocol': [],
  'src/extension': ['src/protocol', 'src/debug', 'src/session', ...belowSession],
  webview: ['src/protocol'],
};

const runsEverywhere = '^(webview|src/(session|training|document|flow|protocol))/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(mayImport).map(([folder, others]) => ({
      name: `arrows-from-${folder.replace('/', '-')}`,
      comment: `${folder} may import ${others.join(', ') || 'no other part'}.`,
      severity: 'error',
      from: { path: `^${folder}/` },
      to: { pathNot: `^(${[folder, ...others].join('|')})/|(^|/)node_modules/|^vscode$`, dependencyTypesNot: ['core', 'unknown'] },
    })),
    {
      name: 'no-cycles',
      comment: 'Files that import each other in a circle cannot be understood, or tested, one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only-the-extension-knows-vscode',
      comment: 'What does not import vscode runs, and is tested, without it.',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: '^src/extension/' },
      to: { path: '^vscode$|(^|/)node_modules/@types/vscode/' },
    },
    {
      name: 'runs-in-node-and-in-a-browser',
      comment: 'From the session down, and in a webview, there is no file system and no Buffer; whoever needs bytes is handed them.',
      severity: 'error',
      from: { path: runsEverywhere },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-training-knows-tensorflow',
      comment: 'A kernel is an accelerator of src/flow; nobody else should see a tensor.',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: '^src/training/' },
      to: { path: '(^|/)node_modules/@tensorflow/' },
    },
    {
      name: 'only-webview-ui-knows-the-toolkit',
      comment: 'So that the toolkit can be replaced in one place.',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: '^webview/ui/' },
      to: { path: '(^|/)node_modules/@vscode/webview-ui-toolkit/' },
    },
    {
      name: 'no-packages-of-development',
      comment: 'What runs may import only what package.json lists under dependencies.',
      severity: 'error',
      from: { path: '^(src|webview)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], pathNot: '(^|/)node_modules/@types/' },
    },
    {
      name: 'found',
      comment: 'An import must lead somewhere; WebAssembly is made while it is bundled.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^vscode$|[.]wasm$' },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    // An import of a type is an import: it ties its file to the other's ideas.
    tsPreCompilationDeps: true,
  },
};
