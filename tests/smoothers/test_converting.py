"""The user's own weights: what is taken over, what is refused, and that nothing in a file is ever run."""

from __future__ import annotations

import os
import pickle
import re
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from storyboard import places
from storyboard.errors import SmootherError
from storyboard.smoothers import (
    checkpoint,
    converting,
    ncnn_model,
    ncnn_reading,
    registry,
    rife_family,
    weights,
)
from storyboard.smoothers.base import Gap
from storyboard.smoothers.rife_family import FAMILIES, Family
from tests.smoothers.moving import moving
from tests.support import with_further

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.models

HALF = Fraction(1, 2)
PUBLISHED = (
    (r"head\.(\d)\.(\w+)", r"module.encode.cnn\1.\2"),
    (r"(block\d)\.shrink\.(\d)\.(\w+)", r"module.\1.conv0.\2.0.\3"),
    (r"(block\d)\.residual\.(\d)\.(\w+)", r"module.\1.convblock.\2.conv.\3"),
    (r"(block\d)\.out\.(\w+)", r"module.\1.lastconv.0.\2"),
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    return tmp_path


def arrays(family: Family, seed: int = 0) -> dict[str, np.ndarray]:
    """Random weights that move pictures a little and keep them whole, under our names."""
    random = np.random.default_rng(seed)
    return {
        name: (random.standard_normal(shape) * 0.5 / np.sqrt(max(1, np.prod(shape[1:])))).astype(np.float32)
        for name, shape in family.shapes().items()
    }


def published(own: dict[str, np.ndarray]) -> dict[str, object]:
    """As Practical-RIFE saves them, with factors of one and a part for training."""
    found = {}
    for name, array in own.items():
        for pattern, new in PUBLISHED:
            if re.fullmatch(pattern, name):
                found[re.sub(pattern, new, name)] = torch.from_numpy(array)
        if re.fullmatch(r"block\d\.residual\.\d\.bias", name):
            beta = re.sub(r"(block\d)\.residual\.(\d)\.bias", r"module.\1.convblock.\2.beta", name)
            found[beta] = torch.ones(1, array.size, 1, 1)
    return {**found, "module.teacher.conv0.0.0.weight": torch.ones(3)}


def saved(folder: Path, what: object, name: str = "flownet.pkl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(what, folder / name)
    return folder / name


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_published_checkpoint_of_each_network_smooths(family: Family, home: Path) -> None:
    own = arrays(family)
    made = converting.convert(saved(home / "My Anime", published(own)))
    assert made.network == family.name
    assert made.smoother == "rife:my-anime"
    assert all(np.allclose(array, own[name], atol=1e-3) for name, array in weights.load(made.file).items())
    smoother = registry.open_smoother(made.smoother, threads=1)
    before, after = moving(70, 64, 2)
    (frame,) = smoother.between([Gap(before, after, HALF)])
    smoother.close()
    assert frame.shape == before.shape
    assert smoother.engine == registry.engine_of(made.smoother)
    assert smoother.engine.weights == weights.digest(made.file)


@pytest.mark.parametrize("family", with_further(FAMILIES, 0, 3), ids=lambda family: family.name)
def test_each_network_computes_what_was_published(family: Family, home: Path) -> None:
    from tests.smoothers.rife_reference import Reference

    made = converting.convert(saved(home / "w", published(arrays(family))))
    smoother = registry.open_smoother(made.smoother, threads=1)
    before, after = moving(128, 128, 2)
    (frame,) = smoother.between([Gap(before, after, Fraction(1, 3))])
    smoother.close()
    right = Reference(made.file, family.scales).between(before, after, Fraction(1, 3))
    assert np.abs(frame.astype(int) - right).max() <= 1


def test_factors_are_taken_into_the_convolution_before_them(home: Path) -> None:
    own = arrays(rife_family.SHIPPED)
    given = published(own)
    given["module.block2.convblock.3.beta"] = torch.full((1, 96, 1, 1), 2.0)
    found = weights.load(converting.convert(saved(home / "w", given)).file)
    assert np.allclose(found["block2.residual.3.weight"], 2 * own["block2.residual.3.weight"], atol=1e-3)


def test_an_ncnn_folder_gives_the_weights_it_was_written_from(home: Path) -> None:
    folder = ncnn_model.folder(home)
    made = converting.convert(folder, "back")
    shipped = weights.load()
    assert all(np.array_equal(array, shipped[name]) for name, array in weights.load(made.file).items())
    assert registry.engine_of("rife:back").version == registry.engine_of("rife-openvino").version


def test_a_constant_factor_in_an_ncnn_model_is_taken_in() -> None:
    data = struct.pack("<I", 0) + np.ones(9, "<f4").tobytes() + struct.pack("<ff", 3, 2)
    param = "\n".join(
        [
            "7767517",
            "4 4",
            "Input in0 0 1 in0",
            "Convolution c 1 1 in0 x 0=1 1=3 5=1 6=9",
            "MemoryData m 0 1 beta 0=1",
            "BinaryOp b 2 1 x beta y 0=2",
        ]
    )
    found = ncnn_reading.weights(param, data)
    assert np.array_equal(found["head.0.weight"], np.full((1, 1, 3, 3), 2))
    assert found["head.0.bias"] == [6]


def test_a_name_is_taken_once_unless_it_is_replaced(home: Path) -> None:
    first = saved(home / "w", published(arrays(rife_family.SHIPPED)))
    converting.convert(first, "mine")
    before = registry.engine_of("rife:mine")
    saved(home / "w", published(arrays(rife_family.SHIPPED, seed=1)))
    with pytest.raises(SmootherError, match="there are weights mine already"):
        converting.convert(first, "mine")
    converting.convert(first, "mine", replace=True)
    assert registry.engine_of("rife:mine").weights != before.weights


@pytest.mark.parametrize("name", ["../evil", "", "a/b", "Ä", "x" * 41, ".."])
def test_a_name_that_is_no_file_s_name_is_refused(name: str, home: Path) -> None:
    source = saved(home / "§", published({}))
    with pytest.raises(SmootherError, match="name"):
        converting.convert(source, name)


def test_weights_that_are_not_here_say_how_to_get_them() -> None:
    with pytest.raises(SmootherError, match="anime are not on this machine; run: storyboard models convert"):
        registry.resolve("rife:anime")


# ---- files that are broken or mean harm


class _Harm:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f'echo harm > "{self.path}"',)


def test_a_pickle_that_would_run_something_is_refused_and_not_run(home: Path) -> None:
    harm = home / "harm"
    for name, write in (
        ("zip.pkl", lambda path: torch.save({"a": _Harm(harm)}, path)),
        ("bare.pkl", lambda path: path.write_bytes(pickle.dumps({"a": _Harm(harm)}))),
        ("old.pkl", lambda path: path.write_bytes(pickle.dumps({"a": _Harm(harm)}, protocol=2))),
    ):
        write(home / name)
        with pytest.raises(SmootherError, match=rf"{name}: it .*get weights that hold tensors only"):
            converting.convert(home / name)
    assert not harm.exists()


def test_a_table_within_a_table_and_counters_of_training_are_taken(home: Path) -> None:
    given = published(arrays(rife_family.SHIPPED))
    counted = {**given, "module.norm.num_batches_tracked": torch.tensor(3)}
    plain = converting.convert(saved(home / "plain", given))
    wrapped = converting.convert(saved(home / "wrapped", {"state_dict": counted, "epoch": 12}))
    assert weights.digest(wrapped.file) == weights.digest(plain.file)


def test_weights_of_another_network_are_refused_with_what_was_found(home: Path) -> None:
    older = {name: array for name, array in arrays(FAMILIES[-1]).items() if not name.startswith("head")}
    with pytest.raises(SmootherError, match=r"found 4 blocks of 256, 192, 96, 48 channels and no head"):
        converting.convert(saved(home / "w", published(older)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    with_further(
        [
            (lambda given: given.pop("module.block1.conv0.0.0.bias"), "block1.shrink.0.bias is missing"),
            (
                lambda given: given.update({"module.encode.cnn0.weight": torch.zeros(16, 4, 3, 3)}),
                "head.0.weight is 16x4x3x3, and 16x3x3x3",
            ),
            (
                lambda given: given["module.block0.lastconv.0.bias"].fill_(float("nan")),
                "block0.out.bias holds a value that is no number",
            ),
            (lambda given: given["module.block0.lastconv.0.bias"].fill_(1e9), "far too large"),
            (lambda given: given.update({"extra": torch.zeros(1)}), "extra has no place"),
            (lambda given: given.update({"extra": 3}), "more than named tensors"),
            (
                lambda given: given.update({"module.block0.convblock.0.beta": torch.ones(7)}),
                "a factor for other channels",
            ),
            (
                lambda given: given.update({"big": torch.zeros(1).expand(10**5, 10**5)}),
                r"more than 200,000,000 values",
            ),
        ],
        0,
        2,
        5,
    ),
)
def test_what_does_not_fit_is_named(
    change: Callable[[dict[str, object]], object], sentence: str, home: Path
) -> None:
    given = published(arrays(rife_family.SHIPPED))
    change(given)
    with pytest.raises(SmootherError, match=sentence):
        converting.convert(saved(home / "w", given))
    assert weights.own() == []


@pytest.mark.parametrize("kept", with_further([0.0, 0.001, 0.5, 0.999], 2))
def test_a_truncated_checkpoint_is_a_sentence(kept: float, home: Path) -> None:
    source = saved(home / "w", published(arrays(FAMILIES[3])))
    source.write_bytes(source.read_bytes()[: int(source.stat().st_size * kept)])
    with pytest.raises(SmootherError, match=r"flownet\.pkl: "):
        converting.convert(source)


def test_ncnn_files_changed_anywhere_are_a_sentence_or_other_weights(home: Path) -> None:
    text, data = ncnn_model.model(weights.load())
    random = np.random.default_rng(0)
    for _ in range(40):
        lines = text.splitlines()
        place = int(random.integers(len(lines)))
        match random.integers(5):
            case 0:
                del lines[place]
            case 1:
                lines[place] = lines[place][: int(random.integers(len(lines[place]) + 1))]
            case 2:
                lines[place] = re.sub(
                    r"\d+", lambda _: str(random.integers(-1, 10**12)), lines[place], count=3
                )
            case 3:
                lines.insert(place, lines[int(random.integers(len(lines)))])
            case _:
                lines[place] = lines[place].replace("0=", "0=-")
        try:
            found = ncnn_reading.weights("\n".join(lines), data)
            rife_family.family_of({name: array.shape for name, array in found.items()})
            checkpoint.halved(found)
        except SmootherError:
            pass
    for end in (0, 3, 4, 1000, len(data) - 1):
        with pytest.raises(SmootherError):
            ncnn_reading.weights(text, data[:end])
    with pytest.raises(SmootherError, match="longer"):
        ncnn_reading.weights(text, data + b"\0")
