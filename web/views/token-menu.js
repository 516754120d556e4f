/** @import { Candidates } from "../vitrine.d.ts" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
import { percent, exact } from "../kit/numbers.js";
import { named } from "../kit/chip.js";
import { el, send } from "../kit/dom.js";
import { iconButton } from "../kit/icons.js";

/** Rows that are asked for at once. */
const page = 50;

/**
 * Another token of the whole vocabulary in the place of one, by its rank or its text. Sends "choose" { position, id }.
 *
 * @param {HTMLElement} root
 * @param {{ strings: ControlStrings["tokenMenu"], ask: (options: { position: number, search: string, from: number, count: number }) => Promise<Candidates>, signal: AbortSignal }} options
 *   `ask` gives the rows of the step that chooses the token at a position
 */
export function mountTokenMenu(root, { strings, ask, signal }) {
  const title = el("h2", { id: "token-menu-title" });
  const instead = el("p", { class: "hint" });
  const close = iconButton("close", strings.close);
  const search = el("input", {
    type: "text",
    role: "combobox",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-label": strings.search,
    placeholder: strings.search,
    "aria-controls": "token-list",
    "aria-expanded": "true",
    "aria-autocomplete": "list",
  });
  const list = el("div", { class: "token-list", id: "token-list", role: "listbox", "aria-label": strings.list });
  const total = el("p", { class: "count", role: "status" });
  const dialog = el(
    "dialog",
    { class: "token-menu", "aria-labelledby": "token-menu-title" },
    el("div", { class: "field-head" }, title, close),
    instead,
    search,
    list,
    el("div", { class: "token-foot" }, el("p", { class: "hint", text: strings.keys }), total),
  );
  root.append(dialog);

  let position = -1;
  let current = -1; // id of the token that is there now
  /** @type {Candidates["rows"]} */
  let rows = [];
  let all = 0;
  let active = 0;
  let asked = 0; // answers to an older question come too late
  let asking = false;

  close.addEventListener("click", () => dialog.close(), { signal });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(), { signal }); // its backdrop
  dialog.addEventListener("close", () => asked++, { signal });
  search.addEventListener("input", () => load(0), { signal });
  search.addEventListener("keydown", onKey, { signal });
  list.addEventListener("click", ({ target }) => take(target instanceof Element ? [...list.children].indexOf(target.closest("[role=option]") ?? list) : -1), { signal });
  list.addEventListener("scroll", () => list.scrollHeight - list.scrollTop < 2 * list.clientHeight && more(), { signal });

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + 10, PageUp: active - 10 }[event.key];
    if (event.key === "Enter") take(active);
    else if (to !== undefined) mark(Math.max(0, Math.min(rows.length - 1, to)));
    else return;
    event.preventDefault();
  }

  /** @param {number} from */
  async function load(from) {
    const question = ++asked;
    asking = true;
    try {
      const answer = await ask({ position, search: search.value, from, count: page });
      if (question !== asked) return;
      all = answer.total;
      rows = from ? [...rows, ...answer.rows] : answer.rows;
      if (from) list.append(...answer.rows.map(option));
      else show(answer.rows);
    } catch (error) {
      if (question === asked) send(root, "controlfailure", error);
    } finally {
      if (question === asked) asking = false;
    }
  }

  function more() {
    if (!asking && rows.length < all) load(rows.length);
  }

  /** @param {Candidates["rows"]} first */
  function show(first) {
    list.replaceChildren(...(first.length ? first.map(option) : [el("p", { class: "empty", text: strings.none })]));
    list.scrollTop = 0;
    total.textContent = strings.total(all);
    mark(0);
  }

  /** @param {Candidates["rows"][number]} row */
  function option({ id, text, bytes, probability, rank }) {
    const share = el("span", { class: "token-share", text: percent(probability), title: exact(probability) });
    const element = el(
      "div",
      { role: "option", id: `token-${rank}`, "data-id": id, "aria-selected": "false" },
      el("span", { class: "token-rank", text: strings.rank(rank) }),
      named({ text, bytes }),
      el("span", { class: "token-id", text: strings.id(id) }),
      share,
    );
    element.style.setProperty("--p", String(probability));
    element.toggleAttribute("data-current", id === current);
    return element;
  }

  /** @param {number} index */
  function mark(index) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = index;
    const row = rows.length ? list.children[index] : undefined;
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    if (row) search.setAttribute("aria-activedescendant", row.id);
    else search.removeAttribute("aria-activedescendant");
    if (index > rows.length - 10) more();
  }

  /** @param {number} index */
  function take(index) {
    const row = rows[index];
    if (!row) return;
    dialog.close();
    send(root, "choose", { position, id: row.id });
  }

  return {
    /**
     * @param {number} at position of the token
     * @param {{ id: number, probability: number } | null} token that is there now
     */
    open(at, token) {
      if (dialog.open) return;
      position = at;
      current = token?.id ?? -1;
      title.textContent = strings.title(at);
      instead.textContent = token ? strings.instead(percent(token.probability)) : strings.fresh;
      search.value = "";
      rows = [];
      list.replaceChildren();
      dialog.showModal();
      search.focus();
      load(0);
    },
  };
}
