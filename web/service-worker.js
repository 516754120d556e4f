/**
 * Keeps the files of one build on the device, and answers the page with them: with or without a network, and never with
 * files of two builds. It also adds the headers that make the page cross-origin isolated, where the server sends none.
 *
 * The build writes the list of files into this script, so that a new build is a new script. Page to worker, with a port
 * for the answer: "keep", answered with { bytes } or { error }; "use", which lets a version that waits take over, answered
 * with { others }, how many further pages must be closed before.
 *
 * Sources: W3C Service Workers; HTML, "Cross-origin opener policies" and "Cross-origin embedder policies".
 */
const me = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const { version, files } = VITRINE_SITE;
const scope = me.registration.scope;
/** Two sites of one origin have caches of their own. */
const CACHES = `vitrine-site ${scope} `;
const NAME = CACHES + version;
/** Is put into a cache when all else is in it. No file has this name. */
const MARK = new URL("?whole", scope).href;
const PAGE = "index.html";
const AT_ONCE = 4;
/** Names that the build gives to files whose content never changes. */
const HASHED = /-[A-Z0-9]{8}\.[a-z0-9]+$/;
/** Of an answer as it came over the wire, and untrue of one that is kept. */
const WIRE = ["content-encoding", "content-length", "transfer-encoding", "vary"];

/** Other models than the default one are no part of the page: the server answers for them, and the page keeps those that are used. */
const names = Object.keys(files).filter((name) => name === VITRINE_MODEL || !name.endsWith(".gguf"));
/** Whether a file is what a folder shows. @param {string} name */
const inFolder = (name) => name === PAGE || name.endsWith(`/${PAGE}`);
const addressOf = (/** @type {string} */ name) => new URL(name, scope).href;

me.addEventListener("install", (event) => event.waitUntil(install()));
me.addEventListener("activate", (event) => event.waitUntil(Promise.all([dropOthers(), me.clients.claim()])));
me.addEventListener("fetch", (event) => {
  const name = nameOf(event.request);
  if (name) event.respondWith(answer(event.request, name));
});
me.addEventListener("message", (event) => {
  const does = event.data === "keep" ? keep : event.data === "use" ? use : undefined;
  if (does) event.waitUntil(does().then((said) => event.ports[0].postMessage(said)));
});

/** The first version begins at once and keeps its files when the page asks. A later one waits with its files for the page's word. */
async function install() {
  if (!me.registration.active) return;
  const { error } = await keep();
  if (error) throw new Error(error);
  const kept = await Promise.all((await others()).map(async (name) => (await caches.open(name)).match(MARK)));
  if (!kept.some(Boolean)) await me.skipWaiting(); // nobody has files of another version from here
}

async function others() {
  return (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== NAME);
}

async function dropOthers() {
  for (const name of await others()) await caches.delete(name);
}

async function use() {
  const pages = (await me.clients.matchAll({ type: "window", includeUncontrolled: true })).filter(({ url }) => url.startsWith(scope));
  if (pages.length <= 1) await me.skipWaiting();
  return { others: pages.length - 1 };
}

/** @type {Promise<Cache | undefined> | undefined} the cache, once it is known to be whole */
let whole;
async function wholeCache() {
  try {
    if (!(await caches.has(NAME))) return undefined;
    const cache = await caches.open(NAME);
    return (await cache.match(MARK)) && cache;
  } catch {
    return undefined; // storage that fails: the server has all of it
  }
}

/** @type {Promise<{ bytes?: number, error?: string }> | undefined} under way, or done */
let keeping;
function keep() {
  keeping ??= keepAll().catch((error) => {
    keeping = undefined;
    return { error: String(error.message ?? error) };
  });
  return keeping;
}

async function keepAll() {
  const cache = await caches.open(NAME);
  if (!(await cache.match(MARK))) {
    const left = [...names];
    const before = await Promise.all((await others()).map((name) => caches.open(name)));
    const work = async () => {
      for (let name = left.pop(); name; name = left.pop()) await keepOne(cache, name, before);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await cache.put(MARK, new Response());
  }
  whole = undefined;
  return { bytes: names.reduce((sum, name) => sum + files[name].bytes, 0) };
}

/**
 * @param {Cache} cache
 * @param {string} name
 * @param {Cache[]} before of earlier versions, which may have the same file
 */
async function keepOne(cache, name, before) {
  const address = addressOf(name);
  if (await cache.match(address)) return;
  for (const earlier of before) if (await put(cache, name, await earlier.match(address))) return;
  const from = inFolder(name) ? address.slice(0, -PAGE.length) : address; // some servers send a page on from the name of its file
  const modes = /** @type {RequestCache[]} */ ([HASHED.test(name) ? "default" : "no-cache", "reload"]);
  for (const mode of modes) if (await put(cache, name, await fetch(from, { cache: mode }))) return;
  throw new Error(`${name}: the server has another one than this version's`);
}

/**
 * Keeps an answer, if it is the file of this version.
 *
 * @param {Cache} cache
 * @param {string} name
 * @param {Response | undefined} response
 */
async function put(cache, name, response) {
  if (!response?.ok) return false;
  const bytes = await response.arrayBuffer();
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("") !== files[name].sha256) return false;
  const headers = new Headers(response.headers);
  for (const header of WIRE) headers.delete(header);
  headers.set("Content-Length", String(bytes.byteLength));
  await cache.put(addressOf(name), new Response(bytes, { headers }));
  return true;
}

/**
 * The file that a request is for, if it is this worker's to answer.
 *
 * @param {Request} request
 */
function nameOf({ method, url, mode, headers }) {
  const { href, search } = new URL(url);
  if (method !== "GET" || headers.has("Range") || !href.startsWith(scope)) return undefined;
  const name = href.slice(scope.length).replace(/[?#].*$/s, "");
  if (mode === "navigate" && name === "index") return PAGE;
  if (mode === "navigate" && inFolder(name + PAGE)) return files[name + PAGE] && name + PAGE;
  return names.includes(name) && (search === "" || mode === "navigate") ? name : undefined;
}

/** @param {Request} request @param {string} name */
async function answer(request, name) {
  whole ??= wholeCache();
  const cache = await whole;
  if (!cache) whole = undefined; // it may be by the next question
  const kept = await cache?.match(addressOf(name)).catch(() => undefined);
  const response = kept ?? (cache ? await mended(cache, name, request) : await fetch(request));
  return isolated(response, request);
}

/**
 * A file that was lost from the cache, if the server still has it. If it has another one, nothing of this version is of
 * use any more, and the page must begin again with what the server has.
 *
 * @param {Cache} cache
 * @param {string} name
 * @param {Request} request
 */
async function mended(cache, name, request) {
  try {
    await keepOne(cache, name, []);
  } catch (error) {
    if (error instanceof TypeError) throw error; // there is no network
    if (error instanceof DOMException) return fetch(request); // storage fails or is full
    await caches.delete(NAME);
    whole = keeping = undefined;
    if (inFolder(name)) return fetch(request);
    throw error;
  }
  return /** @type {Promise<Response>} */ (cache.match(addressOf(name)));
}

/**
 * The answer with the headers of cross-origin isolation, unless the page's address has isolate=0.
 *
 * @param {Response} response
 * @param {Request} request
 */
function isolated(response, { mode, url }) {
  if (response.status === 0) return response; // a redirect that the browser follows itself
  const headers = new Headers(response.headers);
  if (mode !== "navigate" || new URL(url).searchParams.get("isolate") !== "0") {
    if (!headers.has("Cross-Origin-Opener-Policy")) headers.set("Cross-Origin-Opener-Policy", "same-origin");
    if (!headers.has("Cross-Origin-Embedder-Policy")) headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  }
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
