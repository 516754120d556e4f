import { VitrineError } from "../client/error.js";
import { advice } from "../client/address.js";
import { INDEX, WEIGHTS } from "../client/kinds.js";
import { fetchRemote, openRemote } from "./remote.js";
import { Refused } from "../client/request.js";

/** @import {OpenFile} from "./blob.js" */

/** The files of a checkpoint on a server, which lie beside its weights. Most of them may be absent. */
export class Beside {
  #address;
  #weights;
  #onBytes;
  #onSome;
  #store;
  /** @type {Map<string, Promise<OpenFile | null>>} by name: the converter opens some files twice */
  #files = new Map();
  /** @type {Map<string, string>} why a file was not given, by its name */
  #why = new Map();
  /** What the user should know: files that may be there, and could not be had. @type {string[]} */
  notes = [];
  /** By which the server tells versions of the weights apart, "" where it does not. */
  tag = "";

  /**
   * @param {string} address of the weights
   * @param {string} weights their name
   * @param {(loaded: number, total: number) => void} onBytes told how far weights are that come whole
   * @param {() => void} onSome told that bytes of others have come
   * @param {boolean} store whether weights that come whole may be kept on the device until they have
   */
  constructor(address, weights, onBytes, onSome, store) {
    this.#store = store;
    this.#onSome = onSome;
    this.#address = address;
    this.#weights = weights;
    this.#onBytes = onBytes;
  }

  /** Opens the weights before anything else: where they are no file, nothing beside them is one. */
  async begin() {
    const file = await this.#fetch(this.#weights);
    this.tag = file.tag ?? "";
    this.#files.set(this.#weights, Promise.resolve(file));
  }

  /**
   * @param {string} name
   * @returns {Promise<OpenFile | null>} null where there is no such file, whatever the server says instead
   */
  open(name) {
    const file = this.#files.get(name) ?? this.#find(name);
    this.#files.set(name, file);
    return file;
  }

  /** @param {string} name */
  async #find(name) {
    try {
      return await this.#fetch(name);
    } catch (error) {
      const { message, why, absent } = /** @type {Refused} */ (error);
      if (!absent && isNeeded(name)) throw error;
      this.#why.set(name, why ?? "it could not be reached");
      if (!absent) this.notes.push(`${name} was left out: ${message}`);
      return null;
    }
  }

  /**
   * An error of the converter, with what the server said in the place of the files that it misses.
   *
   * @param {unknown} error
   */
  explain(error) {
    if (!(error instanceof VitrineError) || error.code !== "model.incomplete") return error;
    const said = [...this.#why].filter(([name]) => error.message.includes(name)).map(([name, why]) => `${name}: ${why}`);
    return new VitrineError(error.code, `${[error.message, ...said].join("; ")}${advice(this.#address)}`);
  }

  /** @param {string} name */
  #fetch(name) {
    const url = new URL(name.split("/").map(encodeURIComponent).join("/"), this.#address);
    url.search = new URL(this.#address).search; // where a server wants it, it wants it of all
    const { href } = name === this.#weights ? new URL(this.#address) : url;
    return WEIGHTS.test(name) ? openRemote(href, this.#onBytes, undefined, this.#onSome, this.#store) : fetchRemote(href);
  }
}

/** Whether there is no model without the file. @param {string} name */
const isNeeded = (name) => name === "config.json" || WEIGHTS.test(name) || INDEX.test(name);
