import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import typescript from 'typescript-eslint';

const nodeOnly = ['Buffer', 'process', 'require', '__dirname', '__filename', 'global', 'setImmediate'];

export default defineConfig(
  globalIgnores([
    'dist',
    'out',
    'test-results',
    '.vscode-test',
    'test/fixtures',
    '**/assembly',
    'eslint.config.mjs',
    '.dependency-cruiser.cjs',
  ]),
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  typescript.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { project: ['tsconfig.json', 'webview/tsconfig.json', 'test/e2e/tsconfig.json'] } },
    rules: {
      eqeqeq: 'error',
      'no-undef': 'off', // TypeScript knows which names there are.
      'object-shorthand': 'error',
      'prefer-template': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    // ESLint does not see the JSDoc casts that tell TypeScript what JSON.parse returns.
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['src/**', 'webview/**'],
    rules: { 'no-console': 'error', 'max-lines': ['error', { max: 320, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['test/**'],
    rules: { 'no-loss-of-precision': 'off' }, // A constant from a table has more digits than a float64 holds.
  },
  {
    files: ['src/{flow,training,document,session,protocol}/**', 'webview/**'],
    rules: { 'no-restricted-globals': ['error', ...nodeOnly.map((name) => ({ name, message: 'This code also runs in a browser.' }))] },
  },
);
