"""What things do: which motion a verb is, and which words make a place, a time, a colour, a number."""

from __future__ import annotations

from functools import cache

from storyboard import resources
from storyboard.generators.sketch.nouns import listed


@cache
def _tables() -> dict[str, dict[str, str]]:
    """The tables of `words.txt`: table -> word or phrase -> what it is."""
    tables: dict[str, dict[str, str]] = {}
    table: dict[str, str] = {}
    for line in resources.path("pictures/words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            table = tables.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, _, words = line.partition(": ")
            for word in words.split(", "):
                table.setdefault(word, name)
    return tables


def motions() -> dict[str, str]:
    """Verb (as in a dictionary) or phrase -> motion."""
    return _tables()["motions"]


def relations() -> dict[str, str]:
    """Preposition or phrase between two things -> how they are staged."""
    return _tables()["relations"]


def directions() -> dict[str, str]:
    """Words after a verb -> where the motion goes."""
    return _tables()["directions"]


def places() -> dict[str, str]:
    """Noun or phrase -> the place that is drawn."""
    return _tables()["places"]


def scenery() -> dict[str, str]:
    """Adjectives and materials that name a place without being its noun: "snowy" -> snow."""
    return _tables()["scenery"]


def times() -> dict[str, str]:
    """Words for the light -> time of day."""
    return _tables()["times"]


def weathers() -> dict[str, str]:
    """Words for the weather -> what falls or hangs in the air."""
    return _tables()["weathers"]


@cache
def body_parts() -> frozenset[str]:
    """Parts of bodies, which are drawn only where no owner is."""
    return frozenset(_tables()["bodies"])


COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (226, 40, 44),
    "scarlet": (226, 40, 44),
    "crimson": (190, 20, 50),
    "blue": (38, 104, 230),
    "navy": (28, 44, 120),
    "turquoise": (32, 190, 190),
    "teal": (18, 140, 140),
    "green": (44, 160, 66),
    "yellow": (250, 205, 40),
    "golden": (240, 180, 40),
    "orange": (248, 130, 30),
    "purple": (140, 66, 200),
    "violet": (140, 66, 200),
    "pink": (250, 120, 180),
    "magenta": (224, 40, 160),
    "brown": (132, 84, 52),
    "black": (44, 42, 48),
    "white": (240, 240, 242),
    "grey": (140, 142, 148),
    "gray": (140, 142, 148),
    "silver": (190, 196, 204),
    "beige": (222, 200, 164),
}

SIZES: dict[str, float] = {
    "tiny": 0.5, "little": 0.75, "small": 0.72, "miniature": 0.5, "short": 0.85, "baby": 0.65, "mini": 0.6,
    "big": 1.35, "large": 1.35, "huge": 1.6, "giant": 1.75, "gigantic": 1.8, "enormous": 1.7, "massive": 1.6,
    "tall": 1.25, "colossal": 1.8, "fat": 1.15, "great": 1.2, "monstrous": 1.6, "towering": 1.6,
}  # fmt: skip

NUMBERS: dict[str, int] = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "both": 2, "pair": 2, "couple": 2, "few": 3, "some": 3, "several": 4, "group": 4, "family": 3, "team": 4, "band": 4,
    "trio": 3, "bunch": 4, "many": 6, "lots": 6, "dozen": 8, "dozens": 9, "flock": 6, "herd": 5, "school": 6,
    "swarm": 8, "army": 9, "crowd": 9, "hundreds": 9, "thousands": 9, "pack": 4, "countless": 9, "pile": 5, "row": 4, "rows": 6, "line": 4, "stack": 3, "bundle": 3, "cluster": 4, "pod": 4, "pride": 4, "gaggle": 4,
    "colony": 6, "collection": 4, "handful": 4, "troop": 4, "litter": 4, "murmuration": 9, "caravan": 4, "convoy": 3,
    "fleet": 4, "gang": 4, "troupe": 4, "crew": 4, "squad": 4, "horde": 7, "mob": 6, "parade": 5, "procession": 5,
    "party": 4, "tower": 4, "heap": 4, "shoal": 6, "cloud": 6, "circle": 5, "queue": 5, "brood": 4, "quartet": 4, "couples": 4,
}  # fmt: skip
MANY = 9
"""The most of one thing that is drawn."""

CROWD_WORDS = listed(
    "people army team group crew squad gang mob parade procession herd flock swarm fleet crowd audience family villager passenger traffic band orchestra choir everyone"
)
"""Nouns that are several people without saying how many."""

FILLER = listed(
    """
    a an the this that these those his her its their my our your is are was were be been being am do does did has
    had and or but while as then when where who which that's it's very really so just also still again there here
    one suddenly slowly quickly happily gently softly quietly loudly camera shot scene video film footage style
    cinematic view image of photo realistic photorealistic hyperrealistic 4k 8k hd uhd high quality highly detailed
    beautiful stunning amazing epic dramatic gorgeous masterpiece award winning vibrant colorful colourful bright
    soft warm cool ultra best resolution lighting natural animated animation cartoon pixar anime render rendering 3d
    rendered volumetric sharp focus depth bokeh up-close now today outside back himself herself itself themselves
    autumn spring summer each other together alone all every it not no can will would more most much too only like during
    stuck light lights lit trails until after before toward about into onto off new old young happy sad angry cute lovely funny scary wild empty
    for to at with by in on up down from out
    spacesuit spacesuits costume costumes uniform uniforms wig veil turban earthquake clothing outfit outfits attire garb
    late early first second third last upside except trending artstation lens cyberpunk futuristic vintage modern retro
    long lone lonely tall thin thick deep narrow heavy loud calm
    reflection reflections silence atmosphere mood background foreground moment way side front end middle top bottom edge
    """
)
"""Words that draw nothing, so that they are not looked up as pictures."""

STYLES = frozenset(
    """
    oil painting|watercolor painting|watercolour painting|digital painting|digital art|matte painting|pencil drawing|
    pencil sketch|studio lighting|studio ghibli|film grain|35mm film|black and white|dark fantasy|golden ratio|
    shot on film|comic book|comic book style|stop motion|clay animation|soft light|natural light|hard light|rim light|
    shallow depth of field|depth of field|high quality|best quality|ray tracing|unreal engine|concept art|line art|
    oil painting style|vintage film|film noir|color grading|colour grading|movie scene|movie still|film still|
    music video|home video|security camera|at least|a lot|long lens|telephoto lens|light trails|strobe lights|city lights|neon lights|stage lights|neon signs|shot on 35mm film|lens flare|lens flares|motion blur|pastel colors|pastel colours|oil on canvas|color palette|colour palette|warm tones|cool tones|high contrast|low key|high key|tilt shift|dust particles|light rays|god rays|sun rays|light beams|national geographic|wes anderson|film look|movie trailer|bedtime story|slow pace|in the background|in the foreground|on its back|on his back|on her back|on its belly|side by side|we see|you see|you can see|we can see|one can see|we watch|we follow|looks like|look like|looking like|shaped like|can be seen|is seen|are seen|is shown|are shown|close by|all alone|soft glow|warm glow|golden glow|gentle glow|eerie glow|blue glow|faint glow|soft light|for work|to work|from work|after work|piece of|pieces of|bit of|bits of|chunk of|chunks of|kind of|type of|sort of|lump of|pinch of|part of|half of|rest of|slice of|slices of|lots of|plenty of|upside down|trending on artstation|out of focus|in focus|side view|front view|back view|octane render|shoulder to shoulder|arm in arm|hand in hand|face to face|one by one|out of nowhere|in slow succession|for the first time|in the distance|at the same time|in full bloom|in a row|in a line|in unison|wide awake|in front|in formation|at full speed|full speed|high speed|top speed
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Phrases that say how a picture is made: nothing in them is a thing to draw."""
