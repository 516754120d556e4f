/** The bytes of a link: compressed where that is shorter, with a sum that tells a damaged one, in letters that need no escape. */

/** Characters of a fragment. Every browser and most hosts take as many. */
export const MOST_CHARACTERS = 1 << 16;
/** Bytes of its text: what it may become when it is inflated. */
export const MOST_BYTES = 1 << 18;

const SLICE = 512; // bytes that are inflated at a time: at most 1032 times as many come out (zlib's documentation)
const HEAD = 5; // the kind, and the sum
const [PLAIN, DEFLATED] = [0, 1];

/** @typedef {"letters" | "long" | "short" | "kind" | "large" | "cut" | "sum"} Fault of the bytes */

/**
 * A text as letters, digits, - and _.
 *
 * @param {string} text
 */
export async function pack(text) {
  const plain = new TextEncoder().encode(text);
  if (plain.length > MOST_BYTES) throw new RangeError(`${plain.length} bytes are more than a link holds`);
  const deflated = await deflate(plain);
  const [kind, body] = deflated.length < plain.length ? [DEFLATED, deflated] : [PLAIN, plain];
  const bytes = new Uint8Array(HEAD + body.length);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(1, sumOf(plain));
  bytes.set(body, HEAD);
  const letters = toLetters(bytes);
  if (letters.length > MOST_CHARACTERS) throw new RangeError(`${letters.length} characters are more than a link holds`);
  return letters;
}

/**
 * The text again, or as much of it as can be read, and what is wrong with the rest.
 *
 * @param {string} letters
 * @returns {Promise<{ text: string, fault: Fault | null }>}
 */
export async function unpack(letters) {
  if (letters.length > MOST_CHARACTERS) return { text: "", fault: "long" };
  const bytes = fromLetters(letters);
  if (!bytes) return { text: "", fault: "letters" };
  if (bytes.length < HEAD) return { text: "", fault: "short" };
  const body = bytes.subarray(HEAD);
  if (bytes[0] !== PLAIN && bytes[0] !== DEFLATED) return { text: "", fault: "kind" };
  const { plain, fault } = bytes[0] === PLAIN ? { plain: body, fault: null } : await inflate(body);
  const text = new TextDecoder().decode(plain);
  if (fault) return { text, fault };
  return { text, fault: sumOf(plain) === new DataView(bytes.buffer).getUint32(1) ? null : "sum" };
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function deflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Slice by slice, so that no more than the most is ever there, whatever the bytes say.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<{ plain: Uint8Array<ArrayBuffer>, fault: Fault | null }>}
 */
async function inflate(bytes) {
  const { readable, writable } = new DecompressionStream("deflate-raw");
  const reader = readable.getReader();
  const fed = feed(writable.getWriter(), bytes);
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let length = 0;
  /** @type {Fault | null} */
  let fault = null;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value);
      length += next.value.length;
      if (length <= MOST_BYTES) continue;
      fault = "large";
      await reader.cancel();
      break;
    }
  } catch {
    fault = "cut";
  }
  await fed;
  const plain = new Uint8Array(await new Blob(parts).arrayBuffer());
  return { plain: plain.subarray(0, MOST_BYTES), fault };
}

/** @param {WritableStreamDefaultWriter<BufferSource>} writer @param {Uint8Array<ArrayBuffer>} bytes */
async function feed(writer, bytes) {
  try {
    for (let at = 0; at < bytes.length; at += SLICE) await writer.write(bytes.subarray(at, at + SLICE));
    await writer.close();
  } catch {
    // The reader meets the same failure, or has ended the stream.
  }
}

/** FNV-1a, 32 bits. Source: Fowler, Noll, Vo, RFC 9923. @param {Uint8Array} bytes */
function sumOf(bytes) {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum;
}

/** base64url, without padding. Source: RFC 4648, section 5. @param {Uint8Array} bytes */
function toLetters(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} letters */
function fromLetters(letters) {
  if (/[^\w-]/.test(letters)) return null;
  try {
    return Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
