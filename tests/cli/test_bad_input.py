"""Bad input: one sentence, the right exit code, and nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.film.test_smooth_video import make_clip
from tests.support import COMMAND, Ran, film, make_project, storyboard


def assert_one_sentence(ran: Ran, *words: str, code: int = 1) -> None:
    assert ran.code == code, ran
    assert "Traceback" not in ran.error
    said = [line for line in ran.error.splitlines() if line.startswith("storyboard: ")]
    assert len(said) == 1, ran.error
    for word in words:
        assert word in said[0], said[0]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "film", "a dog runs", "a red car", smoother="flow")


def document(folder: Path) -> bytes:
    return (folder / "project.json").read_bytes()


def test_a_missing_folder(tmp_path: Path) -> None:
    for command in ("show", "render", "generate", "animatic", "clean"):
        assert_one_sentence(storyboard(command, tmp_path / "nowhere"), "nowhere", "storyboard new")


def test_a_project_file_cut_in_half(project: Path) -> None:
    half = document(project)[: len(document(project)) // 2]
    (project / "project.json").write_bytes(half)
    assert_one_sentence(storyboard("render", project), "project.json", "line")
    assert document(project) == half


def test_an_unknown_format_version(project: Path) -> None:
    value = json.loads(document(project)) | {"format": 99}
    (project / "project.json").write_text(json.dumps(value))
    before = document(project)
    assert_one_sentence(storyboard("set", project, "1", "--prompt", "x"), "99", "newer")
    assert document(project) == before


def test_a_wrong_value_names_its_place(project: Path) -> None:
    value = json.loads(document(project))
    value["shots"][1]["length"] = "long"
    (project / "project.json").write_text(json.dumps(value))
    assert_one_sentence(storyboard("show", project), "shots[1].length")


def test_no_prompts(tmp_path: Path) -> None:
    (tmp_path / "prompts.txt").write_text("\n  \n")
    assert_one_sentence(
        storyboard("new", tmp_path / "film", tmp_path / "prompts.txt"), "prompts.txt", "no prompts"
    )
    assert not (tmp_path / "film").exists()


def test_a_film_without_shots(tmp_path: Path) -> None:
    storyboard("new", tmp_path / "film")
    assert_one_sentence(storyboard("render", tmp_path / "film"), "no shots", "storyboard add")


def test_an_empty_prompt(project: Path) -> None:
    before = document(project)
    assert_one_sentence(storyboard("add", project, "  "), "empty")
    assert document(project) == before
    storyboard("set", project, "2", "--prompt", "")
    assert_one_sentence(storyboard("render", project), "shot 2", "no prompt")


def test_a_prompt_of_ten_thousand_characters(project: Path) -> None:
    before = document(project)
    assert_one_sentence(storyboard("set", project, "1", "--prompt", "x" * 10_000), "shot 1", "5,000")
    assert document(project) == before


def test_a_prompt_of_emoji_is_a_prompt(project: Path) -> None:
    assert storyboard("set", project, "1", "--prompt", "🐕🚀🌊").code == 0
    assert storyboard("animatic", project).code == 0
    assert len(film(project / "exports" / "film-animatic.mp4").frames) == 24


def test_an_odd_size(tmp_path: Path, project: Path) -> None:
    assert_one_sentence(storyboard("new", tmp_path / "odd", "--size", "255x253"), "255x253", "256x254")
    assert not (tmp_path / "odd").exists()
    before = document(project)
    assert_one_sentence(storyboard("set", project, "--size", "255x253"), "255x253")
    assert document(project) == before


@pytest.mark.parametrize("length", ["0", "1000000000"])
def test_impossible_lengths(length: str, project: Path) -> None:
    before = document(project)
    assert_one_sentence(storyboard("set", project, "1", "--length", length), "shot 1", "1,000,000")
    assert_one_sentence(storyboard("add", project, "a cat", "--length", length), "1,000,000")
    assert document(project) == before


def test_a_shot_that_is_not_there(project: Path) -> None:
    assert_one_sentence(storyboard("set", project, "7", "--prompt", "x"), "shot 7", "1 to 2")
    assert_one_sentence(storyboard("choose", project, "1", "4"), "no take 4")


def test_wrong_usage_is_two(project: Path) -> None:
    for arguments in (
        ("render",),
        ("render", project, "--preset", "avi"),
        ("paint", project),
        ("set", project, "--size", "big"),
    ):
        assert storyboard(*arguments).code == 2


def test_a_corrupt_clip(project: Path, tmp_path: Path) -> None:
    before = document(project)
    (tmp_path / "clip.mp4").write_bytes(os.urandom(20_000))
    assert_one_sentence(storyboard("import", project, tmp_path / "clip.mp4"), "clip.mp4")
    (tmp_path / "text.mp4").write_text("this is not a film\n" * 100)
    assert_one_sentence(storyboard("import", project, tmp_path / "text.mp4"), "text.mp4")
    assert_one_sentence(storyboard("import", project, tmp_path / "gone.mp4"), "gone.mp4")
    assert_one_sentence(storyboard("smooth", tmp_path / "text.mp4", "-o", tmp_path / "out.mp4"), "text.mp4")
    assert document(project) == before
    assert not list((project / "media").glob("*"))
    assert not (tmp_path / "out.mp4").exists()


def test_a_model_that_is_not_here(project: Path) -> None:
    storyboard("set", project, "--model", "ali-vilab/text-to-video-ms-1.7b")
    assert_one_sentence(
        storyboard("render", project), "ali-vilab/text-to-video-ms-1.7b", "storyboard models get"
    )
    assert not (project / "takes").exists()
    assert storyboard("animatic", project).code == 0


def test_a_model_folder_without_its_weights_or_with_pickles(project: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    parts = {
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet3DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    for part in parts:
        (model / part).mkdir(parents=True)
        (model / part / f"{'scheduler_' if part == 'scheduler' else ''}config.json").write_text("{}")
    (model / "model_index.json").write_text(json.dumps({"_class_name": "TextToVideoSDPipeline", **parts}))
    storyboard("set", project, "--model", model)
    assert_one_sentence(storyboard("render", project), str(model))
    for part in ("unet", "vae", "text_encoder"):
        (model / part / "diffusion_pytorch_model.bin").write_bytes(b"\x80\x04")
    assert_one_sentence(storyboard("render", project), "safetensors")
    assert not (project / "takes").exists()


def test_json_errors_are_json(tmp_path: Path) -> None:
    ran = storyboard("show", tmp_path / "nowhere", "--json")
    assert ran.code == 1
    assert "nowhere" in ran.json["error"]


def test_a_read_only_folder(project: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root writes anywhere; the next test uses a read-only mount")
    project.chmod(0o555)
    try:
        assert_one_sentence(storyboard("set", project, "1", "--prompt", "x"), "project.json")
    finally:
        project.chmod(0o755)


def mounted(folder: Path, options: str) -> bool:
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    if os.geteuid() != 0 or not mounted(folder, "size=1200k"):
        pytest.skip("needs root to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_no_room_on_the_disk(small_disk: Path, project: Path) -> None:
    folder = small_disk / "film"
    shutil.copytree(project, folder)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - 20_000))
    before = document(folder)
    ran = storyboard("render", folder)
    assert_one_sentence(ran, "room")
    assert document(folder) == before or storyboard("show", folder).code == 0
    filler.unlink()
    assert storyboard("render", folder).code == 0
    assert len(film(folder / "exports" / "film.mp4").frames) == 24


def test_a_read_only_disk(small_disk: Path, project: Path) -> None:
    folder = small_disk / "film"
    shutil.copytree(project, folder)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert_one_sentence(storyboard("set", folder, "1", "--prompt", "x"), str(folder))
    assert_one_sentence(storyboard("render", folder), str(folder))
    assert storyboard("show", folder).code == 0


def test_impossible_motions_and_seeds(project: Path, tmp_path: Path) -> None:
    before = document(project)
    clip = make_clip(tmp_path / "clip.mp4", count=4)
    for options in (("--in", "-1"), ("--speed", "0"), ("--at", "99"), ("--fit", "bogus")):
        assert_one_sentence(storyboard("import", project, clip, *options))
    assert not (project / "media").exists()
    assert not (project / "takes").exists()
    assert_one_sentence(storyboard("generate", project, "--seed", 2**64), "seed")
    assert_one_sentence(storyboard("smooth", clip, "-o", tmp_path / "out.mp4", "--speed", "1/100"), "1/64")
    assert document(project) == before


def test_music_that_is_gone_stops_the_film_before_any_work(project: Path, tmp_path: Path) -> None:
    storyboard("music", project, make_clip(tmp_path / "tune.mp4", count=4))
    shutil.rmtree(project / "media")
    assert_one_sentence(storyboard("render", project), "tune", "storyboard music")
    assert not (project / "takes").exists()


def test_a_film_is_never_written_over_the_projects_own_files(project: Path) -> None:
    storyboard("render", project, "-q")
    take = next((project / "takes").glob("*.mkv"))
    before = take.read_bytes()
    assert_one_sentence(storyboard("render", project, "--preset", "ffv1", "-o", take), "its own files")
    assert take.read_bytes() == before


def test_a_take_whose_pixels_are_gone_is_made_again(project: Path) -> None:
    storyboard("render", project, "-q")
    next((project / "takes").glob("*.mkv")).unlink()
    shutil.rmtree(project / "cache")
    states = [shot["state"] for shot in storyboard("show", project, "--json").json["shots"]]
    assert sorted(states) == ["missing", "ready"]
    assert storyboard("animatic", project).code == 0
    made = storyboard("render", project, "--json")
    assert made.code == 0, made.error
    assert made.json["takes"] == 1


def test_a_document_broken_during_a_render_does_not_stop_it(project: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "render", str(project), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        (project / "project.json").rename(project / "kept.json")
        out, error = run.communicate(timeout=120)
    if run.returncode == 0:
        assert "not yet chosen" in json.loads(out)["notes"][-1]
    else:
        assert "Traceback" not in error  # it was read after it was gone
    (project / "kept.json").rename(project / "project.json")
    assert storyboard("render", project, "--json").code == 0
