"""The process in which a published checkpoint is opened. Started as a script by `converting`; imports nothing of ours.

Such a file is a pickle, which can hold a program. PyTorch opens it with `weights_only=True`: only tensors and plain
values are made, and a file that asks for anything else is refused. That happens here, in a process of its own with a
limit on its memory, so that a file made to hurt can only end this process. Its arguments are the checkpoint and the
safetensors file to write; why it could not is its last line on stderr.
"""

from __future__ import annotations

import contextlib
import pickle
import re
import sys
from typing import Any

MAX_ARRAYS = 2000
MAX_VALUES = 200_000_000
MEMORY = 4 << 30
"""Bytes."""


def main() -> None:
    import torch
    from safetensors.torch import save_file

    source, target = sys.argv[1:]
    _limit()
    try:
        found = torch.load(source, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        sys.exit(_refusal(str(error)))
    except (RuntimeError, EOFError, ValueError, TypeError, LookupError, AttributeError, MemoryError) as error:
        sys.exit(f"it cannot be opened ({_line(str(error)) or type(error).__name__})")
    save_file(_tensors(found, torch), target)


def _tensors(found: Any, torch: Any) -> dict[str, Any]:
    found = _table(found)
    if len(found) > MAX_ARRAYS:
        sys.exit(f"it holds {len(found)} tensors, and no RIFE has more than {MAX_ARRAYS}")
    for name, tensor in found.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor):
            sys.exit("it holds more than named tensors")
        if not tensor.is_floating_point() or tensor.layout != torch.strided:
            sys.exit(f"its {name[:80]!r} holds {tensor.dtype} and no decimal numbers")
    # By shape: a tensor may claim many values and store one.
    if sum(tensor.numel() for tensor in found.values()) > MAX_VALUES:
        sys.exit(f"it holds more than {MAX_VALUES:,} values, and no RIFE does")
    return {name[:200]: tensor.detach().float().contiguous().clone() for name, tensor in found.items()}


def _table(found: Any) -> dict[Any, Any]:
    """The table of tensors, which some programs put into another one; counters of training are passed over."""
    for inner in ("state_dict", "model"):
        if isinstance(found, dict) and isinstance(found.get(inner), dict):
            found = found[inner]
    if not isinstance(found, dict) or not found:
        sys.exit("it holds no table of tensors")
    return {name: value for name, value in found.items() if not str(name).endswith("num_batches_tracked")}


def _limit() -> None:
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):  # the user's own limit is lower
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _refusal(said: str) -> str:
    if asked := re.search(r"GLOBAL ([\w.]+)", said):
        return f"it asks to run {asked[1]} when it is opened, and that is never done"
    reason = _line(said.rpartition("WeightsUnpickler error:")[2])
    return f"it is no checkpoint of PyTorch ({reason})"


def _line(said: str) -> str:
    return next((line.strip()[:200] for line in said.splitlines() if line.strip()), "")


if __name__ == "__main__":
    main()
