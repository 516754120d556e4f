"""GPT-2's byte-level BPE, cut to the first tokens of its vocabulary.

The ids of GPT-2 are bytes, then merges in the order in which they were learned, so
the first n of them are a vocabulary of their own, in which an id means what it
means in GPT-2. The last id is <|endoftext|>.

Source: Radford et al. 2019, section 2.2; src/encoder.py of openai/gpt-2.
"""
import json
import os
import re

END = "<|endoftext|>"
# encoder.py's pattern; re has no \\p{L} and \\p{N}: [^\\W\\d_] and \\d are the same for the scripts of this text.
WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


def alphabet():
    """byte -> the character that stands for it in vocab.json and merges.txt."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in visible]
    return {**{b: chr(b) for b in visible}, **{b: chr(256 + i) for i, b in enumerate(hidden)}}


class Tokenizer:
    def __init__(self, folder, size):
        """Takes the first size-1 ids of the vocab.json and merges.txt in folder, which are GPT-2's or a cut of them."""
        with open(os.path.join(folder, "vocab.json"), encoding="utf-8") as f:
            ids = json.load(f)
        with open(os.path.join(folder, "merges.txt"), encoding="utf-8") as f:
            merges = [line for line in f.read().split("\n") if line and not line.startswith("#version")]
        self.size, self.end = size, size - 1
        self.ids = {token: i for token, i in ids.items() if i < size - 1 and token != END}
        if len(self.ids) != size - 1:
            raise SystemExit(f"tokens: {folder} has {len(self.ids)} of the first {size - 1} ids, want all: give GPT-2's own vocab.json and merges.txt")
        self.merges = merges[: size - 1 - 256]
        self.ranks = {tuple(line.split(" ")): rank for rank, line in enumerate(self.merges)}
        self.letters = alphabet()
        self.cache = {}

    def word(self, word):
        if word in self.cache:
            return self.cache[word]
        parts = [self.letters[b] for b in word.encode()]
        while len(parts) > 1:
            rank, i = min((self.ranks.get(pair, len(self.ranks)), i) for i, pair in enumerate(zip(parts, parts[1:])))
            if rank == len(self.ranks):
                break
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        self.cache[word] = [self.ids[p] for p in parts]
        return self.cache[word]

    def encode(self, text):
        return [i for word in WORDS.findall(text) for i in self.word(word)]

    def decode(self, ids):
        back = {c: b for b, c in self.letters.items()}
        names = {i: token for token, i in self.ids.items()}
        return bytes(back[c] for i in ids if i != self.end for c in names[i]).decode(errors="replace")

    def write(self, folder):
        with open(os.path.join(folder, "vocab.json"), "w") as f:
            json.dump({**self.ids, END: self.end}, f)
        with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as f:
            f.write("#version: 0.2\n" + "\n".join(self.merges) + "\n")
