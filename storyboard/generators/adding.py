"""LoRAs on a loaded model: put beside its weights, and taken off again without a trace."""

from __future__ import annotations

from importlib import util
from typing import TYPE_CHECKING, Any

from storyboard.errors import GeneratorError
from storyboard.generators import loras

if TYPE_CHECKING:
    from storyboard.start import Lora


def apply(pipe: Any, wanted: tuple[Lora, ...], on: tuple[Lora, ...]) -> None:
    """Makes `pipe`, which has the LoRAs that are `on`, have the `wanted` ones. Raises `GeneratorError` for one that is
    not here or is not for this model; then it has none."""
    if wanted == on:
        return
    if on:
        pipe.unload_lora_weights()
    if not wanted:
        return
    if not hasattr(pipe, "load_lora_weights"):
        raise GeneratorError(
            f"this model takes no LoRA; take {wanted[0].name} away from the shot or the look"
        )
    if util.find_spec("peft") is None:
        raise GeneratorError('LoRAs need peft, which is not installed; run: pip install "storyboard[models]"')
    for number, lora in enumerate(wanted):
        _load(pipe, lora, f"lora{number}")
    pipe.set_adapters([f"lora{number}" for number in range(len(wanted))], [lora.weight for lora in wanted])


def _load(pipe: Any, lora: Lora, name: str) -> None:
    path = loras.find(lora)
    try:
        pipe.load_lora_weights(
            str(path.parent),
            weight_name=path.name,
            adapter_name=name,
            local_files_only=True,
            use_safetensors=True,
        )
        fits = any(name in found for found in pipe.get_list_adapters().values())
    except (ValueError, KeyError, RuntimeError, TypeError, AttributeError, IndexError, OSError) as error:
        pipe.unload_lora_weights()
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise GeneratorError(
            f"the LoRA {lora.name} does not fit this model ({reason}); take another"
        ) from error
    if not fits:
        pipe.unload_lora_weights()
        raise GeneratorError(
            f"the LoRA {lora.name} is made for another model; take another, or choose its model"
        )
