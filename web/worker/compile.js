import { VitrineError } from "../client/error.js";
import { progress } from "./progress.js";
import { counted } from "./source.js";

/** The smallest module there is: what refuses it refuses WebAssembly. */
const EMPTY_MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/**
 * Fetches and compiles a Go program of ours, which lies beside this script.
 *
 * @param {string} name
 * @param {number} total its size in bytes: servers state it compressed
 */
export async function compile(name, total) {
  allowed();
  const address = new URL(name, import.meta.url).href;
  const body = await fetched(address);
  let size = 0;
  const bytes = counted(body, (loaded) => progress({ phase: "engine", loaded: (size = loaded), total }));
  /** @type {WebAssembly.Module} */
  let module;
  try {
    // The type lets the browser compile while it loads, whatever type the server gave.
    module = await WebAssembly.compileStreaming(new Response(bytes, { headers: { "Content-Type": "application/wasm" } }));
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (error instanceof WebAssembly.CompileError) throw other(address, size === total ? message : `${size} bytes came, want ${total}`);
    throw new VitrineError("engine.load", `${address}, a part of the engine, broke off after ${size} of ${total} bytes: check the connection and reload the page`);
  }
  if (size !== total) throw other(address, `${size} bytes came, want ${total}`);
  return module;
}

/** Throws where WebAssembly is not there, or is forbidden. */
function allowed() {
  if (typeof WebAssembly !== "object") {
    throw new VitrineError("environment", "this browser has no WebAssembly, or it is switched off: open the page in a current browser, and allow it WebAssembly");
  }
  try {
    new WebAssembly.Module(EMPTY_MODULE);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new VitrineError("environment", `this site may not run WebAssembly: its policy (Content-Security-Policy) must allow script-src 'wasm-unsafe-eval'. The browser says: ${message}`);
  }
}

/** @param {string} address */
async function fetched(address) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(address);
  } catch {
    throw new VitrineError("engine.load", `${address}, a part of the engine, could not be reached: check the connection, and that its server allows this site (Access-Control-Allow-Origin), then reload the page`);
  }
  if (response.ok && response.body) return response.body;
  throw new VitrineError("engine.load", `${address}, a part of the engine, could not be loaded: the server answered ${response.status} ${response.statusText}`.trimEnd() + ". Reload the page, or put the whole site on the server");
}

/** @param {string} address @param {string} why */
function other(address, why) {
  return new VitrineError("engine.file", `${address} is not the engine that belongs to this page: ${why}. Reload the page, or put the whole site on the server again`);
}
