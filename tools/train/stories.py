"""A grammar of short stories: who wants what, what goes wrong, who helps, how it ends.

A story keeps its names, pronouns and objects. Each part is chosen by itself among
many wordings, so two stories rarely share more than a sentence.
"""
NAMES = {"she": "Mia Anna Lucy Emma Rosa Nina Sara Ella Amy Zoe Ruth Maya Lena Ivy Clara Tara Jane Lily Sue Kate".split(),
         "he": "Tom Ben Max Sam Leo Tim Jack Noah Finn Omar Paul Hugo Adam Luke Oscar Joe Dan Peter Kofi Ravi".split()}
ANIMALS = "dog cat rabbit bear fox mouse duck owl frog pony squirrel hedgehog turtle lamb goat kitten puppy elephant monkey bird".split()
KINDS = "little brave shy kind clever curious cheerful quiet young gentle hungry sleepy".split()
PLACES = {"the forest": "trees", "the park": "swings", "the beach": "waves", "the farm": "fields", "the garden": "flowers", "the hill": "grass",
          "the river": "stones", "the market": "stalls", "the lake": "boats", "the meadow": "butterflies", "the village": "houses", "the playground": "slides"}
IN = {"the forest", "the garden", "the meadow", "the village", "the park"}
# object: (its colour or kind, what is done with it)
THINGS = {"ball": ("red", "play with"), "kite": ("blue", "fly"), "boat": ("small", "sail"), "hat": ("green", "wear"), "book": ("old", "read"),
          "drum": ("loud", "play"), "scarf": ("warm", "wear"), "doll": ("pretty", "play with"), "bell": ("golden", "ring"), "lamp": ("bright", "light"),
          "basket": ("big", "carry"), "box": ("wooden", "open"), "key": ("silver", "use"), "shell": ("pink", "listen to"), "cup": ("yellow", "drink from"),
          "blanket": ("soft", "sleep under"), "flute": ("thin", "play"), "wagon": ("heavy", "pull")}
WEATHER = ["It was a sunny morning.", "The sky was blue and clear.", "It was a cold and windy day.", "The sun was warm.", "A soft rain had just stopped.",
           "White clouds were in the sky.", "It was early, and the grass was still wet.", "The birds were singing."]
HIDING = ["under a bush", "behind a big rock", "up in a tall tree", "in the long grass", "at the bottom of a hole", "on the other side of a stream", "between two logs", "inside an old shed"]
FEELINGS = [("sad", "cry"), ("worried", "look everywhere"), ("upset", "walk in circles"), ("lonely", "sit down on a stone")]
LESSONS = ["{N} had learned that asking for help is a good thing.", "From that day on, {N} was always careful with {p} {t}.", "{N} knew that friends make everything easier.",
           "After that, {A} shared {p} {t} with everyone.", "{N} never forgot how kind {F} had been.", "{N} learned that it is good to try again."]
ENDINGS = ["Then they went home together, tired and happy.", "That night, {n} slept well.", "And so they became the best of friends.", "They laughed and played until the sun went down.",
           "When {N} came home, {p} mother gave them both warm soup.", "{N} waved goodbye and ran home with a big smile.", "They promised to meet again the next day."]


def a(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


class Someone:
    """A character: how it is introduced, called, and spoken of."""

    def __init__(self, rng, taken=()):
        self.she = rng.choice(["she", "he"])
        self.poss, self.obj = {"she": ("her", "her"), "he": ("his", "him")}[self.she]
        kind = rng.choice(KINDS)
        name = rng.choice([n for n in NAMES[self.she] if n not in taken])
        self.name = name
        style = rng.randrange(4)
        if style == 0:
            self.animal = rng.choice([x for x in ANIMALS if x not in taken])
            self.intro, self.again = f"{a(kind + ' ' + self.animal)} named {name}", name
        elif style == 1:
            self.animal = rng.choice([x for x in ANIMALS if x not in taken])
            self.intro, self.again = a(kind + " " + self.animal), "the " + self.animal
        else:
            self.animal = "girl" if self.she == "she" else "boy"
            self.intro, self.again = f"{a(kind + ' ' + self.animal)} named {name}", name


def cap(text):
    return text[0].upper() + text[1:]


def story(rng):
    n = Someone(rng)
    f = Someone(rng, (n.name, n.animal))
    place, sights = rng.choice(list(PLACES.items()))
    thing, (look, use) = rng.choice(list(THINGS.items()))
    hidden = rng.choice(HIDING)
    feel, does = rng.choice(FEELINGS)
    N, F, s, p, o = cap(n.again), cap(f.again), n.she, n.poss, n.obj
    at = ("in " if place in IN else "at ") + place
    words = {"N": N, "n": s, "A": n.again, "F": f.again, "p": p, "t": thing}
    say = lambda speech, who: rng.choice([f'"{speech}" said {who}.', f'{cap(who)} said, "{speech.rstrip(",")}"']) if speech[-1] in "!?" else rng.choice([f'"{speech}," said {who}.', f'{cap(who)} said, "{speech}."'])
    ask = lambda speech, who: f'"{speech}?" asked {who}.'

    first = rng.choice([
        f"Once upon a time, there was {n.intro}.", f"One day, {n.intro} went to {place}.", f"There once was {n.intro} who lived near {place}.",
        f"{cap(n.intro)} lived in a small house near {place}.", f"Once there was {n.intro}."])
    out = [first]
    out.append(rng.choice([f"{N} had {a(look + ' ' + thing)}.", f"{cap(p)} favorite thing was {a(look + ' ' + thing)}.", f"{N} loved {p} {look} {thing} very much."]))
    out.append(rng.choice([f"{cap(s)} liked to {use} it every day.", f"Every morning {s} would {use} it.", f"{cap(s)} took it with {o} everywhere."]))
    out.append("\n\n" + rng.choice(WEATHER))
    out.append(rng.choice([f"{N} went to {place} to {use} the {thing}.", f"{N} walked to {place} with {p} {thing}.", f"{N} wanted to {use} the {thing} {at}."]))
    out.append(rng.choice([f"There were many {sights} there.", f"{cap(s)} looked at the {sights} and smiled.", f"{cap(s)} ran past the {sights}."]))
    trouble = rng.randrange(4)
    if trouble == 0:
        out += [rng.choice([f"But then a strong wind came and took the {thing} away.", f"Suddenly the {thing} was gone."]), rng.choice([f"{N} looked for it, but {s} could not find it.", f"{cap(s)} looked here and there, but the {thing} was not there."])]
        fix = [f"They looked together for a long time.", f"At last {f.again} saw the {thing} {hidden}.", rng.choice([f'"There it is!" said {f.again}.', f'"Look, I found it!" said {f.again}.'])]
        problem = f"I have lost my {thing}"
    elif trouble == 1:
        soft = thing in {"hat", "book", "scarf", "blanket"}
        broke = "was torn" if soft else "broke"
        out += [f"But {s} slipped and fell, and the {thing} {broke}.", f"{N} looked at the pieces."]
        fix = [rng.choice([f"{F} had a needle and some thread." if soft else f"{F} had some string and some glue.", f"{F} knew how to mend things."]), f"They put the pieces together, one by one.", f"Soon the {thing} was as good as new."]
        problem = f"My {thing} is {'torn' if soft else 'broken'}"
    elif trouble == 2:
        out += [f"But the {thing} was stuck {hidden}.", f"{N} pulled and pulled, but it did not move."]
        fix = [f"{F} found a long stick.", f"They pushed and pulled together.", f"One, two, three, and the {thing} was free."]
        problem = f"My {thing} is stuck"
    else:
        out += [f"But {s} walked too far, and soon {s} did not know the way home.", f"All the {sights} looked the same."]
        fix = [rng.choice([f"{F} knew every path {at}.", f"{F} had been there many times."]), f'"Follow me," said {f.again}.', f"They walked side by side until {n.again} saw {p} house."]
        problem = "I do not know the way home"
    out.append(rng.choice([f"{N} was very {feel} and began to {does}.", f"{cap(s)} felt {feel}.", f"Now {n.again} was {feel}."]))
    out.append("\n\n" + rng.choice([f"Just then, {f.intro} came by.", f"Then {s} met {f.intro}.", f"{cap(f.intro)} heard {o} and stopped."]))
    out.append(ask(rng.choice(["What is wrong", "Why are you so " + feel, "Can I help you"]), f.again))
    out.append(say(problem, n.again))
    out.append(say(rng.choice(["Do not worry, I will help you", "We can do it together", "I have an idea", "Come with me"]), f.again))
    out += fix
    out.append("\n\n" + rng.choice([say("Thank you so much", n.again), say("You are a good friend", n.again), f"{N} was so happy that {s} gave {f.again} a big hug."]))
    if rng.random() < 0.6:
        out.append(rng.choice([f"{F} smiled.", f"{F} was happy too.", say("You are welcome", f.again)]))
    if rng.random() < 0.6:
        out.append(rng.choice(LESSONS).format(**words) if trouble != 3 else f"{N} had learned to stay close to home.")
    end = rng.choice(ENDINGS).format(**words)
    out.append(cap(end))
    return " ".join(out).replace(" \n\n", "\n\n")
