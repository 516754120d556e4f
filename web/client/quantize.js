import { VitrineError } from "./error.js";
import { savedAs } from "./kinds.js";
import { startWorker, whyNotStarted } from "./start-worker.js";

/**
 * @import {EngineOptions, Quantized} from "../vitrine.d.ts"
 * @import {Checkpoint, Made} from "../quantizer.js"
 * @typedef {{ onProgress?: EngineOptions["onProgress"], signal?: AbortSignal, store: boolean }} Loading
 */

/**
 * Makes a GGUF file from a checkpoint, in a worker that lives as long as this takes.
 *
 * @param {Checkpoint} checkpoint
 * @param {Loading} loading
 * @returns {Promise<Quantized & { tag: string }>} tag: see Made
 */
export async function quantize(checkpoint, { onProgress, signal, store }) {
  const worker = startWorker(VITRINE_QUANTIZER);
  let abort = () => {};
  try {
    const { data, notes, tag } = await new Promise((/** @type {(made: Made) => void} */ resolve, reject) => {
      abort = () => reject(signal?.reason);
      signal?.addEventListener("abort", abort);
      if (signal?.aborted) abort();
      worker.onmessage = ({ data }) => {
        if (data.progress) onProgress?.(data.progress);
        else if (data.value) resolve(data.value);
        else reject(new VitrineError(data.code, data.message));
      };
      worker.onerror = async (event) => {
        event.preventDefault();
        reject(await whyNotStarted(VITRINE_QUANTIZER, event.message));
      };
      worker.postMessage({ ...checkpoint, store });
    });
    const name = savedAs(checkpoint.name);
    return { file: new File([data], `${name}-q8_0.gguf`), notes, tag };
  } finally {
    signal?.removeEventListener("abort", abort);
    worker.terminate();
  }
}
