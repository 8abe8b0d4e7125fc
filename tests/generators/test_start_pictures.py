"""What a take starts from, read for a generator: the right pixels, fitted, and nothing that is not ours."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from storyboard import store
from storyboard.errors import GeneratorError
from storyboard.generators import loras, sketch, starts
from storyboard.generators.sketch import SketchGenerator
from storyboard.media import lossless
from storyboard.project import Wish
from storyboard.start import Drawing, Lora, Reference, Start, of_picture
from storyboard.take import Recipe, Take

if TYPE_CHECKING:
    from storyboard.frames import Frame


def recipe(*given: Start, frames: int = 12, width: int = 96, height: int = 64, rate: int = 12) -> Recipe:
    return Recipe(
        generator="some", version="1", model="some/model", prompt="a dog runs", seed=1, frames=frames, width=width,
        height=height, rate=Fraction(rate), starts=given,
    )  # fmt: skip


def shades(count: int, width: int = 64, height: int = 64) -> list[Frame]:
    return [np.full((height, width, 3), 10 * n, np.uint8) for n in range(count)]


def numbers(frames: tuple[Frame, ...]) -> list[int]:
    return [int(frame[0, 0, 0]) // 10 for frame in frames]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "media").mkdir()
    (tmp_path / "takes").mkdir()
    return tmp_path


def keep_picture(folder: Path, frame: Frame) -> str:
    path = folder / "media" / "new.png"
    Image.fromarray(frame).save(path)
    name = f"media/sea-{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}.png"
    path.rename(folder / name)
    return name


def keep_take(folder: Path, frames: list[Frame], rate: int = 24) -> Take:
    written = lossless.write(folder / "takes/t.mkv", frames, Fraction(rate))
    take = Take(
        id="t", shot="a", number=1, created="", frames=written.frames, rate=Fraction(rate), width=written.width,
        height=written.height, content=written.content,
    )  # fmt: skip
    store.publish(folder, take)
    return take


def clip_of(take: Take, strength: float = 0.5) -> Start:
    return Start(file="takes/t.json", content=take.content, role="clip", strength=strength)


# What is read


def test_pictures_fill_the_size_and_keep_their_shape(folder: Path) -> None:
    frame = np.zeros((100, 300, 3), np.uint8)
    frame[:, 100:200] = 200  # the middle is what a wide picture shows in a square
    first, last = keep_picture(folder, frame), keep_picture(folder, frame[:, ::-1].copy() + 1)
    made = recipe(of_picture(first, "first"), of_picture(last, "last"), width=64, height=64)
    given = starts.read(folder, made)
    assert given.first is not None
    assert given.last is not None
    assert given.first.shape == given.last.shape == (64, 64, 3)
    assert given.first.min() == 200
    assert given.last.min() == 201
    assert given.clip == ()


def test_a_frame_of_a_take_is_that_frame_bit_for_bit(folder: Path) -> None:
    take = keep_take(folder, shades(24))
    given = starts.read(folder, recipe(Start(file="takes/t.json", content=take.content, frame=19), width=64))
    assert given.first is not None
    assert (given.first == 190).all()


def test_a_clip_is_brought_to_the_recipes_rate(folder: Path) -> None:
    take = keep_take(folder, shades(24))
    given = starts.read(folder, recipe(clip_of(take), frames=12, rate=12))
    assert numbers(given.clip) == list(range(0, 24, 2))
    assert given.clip[0].shape == (64, 96, 3)
    assert given.strength == 0.5


def test_a_clip_that_is_too_long_is_cut_and_one_that_is_too_short_is_held(folder: Path) -> None:
    take = keep_take(folder, shades(6))
    assert numbers(starts.read(folder, recipe(clip_of(take), frames=4, rate=24)).clip) == [0, 1, 2, 3]
    assert numbers(starts.read(folder, recipe(clip_of(take), frames=9, rate=24)).clip) == [0, 1, 2, 3, 4, 5, 5, 5, 5]  # fmt: skip
    assert numbers(starts.read(folder, recipe(clip_of(take), frames=4, rate=48)).clip) == [0, 0, 1, 1]


def test_a_sketch_is_drawn_in_the_recipes_size_and_known_by_its_content(folder: Path) -> None:
    made = recipe(Start(role="clip", strength=0.6, drawn=Drawing("a dog runs", 7)), frames=5)
    settled = starts.settled(folder, made)
    assert settled.starts[0].content
    assert settled.starts[0].drawn == Drawing("a dog runs", 7, version=sketch.VERSION)
    assert starts.settled(folder, settled) is settled
    clip = starts.read(folder, settled).clip
    drawn = sketch.draw("a dog runs", 7, 96, 64, 5, Fraction(12))
    assert all((one == other).all() for one, other in zip(clip, drawn, strict=True))
    other = replace(settled.starts[0], content="0" * 64)
    with pytest.raises(GeneratorError, match="drawn otherwise now"):
        starts.read(folder, recipe(other, frames=5))


def test_a_prompt_in_which_nothing_can_be_drawn_gives_no_clip(folder: Path) -> None:
    with pytest.raises(GeneratorError, match="the sketch finds nothing to draw"):
        starts.settled(folder, recipe(Start(role="clip", drawn=Drawing("qwx zzvk", 1))))


# What is refused


def lying_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header says that it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")  # fmt: skip


def of_bytes(folder: Path, data: bytes) -> Start:
    name = f"media/x-{hashlib.sha256(data).hexdigest()[:16]}.png"
    (folder / name).write_bytes(data)
    return of_picture(name, "first")


def changed_picture(folder: Path) -> Start:
    name = keep_picture(folder, shades(2)[1])
    Image.fromarray(shades(3)[2]).save(folder / name)
    return of_picture(name, "first")


def other_take(folder: Path) -> Start:
    keep_take(folder, shades(3))
    return Start(file="takes/t.json", content="f" * 64, frame=0)


def changed_take(folder: Path) -> Start:
    take = keep_take(folder, shades(3))
    lossless.write(folder / "takes/t.mkv", shades(4)[1:], Fraction(24))
    return Start(file="takes/t.json", content=take.content, frame=0)


def cut_take(folder: Path) -> Start:
    take = keep_take(folder, shades(3))
    data = (folder / "takes/t.mkv").read_bytes()
    (folder / "takes/t.mkv").write_bytes(data[: len(data) // 2])
    return Start(file="takes/t.json", content=take.content, frame=0)


def beyond(folder: Path) -> Start:
    return Start(file="takes/t.json", content=keep_take(folder, shades(3)).content, frame=3)


def linked(folder: Path) -> Start:
    outside = folder.parent / f"{folder.name}-secret.png"
    Image.fromarray(shades(2)[1]).save(outside)
    (folder / "media/x-0123456789abcdef.png").symlink_to(outside)
    return of_picture("media/x-0123456789abcdef.png", "first")


def a_pipe(folder: Path) -> Start:
    import os

    os.mkfifo(folder / "media/x-0123456789abcdef.png")
    return of_picture("media/x-0123456789abcdef.png", "first")


BAD: dict[str, Callable[[Path], Start]] = {
    "1 x 1": lambda folder: of_bytes(folder, lying_png(1, 1)),
    "20,000 x 16": lambda folder: of_bytes(folder, lying_png(20_000, 16)),
    "20,000 x 20,000": lambda folder: of_bytes(folder, lying_png(20_000, 20_000)),
    "a bomb": lambda folder: of_bytes(folder, lying_png(2**31 - 1, 2**31 - 1)),
    "no picture": lambda folder: of_bytes(folder, b"<svg/>"),
    "cut off": lambda folder: of_bytes(folder, lying_png(64, 64)),
    "not there": lambda _: of_picture("media/x-0123456789abcdef.png", "first"),
    "another picture": changed_picture,
    "a link out of the project": linked,
    "a pipe": a_pipe,
    "a path out of the project": lambda _: Start(file="media/../../x.png", content="0" * 16),
    "an absolute path": lambda _: Start(file="/etc/hostname", content="0" * 16),
    "a sidecar that is not there": lambda _: Start(file="takes/x.json", content="0" * 64, frame=0),
    "a sidecar elsewhere": lambda _: Start(file="project.json", content="0" * 64, frame=0),
    "another take": other_take,
    "other pixels": changed_take,
    "half a take": cut_take,
    "a frame too many": beyond,
    "nothing at all": lambda _: Start(),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_used_is_refused_with_a_sentence(folder: Path, name: str) -> None:
    start = BAD[name](folder)
    with pytest.raises(GeneratorError) as refused:
        starts.read(folder, recipe(start))
    assert len(str(refused.value)) > 30
    assert "\n" not in str(refused.value)


def test_a_clip_that_would_fill_the_memory_is_refused(folder: Path) -> None:
    take = keep_take(folder, shades(3))
    with pytest.raises(GeneratorError, match="too many to start from at once"):
        starts.read(folder, recipe(clip_of(take), frames=100_000, width=1920, height=1080))


def test_a_model_that_cannot_start_so_says_which_can() -> None:
    wish = Wish("some/model", "a dog", "", None, None, None, starts=(Start(role="last"),))
    starts.refuse(wish, ("first", "last"), ())
    with pytest.raises(GeneratorError, match=r"some/model cannot start from a last picture.*\(one, two\)"):
        starts.refuse(wish, ("first",), ("one", "two"))
    with pytest.raises(GeneratorError, match="some/model takes no LoRA"):
        starts.refuse(replace(wish, starts=(), loras=(Lora("paper", "a" * 64),)), (), ())


# The sketch


def test_the_sketch_begins_and_ends_with_the_pictures_that_it_is_given(folder: Path) -> None:
    first, last = keep_picture(folder, shades(26)[25]), keep_picture(folder, shades(2)[1])
    given = (of_picture(first, "first"), of_picture(last, "last"))
    generator = SketchGenerator(folder)
    wish = Wish("sketch", "a dog runs on a beach", "", None, None, None)
    plain = generator.recipe(wish, 1, Fraction(1), 64, 64)
    made = generator.recipe(replace(wish, starts=given), 1, Fraction(1), 64, 64)
    frames = list(generator.generate(made, lambda *_: None))
    drawn = list(generator.generate(plain, lambda *_: None))
    assert (frames[0] == 250).all()
    assert (frames[-1] == 10).all()
    middle = slice(8, 16)
    assert all((a == b).all() for a, b in zip(frames[middle], drawn[middle], strict=True))
    assert not (frames[4] == drawn[4]).all()


def test_colours_are_taken_from_the_frame_that_the_recipe_names(folder: Path) -> None:
    take = keep_take(folder, shades(24))
    made = replace(recipe(), colours_of=Reference("takes/t.json", take.content, 20))
    frames = list(starts.coloured(folder, made, iter(shades(3))))
    assert all(abs(int(frame.mean()) - 200) <= 2 for frame in frames)
    plain = shades(3)
    assert list(starts.coloured(folder, recipe(), iter(plain))) == plain
    with pytest.raises(GeneratorError, match="the frame whose colours"):
        starts.coloured(
            folder, replace(recipe(), colours_of=Reference("takes/x.json", "0" * 64, 1)), iter(plain)
        )


# LoRAs


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    safetensors = pytest.importorskip("safetensors.numpy")
    monkeypatch.setenv("STORYBOARD_HOME", str(tmp_path / "home"))
    path = tmp_path / "paper style.safetensors"
    safetensors.save_file({"up": np.ones((4, 4), np.float32)}, path)
    return path


def test_a_lora_is_kept_with_the_user_and_found_by_its_content(file: Path) -> None:
    lora = loras.add(file, 0.8)
    assert (lora.name, lora.weight) == ("paper style", 0.8)
    assert loras.find(lora).read_bytes() == file.read_bytes()
    assert loras.add(loras.find(lora), 0.8) == lora, "its own copy is the same"
    file.unlink()
    assert loras.find(lora).is_file()


def test_a_lora_that_is_not_here_says_how_to_get_it(file: Path) -> None:
    with pytest.raises(GeneratorError, match=r"the LoRA ink \(bbbbbbbb\) is not on this machine"):
        loras.find(Lora("ink", "b" * 64))
    lora = loras.add(file)
    loras.find(lora).write_bytes(file.read_bytes()[:-1])
    with pytest.raises(GeneratorError, match="damaged or cut short"):
        loras.find(lora)


@pytest.mark.parametrize("name", ["paper.ckpt", "paper.bin", "paper.pt", "paper.safetensors"])
def test_nothing_but_a_whole_safetensors_file_is_taken(file: Path, name: str) -> None:
    other = file.with_name(name)
    other.write_bytes(b"\x80\x04pickle")
    with pytest.raises(GeneratorError):
        loras.add(other)
    assert not loras.folder().exists()
