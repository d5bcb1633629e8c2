/** WebAssembly inside the bundle: esbuild.mjs compiles it from the AssemblyScript of the same name. */
declare module '*.wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

/** The part of WebAssembly's interface that is used; it is the same in Node and in browsers, whose other names are not wanted here. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, object>);
    readonly exports: unknown;
  }
  function validate(bytes: Uint8Array): boolean;
}
