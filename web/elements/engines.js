/** @import { Engine, EngineOptions, Progress } from "../vitrine.d.ts" */
import { createEngine } from "../vitrine.js";

/**
 * @typedef {object} Shared an engine that elements have together
 * @property {Promise<Engine>} engine
 * @property {number} users
 * @property {AbortController} load
 * @property {Set<(progress: Progress) => void>} told
 */

/** @type {Map<string, Shared>} by the address of the model; "" is the default one */
const engines = new Map();

/**
 * As createEngine does it, but one engine for all that ask for the same model: it is downloaded once, and freed when the
 * last one has closed it.
 *
 * @param {EngineOptions} [options] `model`: an address, or undefined for the default model
 * @returns {Promise<Engine>}
 */
export async function shareEngine({ model, onProgress = () => {}, signal } = {}) {
  const address = model === undefined ? "" : new URL(String(model), document.baseURI).href;
  const shared = engines.get(address) ?? begin(address);
  shared.users++;
  shared.told.add(onProgress);
  let left = false;
  const leave = () => {
    if (left) return;
    left = true;
    shared.told.delete(onProgress);
    if (--shared.users > 0) return;
    if (engines.get(address) === shared) engines.delete(address);
    shared.load.abort();
    shared.engine.then((engine) => engine.close(), () => {});
  };
  signal?.addEventListener("abort", leave);
  try {
    const engine = await shared.engine;
    shared.told.delete(onProgress);
    return sharedWith(engine, leave);
  } catch (error) {
    leave();
    throw error;
  } finally {
    signal?.removeEventListener("abort", leave);
  }
}

/**
 * An engine as one of those that share it has it: all but close() is the engine's own, whose methods need the engine itself, since
 * its fields are private.
 *
 * @param {Engine} engine
 * @param {() => void} close
 * @returns {Engine}
 */
export const sharedWith = (engine, close) =>
  new Proxy(engine, {
    get(_, name) {
      const value = name === "close" ? close : Reflect.get(engine, name);
      return typeof value === "function" ? value.bind(engine) : value;
    },
  });

/** @param {string} address */
function begin(address) {
  const load = new AbortController();
  /** @type {Shared["told"]} */
  const told = new Set();
  const onProgress = (/** @type {Progress} */ progress) => told.forEach((tell) => tell(progress));
  const engine = createEngine({ ...(address && { model: address }), signal: load.signal, onProgress });
  const shared = { engine, users: 0, load, told };
  engines.set(address, shared);
  // One that could not be loaded, or has died, is not given to the next who asks.
  const forget = () => engines.get(address) === shared && engines.delete(address);
  engine.then(({ ended }) => ended.then(forget), forget);
  return shared;
}
