// An esbuild plugin: WebAssembly that is imported as `x.wasm` is compiled from the AssemblyScript of `x.ts`, and lies inside the bundle, so
// that nothing has to be found at run time.
import asc from 'assemblyscript/asc';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const options = [
  '-O3',
  '--noAssert',
  ...['--runtime', 'stub'],
  ...['--use', 'abort='],
  ...['--enable', 'simd'],
  // Values of four lanes are handed from file to file, never out of the module, so there is nothing to warn of.
  ...['--disableWarning', '112'],
];

/** @param {string} wasm */
async function compile(wasm) {
  const { dir, name } = path.parse(wasm);
  /** @type {Uint8Array | undefined} */
  let contents;
  /** @type {string[]} */
  const watchFiles = [];
  let messages = '';
  const { error } = await asc.main([`${name}.ts`, '--outFile', `${name}.wasm`, ...options], {
    readFile(file) {
      const source = path.resolve(dir, file);
      if (!existsSync(source)) return null;
      watchFiles.push(source);
      return readFileSync(source, 'utf8');
    },
    writeFile: (_, bytes) => void (contents = /** @type {Uint8Array} */ (bytes)),
    listFiles: () => [],
    stderr: { write: (text) => void (messages += String(text)) },
  });
  if (error !== null || contents === undefined) return { errors: [{ text: `AssemblyScript: ${messages}` }], watchFiles };
  return { contents, loader: /** @type {const} */ ('binary'), watchFiles };
}

/** @type {import('esbuild').Plugin} */
export const assembly = {
  name: 'assembly',
  setup(build) {
    const namespace = 'assembly';
    build.onResolve({ filter: /\.wasm$/ }, ({ path: file, resolveDir }) => ({ path: path.resolve(resolveDir, file), namespace }));
    build.onLoad({ filter: /.*/, namespace }, ({ path: file }) => compile(file));
  },
};
