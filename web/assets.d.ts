// What the bundler and Go's wasm_exec.js provide.

declare module "*.mmd" {
  const text: string;
  export default text;
}

/** File names beside vitrine.js that the build fills in; undeclared where the sources run unbundled. */
declare const VITRINE_WORKER: string;
declare const VITRINE_WASM_SIMD: string;
declare const VITRINE_WASM_PORTABLE: string;

/** Runs one Go program; made by wasm_exec.js. */
declare class Go {
  importObject: WebAssembly.Imports;
  argv: string[];
  env: Record<string, string>;
  exit: (code: number) => void;
  exited: boolean;
  run(instance: WebAssembly.Instance): Promise<void>;
}
