"""Which generators there are, which of them can run here, and opening one by a model's name.

Looking never imports a model's libraries and never uses the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from storyboard.errors import GeneratorError
from storyboard.generators import catalog, models, pipeline, quantised, weights
from storyboard.project import CARD, SKETCH

if TYPE_CHECKING:
    from storyboard.generators.base import Generator

BUILT_IN = (SKETCH, CARD)

NOT_HELD = "takes of {} cannot be stopped and carried on; make whole ones, or choose another model"

Lane = Literal["generate", "media"]
"""Where a generator runs: one worker a GPU, or beside the other quick work."""


class ModelStatus(Struct, frozen=True):
    """What this machine knows of a model."""

    name: str
    kind: Literal["built-in", "folder", "hub"]
    ready: bool
    reason: str = ""
    """When it is not ready: why, and what to do, in a sentence."""
    licence: str = ""
    licence_note: str = ""
    holds: bool = False
    """Whether its takes can be held at a step and carried on later; known of a model that is here."""


def status(model: str, base: Path | None = None) -> ModelStatus:
    """Whether `model` can run here. `base` is the folder that a relative model folder starts from."""
    if model in BUILT_IN:
        return ModelStatus(model, "built-in", True, licence="MIT", licence_note="part of Storyboard")
    folder = models.folder_of(model, base)
    kind: Literal["folder", "hub"] = "hub" if folder is None else "folder"
    facts = catalog.facts(model) if folder is None else catalog.unknown(catalog.Model().pipeline)
    reason, holds = _look_at(model, base)
    return ModelStatus(model, kind, not reason, reason, facts.licence, facts.licence_note, holds)


def check(model: str, base: Path | None = None) -> None:
    """Raises `GeneratorError` that says why `model` cannot run here and how to get it, before any work."""
    now = status(model, base)
    if not now.ready:
        raise GeneratorError(now.reason)


def known() -> list[ModelStatus]:
    """The built-in generators, the models we know, those in the hub's cache and the user's own, each once."""
    names = dict.fromkeys((*BUILT_IN, *catalog.known(), *models.cached(), *_own()))
    return [status(name) for name in names]


def best() -> str:
    """The model for a new project on this machine: the first ready one that is not built in, else sketch."""
    ready = (now.name for now in known() if now.ready and now.kind != "built-in")
    return next(ready, SKETCH)


def lane(model: str) -> Lane:
    return "media" if model in BUILT_IN else "generate"


def open_generator(model: str, base: Path | None = None) -> Generator:
    """The generator for `model`; nothing is loaded before its first frame. Raises `GeneratorError`."""
    if model == SKETCH:
        from storyboard.generators.sketch import SketchGenerator

        return SketchGenerator(base)
    if model == CARD:
        from storyboard.generators.card import CardGenerator

        return CardGenerator()
    from storyboard.generators.adapter import DiffusersVideo

    return DiffusersVideo(models.find(model, base), base)


def steps_to_hold_at(model: str, base: Path | None = None) -> int:
    """How many steps takes of `model` have where nobody says another number, for a model whose takes can be held at a
    step. Raises `GeneratorError` for one whose takes cannot, and for one that is not here."""
    facts = None if model in BUILT_IN else models.find(model, base).facts
    if facts is None or not facts.pipeline.resumes:
        raise GeneratorError(NOT_HELD.format(model))
    return facts.steps


def close(generator: Generator) -> None:
    """Gives back the memory of a generator that holds a model."""
    from storyboard.generators.adapter import DiffusersVideo

    if isinstance(generator, DiffusersVideo):
        generator.close()


def _look_at(model: str, base: Path | None) -> tuple[str, bool]:
    """Why it cannot run here, and whether its takes can be held."""
    try:
        found = models.find(model, base)
        if not pipeline.installed():
            return models.NEEDS_PACKAGES.format(model), found.facts.pipeline.resumes
        quantised.check(found.files, model)
    except GeneratorError as error:
        return str(error), False
    return "", found.facts.pipeline.resumes


def _own() -> Iterator[str]:
    for folder in (models.own_models(), *models.more_models()):
        if folder.is_dir():
            yield from sorted(path.name for path in folder.iterdir() if weights.is_pipeline(path))
