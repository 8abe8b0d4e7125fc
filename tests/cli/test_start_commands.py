"""What a shot starts from, on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from storyboard.cli import starting
from storyboard.cli.run import ERROR, OK, USAGE, run
from tests.support import make_project


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_project(tmp_path / "film", "a dog runs", "a cat sleeps", "a red car", "a bird flies")


def shots(film: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((film / "project.json").read_text())["shots"]
    return found


def ask(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """The exit code and what was said on standard error."""
    code = run([str(argument) for argument in arguments])
    return code, capsys.readouterr().err


def test_shots_are_chained_matched_and_set_free(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, "set", film, "2-4", "--start", "previous", "--match-colour")[0] == OK
    assert [shot.get("start") for shot in shots(film)] == [
        None,
        *[{"from": "previous", "match_colour": True}] * 3,
    ]
    assert ask(capsys, "set", film, "3", "--own-colour")[0] == OK
    assert shots(film)[2]["start"] == {"from": "previous"}
    assert ask(capsys, "set", film, "2-4", "--start", "none")[0] == OK
    assert [shot.get("start") for shot in shots(film)] == [None] * 4


def test_a_shot_begins_and_ends_with_pictures_that_are_copied_in(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, grey in (("sea.png", 90), ("sky.jpg", 180)):
        Image.new("L", (200, 100), grey).save(tmp_path / name)
    code, said = ask(capsys, "set", film, "2", "--start", tmp_path / "sea.png", "--end", tmp_path / "sky.jpg")
    assert code == OK, said
    shot = shots(film)[1]
    for name in (shot["start"]["picture"], shot["end"]):
        assert np.asarray(Image.open(film / name)).shape == (100, 200, 3)
    assert ask(capsys, "set", film, "2", "--end", "none")[0] == OK
    assert "end" not in shots(film)[1]


def test_a_take_or_the_sketch_is_made_anew(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, "generate", film, "--shots", "1", "-q")[0] == OK
    assert ask(capsys, "set", film, "1", "--from-take", 1, "--strength", 0.4)[0] == OK
    start = shots(film)[0]["start"]
    assert (start["from"], start["strength"]) == ("take", 0.4)
    assert (film / "takes" / f"{start['take']}.json").is_file()
    assert ask(capsys, "set", film, "1-2", "--from-sketch")[0] == OK
    assert [shot["start"] for shot in shots(film)[:2]] == [{"from": "sketch", "strength": 0.6}] * 2
    assert ask(capsys, "set", film, "2", "--strength", 0.9)[0] == OK
    assert shots(film)[1]["start"] == {"from": "sketch", "strength": 0.9}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["1", "--start", "previous"], ERROR, "shot 1 has no shot before it to start from"),
        (["--start", "previous"], USAGE, "a setting of a shot"),
        (["2", "--start", "gone.png"], ERROR, "gone.png cannot be read: no such file"),
        (["2", "--start", "gone.mp4"], ERROR, "gone.mp4 cannot be read"),
        (["2", "--start", "previous", "--from-sketch"], USAGE, "starts from one thing"),
        (["2", "--from-take", "7"], ERROR, "shot 2 has no take 7; its takes: none yet"),
        (["2", "--strength", "0.5"], ERROR, "shot 2 makes no clip anew"),
        (["2", "--from-sketch", "--strength", "nan"], ERROR, "a strength is a number above 0 and up to 1"),
        (["2", "--from-sketch", "--strength", "0"], ERROR, "a strength is a number above 0 and up to 1"),
        (["2", "--from-sketch", "--strength", "1.5"], ERROR, "a strength is a number above 0 and up to 1"),
        (["2", "--match-colour"], ERROR, "shot 2 does not go on from the shot before it"),
        (["2", "--lora", "paper.ckpt:0.8"], ERROR, "a LoRA is a .safetensors file"),
        (["2", "--lora", "gone.safetensors"], ERROR, "gone.safetensors is not there"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_changes_nothing(
    film: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    before = (film / "project.json").read_bytes()
    found, said = ask(capsys, "set", film, *arguments)
    assert (found, words in " ".join(said.replace("│", " ").split())) == (code, True), said
    assert (film / "project.json").read_bytes() == before


def test_loras_are_set_for_the_film_and_for_a_shot(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    monkeypatch.setenv("STORYBOARD_HOME", str(tmp_path / "home"))
    for name in ("paper", "ink"):
        safetensors.save_file({name: np.ones((2, 2), np.float32)}, tmp_path / f"{name}.safetensors")
    code, said = ask(capsys, "set", film, "--lora", f"{tmp_path / 'paper.safetensors'}:0.8", "--lora", tmp_path / "ink.safetensors")  # fmt: skip
    assert code == OK, said
    text = (film / "project.json").read_text()
    assert [(lora["name"], lora["weight"]) for lora in json.loads(text)["look"]["loras"]] == [("paper", 0.8), ("ink", 1.0)]  # fmt: skip
    assert str(tmp_path) not in text, "a project names no place on one machine"
    assert ask(capsys, "set", film, "2", "--lora", "none")[0] == OK
    assert shots(film)[1]["loras"] == []
    assert ask(capsys, "set", film, "2", "--lora", "inherit")[0] == OK
    assert "loras" not in shots(film)[1]
    assert ask(capsys, "set", film, "--lora", "none")[0] == OK
    assert json.loads((film / "project.json").read_text())["look"]["loras"] == []


def test_a_colon_in_a_path_is_no_weight() -> None:
    assert starting.weighed("C:/loras/paper.safetensors") == ("C:/loras/paper.safetensors", 1.0)
    assert starting.weighed("C:/loras/paper.safetensors:0.5") == ("C:/loras/paper.safetensors", 0.5)


def test_a_film_is_made_anew_only_with_a_model_that_can(
    film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = ask(capsys, "rerender", film, "--model", "sketch")
    assert (code, "needs nothing to start from" in said) == (ERROR, True)
    code, said = ask(capsys, "rerender", film, "--model", "nobody/nothing", "-q")
    assert code == ERROR
    assert "nobody/nothing" in said
    code, said = ask(capsys, "rerender", film, "--model", "nobody/nothing", "--strength", "1.5")
    assert (code, "a strength is a number above 0" in said) == (ERROR, True)
    assert not list((film / "takes").glob("*")) if (film / "takes").exists() else True
