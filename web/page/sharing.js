/** @import { ShareStrings } from "../i18n/share-en.js" */
/** @import { LinkState } from "../run/link.js" */
/** @import { Tree } from "../run/branches.js" */
/** @import { Session } from "../run/session.js" */
/** @import { FormName } from "../run/forms.js" */
/** @import { mountShare } from "../views/share.js" */
/** @import { Shared, mountShareChoices } from "../views/share-choices.js" */
import { listen } from "../kit/dom.js";
import { save } from "../kit/save.js";
import { clip, visible } from "../kit/text.js";
import { runAsJSON, transcriptOf } from "../run/export.js";
import { formsOf } from "../run/forms.js";
import { encode } from "../run/link.js";
import { withoutStop } from "../run/shared.js";

const TITLE = 60; // columns of the prompt

/**
 * The share dialog, in step with the page.
 *
 * @param {HTMLElement} page
 * @param {object} options
 * @param {ReturnType<typeof mountShare>} options.share
 * @param {ReturnType<typeof mountShareChoices>} options.choices
 * @param {Session} options.session
 * @param {() => Partial<LinkState>} options.state what the page shows
 * @param {() => Tree} options.tree
 * @param {() => string} options.mermaid the diagram with this step's values
 * @param {ShareStrings} options.strings
 * @param {string} options.picture name of the picture's file
 * @param {(error: unknown) => void} options.fail
 * @param {AbortSignal} options.signal
 */
export function connectShare(page, { share, choices, session, state, tree, mermaid, strings, picture, fail, signal }) {
  const site = new URL("./", location.href);
  site.search = site.hash = "";
  let turn = 0; // of what is written

  /** @param {Partial<LinkState>} now @returns {Promise<string | null>} null where it is more than a link holds */
  async function fragmentOf(now) {
    try {
      return await encode(now);
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  function open() {
    const { hide = [], stands } = state();
    choices.show(hide, stands !== undefined);
    return write(choices.now());
  }

  /** The forms, of what is chosen. @param {Shared} chosen */
  async function write({ stop, hide, height, theme }) {
    const mine = ++turn;
    const now = { ...(stop ? state() : withoutStop(state())), hide };
    const fragment = await fragmentOf(now);
    if (mine !== turn) return;
    const title = strings.frameTitle(clip(visible(now.prompt ?? "", { spaces: false }), TITLE));
    const all = formsOf({ site: site.href, fragment: fragment ?? "", state: now, mermaid: mermaid(), title, picture, look: { height, theme } });
    const names = /** @type {FormName[]} */ (Object.keys(all)).filter((name) => all[name] !== "" && (fragment !== null || name === "mermaid"));
    const words = [fragment === null ? strings.long : now.stands ? strings.holds.run : strings.holds.fields];
    if (now.model?.startsWith("file:")) words.push(strings.files);
    if (["localhost", "127.0.0.1", "[::1]"].includes(site.hostname)) words.push(strings.local);
    share.show(names.map((name) => ({ name, code: all[name] })), words, session.state.settings !== null);
  }

  /** @param {{ name: FormName, code: string }} wanted */
  async function copy({ name, code }) {
    try {
      await navigator.clipboard.writeText(code);
      share.copied(name, true);
    } catch {
      share.copied(name, false);
    }
  }

  /** @param {"json" | "text"} kind */
  async function saveRun(kind) {
    const fragment = await fragmentOf(state());
    const run = runAsJSON({ info: session.info, state: session.state, prompt: session.prompt, tree: tree(), switches: [...session.state.switches], link: fragment === null ? null : `${site.href}#${fragment}` });
    if (kind === "json") save(`${strings.file}.json`, new Blob([JSON.stringify(run, null, 2), "\n"], { type: "application/json" }));
    else save(`${strings.file}.txt`, new Blob([transcriptOf(run, strings.transcript)], { type: "text/plain" }));
  }

  listen(page, "shareopen", () => open().catch(fail), signal);
  listen(page, "sharechoice", (/** @type {Shared} */ chosen) => write(chosen).catch(fail), signal);
  listen(page, "sharecopy", copy, signal);
  listen(page, "runsave", (/** @type {"json" | "text"} */ kind) => saveRun(kind).catch(fail), signal);
}
