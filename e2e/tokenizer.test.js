// Our ids against those of another reader of the same files: @huggingface/tokenizers, on tokenizers of every kind that
// is obeyed. Where it departs from the Rust library that transformers uses, the texts leave out what shows it: it takes
// U+FEFF for white space and U+0085 for none, looks at single_word not at all, knows ASCII digits only, and lowers a
// capital sigma by its place in the word. The Go tests of core/tokenizer hold these.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";
import { Tokenizer } from "@huggingface/tokenizers";

const corpus = `What is the capital of France? The little dog wanted to play in the garden, and it's raining; they'll've gone.
Once upon a time there were 12 houses and 345 trees: "café", naïve Ünique words, 日本語のテキスト и немного текста. don't DON'T
for (let i = 0; i < 10; i++) { print("hello  world\\t", i * 3.14); }  <user> asks <bot> answers`;

/** Random numbers from a seed. @param {number} seed */
const random = (seed) => () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32);

const letters = (() => {
  const [letters, others] = [new Map(), []];
  for (let b = 0; b < 256; b++) {
    if ((b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174) letters.set(b, String.fromCodePoint(b));
    else others.push(b);
  }
  others.forEach((b, i) => letters.set(b, String.fromCodePoint(256 + i)));
  return letters;
})();

/**
 * Trains a byte-level BPE on the corpus, with some choices at random, so that merges are not in the order of length.
 *
 * @param {number} seed
 */
function train(seed) {
  const draw = random(seed);
  /** @type {Record<string, number>} */
  const vocab = {};
  for (let b = 0; b < 256; b++) vocab[letters.get(b)] = b;
  const words = (corpus.match(/ ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+/gu) ?? []).map((word) => [...new TextEncoder().encode(word)].map((b) => letters.get(b)));
  const merges = [];
  for (;;) {
    const pairs = new Map();
    for (const word of words) for (let i = 1; i < word.length; i++) pairs.set(`${word[i - 1]} ${word[i]}`, (pairs.get(`${word[i - 1]} ${word[i]}`) ?? 0) + draw());
    if (pairs.size === 0 || merges.length === 200) return { vocab, merges };
    const [pair] = [...pairs].sort((a, b) => b[1] - a[1])[0];
    const [left, right] = pair.split(" ");
    merges.push(pair);
    vocab[left + right] ??= Object.keys(vocab).length;
    for (const word of words) for (let i = 1; i < word.length; i++) if (word[i - 1] === left && word[i] === right) word.splice(i - 1, 2, left + right);
  }
}

const added = ["<user>", "<bot>", "<|endoftext|>", "<us", "[PAD]", "the", "Ünique", "ab"];

/** @param {Record<string, boolean>} flags */
const token = (content, id, flags = {}) => ({ id, content, special: false, normalized: false, lstrip: false, rstrip: false, single_word: false, ...flags });

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const sequence = (...pretokenizers) => ({ pre_tokenizer: { type: "Sequence", pretokenizers } });
const special = (id) => ({ SpecialToken: { id, type_id: 0 } });
const a = { Sequence: { id: "A", type_id: 0 } };

/** Each kind: what it changes in tokenizer.json, as a function of the number of tokens before the added ones. */
const kinds = {
  "plain": () => ({}),
  "new form of merges": () => ({ model: { merges: "pairs" } }),
  "lstrip": () => ({ flags: { lstrip: true } }),
  "rstrip": () => ({ flags: { rstrip: true } }),
  "lstrip and rstrip of special tokens": () => ({ flags: { lstrip: true, rstrip: true, special: true } }),
  "normalized": () => ({ flags: { normalized: true }, normalizer: { type: "Lowercase" } }),
  "not normalized": () => ({ normalizer: { type: "Lowercase" } }),
  "NFC": () => ({ normalizer: { type: "NFC" } }),
  "NFD": () => ({ normalizer: { type: "NFD" } }),
  "NFKC": () => ({ normalizer: { type: "NFKC" } }),
  "NFKD": () => ({ normalizer: { type: "NFKD" } }),
  "accents": () => ({ normalizer: { type: "Sequence", normalizers: [{ type: "NFD" }, { type: "StripAccents" }, { type: "Lowercase" }] }, flags: { normalized: true } }),
  "strip left": () => ({ normalizer: { type: "Strip", strip_left: true, strip_right: false } }),
  "strip both": () => ({ normalizer: { type: "Strip", strip_left: true, strip_right: true } }),
  "replace": () => ({ normalizer: { type: "Replace", pattern: { String: "e" }, content: "é 1" } }),
  "prepend": () => ({ normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: " x" }] } }),
  "prefix space": () => ({ pre_tokenizer: { ...byteLevel, add_prefix_space: true } }),
  "no regex": () => ({ pre_tokenizer: { ...byteLevel, use_regex: false } }),
  "no regex, prefix space": () => ({ pre_tokenizer: { ...byteLevel, use_regex: false, add_prefix_space: true } }),
  "each digit": () => sequence({ type: "Digits", individual_digits: true }, byteLevel),
  "digits": () => sequence({ type: "Digits", individual_digits: false }, byteLevel),
  "digits, prefix space": () => sequence({ type: "Digits", individual_digits: true }, { ...byteLevel, add_prefix_space: true }),
  "split by GPT-2's pattern": () => sequence({ type: "Split", pattern: { Regex: gpt2 }, behavior: "Isolated", invert: false }, { ...byteLevel, use_regex: false }),
  "split by GPT-2's pattern, inverted": () => sequence({ type: "Split", pattern: { Regex: gpt2 }, behavior: "Removed", invert: true }, { ...byteLevel, use_regex: false }),
  "ignore merges": () => ({ model: { ignore_merges: true } }),
  "ignore merges, no regex": () => ({ model: { ignore_merges: true }, pre_tokenizer: { ...byteLevel, use_regex: false } }),
  "template": (first) => ({ post_processor: { type: "TemplateProcessing", single: [special("<bot>"), a, special("<|endoftext|>")], pair: [],
    special_tokens: { "<bot>": { id: "<bot>", ids: [first + 1], tokens: ["<bot>"] }, "<|endoftext|>": { id: "<|endoftext|>", ids: [first + 2], tokens: ["<|endoftext|>"] } } } }),
  "sequence of templates": (first) => ({ post_processor: { type: "Sequence", processors: [{ ...byteLevel, trim_offsets: false },
    { type: "TemplateProcessing", single: [special("<bot>"), special("<user>"), a], pair: [], special_tokens: { "<bot>": { id: "<bot>", ids: [first + 1], tokens: ["<bot>"] }, "<user>": { id: "<user>", ids: [first], tokens: ["<user>"] } } }] } }),
  "roberta": (first) => ({ post_processor: { type: "RobertaProcessing", cls: ["<bot>", first + 1], sep: ["<user>", first], trim_offsets: true, add_prefix_space: false } }),
  "bert": (first) => ({ post_processor: { type: "BertProcessing", cls: ["<bot>", first + 1], sep: ["<bot>", first + 1] } }),
  "truncation and padding": () => ({ truncation: { max_length: 2, stride: 0, strategy: "LongestFirst", direction: "Right" }, padding: null }),
  "byte fallback and unk": () => ({ model: { byte_fallback: true, unk_token: "a", fuse_unk: true, dropout: null, continuing_subword_prefix: "", end_of_word_suffix: "" } }),
};

const pieces = ["<user>", " <bot>", "<|endoftext|> ", "<us", "<user", "[PAD]", "the", " The", "ünique", "Ünique", "U\u0308nique", "ab", " ", "  ", "\n", "\t", "\u00a0", "\u3000",
  "12", " 345", "it's", "they'll've", "DON'T", "hello", "日本語", "текст", "é", "e\u0301", "e\u0323\u0302", "ﬁ", "①x", "Å", "각", "각", "👩‍👩‍👧", "!?", "...", "İ", "ẞß", "\u0301", " \u0301a", "\u200b", "\0"];

/** @param {number} seed */
function texts(seed) {
  const draw = random(seed);
  const all = ["", " ", "a", corpus, ...pieces];
  for (let i = 0; i < 120; i++) all.push(Array.from({ length: 1 + Math.floor(8 * draw()) }, () => pieces[Math.floor(pieces.length * draw())]).join(""));
  return all;
}

test("ids are those of @huggingface/tokenizers", () => {
  const cases = Object.entries(kinds).map(([kind, change], index) => {
    const { vocab, merges } = train(index + 1);
    const first = Object.keys(vocab).length;
    const { flags, model = {}, ...rest } = change(first);
    const composes = rest.normalizer && !flags?.normalized; // then the other one finds a token in what is normalized to it
    const contents = added.filter((content) => !(content in vocab) && !(composes && content === "Ünique"));
    const file = {
      version: "1.0", truncation: null, padding: null, normalizer: null, pre_tokenizer: byteLevel, post_processor: null, decoder: byteLevel, ...rest,
      added_tokens: contents.map((content, i) => token(content, first + i, flags)),
      model: { type: "BPE", vocab, ...model, merges: model.merges === "pairs" ? merges.map((merge) => merge.split(" ")) : merges },
    };
    const digits = kind.includes("digit");
    const all = texts(index + 1).filter((text) => !digits || !/[①]/.test(text));
    return { kind, file, rows: first + contents.length, texts: all };
  });
  const input = cases.map(({ file, rows, texts }) => ({ Files: { "tokenizer.json": JSON.stringify(file), "tokenizer_config.json": '{"tokenizer_class": "PreTrainedTokenizerFast"}' }, Rows: rows, Texts: texts }));
  const output = JSON.parse(execFileSync("go", ["run", "./e2e/tokens"], { input: JSON.stringify(input), encoding: "utf8", maxBuffer: 1 << 28 }));
  let compared = 0;
  cases.forEach(({ kind, file, texts }, i) => {
    assert.equal(output[i].error, undefined, kind);
    const oracle = new Tokenizer(file, {});
    texts.forEach((text, j) => {
      assert.deepEqual(output[i].ids[j] ?? [], oracle.encode(text).ids, `${kind}: ${JSON.stringify(text)}`);
      compared++;
    });
  });
  assert.ok(compared > 30 * 120);
});
