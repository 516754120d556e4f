import { VitrineError } from "./error.js";
import { hasRefused } from "./policy.js";
import { trusted } from "./trusted.js";

/**
 * Starts a worker.
 *
 * @param {string} script its address, from this script's
 */
export function startWorker(script) {
  if (typeof Worker !== "function") {
    throw new VitrineError("environment", "there are no web workers here, and the engine runs in one: create it in a page of a current browser, or in a worker of such a page");
  }
  const address = new URL(script, import.meta.url);
  try {
    if (address.origin === self.origin) return new Worker(trusted(address.href), { type: "module" });
    return importer(address.href);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    const advice = /Trusted/.test(message)
      ? "its policy wants trusted types, and must allow the one that the engine makes: trusted-types vitrine"
      : "allow it workers";
    throw new VitrineError("environment", `this page may not start a worker, and the engine runs in one: ${advice}. The browser says: ${message}`);
  }
}

/**
 * A script of another origin may not be a worker, but a worker may import it. It is not a module, since a frame without
 * an origin may not start one of those; what it is told before the script is there, it keeps.
 *
 * @param {string} address
 */
function importer(address) {
  const code = `
    const early = [];
    self.onmessage = (event) => early.push(event);
    import(${JSON.stringify(address)}).then(
      () => early.forEach((event) => self.onmessage(event)),
      (error) => setTimeout(() => { throw error; }),
    );`;
  const blob = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return new Worker(trusted(blob));
  } finally {
    setTimeout(() => URL.revokeObjectURL(blob), 60_000); // long after the worker has read it
  }
}

/**
 * Why a worker has not started.
 *
 * @param {string} script its address, as startWorker takes it
 * @param {string} [message] of the error event
 */
export async function whyNotStarted(script, message) {
  const { href, origin } = new URL(script, import.meta.url);
  /** @type {Response | undefined} */
  let response;
  try {
    response = await fetch(href);
    await response.body?.cancel();
  } catch {
    // What the answer is without one follows.
  }
  if (hasRefused("worker-src", "script-src", "script-src-elem")) {
    const advice = self.origin === "null"
      ? "give the frame that this page is in sandbox=\"allow-scripts allow-same-origin\", or open the page by itself"
      : `it must allow worker-src ${origin === self.origin ? "'self'" : `blob:, and script-src ${origin}`}`;
    return new VitrineError("environment", `the policy of this site (Content-Security-Policy) forbids the engine's worker: ${advice}`);
  }
  if (!response) {
    return new VitrineError("engine.load", `the engine's script ${href} could not be reached: check the connection, and that its server allows this site (Access-Control-Allow-Origin), then reload the page`);
  }
  if (!response.ok) {
    return new VitrineError("engine.load", `the engine's script ${href} could not be loaded: the server answered ${response.status} ${response.statusText}`.trimEnd() + ". Reload the page, or put the whole site on the server");
  }
  const type = response.headers.get("Content-Type") ?? "of no type";
  const why = /javascript/.test(type) ? message || "it is cut short, or needs a newer browser" : `the server says that it is ${type}`;
  return new VitrineError("engine.file", `the engine's script ${href} does not run: ${why}. Put the whole site on the server again, and reload the page in a current browser`);
}
