/** @import {HostStrings} from "../i18n/host-en.js" */
/** @import {Session} from "../run/session.js" */
/** @import {mountOffer} from "../views/offer.js" */
/** @import {mountHosting} from "../views/hosting.js" */
import { MOST_THREADS } from "../client/threads.js";
import { trusted } from "../client/trusted.js";
import { modelInAddress } from "../kit/address.js";
import { listen } from "../kit/dom.js";

/** In the tab's own storage: that it has been reloaded once for the sake of threads. */
const RELOADED = "vitrine.reloaded";

/**
 * Keeps the page on the device, by the service worker; says whether that works, and how many threads there are; offers
 * a new version.
 *
 * @param {Session} session
 * @param {{ offer: ReturnType<typeof mountOffer>, hosting: ReturnType<typeof mountHosting> }} views
 * @param {HostStrings["hosting"]} strings
 * @param {AbortSignal} signal
 */
export function connectHost(session, { offer, hosting }, strings, signal) {
  const forbidden = whyForbidden();
  showThreads(false);
  if (forbidden) return hosting.setKept(strings.notKept[forbidden]);
  hosting.setKept(strings.keeping);
  const soon = reloadHelps();
  if (soon) start();
  else session.addEventListener("loadend", start, { once: true, signal }); // a first visit is not slower for it

  async function start() {
    try {
      const registration = await navigator.serviceWorker.register(trusted("./service-worker.js"), { updateViaCache: "none" });
      watch(registration);
      const { active } = await navigator.serviceWorker.ready;
      showThreads(true);
      if (soon && session.info === null && reloadOnce()) return;
      if (session.loading) await new Promise((loaded) => listen(session, "loadend", loaded, signal)); // a model goes first
      const { bytes, error } = await ask(active, "keep");
      hosting.setKept(error ? strings.notKept.failed(error) : strings.kept(bytes));
    } catch {
      hosting.setKept(strings.notKept.forbidden);
    }
  }

  /** Offers a version that waits. @param {ServiceWorkerRegistration} registration */
  function watch(registration) {
    const see = () => {
      const { waiting, active } = registration;
      if (waiting && active) offer.show(() => use(waiting));
    };
    const follow = () => registration.installing?.addEventListener("statechange", see, { signal });
    registration.addEventListener("updatefound", follow, { signal });
    follow();
    see();
  }

  /** Takes a version, and reloads the page for it. @param {ServiceWorker} waiting */
  async function use(waiting) {
    const reload = () => location.reload();
    navigator.serviceWorker.addEventListener("controllerchange", reload, { signal });
    const { others } = await ask(waiting, "use");
    if (others > 0) navigator.serviceWorker.removeEventListener("controllerchange", reload);
    return others;
  }

  /** @param {boolean} registered whether the worker answers the next visit */
  function showThreads(registered) {
    const cores = navigator.hardwareConcurrency;
    const why = crossOriginIsolated ? (cores > 1 ? undefined : "cores") : oneThread(registered);
    hosting.setThreads(why ? strings.oneThread[why] : strings.threads(Math.min(cores, MOST_THREADS)));
  }
}

/**
 * Why one thread computes where the page is not cross-origin isolated.
 *
 * @param {boolean} registered
 */
function oneThread(registered) {
  if (!isSecureContext) return "insecure";
  if (leavesOut()) return "asked";
  if (top !== self) return "frame";
  return registered ? "reload" : "headers";
}

/** Whether the address wants no headers added. */
const leavesOut = () => new URLSearchParams(location.search).get("isolate") === "0";

/** Why no page can be kept here. */
function whyForbidden() {
  if (!isSecureContext) return "insecure";
  try {
    if (parent.location.origin !== location.origin) return "frame";
  } catch {
    return "frame"; // a page of another origin does not say its address
  }
  try {
    return navigator.serviceWorker && caches ? undefined : "forbidden";
  } catch {
    return "forbidden";
  }
}

/**
 * Whether this page would be faster if the service worker had answered for it: where a model that may be large is about
 * to load with one thread. Small ones take one anyway.
 */
function reloadHelps() {
  return !crossOriginIsolated && !leavesOut() && top === self && navigator.hardwareConcurrency > 1 && typeof modelInAddress(location) === "string";
}

/** Reloads the page, unless this tab has been before: where that changed nothing, it never will. */
function reloadOnce() {
  try {
    if (sessionStorage.getItem(RELOADED)) return false;
    sessionStorage.setItem(RELOADED, "1");
  } catch {
    return false;
  }
  location.reload();
  return true;
}

/**
 * @param {ServiceWorker | null} worker
 * @param {"keep" | "use"} what see service-worker.js
 * @returns {Promise<any>}
 */
function ask(worker, what) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    worker?.postMessage(what, [port2]);
  });
}
