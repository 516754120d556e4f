/** Milliseconds between the beginnings of two pulls: ten a second at most. */
const EVERY = 100;
/** Milliseconds after which an answer is late enough to be waited for in sight. */
const LATE = 100;

/**
 * Pulls values from the engine, one after another: what is wanted last is asked next, and an answer to what is no longer
 * wanted is dropped.
 *
 * @template T
 * @param {object} told
 * @param {(answer: T) => void} told.answer
 * @param {(error: unknown) => void} told.failure
 * @param {(since: number | null) => void} told.waiting the answer takes its time, since then; null: no more
 * @param {AbortSignal} signal
 */
export function createPulls({ answer, failure, waiting }, signal) {
  /** @type {{ key: string, ask: () => Promise<T> } | null} */
  let wanted = null;
  let asked = ""; // key of the pull under way, or of the last
  let busy = false;
  let began = -Infinity;
  let timer = 0;
  let late = 0;

  signal.addEventListener("abort", forget);

  function forget() {
    wanted = null;
    asked = "";
    clearTimeout(timer);
    timer = 0;
    settle();
  }

  function settle() {
    clearTimeout(late);
    late = 0;
    waiting(null);
  }

  function next() {
    timer = 0;
    if (busy || !wanted || wanted.key === asked) return;
    const wait = began + EVERY - performance.now();
    if (wait > 0) timer = Number(setTimeout(next, wait));
    else pull(wanted);
  }

  /** @param {{ key: string, ask: () => Promise<T> }} pull */
  async function pull({ key, ask }) {
    busy = true;
    asked = key;
    began = performance.now();
    const since = began;
    if (!late) late = Number(setTimeout(() => waiting(since), LATE));
    const wants = () => wanted?.key === key;
    try {
      const answered = await ask();
      if (wants()) answer(answered);
    } catch (error) {
      if (wants()) failure(error);
    } finally {
      busy = false;
      if (wants() || !wanted) settle();
      if (!timer) next();
    }
  }

  return {
    /**
     * Wants an answer. Nothing is asked twice under the same key.
     *
     * @param {string} key
     * @param {() => Promise<T>} ask
     */
    want(key, ask) {
      if (wanted?.key === key) return;
      wanted = { key, ask };
      if (key === asked && !busy) asked = ""; // was asked before something else
      if (!timer) next();
    },
    /** Whether an answer is due. */
    get busy() {
      return busy;
    },
    /** Wants nothing any more. */
    forget,
  };
}
