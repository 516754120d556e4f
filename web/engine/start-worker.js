/**
 * Starts a worker.
 *
 * @param {string} script its address, from this script's
 */
export function startWorker(script) {
  const address = new URL(script, import.meta.url);
  if (address.origin === location.origin) return new Worker(address, { type: "module" });
  // A script of another origin may not be a worker, but a worker may import it.
  const blob = URL.createObjectURL(new Blob([`import ${JSON.stringify(address.href)};`], { type: "text/javascript" }));
  try {
    return new Worker(blob, { type: "module" });
  } finally {
    setTimeout(() => URL.revokeObjectURL(blob), 60_000); // long after the worker has read it
  }
}
