"""Writes the tokens that train.py learns from: texts, made-up facts and made-up stories.

    python3 prepare.py --text DIR --tokenizer DIR --out DIR

DIR of --text holds countries.tsv and the files of SOURCES, of which those that are
absent are named and left out. --tokenizer has GPT-2's vocab.json and merges.txt.
tinystories_val.txt and wikitext-2-test.txt are never read: they measure the model.
"""
import argparse
import array
import collections
import json
import os
import random
import re

import facts
import stories
from bpe import END, Tokenizer

# file: how often each of its texts is read in one pass; below 1, what share of them is read. The cleanest
# stories most often, old prose and news little. gutenberg_children_pd.txt is left out: fairytales_pd.txt has most of it.
SOURCES = {
    "tinystories_gpt4clean_5k.txt": 4, "tinystories_randsample.txt": 4, "tinystoriesV2_valid_head.txt": 4, "tinystoriesV2_train_head.txt": 4,
    "tinystories_same_opening.txt": 3, "tinystories_train_cased.txt": 3, "tinystories_train_recased.txt": 2, "tinystoriesV1_tail.txt": 2,
    "storybooks_ccby.txt": 2, "aesop_vernonjones_pd.txt": 2, "beatrix_potter_pd.txt": 2, "mcguffey2_pd.txt": 2, "chatterbot_small.txt": 1,
    "fairytales_pd.txt": 0.5, "onestopenglish_ele_int.txt": 0.3, "trivia_qa_simple.txt": 0.5,
}
PLAIN = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2014": " - ", "\u2013": "-", "\u2026": "...", "\u00a0": " "})


def texts(path):
    with open(path, encoding="utf-8") as f:
        return [text for text in (part.strip().translate(PLAIN) for part in f.read().split(END)) if len(text) > 40]


def echo(rng, words):
    """Words in no order, some times over: what no small model can know, unless one of its heads learns to copy (an induction head)."""
    said = " ".join(rng.choices(words, k=rng.randint(4, 30))) + "."
    return " ".join([said] * rng.randint(2, 4))


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--text", required=True)
    p.add_argument("--tokenizer", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--vocabulary", type=int, default=8192)
    p.add_argument("--facts", type=int, default=60000, help="texts of made-up facts")
    p.add_argument("--stories", type=int, default=12000, help="made-up stories")
    p.add_argument("--echoes", type=int, default=30000, help="texts of words in no order, some times over")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    rng = random.Random(a.seed)
    tokenizer = Tokenizer(a.tokenizer, a.vocabulary)

    train, held = [], []
    for name, times in SOURCES.items():
        path = os.path.join(a.text, name)
        if not os.path.exists(path):
            print(f"{name}: not there, left out")
            continue
        found = texts(path)
        cut = len(found) // 100  # a hundredth is held out; that of the main sources follows the loss
        held += found[:cut] if times >= 1 else []
        found = found[cut:]
        train += found * times if times >= 1 else rng.sample(found, round(len(found) * times))
        print(f"{name}: {len(found)} texts, {times} times")
    countries = facts.read_countries(os.path.join(a.text, "countries.tsv"))
    made = [facts.document(rng, countries) for _ in range(a.facts)] + [stories.story(rng) for _ in range(a.stories)]
    counted = collections.Counter(word for text in train for word in re.findall("[a-z]+", text))
    words = [word for word, _ in counted.most_common(2000)]
    made += [echo(rng, words) for _ in range(a.echoes)]
    train += made
    rng.shuffle(train)

    os.makedirs(a.out, exist_ok=True)
    counts = {}
    for name, parts in (("train", train), ("held", held)):
        ids = array.array("H")
        for text in parts:
            ids.extend(tokenizer.encode(text))
            ids.append(tokenizer.end)
        with open(os.path.join(a.out, name + ".bin"), "wb") as f:
            ids.tofile(f)
        counts[name] = len(ids)
    tokenizer.write(a.out)
    with open(os.path.join(a.out, "about.json"), "w") as f:
        json.dump({"vocabulary": a.vocabulary, "seed": a.seed, "facts": a.facts, "stories": a.stories, "echoes": a.echoes, "tokens": counts}, f, indent=1)
    print(f"{counts['train'] / 1e6:.1f} M tokens to train on, {counts['held'] / 1e3:.0f} thousand held out")


if __name__ == "__main__":
    main()
