"""The dictionary form of a word, and the word that a misspelt one was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from threading import Lock

_reading = Lock()
"""The first word takes a third of a second: the dictionary is read. Threads that each read one of their own would take
as much from the window for each."""
_IRREGULAR = {
    "ate": "eat", "eaten": "eat", "ran": "run", "flew": "fly", "drove": "drive", "swam": "swim", "rode": "ride",
    "fell": "fall", "rose": "rise", "threw": "throw", "caught": "catch", "slept": "sleep", "drank": "drink",
    "sang": "sing", "held": "hold", "fought": "fight", "wrote": "write", "drew": "draw", "sat": "sit", "stood": "stand",
    "dove": "dive", "lying": "lie", "tying": "tie", "woke": "wake", "spun": "spin", "shook": "shake", "blew": "blow",
    "grew": "grow", "went": "go", "came": "come", "broke": "break", "wore": "wear", "flown": "fly", "driven": "drive",
    "thrown": "throw", "fallen": "fall", "risen": "rise", "ridden": "ride", "swum": "swim", "sung": "sing", "gave": "give",
    "took": "take", "sank": "sink", "sunk": "sink", "left": "left", "led": "lead", "crept": "creep", "swept": "sweep",
    "wept": "weep", "leapt": "leap", "fled": "flee", "sped": "speed", "slid": "slide", "hung": "hang", "lit": "light",
    "hid": "hide", "bit": "bite", "shot": "shoot", "sold": "sell", "swung": "swing", "dug": "dig", "knelt": "kneel",
    "dying": "die", "vying": "vie", "taught": "teach", "bought": "buy", "brought": "bring", "fed": "feed", "met": "meet",
    "spoke": "speak", "stole": "steal", "struck": "strike", "wound": "wind", "wove": "weave", "froze": "freeze",
    "burnt": "burn", "dreamt": "dream", "slew": "slay", "strode": "stride", "stolen": "steal", "dragged": "drag",
}  # fmt: skip
_PLURALS = {
    "men": "man", "women": "woman", "children": "child", "mice": "mouse", "geese": "goose", "wolves": "wolf",
    "knives": "knife", "loaves": "loaf", "thieves": "thief", "wives": "wife", "elves": "elf", "oxen": "ox",
    "calves": "calf", "scarves": "scarf", "people": "people", "feet": "foot", "teeth": "tooth", "leaves": "leaf",
    "cacti": "cactus", "octopi": "octopus", "dice": "die", "fungi": "fungus", "hooves": "hoof", "dwarves": "dwarf",
    "halves": "half", "shelves": "shelf", "firemen": "fireman", "policemen": "policeman", "fishermen": "fisherman",
    "snowmen": "snowman", "businessmen": "businessman", "cowmen": "cowman", "spacemen": "spaceman", "lice": "louse",
    "grandchildren": "grandchild", "schoolchildren": "schoolchild", "mermen": "merman", "werewolves": "werewolf",
}  # fmt: skip
_NOUN_ENDINGS = (("ies", "y"), ("ves", "f"), ("ses", "s"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("zes", "z"),
                 ("oes", "o"), ("s", ""))  # fmt: skip
_VERB_ENDINGS = (
    *_NOUN_ENDINGS,
    ("ied", "y"),
    ("ing", ""),
    ("ing", "e"),
    ("ed", ""),
    ("ed", "e"),
    ("in'", ""),
)


def _inflected(
    word: str, irregular: Mapping[str, str], endings: Iterable[tuple[str, str]]
) -> tuple[str, ...]:
    found = [word]
    if word in irregular:
        found.append(irregular[word])
    for ending, instead in endings:
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            stem = word[: -len(ending)]
            found.append(stem + instead)
            if ending in ("ing", "ed") and not instead and len(stem) > 2 and stem[-1] == stem[-2]:
                found.insert(1, stem[:-1])
    return tuple(dict.fromkeys(found))


@lru_cache(4096)
def forms(word: str) -> tuple[str, ...]:
    """`word` and what it may be an inflected form of, as a verb or a noun, likeliest first."""
    return _inflected(word, _IRREGULAR | _PLURALS, _VERB_ENDINGS)


@lru_cache(4096)
def noun_forms(word: str) -> tuple[str, ...]:
    """`word` and what it may be the plural of: "parked" is no park, "ringing" no ring."""
    return _inflected(word, _PLURALS, _NOUN_ENDINGS)


def is_plural(word: str) -> bool:
    """Whether `word` is a plural that no ending shows ("geese")."""
    return word in _PLURALS


@lru_cache(1024)
def dictionary_form(word: str) -> str:
    """The lemma of an English word, by a dictionary, for words that no rule resolves."""
    if not word.isascii() or len(word) <= 4:
        return word  # not for every half-typed word
    with _reading:
        import simplemma

        return str(simplemma.lemmatize(word, lang="en"))


@lru_cache(1024)
def _is_english(word: str) -> bool:
    with _reading:
        import simplemma

        return bool(simplemma.is_known(word, lang="en"))


@cache
def _by_start(vocabulary: frozenset[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in sorted(vocabulary):
        if len(word) >= 5 and " " not in word:
            found.setdefault(word[:2], []).append(word)
    return found


@lru_cache(1024)
def respelt(word: str, vocabulary: frozenset[str]) -> str | None:
    """The word of `vocabulary` that `word`, which no dictionary has, is a slip of the keyboard for, or None."""
    if len(word) < 5 or not word.isascii() or not word.isalpha() or _is_english(word):
        return None
    near = [other for other in _by_start(vocabulary).get(word[:2], ()) if abs(len(other) - len(word)) <= 2]
    best = difflib.get_close_matches(word, near, n=1, cutoff=0.82 if len(word) > 6 else 0.86)
    return best[0] if best else None
