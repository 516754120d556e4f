"""Made-up sentences of what a child knows, and the capitals of countries.

Questions are answered first and directly, then a sentence or two goes on, then the
text ends. The wordings of questions.tsv never appear: they measure what was learned.
"""
import csv

KNOWN = set(
    "France Germany Italy Spain Portugal Japan China India Egypt Brazil Canada Mexico Russia Greece Norway Sweden Finland "
    "Denmark Ireland Poland Kenya Nigeria Peru Chile Argentina Australia Austria Belgium Cuba Thailand Vietnam Ukraine "
    "Hungary Iceland Iran Iraq Morocco Nepal Netherlands".split()
)
# Countries that are spoken of with an article.
THE = {"Netherlands", "Philippines", "United States", "United Kingdom", "United Arab Emirates", "Bahamas", "Gambia", "Maldives",
       "Czech Republic", "Dominican Republic", "Central African Republic", "Republic of the Congo", "DR Congo", "Marshall Islands",
       "Solomon Islands", "Seychelles", "Comoros", "Cook Islands", "Cayman Islands", "Faroe Islands", "Falkland Islands",
       "British Virgin Islands", "United States Virgin Islands", "Turks and Caicos Islands", "Northern Mariana Islands",
       "Cocos (Keeling) Islands", "Åland Islands", "Isle of Man"} 
SOUNDS = {"cow": "moo", "dog": "woof", "cat": "meow", "duck": "quack", "sheep": "baa", "pig": "oink", "horse": "neigh", "lion": "roar",
          "bee": "buzz", "owl": "hoot", "frog": "ribbit", "mouse": "squeak", "bird": "tweet", "snake": "hiss", "rooster": "cock-a-doodle-doo", "wolf": "howl"}
COLOURS = {"the sky": "blue", "grass": "green", "the sun": "yellow", "snow": "white", "a strawberry": "red", "a banana": "yellow",
           "coal": "black", "an orange": "orange", "a carrot": "orange", "a leaf": "green", "milk": "white", "chocolate": "brown",
           "a frog": "green", "a lemon": "yellow", "the sea": "blue", "a tomato": "red", "a cherry": "red", "the night": "black",
           "a cloud": "white", "an elephant": "grey", "a flamingo": "pink", "mud": "brown"}
OPPOSITES = {"big": "small", "hot": "cold", "day": "night", "up": "down", "happy": "sad", "fast": "slow", "old": "young", "light": "dark",
             "open": "closed", "wet": "dry", "hard": "soft", "good": "bad", "rich": "poor", "high": "low", "near": "far", "early": "late",
             "full": "empty", "strong": "weak", "clean": "dirty", "long": "short", "left": "right", "in": "out", "begin": "end",
             "love": "hate", "loud": "quiet", "heavy": "light", "first": "last", "yes": "no", "black": "white", "brave": "afraid"}
NUMBERS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
           "nineteen twenty").split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
LEGS = {"spider": "eight", "dog": "four", "bird": "two", "ant": "six", "cat": "four", "horse": "four", "fish": "no", "snake": "no",
        "bee": "six", "cow": "four", "duck": "two", "fly": "six", "chicken": "two", "lion": "four"}
YOUNG = {"cat": "kitten", "dog": "puppy", "cow": "calf", "sheep": "lamb", "horse": "foal", "bear": "cub", "lion": "cub", "duck": "duckling",
         "pig": "piglet", "frog": "tadpole", "hen": "chick", "goat": "kid", "deer": "fawn", "swan": "cygnet", "goose": "gosling"}
JOBS = {"baker": "bakes bread", "doctor": "helps sick people", "teacher": "teaches children", "farmer": "grows food", "pilot": "flies a plane",
        "sailor": "sails a ship", "painter": "paints pictures", "singer": "sings songs", "builder": "builds houses", "writer": "writes books",
        "cook": "cooks food", "gardener": "looks after plants", "firefighter": "puts out fires", "nurse": "cares for sick people",
        "postman": "brings letters", "dentist": "looks after teeth", "tailor": "makes clothes"}
FAMILY = {"mother's mother": "grandmother", "father's mother": "grandmother", "mother's father": "grandfather", "father's father": "grandfather",
          "mother's sister": "aunt", "father's sister": "aunt", "mother's brother": "uncle", "father's brother": "uncle",
          "aunt's child": "cousin", "uncle's child": "cousin"}
SEASONS = {"winter": ("cold", "snow falls and the days are short"), "spring": ("mild", "flowers open and birds build nests"),
           "summer": ("hot", "the sun shines and children swim"), "autumn": ("cool", "leaves turn yellow and fall")}
BODY = {"eyes": "see", "ears": "hear", "nose": "smell", "hands": "hold things", "feet": "walk", "mouth": "eat", "teeth": "bite", "fingers": "point"}
SHAPES = {"triangle": "three", "square": "four", "rectangle": "four", "pentagon": "five", "hexagon": "six"}
HOMES = {"bee": "a hive", "bird": "a nest", "fish": "the water", "dog": "a kennel", "cow": "a barn", "rabbit": "a burrow", "spider": "a web",
         "horse": "a stable", "frog": "a pond", "bear": "a den", "whale": "the sea"}
FOOD = {"cow": "grass", "rabbit": "carrots", "monkey": "bananas", "mouse": "cheese", "bird": "seeds", "cat": "fish", "dog": "meat",
        "bee": "nectar", "horse": "hay", "squirrel": "nuts", "panda": "bamboo"}
GIFTS = {"cow": "milk", "hen": "eggs", "bee": "honey", "sheep": "wool"}
WEATHER = {"it rains": ("an umbrella", "you stay dry"), "it is cold": ("a warm coat", "you stay warm"),
           "the sun is strong": ("a hat", "your head stays cool"), "it snows": ("warm gloves", "your hands stay warm")}
COUNTS = {"days": ("seven", "a week"), "months": ("twelve", "a year"), "hours": ("twenty-four", "a day"), "minutes": ("sixty", "an hour"),
          "seasons": ("four", "a year"), "fingers": ("five", "one hand"), "wheels": ("two", "a bicycle"), "letters": ("twenty-six", "the alphabet")}
LOOKS = ["beautiful", "big", "busy", "famous", "lovely", "old", "interesting"]


def a(word):
    """word with its article."""
    return ("an " if word[0].lower() in "aeiou" and not word.startswith(("uni", "use", "eu")) else "a ") + word


def capital(text):
    return text[:1].upper() + text[1:]


def named(country):
    return "the " + country if country in THE or country.startswith("United ") else country


def read_countries(path):
    """Rows of countries.tsv that have a capital and a region, with these as they are spoken."""
    rows = []
    with open(path, encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            if not row["capital"] or not row["region"]:
                continue
            languages = [x.strip() for x in row["languages"].split(",") if x.strip()]
            rows.append({
                "bare": row["country"], "country": named(row["country"]),
                "city": row["capital"] if row["capital"].startswith("Washington") else row["capital"].split(",")[0],
                "region": {"Americas": "the Americas"}.get(row["region"], row["region"]),
                "language": languages[0] if len(languages) == 1 else " and ".join(languages[:2]),
                "many": len(languages) > 1,
            })
    return rows


def about_country(rng, row):
    """One to three more sentences about a country whose capital has just been named."""
    c, k, g, l = row["country"], row["city"], row["region"], row["language"]
    more = [
        f"{k} is {a(rng.choice(LOOKS))} city in {g}.", f"{capital(c)} is in {g}.", f"Many people live in {k}.",
        f"People come to {k} from many places.", f"It is {a(rng.choice(LOOKS))} city.", f"People like to visit {k}.",
    ]
    if l:
        more.append(f"Many people there speak {l}.")
    return " ".join(rng.sample(more, rng.choice([1, 1, 2, 2, 3])))


def country(rng, row):
    """One question or statement about a country, with its answer."""
    c, b, k, g, l = row["country"], row["bare"], row["city"], row["region"], row["language"]
    ask = f"What is the capital of {rng.choice([c, c, b])}?"
    kind = rng.randrange(20)
    if kind < 9:
        return f"{ask} {k} is the capital of {c}."
    if kind < 11:
        return f"{ask} {k} is the capital of {c}. {about_country(rng, row)}"
    if kind == 11:
        return f"Question: {ask}\nAnswer: {k}."
    if kind == 12:
        return f"The capital of {c} is {k}. {about_country(rng, row)}"
    if kind == 13:
        return f"{capital(c)} is in {g}. Its capital is {k}."
    if kind == 14:
        return f"Where is {k}? {k} is in {c}. It is the capital of the country."
    if kind == 15:
        return f"Where is {c}? {capital(c)} is in {g}."
    if kind == 16:
        return f"Which city is the capital of {c}? {k} is the capital of {c}."
    if kind == 17 and l:
        return f"What do people speak in {c}? People in {c} speak {l}."
    if kind == 18:
        return f"Tell me the capital of {c}. The capital of {c} is {k}."
    return f"{k} is the capital of {c}."


def everyday(rng):
    """One question or statement of everyday knowledge: (wordings, answer), of which one is taken."""
    pick = lambda table: rng.choice(list(table.items()))
    kind = rng.randrange(17)
    if kind == 0:
        x, s = pick(SOUNDS)
        asks, says = [f"What does {a(x)} say?", f"What sound does {a(x)} make?", f"How does {a(x)} sound?"], [f"{capital(a(x))} says {s}.", f"The {x} says {s}."]
    elif kind == 1:
        x, s = pick(COLOURS)
        word = rng.choice(["color", "colour"])
        asks, says = [f"What {word} is {x}?", f"Which {word} is {x}?", f"What is the {word} of {x}?"], [f"{capital(x)} is {s}."]
    elif kind == 2:
        x, s = pick(OPPOSITES)
        x, s = (s, x) if rng.random() < 0.5 and s != "light" else (x, s)
        asks, says = [f"What is the opposite of {x}?", f"Tell me the opposite of {x}."], [f"The opposite of {x} is {s}."]
    elif kind in (3, 4):
        x, y = rng.randint(0, 10), rng.randint(0, 10)
        n = NUMBERS
        asks = [f"What is {n[x]} plus {n[y]}?", f"How much is {n[x]} and {n[y]}?", f"How many are {n[x]} and {n[y]}?"]
        says = [f"{capital(n[x])} plus {n[y]} is {n[x + y]}.", f"{capital(n[x])} and {n[y]} make {n[x + y]}."]
    elif kind == 5:
        i = rng.randrange(7)
        asks, says = [f"What day comes after {DAYS[i]}?", f"Which day is after {DAYS[i]}?", f"What comes after {DAYS[i]}?"], [f"{DAYS[(i + 1) % 7]} comes after {DAYS[i]}.", f"After {DAYS[i]} comes {DAYS[(i + 1) % 7]}."]
    elif kind == 6:
        i = rng.randrange(12)
        asks, says = [f"What month comes after {MONTHS[i]}?", f"Which month is after {MONTHS[i]}?"], [f"{MONTHS[(i + 1) % 12]} comes after {MONTHS[i]}.", f"After {MONTHS[i]} comes {MONTHS[(i + 1) % 12]}."]
    elif kind == 7:
        x, s = pick(LEGS)
        asks, says = [f"How many legs does {a(x)} have?", f"How many legs has {a(x)}?", f"What number of legs does {a(x)} have?"], [f"{capital(a(x))} has {s} legs."]
    elif kind == 8:
        x, s = pick(YOUNG)
        asks, says = [f"What is a baby {x} called?", f"What is a young {x} called?", f"What do we call a baby {x}?"], [f"A baby {x} is called {a(s)}.", f"A young {x} is {a(s)}."]
    elif kind == 9:
        x, s = pick(JOBS)
        asks, says = [f"What does {a(x)} do?"], [f"{capital(a(x))} {s}."]
        if rng.random() < 0.6:
            asks, says = [f"Who {s}?", f"What is the name of a person who {s}?"], [f"{capital(a(x))} {s}."]
    elif kind == 10:
        x, s = pick(FAMILY)
        asks, says = [f"Who is your {x}?", f"What is your {x} called?"], [f"Your {x} is your {s}."]
    elif kind == 11:
        x, (s, t) = pick(SEASONS)
        asks = [f"What is {x} like?", f"What happens in {x}?", f"When is it {s}?", f"In what season do we see that {t}?"]
        says = [f"In {x} it is {s}, and {t}.", f"{capital(x)} is {s}: {t}."]
        if rng.random() < 0.5:
            asks, says = [f"When is it {s}?", f"Which season is {s}?"], [f"It is {s} in {x}. In {x} {t}."]
    elif kind == 12:
        x, s = pick(BODY)
        asks, says = [f"What do we {s} with?", f"What do we use to {s}?"], [f"We {s} with our {x}."]
    elif kind == 13:
        if rng.random() < 0.3:
            asks, says = ["What shape is a ball?", "Which shape is round?", "What shape is a coin?"], ["A circle is round.", "It is round, like a circle."]
        else:
            x, s = pick(SHAPES)
            asks, says = [f"How many sides does {a(x)} have?", f"How many corners does {a(x)} have?", f"What shape has {s} sides?"], [f"{capital(a(x))} has {s} sides."]
    elif kind == 14:
        x, s = pick(HOMES)
        asks, says = [f"Where does {a(x)} live?", f"Where do we find {a(x)}?", f"What is the home of {a(x)}?"], [f"{capital(a(x))} lives in {s}."]
    elif kind == 15:
        if rng.random() < 0.6:
            x, s = pick(FOOD)
            asks, says = [f"What does {a(x)} eat?", f"What does {a(x)} like to eat?", f"What is the food of {a(x)}?"], [f"{capital(a(x))} eats {s}."]
        else:
            x, s = pick(GIFTS)
            asks, says = [f"Where does {'the ' if s == 'wool' else ''}{s} come from?", f"What gives us {s}?", f"Who gives us {s}?"], [f"{capital(a(x))} gives us {s}."]
    else:
        if rng.random() < 0.5:
            x, (s, t) = pick(WEATHER)
            asks, says = [f"What do you need when {x}?", f"What do you take when {x}?"], [f"When {x}, take {s}. Then {t}."]
        else:
            x, (s, t) = pick(COUNTS)
            where = "on" if "hand" in t or "bicycle" in t else "in"
            asks, says = [f"How many {x} are {where} {t}?", f"How many {x} does {t} have?"], [f"There are {s} {x} {where} {t}.", f"{capital(t)} has {s} {x}."]
            if x == "days" and rng.random() < 0.3:
                asks, says = ["What is ice?", "What is ice made of?", "What does water become when it is very cold?"], ["Ice is frozen water."]
    return f"{rng.choice(asks)} {rng.choice(says)}" if rng.random() < 0.85 else rng.choice(says)


def document(rng, rows):
    """One text: a question with its answer that goes on and ends, or a list of such."""
    known = [r for r in rows if r["bare"] in KNOWN]
    row = lambda: rng.choice(known if rng.random() < 0.5 else rows)
    one = lambda: country(rng, row()) if rng.random() < 0.5 else everyday(rng)
    kind = rng.random()
    if kind < 0.3:
        r = row()
        answer = f"What is the capital of {rng.choice([r['country'], r['bare']])}? {r['city']} is the capital of {r['country']}."
        return answer + " " + about_country(rng, r) if rng.random() < 0.85 else answer
    if kind < 0.5:
        return one()
    return ("\n" if rng.random() < 0.7 else " ").join(one() for _ in range(rng.randint(2, 6)))
