"""Makes up short stories: a hero and a friend, a place and a thing, and one of the tales of tales.py.

A story keeps its names, pronouns and objects, since each is one word of the tale.
"""
from grammar import a, cap, choose, expand
from tales import ENDINGS, OPENINGS, TALES, WEATHER

NAMES = {
    "she": "Mia Anna Lucy Emma Rosa Nina Sara Ella Amy Zoe Ruth Maya Lena Ivy Clara Tara Jane Lily Sue Kate Lisa Molly Daisy Grace Amina Leila Mei Olga Eva Alice".split(),
    "he": "Tom Ben Max Sam Leo Tim Jack Noah Finn Omar Paul Hugo Adam Luke Oscar Joe Dan Peter Kofi Ravi Billy Bob John Spot Charlie Henry Juan Ali Felix George".split(),
}
ANIMALS = ("dog cat rabbit bear fox mouse duck owl frog pony squirrel hedgehog turtle lamb goat kitten puppy elephant monkey bird pig hen "
           "goose beaver deer lion tiger donkey mole badger raccoon penguin snail bee").split()
KINDS = ("little little little small brave shy kind clever curious cheerful quiet young gentle hungry sleepy happy friendly lonely silly old "
         "funny tiny big careful").split()
# place: (where one is, what is there)
PLACES = {"the forest": ("in", "trees"), "the park": ("in", "swings"), "the beach": ("on", "shells"), "the farm": ("on", "animals"), "the garden": ("in", "flowers"),
          "the hill": ("on", "rocks"), "the river": ("by", "stones"), "the market": ("at", "stalls"), "the lake": ("by", "boats"), "the meadow": ("in", "butterflies"),
          "the village": ("in", "houses"), "the playground": ("at", "slides"), "the old bridge": ("by", "ducks"), "the woods": ("in", "mushrooms"), "the sea": ("by", "waves"),
          "the pond": ("by", "frogs"), "the mountain": ("on", "caves"), "the big oak tree": ("under", "acorns"), "the castle": ("near", "towers"), "the harbor": ("at", "ships")}
# thing: (how it may look, what is done with it)
THINGS = {"ball": ("red bouncy round big", "play with"), "kite": ("blue yellow long big", "fly"), "boat": ("small wooden white paper", "sail"), "hat": ("green funny tall straw", "wear"),
          "book": ("old thick blue magic", "read"), "drum": ("loud red little", "play"), "scarf": ("warm striped long", "wear"), "doll": ("pretty soft small", "play with"),
          "bell": ("golden tiny silver", "ring"), "lamp": ("bright small old", "use"), "box": ("wooden pretty purple", "open"), "key": ("silver rusty golden", "use"),
          "shell": ("pink shiny smooth", "listen to"), "cup": ("yellow tiny blue", "drink from"), "blanket": ("soft red warm", "sleep under"), "flute": ("thin silver wooden", "play"),
          "wagon": ("red little heavy", "pull"), "toy car": ("fast blue shiny", "play with"), "umbrella": ("orange big spotted", "carry"), "teddy bear": ("brown soft old", "hug"),
          "ring": ("shiny golden pretty", "wear"), "puzzle": ("hard colorful big", "play with"), "crown": ("paper golden sparkly", "wear"), "whistle": ("loud silver green", "blow"),
          "basket": ("big brown round", "carry"), "jump rope": ("long pink new", "use"), "toy train": ("green long wooden", "play with"), "coat": ("warm blue thick", "wear"),
          "map": ("old secret torn", "read"), "stone": ("smooth white shiny", "hold")}
HIDING = ("under a bush|behind a big rock|in a tall tree|in the long grass|in a hole|on the other side of a stream|between two logs|near an old shed|under a bench|"
          "beside the path|at the foot of a hill|behind the fence|next to a red flower|in a pile of leaves").split("|")
PRONOUNS = {"she": ("she", "her", "her"), "he": ("he", "him", "his")}


GROWN_UPS = {"an old man": "his", "an old woman": "her", "a farmer": "his", "a baker": "her", "a teacher": "her", "a fisherman": "his"}


class Someone:
    """A character: how it is introduced, called afterwards, spoken to, and its pronouns."""

    def __init__(self, rng):
        sex = rng.choice(["she", "he"])
        self.subject, self.object, self.possessive = PRONOUNS[sex]
        name, kind, style = rng.choice(NAMES[sex]), rng.choice(KINDS), rng.randrange(6)
        animal = rng.choice(ANIMALS)
        if style > 2:
            animal, kind = {"she": "girl", "he": "boy"}[sex], "little" if kind == "old" else kind
        self.called, self.address = name, name
        self.intro = f"{a(kind + ' ' + animal)} {rng.choice(['named', 'named', 'called', 'whose name was'])} {name}"
        self.before_verb = f"{name}, {a(kind + ' ' + animal)},"
        if style == 0:
            self.called, self.address = "the " + animal, "dear " + animal
            self.intro = self.before_verb = a(kind + " " + animal)
        self.animal, self.name = animal, name

    def words(self, key):
        return {key: self.called, key + "s": self.subject, key + "o": self.object, key + "p": self.possessive, key + "i": self.intro,
                key + "n": self.before_verb, key + "a": self.address}


def story(rng):
    """One story, with paragraphs between empty lines."""
    hero = friend = Someone(rng)
    while friend.name == hero.name or friend.animal == hero.animal and friend.animal in ANIMALS:
        friend = Someone(rng)
    place, (at, sights) = rng.choice(list(PLACES.items()))
    suits, tale = rng.choice(TALES)
    thing = rng.choice([t for t in THINGS if not suits or t in suits.split()])
    looks, use = THINGS[thing]
    look = rng.choice(looks.split())
    parent = rng.choice(["mother", "mom", "mom", "grandmother", "grandma"])
    grown_up, his = rng.choice(list(GROWN_UPS.items()))
    words = hero.words("h") | friend.words("f") | {
        "place": place, "at": f"{at} {place}", "sights": sights, "thing": thing, "look": look, "a_thing": a(f"{look} {thing}"), "use": use,
        "hide": rng.choice(HIDING), "old": rng.choice(["grandfather", "father", "uncle", "grandma"]), "weather": choose(rng, WEATHER),
        "parent": parent, "gs": "she", "oi": grown_up, "o": "the " + grown_up.split(" ", 1)[1], "op": his,
    }
    speakers = {"h": hero.called, "f": friend.called, "g": f"{hero.possessive} {parent}", "o": words["o"]}
    ending = rng.choice(ENDINGS) if rng.random() < 0.7 else ""
    return expand(rng, rng.choice(OPENINGS) + " " + tale.replace("{end}", ending), words, speakers)
