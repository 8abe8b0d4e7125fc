"""What a shot starts from: how it is wished, what makes a chain stale, and what an edit does to it."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from storyboard import edit, retake, values
from storyboard.errors import EditError
from storyboard.project import Look, Motion, Project, Role, Shot, new_shot
from storyboard.start import FromPicture, FromPrevious, FromSketch, FromTake, Lora, Reference, Start
from storyboard.take import Recipe, Take, end_frame, state, wish_of

PICTURE = "media/sea-0123456789abcdef.png"
OTHER = "media/sky-fedcba9876543210.png"
LORA = Lora(name="paper", content="a" * 64, weight=0.5)


def film(*shots: Shot, **look: Any) -> Project:
    return Project(look=Look(**{"model": "some/model", **look}), shots=shots)


def chain(count: int = 4, **start: Any) -> Project:
    """Shots 1, 2, ... each of which goes on from the one before."""
    project = film(*(new_shot(f"s{n}", f"scene {n}") for n in range(1, count + 1)))
    return edit.set_shots(project, [f"s{n}" for n in range(2, count + 1)], start=FromPrevious(**start))


def made(project: Project, shot_id: str, takes: dict[str, Take], number: int = 1, **changes: Any) -> Take:
    """A take of what the shot wishes for now, with pixels of its own."""
    shot = project.shot(shot_id)
    wish = wish_of(project, shot, takes)
    name = f"{shot_id}-{number}"
    recipe = Recipe(
        generator="some", version="1", model=wish.model, prompt=wish.prompt, seed=number, frames=24, width=64,
        height=64, rate=Fraction(24), starts=wish.starts, colours_of=wish.colours_of,
    )  # fmt: skip
    content = values.key(name)
    fields = {"frames": 24, "rate": Fraction(24), "width": 64, "height": 64, "content": content, **changes}
    return Take(
        id=name, shot=shot_id, number=number, created="", wish=wish.key, recipe=recipe, **fields
    )  # fmt: skip


def arrived(project: Project, takes: dict[str, Take], *ids: str, number: int = 1) -> Project:
    """The project after takes of these shots were made one after the other."""
    for shot_id in ids:
        take = made(project, shot_id, takes, number)
        takes[take.id] = take
        project = edit.arrive(project, take, takes)
    return project


def states(project: Project, takes: dict[str, Take]) -> list[str]:
    # A mapping of its own: what is known of a chain is kept for the takes that were asked about.
    there = dict(takes)
    shown = [there.get(shot.chosen.take) if shot.chosen else None for shot in project.shots]
    return [state(project, shot, take, there) for shot, take in zip(project.shots, shown, strict=True)]


ALL = ("s1", "s2", "s3", "s4")


# A chain


def test_a_chain_that_was_made_in_order_is_ready() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(), takes, *ALL)
    assert states(project, takes) == ["ready"] * 4


@pytest.mark.parametrize("change", [{"prompt": "a storm"}, {"steps": 9}, {"avoid": "rain"}])
def test_changing_the_first_shot_of_a_chain_makes_all_after_it_stale(change: dict[str, Any]) -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(), takes, *ALL)
    changed = edit.set_shot(project, "s1", **change)
    assert states(changed, takes) == ["stale"] * 4
    assert states(edit.set_shot(changed, "s1", **{name: getattr(project.shots[0], name) for name in change}), takes) == ["ready"] * 4  # fmt: skip


def test_choosing_another_take_of_an_earlier_shot_makes_the_later_ones_stale_and_back_again_ready() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(), takes, *ALL)
    takes["s1-2"] = made(project, "s1", takes, 2)
    other = edit.choose(project, "s1", takes["s1-2"], takes)
    assert states(other, takes) == ["ready", "stale", "stale", "stale"]
    assert states(edit.choose(other, "s1", takes["s1-1"], takes), takes) == ["ready"] * 4


def test_stale_shots_of_a_chain_become_ready_one_after_the_other() -> None:
    takes: dict[str, Take] = {}
    project = edit.set_shot(arrived(chain(), takes, *ALL), "s1", prompt="a storm")
    for done in range(4):
        project = arrived(project, takes, f"s{done + 1}", number=2)
        assert states(project, takes) == ["ready"] * (done + 1) + ["stale"] * (3 - done)
    assert [shot.chosen.take for shot in project.shots if shot.chosen] == ["s1-2", "s2-2", "s3-2", "s4-2"]


def test_a_change_in_the_middle_leaves_the_shots_before_it() -> None:
    takes: dict[str, Take] = {}
    project = edit.set_shot(arrived(chain(), takes, *ALL), "s3", prompt="a storm")
    assert states(project, takes) == ["ready", "ready", "stale", "stale"]


def test_an_equal_picture_under_another_name_is_the_same_start() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(), takes, *ALL)
    same = replace(takes["s1-1"], id="copied")
    takes["copied"] = same
    assert states(edit.choose(project, "s1", same, takes), takes) == ["ready"] * 4


def test_a_shot_that_is_in_no_chain_minds_none_of_this() -> None:
    takes: dict[str, Take] = {}
    project = edit.set_shot(chain(), "s3", start=None)
    project = arrived(project, takes, *ALL)
    takes["s2-2"] = made(project, "s2", takes, 2)
    changed = edit.trim_end(edit.choose(project, "s2", takes["s2-2"], takes), "s2", 7)
    assert states(changed, takes) == ["ready"] * 4


def test_trimming_choosing_or_splitting_a_chained_shot_does_not_make_it_stale_itself() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(), takes, *ALL)
    takes["s4-2"] = made(project, "s4", takes, 2)
    assert states(edit.choose(project, "s4", takes["s4-2"], takes), takes) == ["ready"] * 4
    assert states(edit.trim_start(edit.trim_end(project, "s4", 5), "s4", 3), takes) == ["ready"] * 4
    assert states(edit.split(project, "s3", 20, "half", takes), takes) == ["ready"] * 5
    assert states(edit.duplicate(project, "s2", "copy", takes), takes) == ["ready"] * 5


def test_where_the_shot_before_ends_is_where_the_next_begins() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(2), takes, "s1")
    (start,) = wish_of(project, project.shots[1], takes).starts
    assert (start.role, start.file, start.frame) == ("first", "takes/s1-1.json", 23)
    shorter = edit.trim_end(project, "s1", 9)  # 39 frames at half speed end at frame 19
    assert wish_of(shorter, shorter.shots[1], takes).starts[0].frame == 19
    shorter = edit.trim_end(project, "s1", 10)  # its last picture lies between 18 and 19
    assert wish_of(shorter, shorter.shots[1], takes).starts[0].frame == 19


def test_the_end_of_a_shot_is_a_frame_of_its_take_whatever_its_motion() -> None:
    take = made(chain(1), "s1", {}, frames=10, cuts=(5,))
    shot = new_shot("s1", length=10)
    project = film(shot)
    for speed, length, frame in ((1, 3, 2), (1, 10, 9), (1, 100, 9), (4, 10, 9), (Fraction(1, 2), 10, 4)):
        moved = replace(shot, length=length, motion=Motion(speed=Fraction(speed)))
        assert end_frame(project, moved, take) == frame, (speed, length)


def test_trimming_the_end_of_a_shot_makes_the_one_that_goes_on_from_it_stale() -> None:
    takes: dict[str, Take] = {}
    project = edit.trim_end(arrived(chain(), takes, *ALL), "s2", 10)
    assert states(project, takes) == ["ready", "ready", "stale", "stale"]


def test_moved_and_removed_shots_of_a_chain_go_on_from_what_is_before_them_now() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(), takes, *ALL)
    assert states(edit.remove(project, ["s2"]), takes) == ["ready", "stale", "stale"]
    assert states(edit.move(project, ["s4"], 1), takes) == ["ready", "stale", "stale", "stale"]
    first = edit.remove(project, ["s1"])
    assert states(first, takes) == ["stale"] * 3, "there is nothing before it, so it is to be set anew"


def test_a_draft_or_a_lost_take_before_it_makes_a_chained_shot_stale() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(), takes, *ALL)
    assert states(edit.unchoose(project, "s2"), takes) == ["ready", "draft", "stale", "stale"]
    del takes["s2-1"]
    assert states(project, takes) == ["ready", "missing", "stale", "stale"]


def test_takes_that_were_made_before_a_crash_are_adopted_along_the_chain() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(), takes, *ALL)
    lost = edit.unchoose(edit.unchoose(edit.unchoose(project, "s1"), "s2"), "s3")
    assert states(edit.adopt(lost, takes), takes) == ["ready"] * 4


def test_a_take_that_was_chosen_by_hand_stays_when_an_earlier_shot_becomes_stale() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(), takes, *ALL)
    takes["s2-2"] = made(project, "s2", takes, 2)
    picked = edit.choose(project, "s2", takes["s2-2"], takes)
    stale = edit.set_shot(picked, "s1", prompt="a storm")
    assert edit.adopt(stale, takes) is stale


def test_an_import_in_a_chain_is_a_start_like_any_other() -> None:
    takes: dict[str, Take] = {}
    project = chain(2)
    clip = Take(id="clip", shot="s1", number=1, created="", frames=50, rate=Fraction(25), width=64, height=64, content="b" * 64)  # fmt: skip
    takes["clip"] = clip
    project = edit.choose(project, "s1", clip, takes)
    (start,) = wish_of(project, project.shots[1], takes).starts
    assert (start.content, start.frame) == ("b" * 64, 25)


def test_colours_are_matched_to_where_the_chains_first_shot_ends() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(match_colour=True), takes, *ALL)
    for shot in project.shots[1:]:
        wish = wish_of(project, shot, takes)
        assert wish.colours_of == Reference("takes/s1-1.json", takes["s1-1"].content, 23)
    own = edit.set_shot(project, "s3", start=FromPrevious())
    assert states(own, takes) == ["ready", "ready", "stale", "stale"]


def test_the_first_shot_cannot_go_on_from_another() -> None:
    with pytest.raises(EditError, match="shot 1 has no shot before it"):
        edit.set_shot(chain(), "s1", start=FromPrevious())
    with pytest.raises(EditError, match="shot 1 has no shot before it"):
        edit.set_shots(chain(), ["s1", "s2"], start=FromPrevious())


# Pictures, clips, sketches


def test_another_picture_makes_a_shot_stale() -> None:
    takes: dict[str, Take] = {}
    project = edit.set_shot(chain(1), "s1", start=FromPicture(PICTURE), end=OTHER)
    project = arrived(project, takes, "s1")
    assert states(project, takes) == ["ready"]
    assert [start.role for start in wish_of(project, project.shots[0], takes).starts] == ["first", "last"]
    assert states(edit.set_shot(project, "s1", end=None), takes) == ["stale"]
    assert states(edit.set_shot(project, "s1", start=FromPicture(OTHER)), takes) == ["stale"]


def test_a_strength_is_part_of_what_is_wished() -> None:
    takes: dict[str, Take] = {}
    project = arrived(chain(1), takes, "s1")
    project = edit.set_shot(project, "s1", start=FromTake("s1-1", 0.4))
    assert states(project, takes) == ["stale"]
    project = arrived(project, takes, "s1", number=2)
    assert states(project, takes) == ["ready"]
    assert states(edit.set_shot(project, "s1", start=FromTake("s1-1", 0.5)), takes) == ["stale"]


def test_a_sketch_to_start_from_is_what_the_film_shows_of_a_draft() -> None:
    cast = (Role("Maria", picture="woman-cook"),)
    project = replace(film(replace(new_shot("a", "Maria runs"), start=FromSketch(0.7))), cast=cast)
    (start,) = wish_of(project, project.shots[0], {}).starts
    assert start.drawn is not None
    assert start.drawn.prompt == "Maria runs"
    assert [one.picture for one in start.drawn.pictures] == ["woman-cook"]
    takes: dict[str, Take] = {}
    project = arrived(project, takes, "a")
    assert states(edit.split(project, "a", 20, "b", takes), takes) == ["ready", "ready"], (
        "though seeds differ"
    )


@pytest.mark.parametrize("strength", [0, -0.1, 1.5, float("nan"), float("inf")])
@pytest.mark.parametrize("start", [FromTake("x"), FromSketch()])
def test_a_strength_that_is_none_is_refused_with_a_sentence(
    strength: float, start: FromTake | FromSketch
) -> None:
    with pytest.raises(EditError, match="shot 1: a strength is a number above 0 and up to 1"):
        edit.set_shot(chain(1), "s1", start=replace(start, strength=strength))


def test_a_clip_and_a_last_picture_exclude_each_other() -> None:
    with pytest.raises(EditError, match="shot 1: a shot that makes a clip anew cannot end on a picture"):
        edit.set_shot(chain(1), "s1", start=FromSketch(), end=PICTURE)


@pytest.mark.parametrize(
    "picture",
    [
        "/etc/passwd",
        "media/../../secret-0123456789abcdef.png",
        "media/x.png",
        "C:/x-0123456789abcdef.png",
        "",
    ],
)
def test_a_project_file_cannot_name_a_picture_outside_of_the_project(picture: str) -> None:
    for setting in ({"start": {"from": "picture", "picture": picture}}, {"end": picture}):
        written = json.dumps({"shots": [{"id": "a", **setting}]})
        with pytest.raises(msgspec.ValidationError):
            values.decode(written, Project)


def test_a_project_file_cannot_name_a_lora_by_its_path() -> None:
    for name in ("../../x", "/x", "a/b", "a\\b", ""):
        written = json.dumps({"look": {"loras": [{"name": name, "content": "a" * 64}]}})
        with pytest.raises(msgspec.ValidationError):
            values.decode(written, Project)


def test_starts_are_read_as_they_were_written() -> None:
    project = film(
        Shot(id="a", start=FromPicture(PICTURE), end=OTHER, loras=(LORA,)),
        Shot(id="b", start=FromPrevious(match_colour=True)),
        Shot(id="c", start=FromTake("a-1", 0.5)),
        Shot(id="d", start=FromSketch()),
    )
    assert values.decode(values.encode(project), Project) == project


def test_equal_starts_and_loras_are_named_alike_whether_typed_or_read() -> None:
    for value in (LORA, Lora("paper", "a" * 64), FromSketch(), FromTake("x", 0.5), FromPrevious()):
        written = values.encode_line(value)
        again = values.decode(written, type(value))
        assert values.encode_line(again) == written


def test_what_starts_from_words_alone_is_named_as_before() -> None:
    """Takes that were made before there were starts stay what their shots wish for."""
    shot = new_shot("a", "a dog")
    written = json.loads(values.encode_line(film(shot).wish_of(shot)))
    assert "starts" not in written
    assert "loras" not in written
    assert "colours_of" not in written


# LoRAs, and what draws


def test_loras_are_inherited_from_the_look_and_may_be_left_out() -> None:
    project = film(new_shot("a"), replace(new_shot("b"), loras=()), loras=(LORA,))
    assert [project.wish_of(shot).loras for shot in project.shots] == [(LORA,), ()]


def test_what_is_drawn_needs_no_clip_and_no_lora() -> None:
    takes: dict[str, Take] = {}
    shot = replace(new_shot("a"), start=FromSketch(), loras=(LORA,))
    sketched = film(shot, replace(new_shot("b"), start=FromPrevious()), model="sketch")
    assert wish_of(sketched, sketched.shots[0], takes).starts == ()
    assert wish_of(sketched, sketched.shots[0], takes).loras == ()
    assert wish_of(sketched, sketched.shots[1], takes).starts == (Start(),), "it can begin with a picture"
    assert wish_of(film(shot, model="card"), shot, takes).starts == ()


def test_the_recipe_of_a_take_can_be_wished_for_again() -> None:
    takes: dict[str, Take] = {}
    project = chain(2)
    project = arrived(project, takes, "s1", "s2")
    for start in (FromPicture(PICTURE), FromSketch(0.3), FromTake("s1-1", 0.4), FromPrevious(), None):
        wished = edit.set_shot(project, "s2", start=start)
        take = made(wished, "s2", takes, 7)
        other = edit.set_shot(project, "s2", start=None, prompt="else")
        again = retake.use_recipe(other, "s2", take, takes)
        assert again.shots[1].start == start
        assert again.shots[1].prompt == "scene 2"
