"""Weights in 8 bits or fewer: those of a model that come so, and those that are made so to fit here.

Both are diffusers' and transformers' own: a part's config.json says in its `quantization_config` what wrote it, and the
package of that reads it. Only methods whose files are plain tensors are read.
"""

from __future__ import annotations

from importlib import metadata, util
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from storyboard.errors import GeneratorError

if TYPE_CHECKING:
    from storyboard.generators.weights import ModelFiles


class Method(NamedTuple):
    """What reads and writes quantised weights."""

    module: str
    package: str
    """What to install."""

    @property
    def installed(self) -> bool:
        """Whether it is here, without importing it."""
        try:
            return util.find_spec(self.module) is not None
        except ModuleNotFoundError:  # of a package around it
            return False


METHODS: Final = {
    "torchao": Method("torchao", "torchao"),
    "bitsandbytes": Method("bitsandbytes", "bitsandbytes"),
    "quanto": Method("optimum.quanto", "optimum-quanto"),
}
"""By what a `quantization_config` calls it."""
OWN: Final = METHODS["torchao"]
"""What makes weights smaller here: the one that diffusers does not call deprecated and that runs on every device."""


def method_of(config: dict[str, Any]) -> str:
    """What a part's weights were quantised with, by its config.json; empty where they were not."""
    said = config.get("quantization_config")
    if not isinstance(said, dict):
        return ""
    named = said.get("quant_method")
    if isinstance(named, str) and named:
        return named
    # Older files of bitsandbytes do not name it.
    return "bitsandbytes" if said.get("load_in_8bit") or said.get("load_in_4bit") else "an unnamed method"


def check(files: ModelFiles, name: str) -> None:
    """Raises `GeneratorError` that says what to install, or to get, for the model called `name`."""
    for key, method in files.quantised.items():
        if method not in METHODS:
            raise GeneratorError(
                f"{files.folder / key} has weights quantised with {method}, which is not read here; get a copy of {name} "
                f"quantised with {', '.join(METHODS)}, or with its weights as they were"
            )
        if not METHODS[method].installed:
            raise GeneratorError(
                f"{name} has its {key} quantised with {method}, which is not installed; run: "
                f"pip install {METHODS[method].package}"
            )


def in_words(method: Method) -> str:
    """`torchao 0.18.0`, for a take's record."""
    return f"{method.package} {metadata.version(method.package)}"


def int8() -> Any:
    """What diffusers is given to store the weights of linear layers as 8-bit whole numbers."""
    from diffusers import TorchAoConfig
    from torchao.quantization import Int8WeightOnlyConfig

    return TorchAoConfig(Int8WeightOnlyConfig())
