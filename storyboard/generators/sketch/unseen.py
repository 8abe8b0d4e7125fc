"""What a prompt names and does not show: what is denied, parts of bodies beside their owners, frames of pictures."""

from __future__ import annotations

from storyboard.generators.sketch import verbs
from storyboard.generators.sketch.compounds import CREATURES, compound
from storyboard.generators.sketch.nouns import listed
from storyboard.generators.sketch.tokens import Part

_DESCRIBING = listed("colour size count unknown state")
_QUALITIES = listed("colour size count state")
_DENIABLE = listed("thing place weather time verb pronoun body")
_FRAMES = listed(
    "portrait painting photo photograph picture drawing illustration image poster artwork silhouette selfie sketch"
)
"""Pictures that a prompt begins with: what they are of is to be seen."""


def seen(found: list[Part]) -> list[Part]:
    """Leaves out what is not to be seen: what is denied, the parts of bodies whose owner is drawn ("a woman with green
    eyes", "the face of a clown"), and the picture that only frames what is in it ("portrait of a lion")."""
    kept: list[Part] = []
    someone = False
    anyone = any(_creature(part) for part in found)
    skipped = -1  # parts before this one are left out
    for i, part in enumerate(found):
        if i < skipped:
            continue
        if part.role == "not":
            skipped = _denied(found, i)
            continue
        bodily = part.text.casefold().removesuffix("'s") in verbs.body_parts()
        if part.role == "body" or (part.role == "thing" and bodily):
            before = found[i - 1] if i else None
            own = (
                before is None or not compound(before, part) or before.text.casefold().endswith(("'s", "’s"))
            )
            belongs = _belongs(found, i)
            led = (
                bool(kept) and kept[-1].role == "relation" and kept[-1].value != "of"
            )  # "with a sword in his hand"
            if part.role == "body" or belongs or (someone and own) or (anyone and led):
                while kept and kept[-1].role in _QUALITIES:
                    kept.pop()
                skipped = i + 2 if belongs else 0
                continue
        if part.role == "thing" and part.text.casefold() in _FRAMES and _frames(kept, found, i):
            skipped = i + 2
            continue
        someone = someone or part.role == "pronoun" or _creature(part)
        kept.append(part)
    return kept


def _denied(found: list[Part], at: int) -> int:
    """The part after those that the negation at `at` denies: "no people", "without any cars or bikes", "not moving"."""
    for i in range(at + 1, len(found)):
        if found[i].role in _DENIABLE:
            return _after_list(found, i)
        if found[i].role not in _QUALITIES and found[i].role != "unknown":
            return i
    return len(found)


def _after_list(found: list[Part], at: int) -> int:
    """The part after the list that begins at `at`: "people and cars", "shoppers or dogs"."""
    while at + 1 < len(found):
        joined = found[at + 1].role == "and"
        following = at + 2 if joined else at + 1
        if following >= len(found) or found[following].role != found[at].role:
            break
        if not joined and found[following].start != found[at].stop + 1:
            break  # one word, "or", is between
        at = following
    return at + 1


def _frames(kept: list[Part], found: list[Part], at: int) -> bool:
    """Whether a picture named first is only how the thing in it is shown."""
    after = found[at + 1 : at + 2]
    first = not any(part.role in ("thing", "pronoun") for part in kept)
    return (
        first
        and bool(after)
        and (after[0].role, after[0].value) == ("relation", "of")
        and any(part.role in ("thing", "place", "pronoun") for part in found[at + 2 :])
    )


def _creature(part: Part) -> bool:
    return part.noun is not None and part.noun.kind in CREATURES


def _belongs(found: list[Part], at: int) -> bool:
    """Whether "of" and its owner come after the part at `at`."""
    if at + 2 >= len(found) or (found[at + 1].role, found[at + 1].value) != ("relation", "of"):
        return False
    owner = next((part for part in found[at + 2 :] if part.role not in _DESCRIBING), None)
    return owner is not None and (owner.role == "pronoun" or _creature(owner))
