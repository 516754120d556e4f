/** An address of a file on a model hub, in its repository; $1 and $2 are around the word that says what is wanted of it. */
const FILE = /^(.+)\/resolve\/(.+)$/;
/** Large files: Git keeps them elsewhere. */
const LARGE = /\.(?:gguf|safetensors)$/i;
const SHA256 = /^(?:W\/)?"?([0-9a-f]{64})"?$/i;
/** What Git has in the place of a large file. Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n/;
const MOST_POINTER_BYTES = 1024;
const MOST_POINTER_MS = 8000;

/**
 * The SHA-256 that a hub gives for a file, in hexadecimal; "" where it gives none, or lets no other site read it.
 *
 * A hub gives it as X-Linked-Etag, or as the ETag where it has the file itself. Where it sends the browser on to another
 * server, nobody gets to see its own answer, so the pointer of Git LFS is asked for. The ETag of any other server means
 * nothing, also where it is as long: that of raw.githubusercontent.com is not the sum of the file.
 * Source: get_hf_file_metadata of huggingface_hub.
 *
 * @param {string} address
 * @param {Response} answer to a request for the file or a part of it
 */
export async function hubHash(address, answer) {
  const linked = SHA256.exec(answer.headers.get("X-Linked-Etag") ?? "");
  if (linked) return linked[1].toLowerCase();
  const url = new URL(address);
  const [, before, behind] = FILE.exec(url.pathname) ?? [];
  if (!before) return "";
  if (!answer.redirected) return SHA256.exec(answer.headers.get("ETag") ?? "")?.[1].toLowerCase() ?? "";
  if (!answer.ok || !LARGE.test(behind)) return "";
  url.pathname = `${before}/raw/${behind}`;
  return POINTER.exec(await beginning(url.href).catch(() => ""))?.[1] ?? ""; // a hub may have none
}

/** @param {string} address */
async function beginning(address) {
  const signal = AbortSignal.timeout(MOST_POINTER_MS); // a model can be had without
  const answer = await fetch(address, { signal });
  if (!answer.ok || !answer.body) return "";
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let done = false; !done && text.length < MOST_POINTER_BYTES; ) {
    const read = await reader.read();
    text += decoder.decode(read.value, { stream: true });
    done = read.done;
  }
  reader.cancel().catch(() => {}); // what has come is enough
  return text;
}
