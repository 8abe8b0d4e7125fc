"""Pictures that the pack has not: a fork, a bowl, a table, and the small things that motions leave in the air.

All are drawn in a 32 x 32 box in the pack's manner: flat shapes, no outlines.
"""

from __future__ import annotations

Box = tuple[float, float, float, float]
"""Left, top, width, height."""

_STEEL, _STEEL_DARK = "#c4c9d1", "#98a0ab"
_WOOD, _WOOD_DARK, _WOOD_LIGHT = "#a4683f", "#7c4a2a", "#c08552"

_ART: dict[str, tuple[str, Box]] = {
    "~fork": (
        f'<path d="M13 11V3.6a1 1 0 0 1 2 0V9h.7V3.6a1 1 0 0 1 2 0V9h.6V3.6a1 1 0 0 1 2 0V11c0 2.3-1 3.4-2.3 4l.6 '
        f'14a1.4 1.4 0 0 1-3.4 0l.6-14c-1.5-.6-2.8-1.7-2.8-4z" fill="{_STEEL}"/>'
        f'<path d="M16.6 15.200h1.400l.6 13.800a1.4 1.4 0 0 1-2 1.200z" fill="{_STEEL_DARK}"/>',
        (13, 2.6, 7.3, 28),
    ),
    "~bowl": (
        '<path d="M2 14h28c0 7-4 12-9 13.500V29H11v-1.500C6 26 2 21 2 14z" fill="#3d7dd8"/>'
        '<path d="M20 14h10c0 7-4 12-9 13.500V29h-6c5-3 7-8 5-15z" fill="#2f63b3"/>'
        '<ellipse cx="16" cy="14" rx="14" ry="3.6" fill="#d8e6fb"/>'
        '<ellipse cx="16" cy="14.5" rx="12" ry="2.6" fill="#a9c4ec"/>',
        (2, 10.4, 28, 18.6),
    ),
    "~noodles": (
        '<g fill="none" stroke-linecap="round"><ellipse cx="16" cy="12.5" rx="11" ry="5.5" fill="#f2b632"/>'
        '<g stroke="#ffd866" stroke-width="1.5"><path d="M6 13c3-6 8 3 11-2s7 2 9-1"/>'
        '<path d="M7 10c4-4 6 4 10 0s6 3 8 2"/><path d="M9 15c3-2 5 2 8-1s6 1 7 0"/>'
        '<path d="M10 8c3-2 5 2 7-.500s4 1 6 .5"/></g><ellipse cx="16" cy="8.5" rx="5" ry="2.5" fill="#e23b2e"/>'
        '<circle cx="14" cy="8" r="1.8" fill="#8c4a2f"/><circle cx="18.4" cy="8.4" r="1.7" fill="#7c3f27"/></g>',
        (4.5, 5.5, 23, 13),
    ),
    "~twirl": (
        '<ellipse cx="16" cy="16" rx="7" ry="8" fill="#f2b632"/><g fill="none" stroke="#ffd866" stroke-width="1.6" '
        'stroke-linecap="round"><path d="M9.5 13c4 3 9 3 13 0M9 16.500c4 3.5 10 3.5 14 0M10 20c4 2.6 8 2.6 12 0'
        'M11.5 10c3 2 6 2 9 0"/><path d="M14 23c-1 3 1 4 0 7M18 23.500c1 2-.5 3 .5 5"/></g>',
        (9, 8, 14, 22),
    ),
    "~plate": (
        '<ellipse cx="16" cy="20" rx="15" ry="5" fill="#cfd5df"/><ellipse cx="16" cy="19" rx="15" ry="5" fill="#f5f7fa"/>'
        '<ellipse cx="16" cy="19" rx="10" ry="3" fill="#dfe4ec"/>',
        (1, 14, 30, 11),
    ),
    "~table": (
        f'<path d="M4 13h2.600l-.6 17H3.600zM25.4 13H28l.4 17H26z" fill="{_WOOD_DARK}"/>'
        f'<rect x="0" y="10.5" width="32" height="3.5" rx="1.2" fill="{_WOOD}"/>'
        f'<rect x="0" y="10" width="32" height="1.8" rx=".9" fill="{_WOOD_LIGHT}"/>',
        (0, 10, 32, 20),
    ),
    "~meatball": (
        '<circle cx="16" cy="16" r="12" fill="#8a4a2c"/><path d="M16 28a12 12 0 0 0 10-18.600c1 8-4 14-14 17.900a12 12 0 0 0 '
        '4 .7z" fill="#6d371f"/><circle cx="11.5" cy="11.5" r="2" fill="#a9683f"/><circle cx="18" cy="14" r="1.3" '
        'fill="#a9683f"/><circle cx="13" cy="19" r="1.2" fill="#a9683f"/>',
        (4, 4, 24, 24),
    ),
    "~sauce": (
        '<path d="M16 3c4.5 7 8.5 11 8.5 16.500a8.5 8.5 0 0 1-17 0C7.5 14 11.5 10 16 3z" fill="#e0301e"/>'
        '<path d="M12 18c-.6 4 1.5 6 3.5 6.6-4 .4-6-3.6-3.5-6.600z" fill="#ff7a5c"/>',
        (7.5, 3, 17, 25),
    ),
    "~drop": (
        '<path d="M16 4c4 6 7.5 10 7.5 14.500a7.5 7.5 0 0 1-15 0C8.5 14 12 10 16 4z" fill="#6cc6ff"/>',
        (8.5, 4, 15, 22),
    ),
    "~crumb": ('<circle cx="16" cy="16" r="8" fill="#f2b632"/>', (8, 8, 16, 16)),
    "~noodle": (
        '<path d="M6 20c4-10 6 6 10 0s5-8 10-4" fill="none" stroke="#ffd35a" stroke-width="3" stroke-linecap="round"/>',
        (4, 10, 24, 14),
    ),
    "~puff": ('<circle cx="16" cy="16" r="12" fill="#ffffff" opacity=".75"/>', (4, 4, 24, 24)),
    "~easel": (
        f'<path d="M9 14L4 31h2.200l5-17zM23 14l5 17h-2.200l-5-17zM15 24h2v7h-2z" fill="{_WOOD}"/>'
        f'<rect x="6" y="23" width="20" height="2" rx=".8" fill="{_WOOD_DARK}"/>'
        f'<rect x="5.5" y="2" width="21" height="21" rx=".8" fill="#f6f1e4"/><path d="M5.5 21.600h21V23h-21z" fill="#d9cfb6"/>',
        (4, 2, 24, 29),
    ),
    "~brush": (
        '<rect x="0" y="14.8" width="21" height="2.600" rx="1.200" fill="#7c4a2a"/><rect x="19" y="14.4" width="4.500" '
        'height="3.400" fill="#c4c9d1"/><path d="M23.5 14.2c4 0 6 .6 8 2-2 1.400-4 2-8 2z" fill="#e2482d"/>',
        (0, 13, 32, 6),
    ),
    "~curled": (
        '<path d="M29 24c2-6-2-13-10-14C9 9 1 15 1 22c0 4 2 6 6 6h17c3 0 4.500-2 5-4z" fill="#f0a95c"/>'
        '<path d="M27 28c3-2 4-6 3-9-.5-1.500-2.500-1-2 .6.6 2.400-1 5-4 5.400-3 .3-7-.5-9 1-1 .8-.6 2 .6 2z" fill="#d98a3f"/>'
        '<path d="M3.500 12.500l4.500 2-3.600 3.500zM17 13l-4.500 1.700 3 3.800z" fill="#d98a3f"/>'
        '<ellipse cx="10.2" cy="20" rx="7.6" ry="6.6" fill="#f7bd78"/>'
        '<g fill="none" stroke="#4a2f22" stroke-width=".9" stroke-linecap="round"><path d="M5.500 19.500c.8 1 2.200 1 3 0M12 '
        '19.500c.8 1 2.200 1 3 0M10.300 23.500c-.8 1-2 .8-2.400 0M10.300 23.500c.8 1 2 .8 2.400 0"/></g>'
        '<path d="M9.200 21.800h2.200l-1.100 1.300z" fill="#4a2f22"/>',
        (1, 9, 30, 19),
    ),
    "~beam": (
        '<linearGradient id="beam"><stop offset="0" stop-color="#fffbe6" stop-opacity=".8"/><stop offset="1" '
        'stop-color="#fff3c0" stop-opacity="0"/></linearGradient><path d="M0 15.500L34 8v17L0 17.500z" fill="url(#beam)"/>',
        (0, 7, 34, 19),
    ),
    "~bird": (
        '<path d="M6 13c2.500-1.800 5.500-1.500 7.500.2 3.500-1.200 8-.8 11 1.300l5.500.2-4.600 3.100c-2.500 2.600-7 4-11.400 3.300-4.200-.6-7.300-2.900-'
        '8-5.600z" fill="#f2f5f9"/><path d="M8 17c3 3.400 9 4.600 14.500 2.400-2.300 1.800-5.400 2.500-8.500 2-3-.4-5.200-1.900-6-4.400z" '
        'fill="#c9d3df"/><path d="M6.200 13.200L2 15.400l4.200 1z" fill="#f7a92b"/><circle cx="8.6" cy="14.2" r=".9" fill="#23262e"/>',
        (2, 11, 28, 11),
    ),
    "~wing": (
        '<path d="M12 16C11 9 15 3 22 0c-.3 2.500-.2 4-.4 5 1.500-.5 2.500-.6 3.600-.6-1 1.500-1.200 2.600-1.900 3.700 1.200-.1 2 0 2.800.3C23 11 '
        '21.500 14.500 20 17z" fill="#dde5ee"/><path d="M22 0c-.3 2.500-.2 4-.4 5 1.500-.5 2.500-.6 3.600-.6-1 1.500-1.200 2.600-1.900 3.700 1.200-.1 '
        '2 0 2.800.3C22 10 20 11 18.500 13c.4-5 1.500-9 3.500-13z" fill="#8a97a8"/>',
        (11.5, 0, 15, 17),
    ),
    "~stroke": (
        '<path d="M4 18c6-8 10 6 15-2s7-2 9-4" fill="none" stroke="#e2482d" stroke-width="4" stroke-linecap="round"/>',
        (2, 8, 28, 14),
    ),
    "~lamp": (
        '<path d="M15 12h2v14h-2z" fill="#77685a"/><ellipse cx="16" cy="27" rx="7" ry="2" fill="#5d5147"/>'
        '<path d="M10 3h12l4 11H6z" fill="#ffd76a"/>',
        (6, 3, 20, 26),
    ),
    "~piano": (
        '<path d="M2 8h28v16H2z" fill="#2b2b33"/><path d="M2 15h28v5H2z" fill="#f4f4f6"/>'
        '<path d="M5 15h1.600v3H5zm4 0h1.600v3H9zm6 0h1.600v3H15zm4 0h1.600v3H19zm6 0h1.600v3H25z" fill="#1b1b20"/>'
        '<path d="M3 24h3v6H3zm23 0h3v6h-3z" fill="#1b1b20"/>',
        (2, 8, 28, 22),
    ),
    "~lighthouse": (
        '<path d="M11 9h10l2.5 21h-15z" fill="#f4f4f6"/><path d="M10.4 14h11.200l.6 5H9.800zM9.3 24h13.400l.5 4H8.800z" '
        'fill="#e23b34"/><path d="M12 4h8v5h-8z" fill="#ffe27a"/><path d="M11 4l5-3 5 3z" fill="#b3252b"/>',
        (8.5, 1, 15, 29),
    ),
    "~throne": (
        '<path d="M8 2h16v18h4v10H4V20h4z" fill="#c9982e"/><path d="M11 5h10v13H11zM7 20h18v5H7z" fill="#b3252b"/>',
        (4, 2, 24, 28),
    ),
    "~mouth": (
        '<ellipse cx="16" cy="16" rx="12" ry="11" fill="#7d0f2c"/><path d="M8 23c4-4 12-4 16 0-4 5-12 5-16 0z" '
        'fill="#f2627a"/><path d="M6 11c6 2 14 2 20 0-2-4-6-6-10-6s-8 2-10 6z" fill="#fff"/>',
        (4, 5, 24, 22),
    ),
    "~lid": (
        '<path d="M4 14c6 6 18 6 24 0" fill="none" stroke="#6b3a2a" stroke-width="3" stroke-linecap="round"/>',
        (2, 12, 28, 8),
    ),
    "~flash": (
        '<path d="M16 0l3 9 8-6-4 9 9 1-8 5 7 7-10-2 1 9-6-7-6 7 1-9-10 2 7-7-8-5 9-1-4-9 8 6z" fill="#ffb02e"/>'
        '<path d="M16 7l2 5 5-3-2 5 5 1-5 3 4 4-6-1 0 5-3-4-3 4 0-5-6 1 4-4-5-3 5-1-2-5 5 3z" fill="#fff3c4"/>',
        (0, 0, 32, 32),
    ),
    "~speed": (
        '<path d="M2 9h20M8 16h22M2 23h16" stroke="#ffffff" stroke-width="1.4" stroke-linecap="round" opacity=".7"/>',
        (1, 8, 30, 16),
    ),
    "~speech": (
        '<path d="M6 4h20a4 4 0 0 1 4 4v9a4 4 0 0 1-4 4H14l-6 7v-7H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z" fill="#fff"/>'
        '<g fill="#7a8194"><circle cx="10" cy="12.5" r="1.9"/><circle cx="16" cy="12.5" r="1.9"/>'
        '<circle cx="22" cy="12.5" r="1.9"/></g>',
        (2, 4, 28, 24),
    ),
    "~flamejet": (
        '<path d="M10 2h12c2 8-2 16-6 28C12 18 8 10 10 2z" fill="#ff822d"/><path d="M12.5 2h7c1 6-1 10-3.5 17-2.5-7-4.5-11'
        '-3.5-17z" fill="#ffe06a"/>',
        (9, 2, 14, 28),
    ),
}


def has(name: str) -> bool:
    return name in _ART


def names() -> tuple[str, ...]:
    """Every picture of ours, such as `~fork`."""
    return tuple(_ART)


def art(name: str) -> tuple[str, Box]:
    """What goes inside <svg> for `~name`, and the box of it. Raises `KeyError`."""
    return _ART[name]
