"""`storyboard cast`, `explain` and `about`, as someone at a terminal uses them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from storyboard import store
from storyboard.cli.run import run
from tests.support import Ran, make_project

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><script>x()</script>'
    '<circle cx="10" cy="10" r="8" fill="#f00"/></svg>'
)


Command = Callable[..., Ran]


@pytest.fixture
def storyboard(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in this process, which is quicker than in one of its own."""
    monkeypatch.setattr("signal.signal", lambda *_: None)

    def command(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return command


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "film", "Maria waves", "a dog runs", "maria hugs the dog", smoother="flow")


def test_a_name_is_cast_listed_changed_and_removed(storyboard: Command, project: Path) -> None:
    assert "nobody is cast" in storyboard("cast", project).out
    made = storyboard("cast", project, "Maria", "--picture", "woman-cook", "--json")
    assert made.json == [
        {"name": "Maria", "picture": "woman-cook", "description": "", "shots": [1, 3], "only_in": None}
    ]
    storyboard("cast", project, "MARIA", "--description", "a [b]cook[/b] in white")
    (row,) = storyboard("cast", project, "--json").json
    assert (row["name"], row["picture"], row["description"]) == (
        "Maria",
        "woman-cook",
        "a [b]cook[/b] in white",
    )
    assert "[b]cook[/b]" in storyboard("cast", project).out, "markup is shown as text"
    assert storyboard("cast", project, "maria", "--remove").code == 0
    assert storyboard("cast", project, "--json").json == []


def test_one_shot_can_have_a_picture_of_its_own(storyboard: Command, project: Path) -> None:
    assert storyboard("cast", project, "dog", "--picture", "cat", "--shot", 2).code == 0
    (row,) = storyboard("cast", project, "--json").json
    assert (row["name"], row["picture"], row["only_in"]) == ("dog", "cat", 2)
    explained = storyboard("explain", "--project", project, "--shot", 2, "--json").json
    assert {"words": "dog", "role": "picture", "what": "cat"} in explained
    storyboard("cast", project, "dog", "--shot", 2, "--remove")
    assert storyboard("cast", project, "--json").json == []


def test_an_own_picture_is_copied_in_as_pixels(storyboard: Command, project: Path, tmp_path: Path) -> None:
    source = tmp_path / "[red]My Maria[bold].svg"
    source.write_text(DRAWING)
    ran = storyboard("cast", project, "Maria", "--picture", source, "--json")
    assert ran.code == 0, ran.error
    (row,) = ran.json
    assert (project / row["picture"]).read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in (project / "media").iterdir()) == [Path(row["picture"]).name]
    film = storyboard("animatic", project, "--quiet")
    assert film.code == 0, film.error
    made = storyboard("generate", project, "--shots", "1", "--quiet")
    assert made.code == 0, made.error
    with store.open_project(project, mode="read") as opened:
        (take,) = opened.takes().values()
    assert take.recipe is not None
    assert [one.picture for one in take.recipe.pictures] == [row["picture"]]
    assert storyboard("verify", project, "--shots", "1", "--quiet").code == 0
    (project / row["picture"]).unlink()
    gone = storyboard("render", project, "--quiet")
    assert gone.code == 1
    assert "shot 3" in gone.error
    assert "bring it back" in gone.error


def test_a_hostile_picture_is_refused_and_nothing_is_left(
    storyboard: Command, project: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "[red]bad.png"
    bad.write_text("no picture at all")
    ran = storyboard("cast", project, "Maria", "--picture", bad)
    assert ran.code == 1
    assert ran.error.startswith(f"storyboard: {bad}: ")
    assert len(ran.error.splitlines()) == 1
    assert storyboard("cast", project, "--json").json == []
    assert not list((project / "media").iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("Maria", "--picture", "dogg-o"), 1, "no picture"),
        (("Maria", "--picture", "cook-dog"), 1, "no picture"),
        (("Maria", "--picture", "x" * 5000), 1, "no picture"),
        (("M" * 101, "--picture", "woman"), 1, "100 characters"),
        (("", "--picture", "woman"), 1, "cannot be a name"),
        (("a\x1b[2Jb", "--picture", "woman"), 1, "cannot be a name"),
        (("Maria", "--picture", "../" + "x" * 300 + ".png"), 1, "check the path"),
        (("Maria", "--picture", "gone.svg"), 1, "check the path"),
        (("Anna",), 1, "no 'Anna'"),
        (("Anna", "--remove"), 1, "no 'Anna'"),
        (("!!", "--picture", "woman"), 1, "cannot be a name"),
        (("--picture", "woman"), 2, "which name"),
        (("Maria", "--remove", "--picture", "woman"), 2, "not both"),
        (("Maria", "--shot", "9", "--picture", "woman"), 1, "no shot 9"),
        (("Maria", "--shot", "1", "--description", "x"), 2, "all shots"),
    ],
)
def test_what_cannot_be_cast_is_a_sentence(
    storyboard: Command, project: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    ran = storyboard("cast", project, *arguments)
    assert ran.code == code
    assert says in " ".join(ran.error.replace("│", " ").split())


def test_explain_counts_the_cast_and_lists_other_pictures(storyboard: Command, project: Path) -> None:
    storyboard("cast", project, "Maria", "--picture", "woman-cook")
    with_cast = storyboard("explain", "Maria runs", "--project", project, "--json").json
    assert {"words": "Maria", "role": "picture", "what": "woman-cook"} in with_cast
    assert storyboard("explain", "--pictures", "dog", "--json").json[0] == "dog"
    assert "dog, " in storyboard("explain", "--pictures", "dog").out
    assert "no picture like" in storyboard("explain", "--pictures", "qwrtzplmk").out
    assert "card" in storyboard("explain", "qwrtz plmk").out
    assert storyboard("explain").code == storyboard("explain", "--shot", 1).code == 2


def test_about_names_what_ships_and_its_licences(storyboard: Command) -> None:
    facts = storyboard("about", "--json").json
    assert {one["licence"] for one in facts["materials"]} == {"MIT", "OFL-1.1", "Apache-2.0"}
    assert "PySide6" in {one["name"] for one in facts["libraries"]}
    assert "Fluent Emoji" in storyboard("about").out
    assert "Permission is hereby granted" in storyboard("about", "--notices").out
