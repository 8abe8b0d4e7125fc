"""The commands, as someone at a terminal uses them."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from storyboard import resources, store
from tests.film.test_smooth_video import click_time, make_clip
from tests.support import film, make_project, storyboard


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "film", "a dog runs", "a red car", "a whale jumps", smoother="flow")


def shown(folder: Path) -> dict[str, Any]:
    ran = storyboard("show", folder, "--json")
    assert ran.code == 0, ran.error
    facts: dict[str, Any] = ran.json
    return facts


def prompts(folder: Path) -> list[str]:
    return [shot["prompt"] for shot in shown(folder)["shots"]]


def test_new_reads_a_prompt_a_line(tmp_path: Path) -> None:
    (tmp_path / "prompts.txt").write_text("a dog runs\n\n  两个厨师 \n🐳\n", encoding="utf-8")
    ran = storyboard(
        "new",
        tmp_path / "film",
        tmp_path / "prompts.txt",
        "--size",
        "128x64",
        "--rate",
        "23.976",
        "--length",
        "1s",
    )
    assert ran.code == 0, ran.error
    facts = shown(tmp_path / "film")
    assert prompts(tmp_path / "film") == ["a dog runs", "两个厨师", "🐳"]
    assert (facts["width"], facts["height"], facts["rate"]) == (128, 64, "24000/1001")
    assert {shot["length"] for shot in facts["shots"]} == {24}
    assert facts["model"] == "sketch"
    assert storyboard("new", tmp_path / "film", tmp_path / "prompts.txt").code == 1, (
        "a project is never replaced"
    )


@pytest.mark.parametrize("sample", ["spaghetti", "postcard"])
def test_new_copies_a_sample(sample: str, tmp_path: Path) -> None:
    assert storyboard("new", tmp_path / "film", "--sample", sample).code == 0
    copied = (tmp_path / "film" / "project.json").read_bytes()
    assert copied == (resources.samples() / sample / "project.json").read_bytes()
    assert not shown(tmp_path / "film")["problems"]


def test_shots_are_added_moved_removed_and_copied(project: Path) -> None:
    storyboard("add", project, "a cat sleeps", "--at", "2")
    assert prompts(project) == ["a dog runs", "a cat sleeps", "a red car", "a whale jumps"]
    storyboard("move", project, "1-2", "3")
    assert prompts(project) == ["a red car", "a whale jumps", "a dog runs", "a cat sleeps"]
    storyboard("remove", project, "2,4")
    assert prompts(project) == ["a red car", "a dog runs"]
    storyboard("duplicate", project, "1")
    assert prompts(project) == ["a red car", "a red car", "a dog runs"]
    storyboard("split", project, "3", "4")
    assert [shot["length"] for shot in shown(project)["shots"]] == [12, 12, 4, 8]
    assert storyboard("move", project, "1", "9").code == 1


def test_many_shots_named_one_by_one_are_removed(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", *(f"shot {n}" for n in range(1, 41)))
    ran = storyboard("remove", folder, ", ".join(map(str, range(1, 40))))
    assert ran.code == 0, ran.error
    assert prompts(folder) == ["shot 40"]
    assert "Before removing 39 shots" in storyboard("versions", folder).out


def test_remove_names_the_version_that_brings_the_shots_back(project: Path) -> None:
    """Also where one of a later time is there, from when the clock was wrong."""
    (project / "versions").mkdir(exist_ok=True)
    shutil.copy(project / "project.json", project / "versions" / "20990101T000000.000Z Later.json")
    storyboard("add", project, "a cat sleeps")
    ran = storyboard("remove", project, "1")
    assert ran.code == 0, ran.error
    kept = ran.out.split("storyboard restore ")[1].split("`")[0].rsplit(" ", 1)[1]
    assert storyboard("restore", project, kept).code == 0
    assert prompts(project) == ["a dog runs", "a red car", "a whale jumps", "a cat sleeps"]


def test_settings_of_shots_and_of_the_project(project: Path) -> None:
    ran = storyboard(
        "set",
        project,
        "2-3",
        "--seed",
        "7",
        "--steps",
        "12",
        "--speed",
        "1/4",
        "--smoothing",
        "x2",
        "--fit",
        "contain",
    )
    assert ran.code == 0, ran.error
    ran = storyboard(
        "set", project, "--style", "oil painting", "--guidance", "7.5", "--rate", "30", "--name", "Paint"
    )
    assert ran.code == 0, ran.error
    with store.open_project(project) as opened:
        value = opened.project
    first, second, _ = value.shots
    assert (first.seed, second.seed, second.steps, second.fit) == (None, 7, 12, "contain")
    assert second.motion is not None
    assert (str(second.motion.speed), second.motion.smoothing) == ("1/4", "x2")
    assert (value.look.style, value.look.guidance, value.rate, value.name) == (
        "oil painting",
        7.5,
        30,
        "Paint",
    )
    assert first.length == 15, "a new rate keeps the seconds"
    storyboard("set", project, "2", "--seed", "none", "--steps", "inherit")
    with store.open_project(project) as opened:
        assert (opened.project.shots[1].seed, opened.project.shots[1].steps) == (None, None)


def test_a_setting_in_the_wrong_place_is_wrong_usage(project: Path) -> None:
    assert storyboard("set", project, "1", "--size", "64x64").code == 2
    assert storyboard("set", project, "--seed", "7").code == 2
    assert storyboard("set", project, "1").code == 2
    assert storyboard("set", project, "1", "--seed", "many").code == 2


def test_states_follow_takes_and_wishes(project: Path) -> None:
    assert [shot["state"] for shot in shown(project)["shots"]] == ["draft"] * 3
    ran = storyboard("generate", project, "--shots", "1,3", "--json")
    assert [take["number"] for take in ran.json["takes"]] == [1, 1]
    assert [shot["state"] for shot in shown(project)["shots"]] == ["ready", "draft", "ready"]
    storyboard("set", project, "3", "--prompt", "a fish swims")
    storyboard("set", project, "1", "--length", "40")
    assert [shot["state"] for shot in shown(project)["shots"]] == ["short", "draft", "stale"]
    assert shown(project)["shots"][0]["short_by"] == 28


def test_several_takes_and_choosing_one(project: Path) -> None:
    storyboard("set", project, "1", "--seed", "5")
    ran = storyboard("generate", project, "--shots", "1", "--takes", "3")
    assert "locked seed is not used" in ran.error
    listed = storyboard("takes", project, "1", "--json").json
    assert len({take["recipe"]["seed"] for take in listed}) == 3
    assert shown(project)["shots"][0]["take"] == 1, "of a batch the first is chosen"
    storyboard("choose", project, "1", "3")
    facts = shown(project)["shots"][0]
    assert (facts["take"], facts["takes"], facts["state"]) == (3, 3, "ready")


def test_generate_without_shots_makes_what_is_missing(project: Path) -> None:
    assert len(storyboard("generate", project, "--json").json["takes"]) == 3
    assert storyboard("generate", project, "--json").json["takes"] == []


def test_a_dry_run_makes_nothing(project: Path) -> None:
    facts = storyboard("render", project, "--dry-run", "--json").json
    assert facts["generate"] == [1, 2, 3]
    assert facts["engine"] == "flow"
    assert not (project / "takes").exists()


def test_keep_stale_leaves_older_takes_in(project: Path) -> None:
    storyboard("render", project, "-q")
    storyboard("set", project, "1", "--prompt", "a horse")
    facts = storyboard("render", project, "--keep-stale", "--json").json
    assert facts["takes"] == 0
    assert any("shot 1" in note for note in facts["notes"])


def test_an_animatic_generates_nothing_and_names_what_is_sketched(project: Path) -> None:
    facts = storyboard("animatic", project, "--json").json
    assert (facts["takes"], facts["segments"], facts["frames"]) == (0, 3, 36)
    assert facts["notes"] == ["shots 1, 2 and 3 are sketched: they have no take yet"]
    assert not (project / "takes").exists()
    assert len(film(project / "exports" / "film-animatic.mp4").frames) == 36


def test_a_clip_and_a_picture_are_imported_with_sound(project: Path, tmp_path: Path) -> None:
    from PIL import Image

    clip = make_clip(tmp_path / "clip.mp4", size=(64, 64))
    Image.fromarray(np.full((64, 64, 3), (200, 30, 60), np.uint8)).save(tmp_path / "still.png")
    assert storyboard("import", project, clip, "--at", "1").code == 0
    assert storyboard("import", project, tmp_path / "still.png", "--length", "6").code == 0
    facts = shown(project)
    assert [(shot["state"], shot["length"]) for shot in facts["shots"]] == [
        ("ready", 24), ("draft", 12), ("draft", 12), ("draft", 12), ("ready", 6),
    ]  # fmt: skip
    ran = storyboard("export", project)
    assert ran.code == 0, ran.error
    made = film(project / "exports" / "film.mp4")
    assert (len(made.frames), made.sound) == (66, True)
    assert click_time(project / "exports" / "film.mp4") == pytest.approx(0.5, abs=0.004)
    storyboard("set", project, "1", "--mute", "--prompt", "other words")
    assert shown(project)["shots"][0]["state"] == "ready", "an import is never stale"
    storyboard("export", project)
    assert not film(project / "exports" / "film.mp4").sound
    clip.unlink()
    shutil.rmtree(project / "cache")
    assert storyboard("export", project).code == 0, "the project is whole without the original"


def test_music_is_mixed_under_the_film(project: Path, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "tune.mp4")
    ran = storyboard("music", project, clip, "--gain", "-3", "--fade-out", "0.2", "--no-loop")
    assert ran.code == 0, ran.error
    storyboard("animatic", project)
    path = project / "exports" / "film-animatic.mp4"
    assert click_time(path) == pytest.approx(0.5, abs=0.004)
    again = storyboard("animatic", project, "--json").json
    assert (again["sounds"], again["stitched"]) == (0, False)
    storyboard("music", project, "--gain", "-6")
    assert storyboard("animatic", project, "--json").json["sounds"] == 1
    storyboard("music", project, "--none")
    assert storyboard("animatic", project, "--json").json["stitched"]
    assert not film(path).sound
    assert storyboard("music", project, "--gain", "3").code == 1


def test_versions_bring_an_earlier_state_back(project: Path) -> None:
    storyboard("remove", project, "1-3")
    assert prompts(project) == []
    assert storyboard("versions", project, "--json").json
    assert storyboard("restore", project).code == 0
    assert prompts(project) == ["a dog runs", "a red car", "a whale jumps"]


def test_a_project_that_is_open_elsewhere_is_read_but_not_changed(project: Path) -> None:
    with store.open_project(project, mode="write"):
        ran = storyboard("set", project, "1", "--prompt", "x")
        assert ran.code == 1
        assert "open" in ran.error
        assert storyboard("show", project).code == 0
        made = storyboard("render", project, "--json")
        assert made.code == 0, made.error
        assert made.json["takes"] == 3, "takes arrive without the lock"
    assert storyboard("render", project, "--json").json["takes"] == 0


def test_clean_frees_the_cache_and_nothing_else(project: Path) -> None:
    storyboard("render", project, "-q")
    assert storyboard("clean", project, "--json").json["freed"] > 0
    assert not list((project / "cache").rglob("*.mp4"))
    assert len(list((project / "takes").glob("*.mkv"))) == 3
    assert storyboard("render", project, "--json").json["takes"] == 0


def test_the_schema_describes_the_samples() -> None:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    schema = storyboard("schema").json
    for sample in resources.samples().glob("*/project.json"):
        Draft202012Validator(schema).validate(json.loads(sample.read_bytes()))


def test_models_doctor_and_explain_print_facts() -> None:
    models = storyboard("models", "--json").json
    names = {model["name"]: model for model in models}
    assert names["sketch"]["ready"]
    assert "NC" in names["ali-vilab/text-to-video-ms-1.7b"]["licence"]
    parts = {finding["name"]: finding for finding in storyboard("doctor", "--json").json}
    assert parts["codec libx264"]["found"]
    assert parts["smoothing rife-openvino"]["found"]
    words = storyboard("explain", "a red car drives through the city at night", "--json").json
    assert {"place", "motion"} <= {row["role"] for row in words}
    assert storyboard("models").code == storyboard("doctor").code == storyboard("explain", "a dog").code == 0


def test_facts_are_valid_json_values(project: Path) -> None:
    for command in (("show", project), ("models",), ("versions", project), ("takes", project, 1)):
        ran = storyboard(*command, "--json")
        msgspec.json.decode(ran.out)


def test_without_a_command_the_window_is_asked_for() -> None:
    if sys.platform != "linux":
        pytest.skip("other systems always have a display")
    nowhere = {"QT_QPA_PLATFORM": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    ran = storyboard(env=nowhere)
    assert ran.code == 1
    assert "there is no display to open the window on" in ran.error
    assert not ran.out
    help_ = storyboard("--help", env=nowhere)
    assert help_.code == 0
    assert "Usage: storyboard" in help_.out


def test_a_file_whose_name_is_not_utf8_is_imported(project: Path, tmp_path: Path) -> None:
    from PIL import Image

    odd = tmp_path / os.fsdecode(b"caf\xe9.png")
    Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save(odd)
    ran = storyboard("import", project, odd)
    assert ran.code == 0, ran.error
    assert shown(project)["shots"][-1]["prompt"] == "caf"
