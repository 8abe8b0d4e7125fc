"""A film's texts as a model reads them: each encoded once, and kept, so that its text encoder need not stay."""

from __future__ import annotations

import contextlib
import inspect
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Final

from storyboard.generators.catalog import Pipeline
from storyboard.generators.pipeline import Place

KEPT: Final = 256
"""Texts of which the embeddings stay in memory: a few megabytes each at most."""


class Texts:
    """The embeddings of texts, by what they were made from. They are what the pipeline would have made, bit for bit."""

    def __init__(self, pipe: Any, pipeline: Pipeline, place: Place) -> None:
        self._pipe = pipe
        self._pipeline = pipeline
        self._place = place
        self._kept: OrderedDict[tuple[str, str, bool], dict[str, Any]] = OrderedDict()
        self.encoded = 0
        """Times that the text encoder worked."""

    def arguments(self, prompt: str, avoid: str, guided: bool) -> dict[str, Any]:
        """What the pipeline's call takes in place of the texts. Without guidance the words to avoid are not read."""
        if self._pipeline.encode == "none":
            return {}
        key = (prompt, avoid if guided else "", guided)
        found = self._kept.get(key)
        if found is None:
            with self._encoders():
                found = self._encode(*key)
            self.encoded += 1
            self._kept[key] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found

    def forget(self) -> None:
        """What was encoded is not what would be encoded now."""
        self._kept.clear()

    def _encode(self, prompt: str, avoid: str, guided: bool) -> dict[str, Any]:
        import torch

        names = self._pipeline.embeds
        with torch.no_grad():
            if self._pipeline.encode == "pair":
                made = dict(zip(names, self._call(prompt, avoid, guided), strict=True))
            else:
                made = dict(zip(names, self._call(prompt), strict=True))
                if guided:
                    away = self._call(avoid)
                    made |= {f"negative_{name}": value for name, value in zip(names, away, strict=True)}
        # Some pipelines change what they are given in place.
        return {name: value for name, value in made.items() if value is not None}

    def _call(self, prompt: str, avoid: str = "", guided: bool = True) -> tuple[Any, ...]:
        """`encode_prompt` with what its call would have given it."""
        takes = inspect.signature(self._pipe.encode_prompt).parameters
        gives = inspect.signature(type(self._pipe).__call__).parameters
        said = {
            "prompt": prompt,
            "negative_prompt": avoid,
            "do_classifier_free_guidance": guided,
            "num_images_per_prompt": 1,
            "num_videos_per_prompt": 1,
            "device": self._place.device,
        }
        if self._pipeline.words:
            said["max_sequence_length"] = self._pipeline.words
        same = {
            name: gives[name].default
            for name in takes
            if name in gives and not name.endswith(("embeds", "mask"))
        }
        arguments = {**same, **said}
        return tuple(
            self._pipe.encode_prompt(**{name: arguments[name] for name in takes if name in arguments})
        )

    @contextlib.contextmanager
    def _encoders(self) -> Iterator[None]:
        """The text encoders on the device, where the plan has them elsewhere meanwhile."""
        if self._place.plan.text not in ("visits", "alone") or self._place.device == "cpu":
            yield
            return
        modules = {
            key: module for key, module in self._pipe.components.items() if hasattr(module, "parameters")
        }
        readers = [module for key, module in modules.items() if key.startswith("text_encoder")]
        others = [] if self._place.plan.text == "visits" else self._resting(modules, readers)
        _move(others, "cpu")
        _move(readers, self._place.device)
        try:
            yield
        finally:
            _move(readers, "cpu")
            _move(others, self._place.device)

    def _resting(self, modules: dict[str, Any], readers: list[Any]) -> list[Any]:
        """What makes room: the parts that are on the device as a whole."""
        device = self._place.kind
        others = (module for module in modules.values() if module not in readers)
        return [module for module in others if next(module.parameters()).device.type == device]


def _move(modules: list[Any], device: str) -> None:
    for module in modules:
        module.to(device)
