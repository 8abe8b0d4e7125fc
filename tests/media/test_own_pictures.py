"""Pictures from strangers: nothing they name is opened, nothing in them runs, and none asks for too much."""

from __future__ import annotations

import gzip
import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storyboard.errors import MediaError
from storyboard.media import pictures, svg

SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def drawing(body: str, box: str = 'viewBox="0 0 10 10"', before: str = "") -> bytes:
    return f"{before}<svg {SVG} {box}>{body}</svg>".encode()


def cleaned(body: str) -> str:
    return svg.clean(drawing('<rect width="5" height="5"/>' + body), "a.svg").svg()


@pytest.mark.parametrize(
    "body",
    [
        '<rect style="filter:blur(9px) /* evil */;stroke-da/**/sharray:1;fill:red"/>',
        "<style>rect{filter:drop-shadow(0 0 9px red)} @media x{ rect{fill:url(evil)} }</style>",
        '<pattern id="evil" width="100000" height="100000"><rect/></pattern>',
        '<rect fill="url(//evil.example/#x"/>',
        "<script>alert(1)</script>",
        '<g onload="alert(1)" onclick="x()"/>',
        '<image href="file:///etc/passwd" width="9" height="9"/>',
        '<image xlink:href="data:image/svg+xml;base64,PHN2Zy8+"/>',
        '<use href="http://evil.example/a.svg#x"/>',
        '<use xlink:href="other.svg#x"/>',
        '<rect fill="url(http://evil.example/#x)"/>',
        '<rect fill="url(\'file:///etc/passwd\')" style="fill:url( &quot;//evil.example/x&quot; )"/>',
        "<style>@import url(http://evil.example/x.css); rect{fill:url(//evil.example/x)}</style>",
        "<style>@font-face{src:url(http://evil.example/f)} .a{fill:u\\72l(http://evil.example)}</style>",
        '<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="http://evil.example"/></foreignObject>',
        '<a href="javascript:alert(1)"><circle r="3"/></a>',
        '<animate attributeName="href" to="http://evil.example"/><set attributeName="onload" to="x()"/>',
        '<filter id="f"><feImage href="http://evil.example"/></filter><g filter="url(#f)"/>',
        '<rect stroke="red" stroke-dasharray="0.0000001" style="stroke-dasharray:0.0000001"/>',
        "<text>http://evil.example</text>",
        '<metadata><x xmlns="urn:x">evil.example</x></metadata>',
    ],
)
def test_what_is_more_than_shapes_is_left_out(body: str) -> None:
    kept = cleaned(body)
    for bad in (
        "evil",
        "passwd",
        "script",
        "onload",
        "onclick",
        "data:",
        "dash",
        "foreign",
        "iframe",
        "Image",
        "filter",
        "other",
    ):
        assert bad not in kept
    assert "<rect" in kept
    assert svg.clean(kept.encode(), "a.svg").svg() == kept, "what was cleaned is clean"


def test_shapes_colours_and_references_inside_are_kept() -> None:
    kept = cleaned(
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/></linearGradient></defs>'
        '<style>.a{fill:url(#g);stroke:red}</style><g id="p" transform="rotate(3)"><path class="a" d="M0 0L9 9"/></g>'
        '<use xlink:href="#p" opacity=".5" style="fill:url(#g)"/>'
    )
    for part in (
        'id="g"',
        ".a{fill:url(#g);stroke:red}",
        'd="M0 0L9 9"',
        'href="#p"',
        "rotate(3)",
        'style="fill:url(#g)"',
    ):
        assert part in kept


def nested(element: str, deep: int) -> str:
    return f"<{element}>" * deep + f"</{element}>" * deep


DOUBLED = (
    "".join(f'<g id="a{n}"><use href="#a{n + 1}"/><use href="#a{n + 1}"/></g>' for n in range(40))
    + '<g id="a40"/>'
)
MASKED = (
    "".join(
        f'<mask id="m{n}"><rect class="c{n + 1}"/><rect class="c{n + 1}"/></mask><style>.c{n}{{mask:url(#m{n})}}</style>'
        for n in range(30)
    )
    + '<rect class="c0"/>'
)
STYLED = "<style>{}{{opacity:.5}}</style>"
LAYERS = '<g class="a">' + '<rect x=".5" width="5" height="5"/>' * 200 + "</g>"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (drawing("&e;", before='<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), "entities"),
        (drawing("&e;", before='<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY e "&a;&a;">]>'), "entities"),
        (drawing('<g id="a"><use href="#a"/></g>'), "themselves"),
        (drawing('<g id="a"><use href="#b"/></g><g id="b"><use xlink:href="#a"/></g>'), "themselves"),
        (drawing('<mask id="p"><rect mask="url(#p)"/></mask><rect/>'), "themselves"),
        (
            drawing('<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/><rect/>'),
            "themselves",
        ),
        (drawing(f'<path id="p" d="M0 0{"h1v1" * 9000}"/>' + '<use href="#p"/>' * 900), "repeat"),
        (drawing(STYLED.format(".a>rect") + LAYERS), "repeat"),
        (drawing("<style>.z</style>" + STYLED.format("rect") + LAYERS), "repeat"),
        (drawing(DOUBLED), "repeat"),
        (drawing(MASKED), "repeat"),
        (drawing('<g opacity=".9"/>' * 600 + "<rect/>"), "repeat"),
        (drawing("".join(f'<g id="a{n}"><use href="#a{n + 1}"/></g>' for n in range(5000))), "deep"),
        (drawing(nested("g", 80)), "deep"),
        (drawing("<stop/>" * 20_001), "elements"),
        (gzip.compress(b" " * (64 << 20)), "larger than"),
        (b"\x1f\x8b" + b"x" * 50, "damaged"),
        (b" " * (5 << 20), "larger than"),
        (drawing("<rect/>", 'viewBox="0 0 1e30 1e30"'), "size"),
        (drawing("<rect/>", 'viewBox="0 0 100000 1"'), "size"),
        (drawing("<rect/>", 'width="nan" height="5"'), "size"),
        (drawing("<text>only words</text>"), "nothing"),
        (b"<html><body/></html>", "no SVG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><rect>", "no SVG"),
        (b'<?xml version="1.0" encoding="klingon"?>' + drawing("<rect/>"), "encoding"),
        (b"\x00\x01\x02", "no SVG"),
    ],
)
def test_a_hostile_drawing_is_refused_in_a_sentence_with_its_name(data: bytes, says: str) -> None:
    with pytest.raises(MediaError, match=says) as refused:
        svg.clean(data, "evil.svg")
    assert str(refused.value).startswith("evil.svg: ")


def test_a_plain_value_of_a_layer_costs_nothing() -> None:
    many = '<rect width="5" height="5" style="opacity:1;mix-blend-mode:normal;fill:#f00"/>' * 900
    assert svg.clean(drawing(many), "a.svg").body.count("#f00") == 900


@pytest.mark.parametrize("selector", ['rect[x=".5"]', "rect/@x;*.z*@x;/", ".\\61", "rect:not(.b)"])
def test_a_rule_whose_elements_cannot_be_counted_is_left_out(selector: str) -> None:
    assert "opacity" not in svg.clean(drawing(STYLED.format(selector) + LAYERS), "a.svg").body


def test_of_two_parts_with_one_id_the_first_is_meant() -> None:
    kept = cleaned('<rect id="a"/><g id="a"><use href="#a"/></g>')
    assert kept.count('id="a"') == 1


@pytest.mark.parametrize(
    "body",
    [
        f"<style>{part * (1_000_000 // len(part))}</style>"
        for part in ("@", "a", "/*", "url(", "url( ", "{", "@x{", "}", "a{b:url(")
    ]
    + [f'<rect fill="{part * (1_000_000 // len(part))}"/>' for part in ("url(", "url( ")],
)
def test_a_megabyte_of_what_almost_fits_is_read_once(body: str) -> None:
    assert cleaned(body)


def test_a_size_of_a_million_digits_is_read_once() -> None:
    with pytest.raises(MediaError, match="size"):
        svg.clean(drawing("<rect/>", f'width="{"1" * 1_000_000}x" height="5"'), "a.svg")


def test_numbers_that_the_drawing_library_gives_up_at_are_a_sentence(tmp_path: Path) -> None:
    huge = '<rect width="1e38" height="1e38" transform="scale(1e38) rotate(1e38)" stroke="red" stroke-width="1e38"/>'
    (tmp_path / "a.svg").write_bytes(drawing(huge))
    with pytest.raises(MediaError, match=r"a\.svg"):
        pictures.tidy(tmp_path / "a.svg")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with names here")
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(MediaError, match="pipe"):
        pictures.tidy(tmp_path / "a.png")


def kept(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(pictures.tidy(path)))


def test_a_drawing_is_told_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(gzip.compress(drawing('<rect width="5" height="5"/>')))
    assert kept(tmp_path / "a.png").size == (pictures.MAX_KEPT // 2,) * 2, "pixels, without the empty border"


def test_an_unseen_drawing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_bytes(drawing('<rect x="50" width="5" height="5"/>'))
    with pytest.raises(MediaError, match="seen"):
        pictures.tidy(tmp_path / "a.svg")


def test_a_picture_of_20000_pixels_is_scaled_down(tmp_path: Path) -> None:
    Image.new("L", (20_000, 600), 200).save(tmp_path / "wide.png")
    assert kept(tmp_path / "wide.png").size == (1536, 47)


def test_scaling_down_keeps_colour_and_clear_parts(tmp_path: Path) -> None:
    pixels = np.zeros((3100, 3100, 4), np.uint8)
    pixels[..., 1] = 255  # clear pixels are green, which must not be seen
    pixels[500:2500, 500:2500] = (250, 10, 10, 255)
    Image.fromarray(pixels).save(tmp_path / "square.png", compress_level=1)
    made = np.asarray(kept(tmp_path / "square.png"))
    assert abs(made.shape[0] - 2000 * 1536 / 3100) <= 3, "the clear border is cut off"
    assert (made[made[..., 3] > 0][:, 1] < 20).all()


def test_kinds_of_pixels_are_read(tmp_path: Path) -> None:
    image = Image.new("RGB", (30, 20), (200, 30, 30))
    for name in ("a.jpg", "a.webp", "a.gif", "a.png"):
        image.save(tmp_path / name)
        assert kept(tmp_path / name).size == (30, 20)
    Image.fromarray(np.full((4, 5), 40_000, np.uint16)).save(tmp_path / "deep.png")
    assert abs(np.asarray(kept(tmp_path / "deep.png"))[0, 0, 0] - 156) <= 1
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, 9, 200, 9])
    palette.putpixel((0, 0), 0)
    palette.save(tmp_path / "p.png", transparency=0)
    assert tuple(np.asarray(kept(tmp_path / "p.png"))[0, 0])[3] == 0
    exif = Image.Exif()
    exif[274] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    assert kept(tmp_path / "turned.jpg").size == (20, 30)


def test_of_an_animation_the_first_picture_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    for name in ("a.png", "a.gif"):
        assert tuple(np.asarray(kept(tmp_path / name))[4, 4]) == (255, 0, 0, 255)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (png(2_000_000_000, 2_000_000_000), "pixels are too many|no size|damaged"),
        (png(60_000, 60_000), "pixels are too many"),
        (png(100, 100, b"short"), "damaged"),
        (png(100, 100, b"\0" * 40_400)[:-30], "damaged"),
        (png(10, 10, b"\0" * 410), "transparent"),
        (b"this is text, whatever it is called", "neither"),
        (b"", "neither"),
        (b"\x89PNG\r\n\x1a\n", "neither|damaged"),
    ],
)
def test_a_bad_picture_is_refused_in_a_sentence_with_its_name(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "[red]bad.png"
    path.write_bytes(data)
    with pytest.raises(MediaError, match=says) as refused:
        pictures.tidy(path)
    assert "[red]bad.png" in str(refused.value)


def test_what_is_not_there_or_a_folder_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none.png", tmp_path):
        with pytest.raises(MediaError, match="cannot be read"):
            pictures.tidy(path)
