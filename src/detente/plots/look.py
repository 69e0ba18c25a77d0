"""What a picture is drawn with and on: its colours, the size of its page and of its type.

Every picture is laid out in inches and points with type of `style.TICK` points. A theme or a size
asks for another page: the picture is then laid out on a page as much larger or smaller as its type
is to be smaller or larger, and scaled as a whole when it is written, so that type, lines and marks
keep their proportions and nothing is laid out twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import matplotlib as mpl
import matplotlib.style
from matplotlib.colors import LinearSegmentedColormap, is_color_like

from detente.plots import style
from detente.runs.errors import UsageError, require

_SETTINGS: Final[dict[str, Any]] = {
    "axes.edgecolor": style.FAINT,
    "axes.labelcolor": style.INK,
    "axes.labelsize": style.LABEL,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": style.LABEL + 1,
    "axes.axisbelow": True,
    "font.size": style.TICK,
    "hatch.linewidth": 0.6,
    "legend.borderaxespad": 0,
    "legend.fontsize": style.TICK,
    "legend.frameon": False,
    "pdf.fonttype": 42,  # fonts as fonts: text can be selected, searched and edited
    "ps.fonttype": 42,
    "text.color": style.INK,
    "text.parse_math": False,  # a title with two dollar signs is not a formula
    **{f"{axis}tick.color": style.FAINT for axis in "xy"},
    **{f"{axis}tick.labelcolor": style.INK for axis in "xy"},
    **{f"{axis}tick.labelsize": style.TICK for axis in "xy"},
}
#: What a user may set for all pictures in matplotlib's settings; colours and sizes are arguments.
RESPECTED: Final = (
    "font.", "mathtext.", "text.usetex", "text.latex.", "text.hinting", "text.antialiased",
    "axes.unicode_minus", "axes.linewidth", "pdf.", "ps.", "svg.", "savefig.", "path.", "agg.",
)  # fmt: skip
#: Inches in the units in which a size may be given.
UNITS: Final[Mapping[str, float]] = {
    "mm": 1 / 25.4, "cm": 1 / 2.54, "in": 1.0, "pt": 1 / 72, "px": 1 / 144,
}  # fmt: skip
#: Inches of a side of a page at most and at least.
SMALLEST, LARGEST = 1.0, 60.0
#: How much smaller and larger type may be on a page of a given width if no theme says.
SCALES: Final = (7 / style.TICK, 1.5)
#: How often a picture is laid out anew, with smaller type, to fit the height of a page.
TRIES: Final = 4


class Palette(NamedTuple):
    """Colours of courses of events, and from the second pole to the first."""

    main: str
    reference: str
    others: tuple[str, ...]
    first: str
    second: str
    #: From wholly the second pole over neither to wholly the first; dark at both ends or one.
    tilts: tuple[str, ...]
    is_grey: bool = False

    def map(self, middle: str | None = None) -> LinearSegmentedColormap:
        """Return a scale from the second pole to the first, with another middle if one is given."""
        half = len(self.tilts) // 2
        colours = [*self.tilts]
        colours[half] = middle or colours[half]
        return LinearSegmentedColormap.from_list("detente_tilt", colours)

    def shades(self, colours: LinearSegmentedColormap) -> LinearSegmentedColormap:
        """Return a scale of colours as this palette has it: as it is, or in grey."""
        if not self.is_grey:
            return colours
        light = colours([0.0, 0.25, 0.5, 0.75, 1.0])[:, :3] @ [0.2126, 0.7152, 0.0722]
        return LinearSegmentedColormap.from_list(colours.name, [str(each) for each in light])


#: The first is used unless another is asked for: colours of Okabe and Ito (2008), some darkened to
#: be read as text; those of Tol (2021), bright and sunset; and greys.
PALETTES: Final[Mapping[str, Palette]] = {
    "okabe-ito": Palette(
        "#5b2a86", "#5f5f5f", ("#009e73", "#d55e00", "#3a9bdc", "#c7519c", "#b38600", "#000000"),
        "#0b5c9e", "#b8470a",
        ("#8c3200", "#cf6a26", "#f2b489", "#f6f3ee", "#9cc4e4", "#3c87c4", "#0a4578"),
    ),
    "tol": Palette(
        "#aa3377", "#6b6b6b", ("#228833", "#ee6677", "#4477aa", "#a08a00", "#2ba6c9", "#000000"),
        "#364b9a", "#a50026",
        ("#a50026", "#f67e4b", "#feda8b", "#f4f4e4", "#c2e4ef", "#6ea6cd", "#364b9a"),
    ),
    "grey": Palette(
        "#000000", "#7d7d7d", ("#4d4d4d", "#262626", "#8f8f8f", "#666666", "#3a3a3a", "#000000"),
        "#1a1a1a", "#6b6b6b",
        ("#111111", "#3f3f3f", "#6e6e6e", "#9a9a9a", "#bdbdbd", "#dadada", "#f4f4f4"),
        is_grey=True,
    ),
}  # fmt: skip


class Theme(NamedTuple):
    """A page and its type: inches of its sides if they are fixed, type as a share of the usual."""

    size: tuple[float | None, float | None]
    type: float | None
    title: float
    subtitle: float
    #: Dots to the inch of a PNG.
    dpi: int
    #: Courses of events that a picture shows unless told: the main one, its twin, the next.
    courses: int
    #: Countries of which a picture with a panel for each has room, unless told: the most changed.
    panels: int


#: The first is used unless another is asked for. A projector has 1920 by 1080 dots and is seen from
#: afar; a column of a journal is 90 mm wide with type of 7 points.
THEMES: Final[Mapping[str, Theme]] = {
    "screen": Theme((None, None), None, style.TITLE, style.SUBTITLE, 150, 3, 6),
    "projector": Theme((1920 / 144, 1080 / 144), 1.25, 18.0, style.TICK, 144, 2, 4),
    "paper": Theme((90 / 25.4, None), 7 / style.TICK, 14.0, style.NOTE, 300, 2, 4),
}
#: What a size may be given as.
Length = float | str
Size = Length | Sequence[Length | None]


class TooTallError(Exception):
    """A picture needs so many inches of height, at its size of type, and has not got them."""

    def __init__(self, height: float) -> None:
        super().__init__(height)
        self.height = height


@dataclass
class Look:
    """What the picture that is being drawn looks like."""

    palette: Palette
    theme: Theme
    size: tuple[float | None, float | None]
    #: Type as a share of the usual, if it is fixed; how much smaller it was made to fit.
    type: float | None = None
    shrunk: float = 1.0
    tries: int = TRIES

    def scale(self, natural: float, least: float) -> float:
        """Return how large the type is on the page of a picture of a natural and a least width."""
        width = self.size[0] or natural
        usual = min(max(width / natural, SCALES[0]), SCALES[1]) if self.size[0] else 1.0
        return min(self.type or usual, width / least) * self.shrunk

    def width(self, natural: float, least: float) -> float:
        """Return on how wide a page, in inches, a picture is laid out."""
        return (self.size[0] or natural) / self.scale(natural, least)

    def height(self, needed: float, scale: float) -> float:
        """Return on how high a page it is laid out; a TooTallError asks for smaller type."""
        height = self.size[1]
        if height is None:
            return needed
        if needed > 1.001 * height / scale and self.tries > 0:
            raise TooTallError(needed * scale / height)
        return height / scale


_LOOK: Final[ContextVar[Look]] = ContextVar("look")


def look() -> Look:
    """Return what the picture that is being drawn looks like."""
    found = _LOOK.get(None)
    return asked_for() if found is None else found


def palette() -> Palette:
    """Return the colours of the picture that is being drawn."""
    return look().palette


def asked_for(
    size: Size | None = None,
    palette: str | Sequence[str] | None = None,
    theme: str | None = None,
) -> Look:
    """Return a look, or refuse what there is not."""
    own = THEMES[require(theme or next(iter(THEMES)), THEMES, "theme of pictures")]
    given = None if size is None else sides(size)
    letters = mpl.rcParams["font.size"] / mpl.rcParamsDefault["font.size"]
    fixed = own.type if letters == 1.0 else letters * (own.type or 1.0)
    return Look(_palette(palette), own, given or own.size, fixed)


def _palette(given: str | Sequence[str] | None) -> Palette:
    usual = next(iter(PALETTES.values()))
    if given is None:
        return usual
    if isinstance(given, str):
        return PALETTES[require(given, PALETTES, "palette")]
    colours = [*given]
    wrong = [each for each in colours if not is_color_like(each)]
    if wrong or not colours:
        raise UsageError(
            f"palette= takes one of {', '.join(PALETTES)}, or a list of colours of courses of "
            f"events, the main one, its twin, others; {wrong[0]!r} is no colour"
            if wrong
            else "palette= takes at least one colour"
        )
    main, reference, *others = colours if len(colours) > 1 else (*colours, usual.reference)
    return usual._replace(main=main, reference=reference, others=tuple(others) or usual.others)


def sides(size: Size) -> tuple[float | None, float | None]:
    """Return width and height in inches: of a width, or of both in a pair or as "160mm x 90mm".

    Examples
    --------
    >>> sides("90mm x 60mm") == sides((90 / 25.4, 60 / 25.4))
    True
    """
    parts: list[Any] = (
        re.split(r"(?<=[a-z\d ])x", size.lower())
        if isinstance(size, str)
        else [*size]
        if isinstance(size, Sequence)
        else [size]
    )
    if len(parts) > 2 or not parts:
        raise UsageError(f"a size is a width, or width and height, not {size!r}")
    width, height = [inches(part) for part in parts] + [None] * (2 - len(parts))
    return width, height


def inches(length: Length | None) -> float | None:
    """Return a length in inches: a number of them, or a text such as "90mm", "9 cm" or "3.5in"."""
    if length is None:
        return None
    unit = "in"
    number: Any = length
    if isinstance(length, str):
        found = re.fullmatch(r"\s*([\d.]+)\s*([a-z]*)\s*", length.lower())
        if found is None:
            raise UsageError(f"{length!r} is no length: write 90mm, 9cm or 3.5in")
        number, unit = found[1], require(found[2] or "in", UNITS, "unit of length")
    try:
        value = float(number) * UNITS[unit]
    except (TypeError, ValueError):
        raise UsageError(f"{length!r} is no length: write 90mm, 9cm or 3.5in") from None
    if not SMALLEST <= value <= LARGEST:
        raise UsageError(
            f"a side of a picture is {SMALLEST:g} to {LARGEST:g} inches long, not {value:.3g}: "
            "write the unit, such as 90mm"
        )
    return value


@contextmanager
def drawn_with(
    size: Size | None, palette: str | Sequence[str] | None, theme: str | None
) -> Iterator[Look]:
    """Draw with a look and the settings of this module, and leave the global ones as they were."""
    asked = asked_for(size, palette, theme)
    token = _LOOK.set(asked)
    try:
        with settings():
            yield asked
    finally:
        _LOOK.reset(token)


def settings() -> AbstractContextManager[None]:
    """Draw with the settings of this module, and with those that a user made of fonts and files."""
    usual = mpl.rcParamsDefault
    own: dict[Any, Any] = {
        name: mpl.rcParams[name]
        for name in mpl.rcParams  # not by items(): to look at the backend imports pyplot
        if name.startswith(RESPECTED) and name != "font.size" and mpl.rcParams[name] != usual[name]
    }
    return matplotlib.style.context(["default", {**_SETTINGS, **own}])
