/** @import { Framed } from "./frame.js" */
/** @import { mountTokens } from "./tokens.js" */
import { failureOf } from "../client/failure.js";
import { embed as strings } from "../i18n/embed-en.js";
import { listen } from "../kit/dom.js";
import { createTokenizer } from "../vitrine.js";
import { report } from "./report.js";

/**
 * The tokenizer of an element: of the model's file it loads the head alone. A text that is typed is tokenized as it is typed.
 *
 * @param {HTMLElement} element
 * @param {ReturnType<typeof mountTokens>} picture
 * @param {{ app: HTMLElement, signal: AbortSignal, framed: (lost: () => void) => Framed | null }} options
 * @returns {Framed}
 */
export function connectTokens(element, picture, { app, signal, framed }) {
  /** @type {ReturnType<typeof createTokenizer> | null} */
  let tokenizer = null;
  /** @type {string | null} of which model it is, as the attribute names it */
  let opened = null;
  /** @type {Framed | null} */
  let frame = null;
  let asked = 0;

  const current = () => tokenizer !== null && opened === element.getAttribute("model");

  function close() {
    tokenizer?.then(({ close }) => close(), () => {});
    tokenizer = null;
  }

  /** @param {string} text */
  async function show(text) {
    const mine = ++asked;
    tokenizer ??= createTokenizer({ ...(opened !== null && { model: opened }), signal });
    const pieces = await (await tokenizer).tokenize(text);
    if (mine !== asked) return null; // another text was typed meanwhile
    picture.pieces(pieces);
    picture.say(strings.liveTokens);
    const detail = { type: "done", stage: "ids", node: null, text, ids: pieces.map(({ id }) => id) };
    report(element, "done", detail);
    return detail;
  }

  /** @param {string} text */
  async function run(text) {
    picture.begin();
    if (!current()) close();
    opened = element.getAttribute("model");
    if (!tokenizer) picture.say(strings.starting, NaN);
    try {
      return await show(text);
    } catch (error) {
      const { code, why } = failureOf(error);
      tokenizer = null;
      picture.say(strings.failed(why));
      if (code === "environment") frame ??= framed(() => (frame = null));
      return frame?.run({ prompt: text }) ?? null;
    } finally {
      picture.setRunning(false);
    }
  }

  listen(app, "promptinput", ({ text }) => current() && !frame && void run(text), signal);

  return {
    run: ({ prompt = picture.prompt.value() }) => frame?.run({ prompt }) ?? run(prompt),
    pause: async () => null, // it does not take long enough for any of these
    step: async () => null,
    goto: async () => null,
    stop: async () => null,
    close,
  };
}
