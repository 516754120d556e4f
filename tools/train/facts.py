"""Makes up texts of questions and answers: the capitals of countries, and what a child knows.

A question is answered first and directly; then a sentence or two goes on, and the text
ends. A question in a wording of wordings.tsv is never made: those measure the model.
"""
import csv
import os
import re

from everyday import everyday
from grammar import a, cap

HERE = os.path.dirname(os.path.abspath(__file__))
# Countries that are spoken of with an article.
THE = set(
    "Netherlands|Caribbean Netherlands|Philippines|United States|United Kingdom|United Arab Emirates|Bahamas|Gambia|Maldives|Dominican Republic|Seychelles|Comoros|"
    "Central African Republic|Republic of the Congo|DR Congo|Marshall Islands|Solomon Islands|Cook Islands|Cayman Islands|Faroe Islands|Falkland Islands|"
    "British Virgin Islands|United States Virgin Islands|Turks and Caicos Islands|Northern Mariana Islands|Pitcairn Islands|Cocos (Keeling) Islands|Åland Islands|"
    "Isle of Man|British Indian Ocean Territory|French Southern and Antarctic Lands".split("|"))
SPOKEN = {"Americas": "the Americas", "Antarctic": "the far south", "Caribbean": "the Caribbean", "Washington D.C.": "Washington, D.C."}
LOOKS = "beautiful big busy famous lovely old interesting".split()
SMALL_LOOKS = "beautiful lovely old small quiet".split()  # where the country has less than 10,000 km2


def read_wordings():
    """A pattern of the questions that measure the model, and these questions."""
    with open(os.path.join(HERE, "wordings.tsv"), encoding="utf-8") as f:
        wordings = [row["wording"] for row in csv.DictReader(f, delimiter="\t")]
    pattern = "|".join(re.sub(r"\\\{.*?\\\}", "[^.?!\\n]+", re.escape(w)) for w in wordings)
    return re.compile(pattern, re.IGNORECASE), [w.replace("{", "").replace("}", "") for w in wordings]


def read_known():
    """The names of the 40 countries that are asked about most."""
    with open(os.path.join(HERE, "known.txt"), encoding="utf-8") as f:
        return set(f.read().split("\n")) - {""}


HELD, QUESTIONS = read_wordings()
KNOWN = read_known()


def read_countries(path):
    """The rows of countries.tsv that have a capital, with names as they are spoken."""
    rows = []
    with open(path, encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            if not row["capital"]:
                continue
            languages = [x.strip() for x in row["languages"].split(",") if x.strip()]
            region = row["subregion"] if row["region"] == "Americas" else row["region"]
            rows.append({
                "bare": row["country"], "country": "the " + row["country"] if row["country"] in THE else row["country"],
                "city": SPOKEN.get(row["capital"], row["capital"].split(",")[0]), "region": SPOKEN.get(region, region), "language": " and ".join(languages[:2]),
                "small": float(row["area_km2"]) < 10000,
            })
    return rows


def more(rng, row):
    """One to three sentences about a country whose capital has just been named."""
    c, k, g, l = row["country"], row["city"], row["region"], row["language"]
    look = rng.choice(SMALL_LOOKS if row["small"] else LOOKS)
    city = rng.choice([f"{k} is {a(look)} city.", f"It is {a(look)} city.", f"{k} is {a(look)} city in {g}."])
    people = rng.choice([f"People like to visit {k}.", f"People come to {k} from many places."] + ([] if row["small"] else [f"Many people live in {k}.", "Many people live there.", "Many people visit it every year."]))
    land = rng.choice([f"{cap(c)} is a country in {g}.", f"{cap(c)} is in {g}."])
    if l:
        land = rng.choice([land, f"People in {c} speak {l}.", f"People there speak {l}."])
    return " ".join(rng.choice([[city], [city, people], [city, land], [people], [land], [city, people, land], [land, people], [people, land]]))


def capital(rng, row):
    """The question for a capital, in some wording, with the answer and what goes on after it."""
    c, k = row["country"], row["city"]
    ask = rng.choice(["What is the capital of {}?"] * 8 + ["Which city is the capital of {}?", "Tell me the capital of {}.", "Do you know the capital of {}?", "What city is the capital of {}?",
                      "Question: What is the capital of {}?\nAnswer:", "Can you name the capital of {}?"]).format(rng.choice([c, c, row["bare"]]))
    return f"{ask} {k} is the capital of {c}. {more(rng, row)}"


def country(rng, row):
    """A question or a statement about a country that is not the question for its capital."""
    c, k, g, l = row["country"], row["city"], row["region"], row["language"]
    return rng.choice([
        f"The capital of {c} is {k}. {more(rng, row)}", f"{cap(c)} is in {g}. Its capital is {k}.", f"Where is {k}? {k} is in {c}. It is the capital of the country.",
        f"Where is {c}? {cap(c)} is in {g}.", f"{k} is the capital of {c}. {more(rng, row)}", f"In which country is {k}? {k} is in {c}.",
        f"What do people speak in {c}? People in {c} speak {l}." if l else f"{k} is the capital of {c}.", f"Of which country is {k} the capital? {k} is the capital of {c}.",
        f"Question: What is the capital of {c}?\nAnswer: {k}."])


def fact(rng):
    """A question of everyday knowledge with its answer, or the answer alone."""
    ask, answer = everyday(rng)
    while HELD.search(ask):
        ask, answer = everyday(rng)
    if ask.startswith("Question: "):
        return f"{ask}\nAnswer: {answer}"
    return f"{ask} {answer}" if rng.random() < 0.9 else answer


def document(rng, rows):
    """One text: about one capital, or a list of facts, of which a capital is never the first."""
    known = [r for r in rows if r["bare"] in KNOWN]
    row = lambda: rng.choice(known if known and rng.random() < 0.5 else rows)
    kind = rng.random()
    if kind < 0.35:
        text = capital(rng, row())
    elif kind < 0.45:
        text = country(rng, row())
    elif kind < 0.65:
        text = fact(rng)
    else:
        rest = [rng.choice([lambda: fact(rng), lambda: fact(rng), lambda: country(rng, row()), lambda: capital(rng, row())])() for _ in range(rng.randint(1, 4))]
        text = ("\n" if rng.random() < 0.7 else " ").join([fact(rng)] + rest)
    return text.replace("D.C..", "D.C.")
