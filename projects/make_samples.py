"""Makes the sample projects again, with their music, clip and picture: `python projects/make_samples.py`.

Everything in them is made here, by calculation; nothing is taken from anywhere. The same versions of the libraries
give the same files.
"""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

from makers import audio, clip, music, picture
from msgspec.structs import replace

from storyboard import atomic, store, values
from storyboard.film import takes
from storyboard.project import CARD, Chosen, Look, Marker, Motion, Music, Project, Shot, new_shot
from storyboard.take import Take

HERE = Path(__file__).resolve().parent
MADE = "2026-01-01T00:00:00+00:00"
"""Written into the takes' sidecars, so that making them again changes nothing."""

SPAGHETTI = (
    "a man eats spaghetti in the kitchen, close-up",
    "two chefs twirl spaghetti in the restaurant",
    "a fork dives into the bowl of pasta, close-up",
    "sauce splashes, red tomato drops, slow motion",
    "a giant meatball rolls down the street",
    "he laughs in the kitchen, spaghetti everywhere",
    "a dog catches a meatball in the garden",
    "the man drinks red wine at the table",
    "the bowl is empty, he leans back in the kitchen",
    "the dog sleeps under the table at night",
)
"""After the film of 2023: ten shots of two seconds, ten ways to lose one's dignity over a plate of pasta."""

AT_ONCE = Motion(speed=Fraction(1), smoothing="off")
CLIP, STILL = "paper-plane", "postcard"
"""The ids of the two imported takes."""


def spaghetti(music_file: str) -> Project:
    """Ten sketched shots in classic motion: 480 frames, 20 s."""
    shots = tuple(new_shot(f"spaghetti-{n:02}", prompt) for n, prompt in enumerate(SPAGHETTI, 1))
    return Project(
        name="Spaghetti",
        look=Look(avoid="text, watermark, blurry"),
        shots=shots,
        music=Music(music_file, gain=-3.0, fade_out=Fraction(3, 2)),
    )


def postcard(music_file: str) -> Project:
    """A short story told with all that can stand on a timeline: a card, sketches, a clip, a still, music."""
    shots = (
        replace(new_shot("postcard-01", "A postcard from the sea"), model=CARD),
        new_shot("postcard-02", "a girl writes a letter at the table in a room"),
        new_shot("postcard-03", "a girl runs on the beach, tracking"),
        _imported("postcard-04", "a paper plane flies over the sea at sunset", 48, CLIP, AT_ONCE),
        # The clip goes on at two fifths of its speed: each second frame is made between two others, and the hard
        # cut to the lighthouse lies inside the shot.
        replace(
            _imported("postcard-05", "the paper plane comes to the lighthouse at night", 96, CLIP, _SLOW),
            muted=True,
        ),
        new_shot("postcard-06", "a whale jumps out of the sea at night"),
        new_shot("postcard-07", "an old man reads a letter in a room, close-up"),
        new_shot("postcard-08", "a man rides a bicycle on the road, tracking"),
        _imported("postcard-09", "the postcard on the table", 96, STILL, AT_ONCE),
        new_shot("postcard-10", "a girl and a dog dance on the beach at sunset"),
    )
    return Project(
        name="A postcard from the sea",
        width=640,
        height=360,
        shots=shots,
        music=Music(music_file, gain=-2.0, fade_in=Fraction(1, 2), fade_out=Fraction(2)),
        markers=(Marker(144, "the letter flies"), Marker(432, "the answer")),
    )


_SLOW = Motion(source_in=Fraction(2), speed=Fraction(2, 5), smoothing="auto")


def _imported(shot_id: str, prompt: str, length: int, take: str, motion: Motion) -> Shot:
    return replace(new_shot(shot_id, prompt, length), chosen=Chosen(take), motion=motion)


def make_spaghetti(folder: Path) -> None:
    _empty(folder)
    with tempfile.TemporaryDirectory() as made:
        song = Path(made) / "tarantella.m4a"
        audio.write(song, music.tarantella(), 128_000)
        music_file, _ = takes.copy_media(folder, song)
    _save(folder, spaghetti(music_file))


def make_postcard(folder: Path) -> None:
    _empty(folder)
    with tempfile.TemporaryDirectory() as made:
        song, film, still = (Path(made) / name for name in ("waltz.m4a", "paper-plane.mp4", "postcard.jpg"))
        audio.write(song, music.waltz(), 128_000)
        clip.write(film)
        picture.write(still)
        music_file, _ = takes.copy_media(folder, song)
        _publish(folder, takes.bring_in(folder, film, "postcard-04"), CLIP)
        _publish(folder, takes.bring_in(folder, still, "postcard-09"), STILL)
    _save(folder, postcard(music_file))


def _publish(folder: Path, take: Take, name: str) -> None:
    """Publish `take` again under a name that stays, and take back the one it was given."""
    store.publish(folder, replace(take, id=name, created=MADE))
    (folder / "takes" / f"{take.id}.json").unlink()


def _empty(folder: Path) -> None:
    """Remove the media and sidecars that an earlier run left in a sample's folder."""
    for old in (*folder.glob("media/*"), *folder.glob("takes/*")):
        old.unlink()
    folder.mkdir(exist_ok=True)


def _save(folder: Path, project: Project) -> None:
    with atomic.replacing(folder / "project.json") as temporary:
        temporary.write_bytes(values.encode(project))


if __name__ == "__main__":
    make_spaghetti(HERE / "spaghetti")
    make_postcard(HERE / "postcard")
