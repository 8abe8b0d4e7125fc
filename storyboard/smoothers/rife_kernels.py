"""`rife_kernels.cu` on an NVIDIA card: compiled when it is first used, by the compiler that comes with PyTorch.

NVRTC and the driver are called as their C interfaces are published (docs.nvidia.com/cuda/nvrtc,
docs.nvidia.com/cuda/cuda-driver-api): no compiler has to be installed, which Triton asks for.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor

SOURCE = Path(__file__).with_name("rife_kernels.cu")
_THREADS = 256
"""In a block of threads."""
_MOST_BLOCKS = 1 << 16
"""More work than so many blocks take is done by the same blocks one after the other."""

Argument: TypeAlias = "Tensor | int"
"""A tensor, for its address, or a C `int`."""


class CardError(RuntimeError):
    """What the driver or the compiler says."""


class Kernels(Protocol):
    """Runs a function of `rife_kernels.cu` over `count` elements."""

    def __call__(self, name: str, count: int, *arguments: Argument) -> None: ...


@functools.cache
def on_card() -> CardKernels:
    """Compiled for the card that PyTorch uses by default. Raises `CardError` where that does not work."""
    return CardKernels()


class CardKernels:
    """`Kernels` in PyTorch's current stream."""

    def __init__(self) -> None:
        import torch

        torch.cuda.init()
        major, minor = torch.cuda.get_device_capability()
        self._driver, nvrtc = _libraries()
        torch.cuda.current_stream().synchronize()  # the driver has PyTorch's context now
        image = _compiled(nvrtc, f"sm_{major}{minor}")
        module = ctypes.c_void_p()
        self._check(self._driver.cuModuleLoadData(ctypes.byref(module), image))
        self._module = module
        self._functions: dict[str, ctypes.c_void_p] = {}

    def __call__(self, name: str, count: int, *arguments: Argument) -> None:
        import torch

        values = as_c(arguments)
        given = (ctypes.c_void_p * len(values))(*(ctypes.addressof(value) for value in values))
        blocks = min(-(-count // _THREADS), _MOST_BLOCKS)
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
        self._check(
            self._driver.cuLaunchKernel(
                self._function(name), blocks, 1, 1, _THREADS, 1, 1, 0, stream, given, None
            )
        )

    def _function(self, name: str) -> ctypes.c_void_p:
        if name not in self._functions:
            found = ctypes.c_void_p()
            self._check(self._driver.cuModuleGetFunction(ctypes.byref(found), self._module, name.encode()))
            self._functions[name] = found
        return self._functions[name]

    def _check(self, result: int) -> None:
        if result:
            said = ctypes.c_char_p()
            self._driver.cuGetErrorString(result, ctypes.byref(said))
            raise CardError(f"the card's driver says: {(said.value or b'unknown error').decode()}")


def as_c(arguments: Sequence[Argument]) -> list[Any]:
    """As a C function takes them."""
    return [
        ctypes.c_int(each) if isinstance(each, int) else ctypes.c_void_p(each.data_ptr())
        for each in arguments
    ]


def _libraries() -> tuple[Any, Any]:
    """The driver and NVRTC, as they come with the system and with PyTorch. Raises `CardError` without them."""
    import torch

    folder = Path(torch.__file__).parent / "lib"
    try:
        if sys.platform == "win32":
            found = sorted(path for path in folder.glob("nvrtc64_*.dll") if "alt" not in path.name)
            return ctypes.CDLL("nvcuda.dll"), ctypes.CDLL(str(found[0]))
        # Linked against both: what it finds is what PyTorch uses.
        both = ctypes.CDLL(str(folder / "libcaffe2_nvrtc.so"))
        assert both.cuLaunchKernel
        assert both.nvrtcCompileProgram
    except (OSError, IndexError, AttributeError) as error:
        raise CardError(f"PyTorch's own compiler for NVIDIA cards was not found ({error})") from error
    return both, both


def _compiled(nvrtc: Any, architecture: str) -> bytes:
    """The machine code of `rife_kernels.cu`. Raises `CardError` with what the compiler says."""
    program = ctypes.c_void_p()
    source = SOURCE.read_bytes()
    _asked(nvrtc.nvrtcCreateProgram(ctypes.byref(program), source, SOURCE.name.encode(), 0, None, None))
    try:
        options = [f"--gpu-architecture={architecture}".encode(), b"--std=c++17"]
        given = (ctypes.c_char_p * len(options))(*options)
        failed = nvrtc.nvrtcCompileProgram(program, len(options), given)
        if failed:
            log = _bytes(nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog, program)
            raise CardError(f"{SOURCE.name} does not compile: {log.decode(errors='replace').strip()[:2000]}")
        return _bytes(nvrtc.nvrtcGetCUBINSize, nvrtc.nvrtcGetCUBIN, program)
    finally:
        nvrtc.nvrtcDestroyProgram(ctypes.byref(program))


def _bytes(size: Any, get: Any, program: ctypes.c_void_p) -> bytes:
    count = ctypes.c_size_t()
    _asked(size(program, ctypes.byref(count)))
    got = ctypes.create_string_buffer(count.value)
    _asked(get(program, got))
    return got.raw


def _asked(result: int) -> None:
    if result:
        raise CardError(f"NVRTC failed with number {result}")
