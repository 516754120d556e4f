/**
 * SHA-256 of bytes that come piece by piece: the browser's own takes them only all at once.
 *
 * Source: FIPS 180-4, sections 4.1.2, 5.3.3 and 6.2.
 */

const BLOCK_BYTES = 64;

/** @param {number} n how many primes */
function primes(n) {
  /** @type {number[]} */
  const found = [];
  for (let k = 2; found.length < n; k++) if (found.every((p) => k % p)) found.push(k);
  return found;
}
/** The first 32 bits of a number's fraction. @param {number} x */
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
/** [64] */
const K = Int32Array.from(primes(64), (p) => fraction(Math.cbrt(p)));

export class Sha256 {
  #state = Int32Array.from(primes(8), (p) => fraction(Math.sqrt(p))); // [8]
  #w = new Int32Array(64);
  #rest = new Uint8Array(BLOCK_BYTES); // the first #filled bytes wait for a whole block
  #filled = 0;
  #bytes = 0;

  /** @param {Uint8Array} bytes */
  update(bytes) {
    this.#bytes += bytes.length;
    let at = 0;
    if (this.#filled > 0) {
      at = Math.min(BLOCK_BYTES - this.#filled, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#filled);
      this.#filled += at;
      if (this.#filled < BLOCK_BYTES) return;
      this.#blocks(this.#rest, 0, BLOCK_BYTES);
      this.#filled = 0;
    }
    const end = bytes.length - ((bytes.length - at) % BLOCK_BYTES);
    this.#blocks(bytes, at, end);
    this.#rest.set(bytes.subarray(end));
    this.#filled = bytes.length - end;
  }

  /** The sum in hexadecimal, of all bytes; nothing can follow. */
  sum() {
    const bits = this.#bytes * 8;
    const padding = new Uint8Array((this.#filled < 56 ? 64 : 128) - this.#filled);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(padding.length - 4, bits >>> 0);
    this.update(padding);
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /**
   * Every sum is cut to 32 bits at once: the browser then computes in 32 bits, which takes a third of the time.
   *
   * @param {Uint8Array} bytes
   * @param {number} at
   * @param {number} end a whole number of blocks behind
   */
  #blocks(bytes, at, end) {
    const w = this.#w;
    const state = this.#state;
    const k = K;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at < end; at += BLOCK_BYTES) {
      for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15];
        const y = w[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[i] = (((w[i - 16] + s0) | 0) + ((w[i - 7] + s1) | 0)) | 0;
      }
      let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
      for (let i = 0; i < 64; i++) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (((h + s1) | 0) + (((g ^ (e & (f ^ g))) + ((k[i] + w[i]) | 0)) | 0)) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + t2) | 0;
      }
      state[0] += a;
      state[1] += b;
      state[2] += c;
      state[3] += d;
      state[4] += e;
      state[5] += f;
      state[6] += g;
      state[7] += h;
    }
  }
}
