"""Drawings from strangers: what of an SVG is only shapes and colours is kept, the rest is left out or refused.

Nothing that a file names is ever opened, nothing in it runs, and it cannot ask for more work than a picture is
worth. What `clean` gives is written anew from what was understood.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from storyboard.errors import MediaError

MAX_BYTES = 4 << 20
"""Of a drawing, unpacked."""
MAX_ELEMENTS = 20_000
MAX_DEPTH = 64
MAX_DRAWN = 3_000
"""Elements drawn when each reference to a part (<use>, a mask) is drawn out."""
LAYER = 30
"""What an element costs that needs a sheet of its own (a mask, a transparency), in plain elements."""
OUTLINE = 200
"""Characters of an outline that cost as much as an element."""
MAX_VALUE = 1_000
"""Characters of an attribute that is no outline and no style."""
MAX_RATIO = 64
"""Of a drawing's longer to its shorter side."""

SAVE_PLAIN = "open it in a drawing program and save it as plain SVG, or export it as PNG"


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_ELEMENTS = _listed(
    """svg g defs symbol use path rect circle ellipse line polyline polygon linearGradient radialGradient stop
    clipPath mask style switch a"""
)
"""No text (no fonts of theirs), images, filters, scripts, animations or foreign content; no patterns, which may be
of any size and are drawn anew for each shape."""
_SHAPES = _listed("path rect circle ellipse line polyline polygon use")
_PROPERTIES = _listed(
    """transform transform-origin fill fill-opacity fill-rule clip-path clip-rule mask mask-type stroke stroke-width
    stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stop-color stop-opacity opacity color display
    visibility overflow paint-order mix-blend-mode isolation vector-effect shape-rendering"""
)
"""What is kept of a style, and as attributes. No dashes: a long line of tiny ones is work without end. No filters."""
_ATTRIBUTES = _PROPERTIES | _listed(
    """id class style d points x y x1 y1 x2 y2 cx cy r rx ry fx fy fr width height viewBox preserveAspectRatio
    gradientTransform gradientUnits spreadMethod clipPathUnits maskUnits maskContentUnits offset pathLength"""
)
_LONG = frozenset({"d", "points", "style"})
# Each pattern below reads its text once: a file may hold megabytes of what almost fits.
_REFERENCE = re.compile(r"url\(\s*+(['\"]?)([^()'\"\s]*+)\1\s*+\)", re.IGNORECASE)
_SELECTORS = re.compile(r"[\w\s.#*>+~:,-]++")
_COMBINED = re.compile(r"[\s>+~]++")
_VALUE = re.compile(r"[\w\s.,#%()!+/:-]*+")
_SELECTED = re.compile(r"[.#][\w-]++")
_LAYERED = {"opacity": ("1", "1.0", "100%"), "mask": ("none",), "clip-path": ("none",),
            "mix-blend-mode": ("normal",), "isolation": ("auto",)}  # fmt: skip
"""What needs a sheet of its own, unless it has one of these values."""
_NUMBER = re.compile(
    r"\s*([+-]?(?:\d++\.?\d*+|\.\d++)(?:e[+-]?\d++)?)\s*(px|pt|mm|cm|in|pc|em|ex)?\s*$", re.IGNORECASE
)
_SPLIT = re.compile(r"[\s,]+")


class Drawing(NamedTuple):
    """A drawing that is only shapes."""

    body: str
    """What goes inside an <svg> element."""
    box: tuple[float, float, float, float]
    """Left, top, width and height of its view box; sides are positive."""

    def svg(self) -> str:
        """The whole drawing as a file."""
        left, top, width, height = self.box
        return (
            f'<svg xmlns="{_SVG}" viewBox="{left:.6g} {top:.6g} {width:.6g} {height:.6g}">{self.body}</svg>\n'
        )


def is_svg(data: bytes) -> bool:
    """Whether `data` looks like an SVG, packed (svgz) or not."""
    if data[:2] == b"\x1f\x8b":
        return True
    start = data[:4096]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.decode("utf-16", errors="ignore").encode()
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def clean(data: bytes, name: str) -> Drawing:
    """The drawing in an SVG or svgz file. `name` is the file's, for messages.

    Left out: scripts, handlers, text, images, filters, animations, links and every reference to something outside.
    Raises `MediaError`, a sentence, for a file that is too large, declares entities, refers to itself in rings or
    would draw too much, has no proper size, or is not SVG.
    """
    reader = _Reader(name)
    reader.read(_unpacked(data, name))
    reader.apply_rules()
    if not reader.shapes:
        raise MediaError(
            f"{name}: there is nothing in it that can be drawn (text, photos and effects are not); {SAVE_PLAIN}"
        )
    _check_references(reader.root, reader.ids, name)
    return Drawing("".join(reader.out), reader.box)


def _unpacked(data: bytes, name: str) -> bytes:
    if data[:2] == b"\x1f\x8b":
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, MAX_BYTES + 1)
        except zlib.error as error:
            raise MediaError(f"{name}: the packed drawing is damaged; copy it again") from error
    if len(data) > MAX_BYTES:
        raise MediaError(
            f"{name}: the drawing is larger than {MAX_BYTES >> 20} MB; simplify it, or export it as PNG"
        )
    return data


@dataclass
class _Node:
    """An element as far as references matter."""

    parts: list[_Node] = field(default_factory=list)
    refers: list[str] = field(default_factory=list)
    """Ids of what is drawn with it."""
    selectors: list[str] = field(default_factory=list)
    """How rules of style find it: `.class`, `#id`."""
    cost: int = 1


class _Reader:
    """Reads the XML once and writes what is kept to `out`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.out: list[str] = []
        self.ids: dict[str, _Node] = {}
        self.root = _Node()
        self.box = (0.0, 0.0, 0.0, 0.0)
        self.shapes = 0
        self._count = 0
        self._left_out = 0
        """How deep in something that is left out."""
        self._open: list[tuple[str, _Node]] = []
        self._css: list[str] | None = None
        self._rules: dict[str, _Node] = {}
        """What rules of style cost and refer to, by the class or id that they are for; "*" for any element."""
        self._nodes: list[_Node] = []

    def read(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.buffer_text = True
        # Standalone, so that nothing outside the file is asked for.
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            reason = expat.errors.messages[error.code]
            raise MediaError(
                f"{self.name}: this is no SVG drawing that can be read (line {error.lineno}: {reason}); {SAVE_PLAIN}"
            ) from error
        except (LookupError, UnicodeError, ValueError) as error:
            raise MediaError(
                f"{self.name}: its text is in an encoding that is not known; {SAVE_PLAIN}"
            ) from error

    def apply_rules(self) -> None:
        """Counts what rules of style refer to, wherever they may apply."""
        for node in self._nodes:
            node.parts += [
                self._rules[selector] for selector in ("*", *node.selectors) if selector in self._rules
            ]

    def _add_rule(self, selectors: str, properties: list[tuple[str, str]]) -> None:
        rule = _Node(cost=0)
        for name, value in properties:
            _count_property(rule, name, value)
        if not (rule.refers or rule.cost):
            return
        for one in selectors.split(","):
            # The last part is what a rule is for; one without class or id may be for any element.
            names = _SELECTED.findall(_COMBINED.split(one.strip())[-1])
            self._rules.setdefault(names[-1] if names else "*", _Node(cost=0)).parts.append(rule)

    def _entity(self, *_: object) -> None:
        raise MediaError(f"{self.name}: it declares entities, which could hold anything; {SAVE_PLAIN}")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, element = tag.rpartition(" ")
        self._count += 1
        if self._count == 1:
            self._begin(space, element, attributes)
            return
        if self._count > MAX_ELEMENTS:
            raise MediaError(
                f"{self.name}: the drawing has more than {MAX_ELEMENTS:,} elements; simplify it, or export it as PNG"
            )
        if self._left_out or space != _SVG or element not in _ELEMENTS:
            self._left_out += 1
            return
        if len(self._open) >= MAX_DEPTH:
            raise MediaError(
                f"{self.name}: it is nested more than {MAX_DEPTH} deep; ungroup it, or export it as PNG"
            )
        self._keep("g" if element == "a" else element, attributes)

    def _begin(self, space: str, element: str, attributes: dict[str, str]) -> None:
        if (space, element) != (_SVG, "svg"):
            raise MediaError(f"{self.name}: this is no SVG drawing; {SAVE_PLAIN}")
        self.box = _box(attributes, self.name)
        self._open.append(("", self.root))

    def _keep(self, element: str, attributes: dict[str, str]) -> None:
        node = _Node()
        kept = [(short, value) for short, value in map(_short, attributes.items()) if short]
        # Of two parts with one id the first is meant; a reader that took the other would see another drawing.
        kept = [(short, value) for short, value in kept if short != "id" or value not in self.ids]
        for short, value in kept:
            if short == "href":
                node.refers.append(value[1:])
            elif short == "id":
                self.ids[value] = node
                node.selectors.append(f"#{value}")
            elif short == "class":
                node.selectors += {f".{name}" for name in value.split()}
            elif short == "style":
                for name, part in _properties(value):
                    _count_property(node, name, part)
            else:
                _count_property(node, short, value)
            if short in _LONG:
                node.cost += len(value) // OUTLINE
        self._nodes.append(node)
        self._open[-1][1].parts.append(node)
        self._open.append((element, node))
        self.shapes += element in _SHAPES
        if element == "style":
            self._css = []
        written = "".join(f" {short}={quoteattr(value)}" for short, value in kept)
        self.out.append(f"<{element}{written}>")

    def _text(self, text: str) -> None:
        if self._css is not None and not self._left_out:
            self._css.append(text)

    def _end(self, _tag: str) -> None:
        if self._left_out:
            self._left_out -= 1
            return
        element, _ = self._open.pop()
        if element == "style" and self._css is not None:
            for selectors, properties in _rules("".join(self._css)):
                self._add_rule(selectors, properties)
                self.out.append(escape(f"{selectors}{{{_written(properties)}}}"))
            self._css = None
        if element:
            self.out.append(f"</{element}>")


def _short(item: tuple[str, str]) -> tuple[str, str]:
    """An attribute that is kept, with its value made safe; an empty name for one that is left out."""
    space, _, name = item[0].rpartition(" ")
    value = item[1]
    if name == "href" and space in ("", _XLINK):
        # Only what is in the drawing itself.
        return ("href", value.strip()) if value.strip().startswith("#") else ("", "")
    if space or name not in _ATTRIBUTES or (name not in _LONG and len(value) > MAX_VALUE):
        return "", ""
    return name, _written(_properties(value)) if name == "style" else _safe_value(value)


def _safe_value(value: str) -> str:
    """`value` without references that lead outside."""
    safe, found = _REFERENCE.subn(
        lambda match: f"url({match[2]})" if match[2].startswith("#") else "none", value
    )
    return safe if found == value.lower().count("url(") else "none"


def _rules(css: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The plain rules in `css`: for what they are, and their properties. All else is left out."""
    start, *rest = css.split("/*")
    css = " ".join((start, *(part.partition("*/")[2] for part in rest)))
    for block in css.split("}"):
        before, _, body = block.partition("{")
        selectors = before.rpartition(";")[2].strip()  # after "@import ...;"
        properties = [] if "{" in body else _properties(body)
        if properties and _SELECTORS.fullmatch(selectors):
            yield selectors, properties


def _properties(style: str) -> list[tuple[str, str]]:
    """What is kept of "name: value; name: value"."""
    found = []
    for one in style.split(";"):
        name, _, value = one.partition(":")
        name, value = name.strip().lower(), _safe_value(value.strip())
        if name in _PROPERTIES and value and _VALUE.fullmatch(value):
            found.append((name, value))
    return found


def _written(properties: list[tuple[str, str]]) -> str:
    return ";".join(f"{name}:{value}" for name, value in properties)


def _count_property(node: _Node, name: str, value: str) -> None:
    """Adds to `node` what a property lets it refer to, and costs."""
    node.refers += [match[2][1:] for match in _REFERENCE.finditer(value)]
    if name in _LAYERED and value.strip().lower() not in _LAYERED[name]:
        node.cost += LAYER


def _box(attributes: dict[str, str], name: str) -> tuple[float, float, float, float]:
    """The view box of a drawing, else its size."""
    view = _SPLIT.split(attributes.get("viewBox", "").strip())
    found = [_number(text) for text in view] if len(view) == 4 else []
    if not found:
        found = [0.0, 0.0, *(_number(attributes.get(side, "100")) for side in ("width", "height"))]
    left, top, width, height = found
    sane = all(math.isfinite(number) and abs(number) < 1e9 for number in found)
    if not sane or min(width, height) < 1e-6 or max(width, height) > MAX_RATIO * min(width, height):
        raise MediaError(f"{name}: the drawing has no proper size; give its page a size, and save it again")
    return left, top, width, height


def _number(text: str) -> float:
    match = _NUMBER.match(text[:MAX_VALUE])
    return float(match[1]) if match else math.nan


def _check_references(root: _Node, ids: dict[str, _Node], name: str) -> None:
    """Raises `MediaError` where parts refer to each other in a ring, or are drawn far too often."""
    costs: dict[int, int] = {}
    doing: set[int] = set()

    def cost(node: _Node) -> int:
        key = id(node)
        if key in costs:
            return costs[key]
        if key in doing:
            raise MediaError(f"{name}: parts of it refer to themselves, so it would never end; {SAVE_PLAIN}")
        doing.add(key)
        parts = (*node.parts, *(ids[reference] for reference in node.refers if reference in ids))
        costs[key] = node.cost + sum(map(cost, parts))
        doing.remove(key)
        return costs[key]

    # References can lead from part to part far deeper than elements are nested.
    if _with_room(lambda: cost(root), name) > MAX_DRAWN:
        raise MediaError(
            f"{name}: its parts repeat each other more than {MAX_DRAWN:,} times; simplify it, or export it as PNG"
        )


def _with_room(count: Callable[[], int], name: str) -> int:
    try:
        return count()
    except RecursionError as error:
        raise MediaError(
            f"{name}: its parts refer to each other too deeply; simplify it, or export it as PNG"
        ) from error
