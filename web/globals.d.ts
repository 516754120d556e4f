// What the build and the Go runtime's wasm_exec.js define.
declare const VITRINE_WORKER: string;
declare const VITRINE_QUANTIZER: string;
declare const VITRINE_ENGINE_BYTES: number;
declare const VITRINE_MODEL: string;
declare const VITRINE_SITE: { version: string, files: Record<string, { bytes: number, sha256: string }> };
declare const VITRINE_WASM_SHARED: string;
declare const VITRINE_WASM_SIMD: string;
declare const VITRINE_WASM_PORTABLE: string;
declare const VITRINE_WASM_QUANTIZE: string;
declare const VITRINE_WASM_SHARED_BYTES: number;
declare const VITRINE_WASM_SIMD_BYTES: number;
declare const VITRINE_WASM_PORTABLE_BYTES: number;
declare const VITRINE_WASM_QUANTIZE_BYTES: number;

declare class Go {
  importObject: WebAssembly.Imports;
  run(instance: WebAssembly.Instance): Promise<void>;
}
declare var vitrineReady: ((api: any) => void) | undefined;
declare var fs: { writeSync(fd: number, bytes: Uint8Array): number };

/** Of browsers that have it, the part that we use. Source: W3C Trusted Types. */
declare var trustedTypes:
  | { createPolicy<Rules extends { createHTML?(html: string): string; createScriptURL?(address: string): string }>(name: string, rules: Rules): Rules }
  | undefined;
