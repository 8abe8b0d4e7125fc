"""Prompts in other languages than English: a table of what films are made of, then the pack's keywords for nouns."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from storyboard import resources
from storyboard.generators.sketch import pack
from storyboard.generators.sketch.lookups import SIGNS, lookup, noun_of
from storyboard.generators.sketch.nouns import from_picture, listed, nouns
from storyboard.generators.sketch.tokens import Part, Word, pictured
from storyboard.generators.sketch.verbs import motions

LANGUAGES = ("es", "fr", "de", "pt", "it", "ja", "zh")
"""In the order of the columns of `foreign.txt`."""
_STOPS = {
    "en": "the a an of and in on with is at through over under by to from into his her its their as while",
    "es": "el la los las un una unos unas de del y en con por sobre al su sus es bajo que se desde hacia para mientras",
    "fr": "le la les l un une des du de d et dans avec sur au aux en il elle est sous qui son sa ses vers par",
    "de": "der die das ein eine einen einem einer eines und in im mit auf am den dem des ist durch über unter zum zur",
    "pt": "o a os as um uma uns umas de do da dos das e em no na nos nas com por sobre ao seu sua é pela pelo num numa",
    "it": "il lo la l gli le un uno una di del della dei delle e in nel nella con su sul sulla per è al alla che dal un",
}
_SHARED = frozenset(
    [
        "a",
        "in",
        "on",
        "an",
        "as",
        "at",
        "le",
        "la",
        "un",
        "una",
        "de",
        "se",
        "no",
        "do",
        "in",
        "con",
        "per",
        "il",
        "am",
        "die",
        "des",
        "der",
    ]
)
_FALSE_FRIENDS = listed(
    "coin main pain son four plate pin sale gift rock hose wand see pie once mayor more note fan fin plato late"
)
"""English nouns that are other words elsewhere."""
_ENDINGS = ("", "s", "es", "n", "en", "e", "er", "x")
_KANA = re.compile(r"[\u3040-\u30ff]")
_KATAKANA = re.compile(r"[\u30a1-\u30ff]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_SUBJECT, _OBLIQUE = frozenset("がはも"), frozenset("をでにのとへか")
"""Particles after who does it, and after everything else."""
_WHERE = frozenset("でに")
_LONGEST = 12
"""Characters in the longest Japanese or Chinese wording looked up."""
_LONGEST_PHRASE = 6
_SHORTEST_HEAD = 4
"""Letters that the last part of a German compound has at least."""


class _Table(NamedTuple):
    exact: dict[str, tuple[str, str]]
    """Word or phrase -> (role, value)."""
    starts: dict[str, tuple[str, str]]
    """Beginning of a word -> (role, value)."""


def plain(word: str) -> str:
    """`word` as the tables have it: lower case; Latin letters without accents, which people leave out."""
    low = word.casefold()
    if _CJK.search(low):
        return low
    return "".join(char for char in unicodedata.normalize("NFD", low) if not unicodedata.combining(char))


@cache
def _tables() -> dict[str, _Table]:
    tables = {language: _Table({}, {}) for language in LANGUAGES}
    for line in resources.path("pictures/foreign.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        head, _, columns = line.partition(": ")
        role, _, value = head.partition(" ")
        for language, column in zip(LANGUAGES, columns.split("|"), strict=True):
            for word in filter(None, (word.strip() for word in column.split(","))):
                table = tables[language]
                where = table.starts if word.endswith("*") else table.exact
                where.setdefault(plain(word.removesuffix("*")), (role, value))
    return tables


@cache
def _stops() -> dict[str, frozenset[str]]:
    return {language: frozenset(plain(word) for word in text.split()) for language, text in _STOPS.items()}


def language_of(words: list[Word]) -> str:
    """The language that a prompt is most likely written in, by its script, its small words and those we know."""
    text = "".join(word.text for word in words)
    if _CJK.search(text):
        return "ja" if _KANA.search(text) else "zh"
    pieces = [piece for word in words for piece in _pieces(word)]
    scores: dict[str, float] = {}
    for language, stops in _stops().items():
        # "a", "in", "come" are words of several languages and say little.
        scores[language] = sum(0.6 if low in _SHARED else 2.0 for low in pieces if low in stops)
        if language != "en":
            scores[language] += sum(_is_known(low, language) for low in pieces)
    scores["en"] += 0.5 + sum(1.2 for low in pieces if noun_of(low) or lookup(motions(), low))
    # English wins a draw.
    return max(scores, key=lambda language: (scores[language], language == "en"))


def _is_known(low: str, language: str) -> bool:
    table = _tables()[language]
    if len(low) < 4:
        return False
    return low in table.exact or any(low[:length] in table.starts for length in range(4, len(low) + 1))


def _pieces(word: Word) -> list[str]:
    """A word without what an apostrophe joins to it: "l'école", "un'auto"."""
    head, apostrophe, tail = word.low.partition("'")
    if apostrophe and tail and len(head) <= 5:
        return [plain(tail)]
    return [plain(word.low)] if word.low else []


def parts(words: list[Word], language: str) -> list[Part]:
    """The words of a prompt in `language` with their roles."""
    found: list[Part] = []
    at = 0
    while at < len(words):
        word, length = words[at], 1
        if word.picture:
            found.append(pictured(word))
        elif not word.low[:1].isalnum():
            found.append(Part("break", word.text))
        elif _CJK.match(word.low):
            found.extend(_within(word.text, language))
        elif language not in ("ja", "zh"):
            length, part = _phrase(words, at, language) or (1, _latin(word, language))
            if part is not None:
                found.append(part)
        at += length
    return [part for part in found if part.role != "skip"]


def _made(text: str, action: tuple[str, str]) -> Part:
    role, value = action
    if role == "thing":
        return Part("thing", text, noun=nouns()[value])
    if role == "count":
        return Part("count", text, {"two": "2", "three": "3", "four": "4", "five": "5"}[value])
    return Part(role, text, value)


def _phrase(words: list[Word], at: int, language: str) -> tuple[int, Part | None] | None:
    """The longest phrase of the table that starts at `at`."""
    exact = _tables()[language].exact
    for length in range(min(_LONGEST_PHRASE, len(words) - at), 1, -1):
        run = words[at : at + length]
        if all(word.low[:1].isalnum() for word in run):
            for lows in ([plain(word.low) for word in run], [_pieces(word)[0] for word in run]):
                if (action := exact.get(" ".join(lows))) is not None:
                    return length, _made(" ".join(word.text for word in run), action)
    return None


def _action(word: str, language: str) -> tuple[str, str] | None:
    table = _tables()[language]
    if word in table.exact:
        return table.exact[word]
    # A word of the pack is not the form of a verb that begins like it.
    for length in range(len(word), 1, -1):
        if word[:length] in table.starts:
            return table.starts[word[:length]]
    return None


def _pictured(text: str, word: str, language: str) -> Part | None:
    name = pack.words(language).get(word)
    if name is None or pack.picture(name).group in SIGNS:
        return None
    return Part("thing", text, noun=from_picture(name, text))


def _latin(word: Word, language: str) -> Part | None:
    for low in dict.fromkeys((plain(word.low), _pieces(word)[0])):
        if (action := _action(low, language)) is not None:
            return _made(word.text, action)
        if low in _stops()[language] or len(low) < 3:
            return None
        if language == "de" and (action := _head(low)) is not None:
            return _made(word.text, action)
    common = _pieces(word)[0]
    if common not in _FALSE_FRIENDS and (noun := nouns().get(common)) is not None:
        return Part("thing", word.text, noun=noun)  # robot, samurai, ninja: words of many languages
    low = word.low.rpartition("'")[2]
    # German writes its nouns with a capital; elsewhere gerunds are none.
    could_be_noun = word.text[:1].isupper() if language == "de" else not low.endswith(("ando", "endo"))
    for ending in _ENDINGS:
        if could_be_noun and low.endswith(ending):
            part = _pictured(word.text, low.removesuffix(ending), language)
            if part is not None:
                return part
    return Part("unknown", word.text)


def _head(low: str) -> tuple[str, str] | None:
    """What the last part of a German compound is: "Bergdorf" is a village."""
    exact = _tables()["de"].exact
    for start in range(3, len(low) - _SHORTEST_HEAD + 1):
        action = exact.get(low[start:])
        if action is not None and action[0] in ("thing", "place", "camera", "time", "weather"):
            return action
    return None


def _within(run: str, language: str) -> list[Part]:
    """The words in a run of Japanese or Chinese, which puts no spaces between them; the longest wins.

    In the order that a sentence in English has them: who does it, what is done, and then the rest.
    """
    found: list[tuple[Part, str]] = []  # with the sign after it
    at = 0
    before = ""
    heads: list[int] = []  # things that 的 leads to
    while at < len(run):
        length, part = _at(run, at, language)
        at += length
        if part is not None and part.role != "skip":
            if part.role == "thing" and before == "的":
                heads.append(len(found))
            found.append((part, run[at : at + 1]))
        before = run[at - 1]
    order = _as_japanese(found) if language == "ja" else _as_chinese(found, heads)
    # What stands with "at" (で, に) is not what something is done to.
    where = Part("relation", "", "on")
    return [
        one
        for part, after in (found[i] for i in order)
        for one in (
            (where, part) if part.role == "thing" and after in _WHERE and language == "ja" else (part,)
        )
    ]


def _as_japanese(found: list[tuple[Part, str]]) -> list[int]:
    things = [i for i, (part, _) in enumerate(found) if part.role == "thing"]
    verbs = [i for i, (part, _) in enumerate(found) if part.role == "verb"]
    if not things or not verbs:
        return list(range(len(found)))
    marked = [i for i in things if found[i][1] in _SUBJECT]
    # "A cat that sleeps on a bench": the verb stands before the one who does it.
    doers = marked or [i for i in things if i > verbs[-1]][:1]
    if not doers:
        doers = [i for i in things if found[i][1] not in _OBLIQUE][:1] or things[:1]
    rest = [i for i in range(len(found)) if i not in doers and i not in verbs]
    first = [i for i in rest if found[i][0].role in ("colour", "size", "count") and i < doers[0]]
    objects = [i for i in things if i in rest and found[i][1] == "を"]
    others = [i for i in rest if i not in first and i not in objects]
    return [*first, doers[0], *verbs, *objects, *doers[1:], *others]


def _as_chinese(found: list[tuple[Part, str]], heads: list[int]) -> list[int]:
    order = list(range(len(found)))
    verbs = [i for i in order if found[i][0].role == "verb"]
    things = [i for i in order if found[i][0].role == "thing"]
    if verbs and heads and heads[-1] == things[-1] and heads[-1] > verbs[0]:
        # "A bone-chewing dog": what 的 leads to does what stands before it.
        order.remove(heads[-1])
        order.insert(0, heads[-1])
    return order


def _at(run: str, at: int, language: str) -> tuple[int, Part | None]:
    """How far to go on from `at`, and the part that is there."""
    table = _tables()[language]
    katakana = _KATAKANA.match(run, at)
    longest = min(_LONGEST, len(run) - at)
    known: tuple[int, Part | None] | None = None
    for length in range(longest, 0, -1):
        low = run[at : at + length].casefold()
        if (action := table.exact.get(low) or table.starts.get(low)) is not None:
            known = length, _made(run[at : at + length], action)
            break
    if known is not None and known[1] is not None and known[1].role != "thing":
        return known
    for length in range(longest, known[0] if known else 0, -1):
        piece = run[at : at + length]
        # One kana is a particle, never a name; a part of a word in katakana is not that word.
        whole = katakana is None or length >= katakana.end() - at
        if whole and not (length == 1 and _KANA.match(piece)):
            part = _pictured(piece, piece, language)
            if part is not None:
                return length, part
    return known or (katakana.end() - at if katakana else 1, None)
