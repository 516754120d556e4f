/**
 * What an address or what came from it tells of a mistake that people make: they copy the address of the page that
 * shows a file.
 */

/** How a web page begins, behind a byte order mark, blank lines and comments. */
const PAGE = /^(?:\s|<!--[^]*?-->)*<(?:!doctype\s+html|html|head|body)[\s>]/i;

/**
 * Whether bytes are the beginning of a web page.
 *
 * @param {Uint8Array} bytes
 */
export function isWebPage(bytes) {
  return PAGE.test(new TextDecoder().decode(bytes.slice(0, 1024))); // which leaves out the mark
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
  return file && `. This is the address of a page that shows files; that of a file is ${file}`;
}

/**
 * That a web page came in the place of a file.
 *
 * @param {string} address
 */
export function webPage(address) {
  const todo = advice(address) || ": give the address of the file itself. On a model hub it has /resolve/ in it, not /blob/ or /tree/";
  return `${address} is a web page, not a file of a model${todo}`;
}
