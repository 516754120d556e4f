import { progress } from "./progress.js";
import { counted, openAddress } from "./source.js";

/**
 * Fetches and compiles a Go program of ours, which lies beside this script.
 *
 * @param {string} name
 * @param {number} total its size in bytes: servers state it compressed
 */
export async function compile(name, total) {
  const { stream } = await openAddress(new URL(name, import.meta.url).href);
  const bytes = counted(stream, (loaded) => progress({ phase: "engine", loaded, total }));
  // The type lets the browser compile while it loads, whatever type the server gave.
  return WebAssembly.compileStreaming(new Response(bytes, { headers: { "Content-Type": "application/wasm" } }));
}
