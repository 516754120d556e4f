// Firefox for the tests, led by WebDriver BiDi, which it speaks itself: Playwright drives a build of its own alone.
// Run as a program it prints the path of the Firefox that is used, or says that there is none and fails.
// Source: https://w3c.github.io/webdriver-bidi/
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, env, exit } from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";
import { findProgram } from "./chromium.js";

/** The FIREFOX environment variable, else the first known name on the PATH. @returns {string | undefined} */
export const findFirefox = () => env.FIREFOX || findProgram(["firefox-esr", "firefox"], ["/Applications/Firefox.app/Contents/MacOS/firefox"]);

const PATIENCE_MS = 60_000;
/** By their names in KeyboardEvent.key. Source: the table of normalised keys in the WebDriver specification. */
const KEYS = { Enter: "\uE007", Escape: "\uE00C" };

/**
 * Starts Firefox with a profile of its own, and one page.
 *
 * @param {string} program
 */
export async function openFirefox(program) {
  const profile = mkdtempSync(join(tmpdir(), "vitrine-firefox-"));
  const browser = spawn(program, ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(browser, "exit").catch(() => {}); // that it did not start is told below
  async function close() {
    browser.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }); // a child of it may still write
  }
  try {
    return new Page(await connect(await address(browser)), close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where it listens, which it says first. @param {import("node:child_process").ChildProcess} browser @returns {Promise<string>} */
function address(browser) {
  return new Promise((resolve, reject) => {
    browser.once("error", reject);
    browser.once("exit", (code) => reject(new Error(`Firefox ended with ${code}`)));
    createInterface(browser.stderr).on("line", (line) => {
      const found = /listening on (ws:\S+)/.exec(line);
      if (found) resolve(found[1]);
    });
  });
}

/** @param {string} address */
async function connect(address) {
  const socket = new WebSocket(`${address}/session`);
  await once(socket, "open");
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  const calls = new Map();
  /** Errors and warnings of pages. @type {string[]} */
  const errors = [];
  socket.on("message", (data) => {
    const { id, type, result, error, message, method, params } = JSON.parse(String(data));
    if (type === "event") {
      if (method === "log.entryAdded" && ["error", "warn"].includes(params.level)) errors.push(params.text);
      return;
    }
    const call = calls.get(id);
    calls.delete(id);
    if (type === "success") call?.resolve(result);
    else call?.reject(new Error(`${error}: ${message}`));
  });
  let last = 0;
  /** @param {string} method @param {object} params @returns {Promise<any>} */
  const send = (method, params) => new Promise((resolve, reject) => {
    calls.set(++last, { resolve, reject });
    socket.send(JSON.stringify({ id: last, method, params }));
  });
  await send("session.new", { capabilities: {} });
  await send("session.subscribe", { events: ["log.entryAdded"] });
  const { contexts } = await send("browsingContext.getTree", {});
  return { send, errors, context: contexts[0].context };
}

/** As much of a page as the test needs, in the manner of Playwright's. */
class Page {
  #send;
  #context;

  /** @param {Awaited<ReturnType<typeof connect>>} connection @param {() => Promise<void>} close */
  constructor({ send, errors, context }, close) {
    this.#send = send;
    this.#context = context;
    this.errors = errors;
    this.close = close;
  }

  /** @param {string} url */
  goto(url) {
    return this.#send("browsingContext.navigate", { context: this.#context, url, wait: "complete" });
  }

  /** @param {(...args: any[]) => any} does run in the page @param {...unknown} args as JSON has them, as is the answer */
  async evaluate(does, ...args) {
    const { type, result, exceptionDetails } = await this.#send("script.callFunction", {
      functionDeclaration: `async (args) => JSON.stringify(await (${does})(...JSON.parse(args)) ?? null)`,
      arguments: [{ type: "string", value: JSON.stringify(args) }],
      target: { context: this.#context },
      awaitPromise: true,
    });
    if (type === "exception") throw new Error(exceptionDetails.text);
    return JSON.parse(result.value);
  }

  /** Waits until it answers with something true. @param {(...args: any[]) => any} does @param {...unknown} args */
  async waitFor(does, ...args) {
    for (const end = Date.now() + PATIENCE_MS; ; await wait(50)) {
      const got = await this.evaluate(does, ...args);
      if (got) return got;
      if (Date.now() > end) throw new Error(`in vain: ${does} ${args}`);
    }
  }

  /** Presses the one element that is seen. @param {string} selector of CSS */
  async click(selector) {
    await this.waitFor((selector) => document.querySelector(selector)?.checkVisibility(), selector);
    await this.evaluate((selector) => document.querySelector(selector).scrollIntoView({ block: "center", behavior: "instant" }), selector);
    const { nodes } = await this.#send("browsingContext.locateNodes", { context: this.#context, locator: { type: "css", value: selector }, maxNodeCount: 1 });
    const move = { type: "pointerMove", x: 0, y: 0, origin: { type: "element", element: { sharedId: nodes[0].sharedId } } };
    await this.#act({ type: "pointer", id: "mouse", actions: [move, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }] });
  }

  /** @param {keyof typeof KEYS} key */
  press(key) {
    return this.#act({ type: "key", id: "keyboard", actions: [{ type: "keyDown", value: KEYS[key] }, { type: "keyUp", value: KEYS[key] }] });
  }

  /** @param {object} source */
  #act(source) {
    return this.#send("input.performActions", { context: this.#context, actions: [source] });
  }

  /** @returns {Promise<Buffer>} PNG */
  async screenshot() {
    const { data } = await this.#send("browsingContext.captureScreenshot", { context: this.#context });
    return Buffer.from(data, "base64");
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const found = findFirefox();
  console.log(found ?? 'e2e/firefox.spec.js: skipped, no Firefox here: install the package "firefox-esr", or set FIREFOX to its path');
  exit(found ? 0 : 1);
}
