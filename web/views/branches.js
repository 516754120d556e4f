/** @import { ControlStrings } from "../i18n/control-en.js" */
/** @import { Branch, Tree } from "../run/branches.js" */
import { isFull, MOST_RUNS, noTree, rows } from "../run/branches.js";
import { fill } from "../kit/chip.js";
import { el, send } from "../kit/dom.js";
import { visible } from "../kit/text.js";
import { icon, iconButton } from "../kit/icons.js";

/** Characters of a branch's own text that its row shows at most. */
const shown = 60;

/**
 * What was generated from where, as a tree. Sends "branch" { do: "walk" | "rename" | "remove" | "compare", id, name? }.
 *
 * @param {HTMLElement} root
 * @param {{ strings: ControlStrings["branches"], signal: AbortSignal }} options
 */
export function mountBranches(root, { strings, signal }) {
  const empty = el("p", { class: "hint", text: strings.empty });
  const list = el("ul", { class: "branches", "aria-label": strings.list });
  const full = el("p", { class: "hint", text: strings.full(MOST_RUNS), hidden: true });
  root.append(empty, list, full);
  /** @type {Tree} */
  let tree = noTree;
  let renaming = -1; // id of the branch whose name is being written
  let compared = -1;

  list.addEventListener("click", ({ target }) => act(target instanceof Element ? target.closest("button") : null), { signal });
  list.addEventListener("keydown", onKey, { signal });
  list.addEventListener("focusout", ({ target }) => target instanceof HTMLInputElement && keep(target), { signal });

  /** @param {Element | null} button */
  function act(button) {
    const id = Number(button?.closest("li")?.dataset.id);
    const does = button?.getAttribute("data-do");
    if (does === "rename") {
      renaming = id;
      draw();
      const input = list.querySelector("input");
      input?.focus();
      input?.select();
    } else if (does) send(root, "branch", { do: does, id });
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const { key, target } = event;
    if (!(target instanceof HTMLInputElement) || event.isComposing || (key !== "Enter" && key !== "Escape")) return;
    event.preventDefault();
    if (key === "Escape") target.value = target.defaultValue;
    keep(target);
  }

  /** @param {HTMLInputElement} input */
  function keep(input) {
    if (renaming < 0) return;
    const id = renaming;
    renaming = -1;
    if (input.value !== input.defaultValue) send(root, "branch", { do: "rename", id, name: input.value });
    draw();
    /** @type {HTMLElement | null} */ (list.querySelector(`[data-id="${id}"] [data-do="rename"]`))?.focus();
  }

  function draw() {
    const focused = document.activeElement instanceof HTMLElement && list.contains(document.activeElement) ? document.activeElement : null;
    const kept = focused && { id: focused.closest("li")?.dataset.id, does: focused.dataset.do };
    list.replaceChildren(...rows(tree).map(({ branch, depth }) => row(branch, depth)));
    empty.hidden = tree.branches.length > 1;
    list.hidden = tree.branches.length === 0;
    full.hidden = !isFull(tree);
    if (kept) /** @type {HTMLElement | null} */ (list.querySelector(`[data-id="${kept.id}"] [data-do="${kept.does}"]`))?.focus();
  }

  /** @param {Branch} branch @param {number} depth */
  function row(branch, depth) {
    const current = branch.id === tree.current;
    const name = nameOf(branch);
    const text = el("bdi", { class: "branch-text" });
    fill(text, own(branch));
    const head =
      branch.id === renaming
        ? el("input", { type: "text", value: branch.name || name, "aria-label": strings.newName, maxlength: 60 })
        : el("button", { type: "button", class: "branch-name", "data-do": "walk", "aria-current": current, title: current ? strings.current : strings.walk }, icon(current ? "play" : "branches"), el("span", { text: name }));
    const tools = el("div", { class: "branch-tools" }, tool("rename", strings.rename, name));
    if (!current) tools.append(tool("compare", strings.compare, name, branch.id === compared), tool("remove", strings.remove, name));
    const facts = el("span", { class: "count", text: `${branch.parent < 0 ? strings.start : strings.from(branch.from + 1)}, ${strings.tokens(branch.tokens.length)}` });
    const item = el("li", { "data-id": branch.id }, head, text, facts, tools);
    item.style.setProperty("--depth", String(depth));
    item.toggleAttribute("data-current", current);
    return item;
  }

  /** @param {string} does @param {string} label @param {string} name @param {boolean} [pressed] */
  function tool(does, label, name, pressed) {
    return iconButton(does, `${label}: ${name}`, { "data-do": does, "aria-pressed": pressed === undefined ? null : String(pressed) });
  }

  /** @param {Branch} branch */
  function nameOf(branch) {
    return visible(branch.name, { spaces: false }) || strings.name(branch.id);
  }

  /** The text from where a branch left the one before. @param {Branch} branch */
  function own({ tokens, from }) {
    const text = tokens.slice(from).map((token) => token.text).join("");
    return text.length > shown ? `${text.slice(0, shown)}…` : text;
  }

  draw();
  return {
    nameOf,
    /** @param {Tree} now @param {number} [beside] id of the branch that is compared with the current one, or -1 */
    show(now, beside = -1) {
      tree = now;
      compared = beside;
      if (renaming < 0) draw();
    },
  };
}
