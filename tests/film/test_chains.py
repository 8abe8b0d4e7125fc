"""Shots that go on from each other, made by real workers: in order, each from what the one before really shows."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from storyboard import edit, store
from storyboard.errors import GeneratorError, MediaError, StoryboardError
from storyboard.film import build, pictures, rerender, takes
from storyboard.film import plan as planning
from storyboard.film.wanted import Wanted, want
from storyboard.media import takes as pixels
from storyboard.project import Project
from storyboard.start import FromPicture, FromPrevious, FromSketch, FromTake, Lora
from storyboard.store import TakeFolder
from storyboard.take import Take, end_frame, shown, state
from tests.support import make_project

PROMPTS = ("a dog runs on a beach", "a cat sleeps in a room", "a red car drives", "a bird flies over the sea")


def change(folder: Path, edited: Callable[[Project], Project]) -> Project:
    with store.open_project(folder, "write") as opened:
        opened.save(edited(edit.adopt(opened.project, opened.takes())))
        return opened.project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four shots in a chain, to be drawn by the sketch."""
    made = make_project(tmp_path / "film", *PROMPTS)
    change(made, lambda p: edit.set_shots(p, ["shot-2", "shot-3", "shot-4"], start=FromPrevious()))
    return made


def now(folder: Path) -> tuple[Project, store.Takes]:
    with store.open_project(folder) as opened:
        return opened.project, opened.takes()


def states(folder: Path) -> list[str]:
    project, found = now(folder)
    return [state(project, shot, shown(shot, found), found) for shot in project.shots]


def generate_stale(folder: Path) -> takes.Takes:
    """What `storyboard generate` does without shots named."""
    project, found = now(folder)
    wanted = [
        shot
        for shot in project.shots
        if state(project, shot, shown(shot, found), found) in planning.NEEDS_TAKE
    ]
    return takes.make(folder, project, wanted)


def joins(folder: Path) -> None:
    """Each shot's take begins with the very picture at which the shot before it ends."""
    project, found = now(folder)
    for before, after in itertools.pairwise(project.shots):
        ended, begun = shown(before, found), shown(after, found)
        assert ended is not None
        assert begun is not None
        assert begun.recipe is not None
        last = end_frame(project, before, ended)
        assert [(s.file, s.frame) for s in begun.recipe.starts] == [(f"takes/{ended.id}.json", last)]
        (one,) = pixels.frames_of(folder, ended, last, last + 1)
        (other,) = pixels.frames_of(folder, begun, 0, 1)
        assert (one == other).all()


def test_a_chain_is_made_in_order_marked_stale_as_a_whole_and_made_anew_in_order(folder: Path) -> None:
    assert [take.shot for take in generate_stale(folder).made] == ["shot-1", "shot-2", "shot-3", "shot-4"]
    assert states(folder) == ["ready"] * 4
    joins(folder)

    change(folder, lambda p: edit.set_shot(p, "shot-1", prompt="a horse runs on a beach"))
    assert states(folder) == ["stale"] * 4
    assert len(now(folder)[1]) == 4, "nothing is made by itself"

    assert [take.shot for take in generate_stale(folder).made] == ["shot-1", "shot-2", "shot-3", "shot-4"]
    assert states(folder) == ["ready"] * 4
    joins(folder)
    assert generate_stale(folder).made == ()


def test_choosing_an_older_take_of_the_first_shot_asks_for_the_later_ones_only(folder: Path) -> None:
    generate_stale(folder)
    project, _ = now(folder)
    (second,) = takes.make(folder, project, project.shots[:1]).made
    change(folder, lambda p: edit.choose(p, "shot-1", second, now(folder)[1]))
    assert states(folder) == ["ready", "stale", "stale", "stale"]
    assert [take.shot for take in generate_stale(folder).made] == ["shot-2", "shot-3", "shot-4"]
    joins(folder)


def test_rendering_makes_a_chain_in_order_and_nothing_twice(folder: Path) -> None:
    def render() -> build.Made:
        project, found = now(folder)
        out = folder / "exports" / "film.mp4"
        out.parent.mkdir(exist_ok=True)
        return build.build(planning.plan(folder, project, found, mode="render", preset="h264", out=out))

    assert (render().takes, states(folder)) == (4, ["ready"] * 4)
    joins(folder)
    change(folder, lambda p: edit.set_shot(p, "shot-3", prompt="a red bus drives"))
    assert states(folder) == ["ready", "ready", "stale", "stale"]
    assert render().takes == 2
    joins(folder)
    # A first shot that comes out as it was leaves those after it as they are.
    project, found = now(folder)
    first = shown(project.shots[0], found)
    assert first is not None
    assert first.recipe is not None
    seed = first.recipe.seed
    change(folder, lambda p: edit.unchoose(edit.set_shot(p, "shot-1", seed=seed), "shot-1"))
    assert states(folder) == ["draft", "stale", "stale", "stale"]
    assert render().takes == 1
    assert states(folder) == ["ready"] * 4


def test_several_takes_of_a_chain_go_on_from_the_first_of_the_shot_before(folder: Path) -> None:
    project, _ = now(folder)
    made = takes.make(folder, project, project.shots[:3], 2).made
    assert len(made) == 6
    by_shot = {shot: [take for take in made if take.shot == shot] for shot in ("shot-1", "shot-2", "shot-3")}
    for before, after in (("shot-1", "shot-2"), ("shot-2", "shot-3")):
        starts = {start.file for take in by_shot[after] if take.recipe for start in take.recipe.starts}
        assert starts == {f"takes/{by_shot[before][0].id}.json"}


def spoiled(folder: Path, wanted: tuple[Wanted, ...], *shots: int) -> None:
    """Makes the wanted takes of these shots fail: what lies where their sidecars have to go is in the way."""
    (folder / "takes").mkdir(exist_ok=True)
    for nth in shots:
        (folder / f"takes/{wanted[nth].take}.json").mkdir()


def test_a_link_that_fails_leaves_the_later_ones_with_a_reason_and_not_tried(folder: Path) -> None:
    project, found = now(folder)
    wanted = want(project.shots, 1, found)
    spoiled(folder, wanted, 1)
    result = takes.make_wanted(folder, project, wanted)
    assert [take.shot for take in result.made] == ["shot-1"]
    assert [failure.shots for failure in result.failures] == [("shot-2",), ("shot-3",), ("shot-4",)]
    assert str(result.failures[1]) == (
        "shot 3 take 1: it goes on from shot 2, which could not be made; make that first"
    )
    assert "goes on from shot 3" in str(result.failures[2])


def test_the_same_wanted_takes_are_made_once_whatever_stopped_in_the_middle(folder: Path) -> None:
    project, found = now(folder)
    wanted = want(project.shots, 1, found)
    first = takes.make_wanted(folder, project, wanted[:2])
    rest = takes.make_wanted(folder, project, wanted)  # by a queue that still has the project of before
    assert [take.id for take in (*first.made, *rest.made)] == [take.take for take in wanted]
    joins(folder)


def test_a_take_that_began_with_another_can_be_made_again(folder: Path) -> None:
    change(folder, lambda p: edit.set_shot(p, "shot-3", start=FromPrevious(match_colour=True)))
    generate_stale(folder)
    project, found = now(folder)
    chosen = [take for shot in project.shots if (take := shown(shot, found))]
    verified = takes.verify(folder, chosen)
    assert [each.comparison is not None and each.comparison.identical for each in verified] == [True] * 4
    assert chosen[2].recipe is not None
    assert chosen[2].recipe.colours_of is not None


# What cannot be


def test_a_shot_cannot_go_on_from_one_that_has_no_take(folder: Path) -> None:
    project, _ = now(folder)
    with pytest.raises(GeneratorError, match="shot 3 goes on from shot 2, which has no take yet"):
        takes.make(folder, project, project.shots[2:])
    assert not TakeFolder(folder).scan()


def test_a_first_shot_that_was_left_in_a_chain_says_what_to_do(folder: Path) -> None:
    project = change(folder, lambda p: edit.remove(p, ["shot-1"]))
    with pytest.raises(StoryboardError, match=r"shot 1 is to start from the shot before it.*--start none"):
        takes.make(folder, project, project.shots)


def test_a_picture_or_take_that_is_gone_is_named_before_any_work(folder: Path) -> None:
    gone = FromPicture("media/sea-0123456789abcdef.png")
    project = change(folder, lambda p: edit.set_shot(p, "shot-1", start=gone))
    with pytest.raises(MediaError, match=r"shot 1: media/sea-0123456789abcdef\.png"):
        takes.make(folder, project, project.shots[:1])
    project = change(folder, lambda p: edit.set_shot(p, "shot-1", start=FromTake("gone"), model="other"))
    with pytest.raises(GeneratorError):
        takes.make(folder, project, project.shots[:1])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("diffusers")
    from tests import tiny

    return tiny.build(tmp_path_factory.mktemp("model"))


def test_a_model_that_makes_films_from_words_alone_refuses_a_start(folder: Path, model: Path) -> None:
    """Before any work, and also where the start itself is still to be made."""
    project = change(folder, lambda p: edit.set_look(p, model=str(model)))
    with pytest.raises(GeneratorError, match=r"^shot 2: .*cannot start from a picture"):
        takes.make(folder, project, project.shots)
    assert not TakeFolder(folder).scan()


def test_a_model_that_reads_no_clip_refuses_one(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("diffusers")
    from tests import tiny_pipelines

    words_alone = tiny_pipelines.build("SanaVideoPipeline", tmp_path / "model")
    change(folder, lambda p: edit.set_look(p, model=str(words_alone)))
    project = change(folder, lambda p: edit.set_shot(p, "shot-1", start=FromSketch()))
    with pytest.raises(GeneratorError, match=r"^shot 1: .*cannot start from .*clip"):
        takes.make(folder, project, project.shots[:1])
    assert not TakeFolder(folder).scan()


def test_a_lora_that_is_not_here_stops_before_any_work(folder: Path, model: Path) -> None:
    lora = Lora("paper", "a" * 64)
    project = change(folder, lambda p: edit.set_look(edit.set_shot(p, "shot-2", start=None), model=str(model), loras=(lora,)))  # fmt: skip
    with pytest.raises(GeneratorError, match="shot 1: the LoRA paper"):
        takes.make(folder, project, project.shots[:2])


# Pictures, and a film made anew


def test_a_picture_of_ones_own_is_what_the_take_begins_with(folder: Path, tmp_path: Path) -> None:
    Image.new("RGB", (300, 200), (200, 30, 40)).save(tmp_path / "sea.jpg", quality=95)
    name = pictures.bring_picture(folder, tmp_path / "sea.jpg", as_start=True)
    project = change(folder, lambda p: edit.set_shot(p, "shot-1", start=FromPicture(name)))
    (take,) = takes.make(folder, project, project.shots[:1]).made
    (frame,) = pixels.frames_of(folder, take, 0, 1)
    assert (
        frame[32, 32].tolist() == Image.open(folder / name).getpixel((150, 100))
        or abs(int(frame[32, 32, 0]) - 200) < 4
    )


@pytest.mark.parametrize("size", [(1, 1), (20_000, 16), (15, 500)])
def test_a_picture_of_no_useful_size_is_refused(folder: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("1", size).save(tmp_path / "odd.png")
    with pytest.raises(MediaError, match=rf"odd.png: {size[0]:,} x {size[1]} pixels are too"):
        pictures.bring_picture(folder, tmp_path / "odd.png", as_start=True)
    assert not list((folder / "media").glob("*")) if (folder / "media").exists() else True


def test_a_film_made_anew_wishes_for_each_take_and_each_sketch(folder: Path) -> None:
    project, _ = now(folder)
    takes.make(folder, project, project.shots[:1])
    project, found = now(folder)
    anew = rerender.anew(project, project.shots, found, "some/model", 0.4)
    first = shown(project.shots[0], found)
    assert first is not None
    assert [shot.start for shot in anew.shots] == [FromTake(first.id, 0.4), *[FromSketch(0.4)] * 3]
    assert {shot.model for shot in anew.shots} == {"some/model"}
    with pytest.raises(StoryboardError, match="sketch draws and needs nothing to start from"):
        rerender.anew(project, project.shots, found, "sketch", 0.4)
    with pytest.raises(StoryboardError, match="a strength is a number above 0"):
        rerender.anew(project, project.shots, found, "some/model", 0)


def test_takes_made_anew_are_shown_where_nothing_fitting_is_or_where_it_is_said(folder: Path) -> None:
    project, _ = now(folder)
    takes.make(folder, project, project.shots[:1])
    project, found = now(folder)

    def remade(number: int) -> Take:
        return Take(id=f"new-{number}", shot=f"shot-{number}", number=9, created="", frames=24, rate=project.rate, width=64, height=64, content="c" * 64, wish="other")  # fmt: skip

    new = [remade(1), remade(2)]
    there = {**found, **{take.id: take for take in new}}
    some = rerender.chosen(project, new, there, everything=False)
    assert [shot.chosen.take if shot.chosen else "" for shot in some.shots[:2]][1] == "new-2"
    assert some.shots[0] == project.shots[0]
    every = rerender.chosen(project, new, there, everything=True)
    assert [shot.chosen.take for shot in every.shots[:2] if shot.chosen] == ["new-1", "new-2"]
    assert [state(every, shot, there["new-1"], there) for shot in every.shots[:1]] == ["ready"]
