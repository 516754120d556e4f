"""What a child knows of the world, and the many ways to ask for it."""
from grammar import a, cap

SOUNDS = {"cow": "moo", "dog": "woof", "cat": "meow", "duck": "quack", "sheep": "baa", "pig": "oink", "horse": "neigh", "lion": "roar", "bee": "buzz",
          "owl": "hoot", "frog": "ribbit", "mouse": "squeak", "bird": "tweet", "snake": "hiss", "rooster": "cock-a-doodle-doo", "wolf": "howl"}
COLOURS = {"the sky": "blue", "grass": "green", "the sun": "yellow", "snow": "white", "a strawberry": "red", "a banana": "yellow", "coal": "black",
           "an orange": "orange", "a carrot": "orange", "a leaf": "green", "milk": "white", "chocolate": "brown", "a frog": "green", "a lemon": "yellow",
           "the sea": "blue", "a tomato": "red", "a cherry": "red", "the night": "black", "a cloud": "white", "an elephant": "grey", "a flamingo": "pink", "mud": "brown"}
OPPOSITES = {"big": "small", "hot": "cold", "day": "night", "up": "down", "happy": "sad", "fast": "slow", "old": "young", "dark": "light", "open": "closed",
             "wet": "dry", "hard": "soft", "good": "bad", "rich": "poor", "high": "low", "near": "far", "early": "late", "full": "empty", "strong": "weak",
             "clean": "dirty", "long": "short", "left": "right", "in": "out", "begin": "end", "love": "hate", "loud": "quiet", "first": "last", "yes": "no",
             "black": "white", "thick": "thin", "over": "under", "before": "after"}
NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
LEGS = {"spider": "eight", "dog": "four", "bird": "two", "ant": "six", "cat": "four", "horse": "four", "fish": "no", "snake": "no", "bee": "six", "cow": "four",
        "duck": "two", "fly": "six", "chicken": "two", "lion": "four", "goat": "four", "butterfly": "six"}
YOUNG = {"cat": "kitten", "dog": "puppy", "cow": "calf", "sheep": "lamb", "horse": "foal", "bear": "cub", "lion": "cub", "duck": "duckling", "pig": "piglet",
         "frog": "tadpole", "hen": "chick", "goat": "kid", "deer": "fawn", "swan": "cygnet", "goose": "gosling"}
JOBS = {"baker": "bakes bread", "doctor": "helps sick people", "teacher": "teaches children", "farmer": "grows food", "pilot": "flies a plane",
        "sailor": "sails a ship", "painter": "paints pictures", "singer": "sings songs", "builder": "builds houses", "writer": "writes books", "cook": "cooks food",
        "gardener": "looks after plants", "firefighter": "puts out fires", "nurse": "cares for people who are ill", "postman": "brings letters",
        "dentist": "looks after teeth", "tailor": "makes clothes", "bus driver": "drives a bus", "fisherman": "catches fish"}
FAMILY = {("mother", "mother"): "grandmother", ("father", "mother"): "grandmother", ("mother", "father"): "grandfather", ("father", "father"): "grandfather",
          ("mother", "sister"): "aunt", ("father", "sister"): "aunt", ("mother", "brother"): "uncle", ("father", "brother"): "uncle", ("aunt", "child"): "cousin",
          ("uncle", "child"): "cousin"}
SEASONS = {"winter": ("cold", "snow falls", "the coldest"), "spring": ("mild", "flowers open and birds build nests", "the greenest"),
           "summer": ("hot", "the sun shines and children swim", "the hottest"), "autumn": ("cool", "leaves turn yellow and fall", "the windiest")}
BODY = {"eyes": "see", "ears": "hear", "nose": "smell", "hands": "hold things", "feet": "walk", "mouth": "eat", "teeth": "bite", "fingers": "point", "tongue": "taste"}
SIDES = {"triangle": "three", "square": "four", "rectangle": "four", "pentagon": "five", "hexagon": "six"}
ROUND = ["a ball", "a coin", "the sun", "a wheel", "a plate", "the full moon"]
HOMES = {"bee": "a hive", "bird": "a nest", "fish": "the water", "dog": "a kennel", "cow": "a barn", "rabbit": "a burrow", "spider": "a web", "horse": "a stable",
         "frog": "a pond", "bear": "a den", "whale": "the sea", "ant": "an anthill"}
FOOD = {"cow": "grass", "rabbit": "carrots", "monkey": "bananas", "mouse": "cheese", "bird": "seeds", "cat": "fish", "dog": "meat", "bee": "nectar", "horse": "hay",
        "squirrel": "nuts", "panda": "bamboo", "sheep": "grass"}
GIFTS = {"milk": "cow", "eggs": "hen", "honey": "bee", "wool": "sheep"}
WEATHER = {"it rains": ("an umbrella", "you stay dry"), "it is cold": ("a warm coat", "you stay warm"), "the sun is strong": ("a hat", "your head stays cool"),
           "it snows": ("warm gloves", "your hands stay warm"), "it is dark": ("a lamp", "you can see the way")}
COUNTS = {("days", "a week"): "seven", ("months", "a year"): "twelve", ("hours", "a day"): "twenty-four", ("minutes", "an hour"): "sixty",
          ("seconds", "a minute"): "sixty", ("seasons", "a year"): "four", ("letters", "the alphabet"): "twenty-six", ("eggs", "a dozen"): "twelve"}
FRUIT = ["apples", "pears", "plums", "cookies", "balls", "books", "cups", "eggs", "stones", "flowers"]
WATER = {"ice": "frozen water", "snow": "frozen rain", "rain": "water from the clouds", "steam": "hot water in the air", "a cloud": "many tiny drops of water"}

# Ways to ask indirectly: for a clause such as "what a cow says".
INDIRECT = ["Can you tell me {}?", "Do you know {}?", "Please tell me {}.", "Tell me {}.", "I would like to know {}.", "I want to know {}.", "Could you tell me {}?",
            "Can you say {}?", "Who knows {}?", "Say {}.", "Do you remember {}?", "I wonder {}. Can you help?"]
# Ways to ask for a name or a word: for a noun such as "the opposite of hot".
NOUN = ["What is {}?", "Tell me {}.", "Please name {}.", "Can you tell me {}?", "Do you know {}?", "Please tell me {}.", "Name {}.", "Can you give me {}?", "Say {}.",
        "I am looking for {}.", "I need {}.", "Could you name {}?"]
BEFORE = ["", "", "", "", "", "", "Tell me, ", "Hello! ", "Question: ", "Can you help me? "]


def many(animal):
    """animal in the plural."""
    return {"mouse": "mice", "sheep": "sheep", "fish": "fish", "fly": "flies", "butterfly": "butterflies"}.get(animal, animal + "s")


def question(rng, asks=(), clauses=(), nouns=()):
    """One of the questions that these make: whole ones, clauses and nouns."""
    kinds = [k for k in (asks, asks, clauses, nouns) if k]
    kind = rng.choice(kinds)
    text = rng.choice(kind)
    if kind is clauses:
        return rng.choice(INDIRECT).format(text)
    if kind is nouns:
        return rng.choice(NOUN).format(text)
    before = rng.choice(BEFORE)
    return before + (text[0].lower() + text[1:] if before.endswith(", ") else text)


def everyday(rng):
    """A question of everyday knowledge and its answer."""
    topic = rng.choice(TOPICS)
    forms, answers = topic(rng)
    return question(rng, **forms), rng.choice(answers)


def pick(rng, table):
    return rng.choice(list(table.items()))


def sound(rng):
    x, s = pick(rng, SOUNDS)
    return dict(asks=[f"What does {a(x)} say?", f"What sound does {a(x)} make?", f"How does {a(x)} sound?", f"Which animal says {s}?", f"What noise does {a(x)} make?", f"What do {many(x)} say?"],
                clauses=[f"what {a(x)} says", f"what sound {a(x)} makes", f"which sound {a(x)} makes", f"how {a(x)} sounds"],
                nouns=[f"the sound of {a(x)}", f"the sound that {a(x)} makes"]), [f"{cap(a(x))} says {s}.", f"The {x} says {s}."]


def colour(rng):
    x, s = pick(rng, COLOURS)
    w, it = rng.choice(["color", "colour"]), "ripe " if x in ("a banana", "a tomato", "a strawberry", "a cherry", "a lemon") and rng.random() < 0.3 else ""
    x = a(it + x[2:]) if it else x
    return dict(asks=[f"What {w} is {x}?", f"Which {w} is {x}?", f"What is the {w} of {x}?", f"What {w} does {x} have?", f"Which {w} has {x}?"],
                clauses=[f"what {w} {x} is", f"which {w} {x} is", f"which {w} {x} has"], nouns=[f"the {w} of {x}"]), [f"{cap(x)} is {s}.", f"{cap(x)} is {s}."]


def opposite(rng):
    x, s = pick(rng, OPPOSITES)
    if rng.random() < 0.5:
        x, s = s, x
    return dict(asks=[f"What is the opposite of {x}?", f"Which word is the opposite of {x}?", f"What word means the opposite of {x}?", f"If something is not {x}, what is it?" if x in ("big", "hot", "fast", "old", "wet", "hard", "full", "clean") else f"What is the opposite of {x}?"],
                clauses=[f"what the opposite of {x} is", f"which word is the opposite of {x}"], nouns=[f"the opposite of {x}", f"the opposite of {x}", f"the word for the opposite of {x}"]), [f"The opposite of {x} is {s}."]


def plus(rng):
    i, j = rng.randint(0, 10), rng.randint(0, 10)
    x, y, fruit = NUMBERS[i], NUMBERS[j], rng.choice(FRUIT)
    things = [f"I have {x} {fruit} and you give me {y}. How many {fruit} do I have?", f"There are {x} {fruit}, and {y} more come. How many are there now?"] if i > 1 and j > 0 else []
    return dict(asks=[f"What is {x} plus {y}?", f"How much is {x} and {y}?", f"How many are {x} and {y}?", f"What do {x} and {y} make?", f"What do you get if you add {x} to {y}?"] + things,
                clauses=[f"how much {x} and {y} is", f"what {x} plus {y} is", f"how many {x} and {y} are", f"what you get when you add {x} and {y}"], nouns=[f"the sum of {x} and {y}"]), \
        [f"{cap(x)} plus {y} is {NUMBERS[i + j]}.", f"{cap(x)} and {y} make {NUMBERS[i + j]}."]


def after(rng):
    names, kind = (DAYS, "day") if rng.random() < 0.5 else (MONTHS, "month")
    i = rng.randrange(len(names))
    x, s = names[i], names[(i + 1) % len(names)]
    today = [f"Today is {x}. What day is it tomorrow?", f"If today is {x}, what is tomorrow?"] if kind == "day" else [f"It is {x} now. What is the next month?"]
    return dict(asks=[f"What {kind} comes after {x}?", f"Which {kind} is after {x}?", f"What comes after {x}?", f"Which {kind} comes next after {x}?", f"What {kind} follows {x}?"] + today,
                clauses=[f"which {kind} comes after {x}", f"what {kind} comes after {x}", f"what comes after {x}", f"which {kind} is next after {x}", f"which {kind} follows {x}"],
                nouns=[f"the {kind} after {x}", f"the {kind} that comes after {x}"]), [f"{s} comes after {x}.", f"After {x} comes {s}."]


def legs(rng):
    x, s = pick(rng, LEGS)
    return dict(asks=[f"How many legs does {a(x)} have?", f"How many legs has {a(x)}?", f"What number of legs does {a(x)} have?", f"How many legs do {many(x)} have?"],
                clauses=[f"how many legs {a(x)} has", f"how many legs {many(x)} have"], nouns=[f"the number of legs of {a(x)}"]), [f"{cap(a(x))} has {s} legs."]


def young(rng):
    x, s = pick(rng, YOUNG)
    return dict(asks=[f"What is a baby {x} called?", f"What is a young {x} called?", f"What do we call a baby {x}?", f"What do you call a young {x}?", f"What is the name of a baby {x}?"],
                clauses=[f"what a baby {x} is called", f"what we call a young {x}", f"how a baby {x} is called"], nouns=[f"the name of a baby {x}", f"the word for a baby {x}", f"the name of a young {x}"]), \
        [f"A baby {x} is called {a(s)}.", f"A young {x} is {a(s)}."]


def job(rng):
    x, s = pick(rng, JOBS)
    return dict(asks=[f"What does {a(x)} do?", f"What is the work of {a(x)}?", f"Who {s}?", f"Who {s}?", f"Who is the person who {s}?", f"What do we call a person who {s}?"],
                clauses=[f"who {s}", f"who it is that {s}", f"what {a(x)} does"], nouns=[f"the person who {s}", f"the one who {s}"]), [f"{cap(a(x))} {s}."]


def family(rng):
    (x, y), s = pick(rng, FAMILY)
    of = f"the {y} of your {x}"
    return dict(asks=[f"Who is your {x}'s {y}?", f"What is your {x}'s {y} called?", f"Who is {of}?", f"What do you call {of}?", f"What is {of} called?", f"What do we call your {x}'s {y}?"],
                clauses=[f"what your {x}'s {y} is called", f"who {of} is", f"what we call {of}"]), [f"Your {x}'s {y} is your {s}.", f"{cap(of)} is your {s}."]


def season(rng):
    x, (s, t, most) = pick(rng, SEASONS)
    return dict(asks=[f"When is it {s}?", f"Which season is {s}?", f"In what season is it {s}?", f"Which season is {most}?", f"What is {most} season?", f"In which season do we see that {t}?"],
                clauses=[f"which season is {s}", f"when it is {s}", f"which season is {most}", f"in which season {t}"], nouns=[f"{most} season", f"the season when {t}"]), \
        [f"It is {s} in {x}. In {x} {t}.", f"In {x} it is {s}, and {t}.", f"{cap(x)} is {most} season."]


def body(rng):
    x, s = pick(rng, BODY)
    return dict(asks=[f"What do we {s} with?", f"What do we use to {s}?", f"What do you need to {s}?", f"Which part of the body helps us to {s}?", f"With what do we {s}?"],
                clauses=[f"what we {s} with", f"what we use to {s}", f"with which part of the body we {s}"], nouns=[f"the part of the body that we {s} with"]), \
        [f"We {s} with our {x}."]


def shape(rng):
    if rng.random() < 0.4:
        x = rng.choice(ROUND)
        return dict(asks=[f"What shape is {x}?", "Which shape is round?", f"Which shape is like {x}?", "What do we call a round shape?", "Which shape has no corners?", "What shape has no sides?"],
                    clauses=["which shape is round", f"what shape {x} is", "what a round shape is called"], nouns=["the round shape", "the shape that has no corners", "the shape of " + x]), \
            [f"A circle is round, like {x}.", "It is a circle. A circle is round."]
    x, s = pick(rng, SIDES)
    only = [f"What shape has {s} sides?", f"Which shape has {s} corners?", f"What do we call a shape with {s} sides?"] if s != "four" else []
    return dict(asks=[f"How many sides does {a(x)} have?", f"How many corners does {a(x)} have?"] + only * 2, clauses=[f"how many sides {a(x)} has"] + ([f"which shape has {s} sides"] if only else []),
                nouns=[f"the shape that has {s} sides", f"the shape with {s} corners"] if only else [f"the number of sides of {a(x)}"]), [f"{cap(a(x))} has {s} sides."]


def home(rng):
    x, s = pick(rng, HOMES)
    return dict(asks=[f"Where does {a(x)} live?", f"Where do {many(x)} live?", f"Where do we find {a(x)}?", f"What is the home of {a(x)}?", f"Who lives in {s}?", f"Where is the home of {a(x)}?"],
                clauses=[f"where {a(x)} lives", f"where to find {a(x)}", f"what the home of {a(x)} is"], nouns=[f"the home of {a(x)}", f"the place where {many(x)} live"]), [f"{cap(a(x))} lives in {s}.", f"{cap(many(x))} live in {s}."]


def food(rng):
    if rng.random() < 0.35:
        s, x = pick(rng, GIFTS)
        return dict(asks=[f"What gives us {s}?", f"Who gives us {s}?", f"Where does {s} come from?" if s != "eggs" else "Where do eggs come from?", f"From which animal do we get {s}?", f"What animal gives us {s}?"],
                    clauses=[f"which animal gives us {s}", f"where we get {s} from"], nouns=[f"the animal that gives us {s}"]), [f"{cap(a(x))} gives us {s}.", f"We get {s} from {a(x)}."]
    x, s = pick(rng, FOOD)
    return dict(asks=[f"What does {a(x)} eat?", f"What do {many(x)} eat?", f"What does {a(x)} like to eat?", f"What is the food of {a(x)}?", f"What do {many(x)} like to eat?"],
                clauses=[f"what {a(x)} eats", f"what {many(x)} eat", f"what {a(x)} likes to eat"], nouns=[f"the food of {a(x)}"]), [f"{cap(a(x))} eats {s}.", f"{cap(many(x))} eat {s}."]


def weather(rng):
    x, (s, t) = pick(rng, WEATHER)
    return dict(asks=[f"What do you need when {x}?", f"What do you take when {x}?", f"What should you have with you when {x}?", f"When {x}, what do you need?", f"If {x}, what do you take with you?"],
                clauses=[f"what to take when {x}", f"what you need when {x}"]), [f"When {x}, take {s}. Then {t}.", f"You need {s} when {x}."]


def count(rng):
    (x, y), s = pick(rng, COUNTS)
    return dict(asks=[f"How many {x} are in {y}?", f"How many {x} does {y} have?", f"How many {x} are there in {y}?", f"What number of {x} does {y} have?", f"How many {x} make up {y}?"],
                clauses=[f"how many {x} are in {y}", f"how many {x} there are in {y}", f"how many {x} {y} has"], nouns=[f"the number of {x} in {y}"]), [f"There are {s} {x} in {y}.", f"{cap(y)} has {s} {x}."]


def water(rng):
    x, s = pick(rng, WATER)
    return dict(asks=[f"What is {x}?", f"What is {x} made of?", f"What do we call {s}?", f"What is the name of {s}?"], clauses=[f"what {x} is", f"what {x} is made of", f"what we call {s}"],
                nouns=[f"the name for {s}", f"the word for {s}"]), [f"{cap(x)} is {s}."]


TOPICS = [sound, colour, opposite, opposite, plus, plus, plus, after, after, legs, young, job, family, season, body, shape, home, food, weather, count, water]
