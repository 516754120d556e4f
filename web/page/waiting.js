/** @import {Progress} from "../vitrine.d.ts" */
/** @import {HostStrings} from "../i18n/host-en.js" */
/** @import {Session, Source} from "../run/session.js" */
/** @import {mountLoading} from "../views/loading.js" */
import { listen } from "../kit/dom.js";

/** How long nothing may come before the page says what it waits for. */
const PATIENCE_S = 10;

/**
 * Says what loading waits for, when nothing has come for a while.
 *
 * @param {Session} session
 * @param {ReturnType<typeof mountLoading>} loading
 * @param {{ strings: HostStrings["waiting"], announce: (sentence: string) => void, signal: AbortSignal }} options
 */
export function connectWaiting(session, loading, { strings, announce, signal }) {
  let since = 0; // on the clock of performance.now
  let said = false; // by announce, once: the seconds go on counting
  /** @type {Source} that is being loaded */
  let source;
  /** @type {Progress | null} */
  let last = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  /** @type {Set<string>} names of the files that the page has got since loading began */
  const came = new Set();
  const resources = new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) came.add(name.replace(/[?#].*$/s, "").replace(/^.*\//s, ""));
  });
  resources.observe({ type: "resource" });
  signal.addEventListener("abort", () => (resources.disconnect(), clearInterval(timer)));

  /** The first thing that is not there: the worker and the list are the page's own requests, the worker tells of the rest. */
  function what() {
    if (!came.has(VITRINE_WORKER)) return strings.script;
    if (source === undefined && !came.has("manifest.json")) return strings.list;
    const engineIsThere = last?.phase === "engine" && last.loaded === last.total;
    return engineIsThere ? strings.model : strings[last?.phase ?? "engine"];
  }

  function tick() {
    const seconds = Math.floor((performance.now() - since) / 1000);
    if (seconds < PATIENCE_S) return;
    const words = strings.words(seconds, what());
    loading.wait(words);
    if (!said) announce(words);
    said = true;
  }

  function rest() {
    since = performance.now();
    said = false;
    loading.wait("");
  }

  listen(session, "loadbegin", (/** @type {{ source: Source }} */ begun) => {
    clearInterval(timer);
    timer = setInterval(tick, 1000);
    ({ source } = begun);
    last = null;
    came.clear();
    rest();
  }, signal);
  listen(session, "progress", (/** @type {Progress} */ progress) => {
    last = progress;
    rest();
  }, signal);
  listen(session, "loadend", () => {
    clearInterval(timer);
    rest();
  }, signal);
}
