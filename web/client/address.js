/**
 * What an address or what came from it tells of a mistake that people make: they copy the address of the page that
 * shows a file.
 */

/** How a web page begins, behind a byte order mark, blank lines, comments and what XML begins with. */
const PAGE = /^(?:\s|<!--[^]*?-->|<\?xml[^>]*>)*<(?:!doctype\s+html|html|head|body)[\s>]/i;
/** How the text begins that Git has in the place of a large file. Source: git-lfs's docs/spec.md, "The Pointer". */
const POINTER = "version https://git-lfs.github.com/spec/";

/**
 * What came in the place of a file: a web page, or a pointer of Git LFS.
 *
 * @param {string} address
 * @param {Uint8Array} start the first bytes that came
 * @returns {{ what: string, message: string } | null} null where it may be the file
 */
export function standIn(address, start) {
  const text = new TextDecoder().decode(start.slice(0, 1024)); // which leaves out the mark
  if (PAGE.test(text)) {
    const todo = advice(address) || ". Use the address of the file itself: on a model hub it has /resolve/ in it, not /blob/ or /tree/";
    return { what: "a web page", message: `${address} is a web page, not a file of a model${todo}` };
  }
  if (text.startsWith(POINTER)) {
    const raw = /^https:\/\/raw\.githubusercontent\.com(\/.+)$/.exec(address);
    const todo = raw ? `that is https://media.githubusercontent.com/media${raw[1]}` : "a hub names it Download, or Raw";
    return { what: "a pointer of Git LFS", message: `${address} is a pointer of Git LFS, not the file that it stands for. Use the address that gives the file: ${todo}` };
  }
  return null;
}

/**
 * The address of the file that a page of a hub shows; "" where the address is not that of such a page.
 *
 * @param {string} address
 */
export function fileAddress(address) {
  const url = new URL(address);
  const [, project, dash, kind, rest] = /^(\/[^/]+(?:\/[^/]+)*?)(\/-)?\/(blob|tree)\/(.+)$/.exec(url.pathname) ?? [];
  if (!project) return "";
  const path = kind === "blob" ? rest : `${rest.replace(/\/$/, "")}/model.safetensors`;
  if (url.host === "github.com") return `https://raw.githubusercontent.com${project}/${path}`; // github.com itself lets no other site read
  url.pathname = `${project}${dash ? "/-/raw" : "/resolve"}/${path}`;
  return url.href;
}

/**
 * What to do about the address of such a page, as the end of a sentence; "" for other addresses.
 *
 * @param {string} address
 */
export function advice(address) {
  const file = fileAddress(address);
  return file && `. This is the address of a page that shows files. Use that of the file: ${file}`;
}
