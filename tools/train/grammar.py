"""Texts with alternatives: the small language that tales.py is written in.

[a|b|c]      one of these; brackets may stand in brackets, and one of them may be empty
{name}       a word of the story; {Name} is the same with a capital
<who:words>  what a character says, in one of many ways to say so
"""
import re

INNER = re.compile(r"\[([^\[\]]*)\]")
WORD = re.compile(r"\{(\w+)\}")
SPEECH = re.compile(r"<(\w+):([^<>]*)>")
SAID = ["said {who}", "said {who}", "said {who}", "{who} said", "{who} said", "{who} said [softly|quietly|at once|in a kind voice]"]
CALLED = ["said {who}", "said {who}", "{who} said", "cried {who}", "{who} shouted", "called {who}"]
ASKED = ["asked {who}", "asked {who}", "{who} asked", "{who} wanted to know"]


def a(words):
    """words with the indefinite article."""
    return ("an " if words[0].lower() in "aeiou" and not words.startswith(("uni", "use", "eu", "one")) else "a ") + words


def cap(text):
    """text with a capital as its first letter."""
    return text[:1].upper() + text[1:]


def choose(rng, text):
    """text with its alternatives decided, from the innermost out."""
    while "[" in text:
        text = INNER.sub(lambda m: rng.choice(m.group(1).split("|")), text)
    return text


def speak(rng, speech, who):
    """speech, which ends with its mark, as said by who."""
    ways = {"?": ASKED, "!": CALLED}.get(speech[-1], SAID)
    way = choose(rng, rng.choice(ways)).replace("{who}", who)
    if way == f"{who} said" and rng.random() < 0.7:
        return f'{cap(way)}, "{speech}"'
    return f'"{speech[:-1] + "," if speech[-1] == "." else speech}" {way}.'


def expand(rng, text, words, speakers):
    """The finished text. words: name -> text. speakers: name -> how a character is called."""
    text = choose(rng, text)
    text = WORD.sub(lambda m: words[m.group(1)] if m.group(1) in words else cap(words[m.group(1)[0].lower() + m.group(1)[1:]]), text)
    text = SPEECH.sub(lambda m: speak(rng, cap(m.group(2)), speakers[m.group(1)]), text)
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n") if paragraph.strip())
