"""What the licences of a film's models say about showing it, said again where it is rendered or exported."""

from __future__ import annotations

from collections.abc import Iterable


def limits(models: Iterable[str]) -> list[str]:
    """A sentence for each of `models` with which not everything may be done. One whose licence is not known says
    nothing: the user chose it by its folder, and read that there."""
    from storyboard.generators import catalog

    known = catalog.known()
    found = [known[name] for name in models if name in known]
    return [
        f"{model.title}: {model.licence}, {model.licence_note}"
        for model in found
        if model.commercial in ("no", "limits")
    ]
