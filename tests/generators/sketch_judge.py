"""How well prompts are read: `sketch_prompts.json` against what the sketch understands.

    python -m tests.generators.sketch_judge [--held] [--misses]

The prompts and their answers were written by somebody who had not seen the vocabulary. Those with an even index are
for tuning; those with an odd one are held out: their misses are never printed. Two more sets of 150 by other writers
came at the end: what the second one missed in places and camera words was mended afterwards, the third was counted only.

An answer is a list of words of which any is right; an empty one says that the prompt names none. Words are compared
by what they draw: a `car` and an `automobile` are one picture, `sprint` and `run` one motion.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from storyboard.generators.sketch import pack, verbs
from storyboard.generators.sketch.backdrop import place_of
from storyboard.generators.sketch.lemmas import forms
from storyboard.generators.sketch.nouns import nouns
from storyboard.generators.sketch.reading import read
from storyboard.generators.sketch.scene import Scene, Thing

PROMPTS = Path(__file__).with_name("sketch_prompts.json")
ASPECTS = ("subject", "place", "motion", "camera")

CAMERA = {
    "close": "close-up", "medium": "medium shot", "wide": "wide shot", "low": "low angle", "high": "high angle",
    "zoom-in": "zoom in", "zoom-out": "zoom out", "dolly-in": "dolly in", "dolly-out": "dolly out",
    "pan-left": "pan left", "pan-right": "pan right", "tilt-up": "tilt up", "tilt-down": "tilt down",
    "crane-up": "crane up", "crane-down": "crane down", "pov": "point of view", "slow": "slow motion",
    "fast": "timelapse", "still": "static",
}  # fmt: skip
"""Our names of what the camera does -> the answers' names, where they differ."""

EQUAL_PLACES: dict[str, frozenset[str]] = {
    "ruin": frozenset({"city", "castle"}),
    "house": frozenset({"room"}),
    "tower": frozenset({"castle"}),
    "country house": frozenset({"garden"}),
    "wall": frozenset({"street"}),
    "moon": frozenset({"moon"}),
    "cruise ship": frozenset({"space", "sea"}),
    "ship": frozenset({"sea"}),
}
"""Places that our tables have not as places -> drawn places that show them."""

EQUAL_MOTIONS: dict[str, frozenset[str]] = {
    "exercise": frozenset({"dance", "lean"}),
    "tai chi": frozenset({"dance"}),
    "loop": frozenset({"fly", "spin"}),
}
"""Verbs that our tables have not -> motions that show them."""


@dataclass(frozen=True)
class Case:
    prompt: str
    subject: tuple[str, ...]
    place: tuple[str, ...]
    motion: tuple[str, ...]
    camera: tuple[str, ...]


def cases(*, held: bool) -> list[Case]:
    """The tuning half, or the half that is held out."""
    return _all(PROMPTS)[1 if held else 0 :: 2]


def _all(file: Path) -> list[Case]:
    listed = json.loads(file.read_text(encoding="utf-8"))
    return [Case(one["prompt"], *(tuple(one[aspect]) for aspect in ASPECTS)) for one in listed]


@cache
def _names() -> dict[str, frozenset[str]]:
    """Picture -> the words that mean it."""
    found: dict[str, set[str]] = {}
    for word, noun in nouns().items():
        found.setdefault(noun.picture, set()).add(word)
    for word, picture in pack.words("en").items():
        found.setdefault(picture, set()).add(word)
    return {picture: frozenset(words) for picture, words in found.items()}


def main_things(scene: Scene) -> set[int]:
    """What is drawn first, and who does the first deed: usually one and the same."""
    return {0, *(deed.who for deed in scene.deeds[:1])} if scene.things else set()


def subject_is_right(case: Case, scene: Scene) -> bool:
    if not case.subject:
        return True
    seen = [note for note in scene.notes if note.role in ("picture", "place", "weather")]
    if seen and (not scene.things or seen[0].role != "picture"):
        # What is named first is a place or the weather: that is seen, whatever else is.
        said = seen[:1] if scene.things else [note for note in seen if note.role != "picture"]
        words = [word for note in said for word in (note.words.casefold(), *note.words.casefold().split())]
        if {form for word in words for form in _forms(word)} & set(case.subject):
            return True
        if any(
            verbs.places().get(word) == note.what
            for note in said
            for one in case.subject
            for word in _forms(one)
        ):
            return True  # in another language
    return any(_is_called(scene.things[main], case.subject) for main in main_things(scene))


def _is_called(thing: Thing, answers: tuple[str, ...]) -> bool:
    noun = thing.noun
    if noun.picture == "person" and {*_forms(noun.word.casefold())} & set(answers):
        return True  # a trade that has no picture of its own is a person
    known = _names().get(noun.picture, frozenset()) | {noun.picture.strip("~").replace("-", " ")}
    return any(word in known for answer in answers for word in _forms(answer))


def place_is_right(case: Case, scene: Scene) -> bool:
    said = [note for note in scene.notes if note.role == "place"]
    if not case.place:
        return not said
    drawn = place_of(scene)
    for answer in case.place:
        for word in _forms(answer):
            if verbs.places().get(word) == drawn or drawn in EQUAL_PLACES.get(word, ()):
                return True
            # A place that is a picture among the things: a bus stop, a lighthouse.
            noun = nouns().get(word)
            if noun is not None and any(thing.noun.picture == noun.picture for thing in scene.things):
                return True
    return False


def motion_is_right(case: Case, scene: Scene) -> bool:
    if not case.motion:
        return True
    mains = main_things(scene)
    done = {deed.motion for deed in scene.deeds if deed.who in mains}
    done |= {tie.kind for tie in scene.ties if tie.a in mains and tie.kind in ("hold", "ride")}
    if not mains and scene.weather:
        done = {"fall"}
    for answer in case.motion:
        # Verbs that are nouns as well are in the table in their other forms.
        said = (*_forms(answer), f"{answer}ing", f"{answer.removesuffix('e')}ing", f"{answer}s")
        wanted = {verbs.motions().get(word) for word in said} | EQUAL_MOTIONS.get(answer, frozenset())
        if done & wanted:
            return True
    return False


def camera_is_right(case: Case, scene: Scene) -> bool:
    found = [scene.shot, scene.pace, *scene.moves]
    return {CAMERA.get(name, name) for name in found if name} == set(case.camera)


def _forms(answer: str) -> tuple[str, ...]:
    """An answer, its dictionary form, and its last word, which says what it is ("japanese garden")."""
    head = answer.rpartition(" ")[2]
    return tuple(dict.fromkeys((answer, *forms(answer), *forms(head))))


JUDGES = {
    "subject": subject_is_right,
    "place": place_is_right,
    "motion": motion_is_right,
    "camera": camera_is_right,
}


def misses(*, held: bool) -> dict[str, list[tuple[Case, Scene]]]:
    """The cases that are read wrongly, by aspect."""
    return _misses(cases(held=held))


def _misses(listed: list[Case]) -> dict[str, list[tuple[Case, Scene]]]:
    read_cases = [(case, read(case.prompt)) for case in listed]
    return {
        aspect: [(case, scene) for case, scene in read_cases if not judge(case, scene)]
        for aspect, judge in JUDGES.items()
    }


def _report(name: str, listed: list[Case]) -> None:
    total = len(listed)
    print(f"{name} ({total} prompts)")
    for aspect, wrong in _misses(listed).items():
        right = total - len(wrong)
        print(f"  {aspect:8} {right:3} right  {100 * right / total:5.1f} %")


def _print_misses() -> None:
    for aspect, wrong in misses(held=False).items():
        for case, scene in wrong:
            deeds = [f"{scene.things[deed.who].noun.word} {deed.motion}" for deed in scene.deeds]
            found = {
                "subject": [thing.noun.word for thing in scene.things],
                "place": [place_of(scene)],
                "motion": deeds,
                "camera": [scene.shot, scene.pace, *scene.moves],
            }
            print(f"{aspect}: {case.prompt}\n    wanted {getattr(case, aspect)}, found {found[aspect]}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--held", action="store_true", help="count what is held out, too")
    parser.add_argument("--misses", action="store_true", help="print the misses of the tuning half")
    options = parser.parse_args()
    if options.misses:
        _print_misses()
    _report("tuning half", cases(held=False))
    if options.held:
        _report("held-out half", cases(held=True))
        for nth in ("second", "third"):
            _report(f"{nth} set", _all(PROMPTS.with_name(f"sketch_prompts_{nth}.json")))


if __name__ == "__main__":
    main()
