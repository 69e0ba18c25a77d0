"""How every picture looks: sizes, colours and marks, in one place.

Nothing here changes matplotlib's global settings: `styled` gives each drawing function the settings
of this module and puts back what was there. Text is large enough to be read from the back of a
room. Colours are those of Okabe and Ito (2008), which people with any colour vision can tell apart;
each goes with a line style and a marker of its own, so that a picture also works printed in grey.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from io import BytesIO
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final, cast

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from detente.runs.layout import NO_MOVE

if TYPE_CHECKING:
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import SubFigure

INK: Final = "#222222"
FAINT: Final = "#6b6b6b"
RULE: Final = "#c9c9c9"
#: A country on the map that the scenario does not speak of.
LAND: Final = "#e4e4e2"
SEA: Final = "#f7f9fb"

#: Sizes in points on a page some 13 inches wide.
TITLE: Final = 19.0
SUBTITLE: Final = 13.0
LABEL: Final = 13.0
TICK: Final = 12.0
NOTE: Final = 11.0

#: Dots to the inch of a picture in a notebook.
SCREEN: Final = 90

#: Toward the first pole and toward the second, everywhere.
FIRST_POLE: Final = "#0b5c9e"
SECOND_POLE: Final = "#b8470a"

#: Tilt from the second pole (-1) over neither (0) to the first (1).
TILT_MAP: Final = LinearSegmentedColormap.from_list(
    "detente_tilt",
    ["#8c3200", "#cf6a26", "#f2b489", "#f6f3ee", "#9cc4e4", "#3c87c4", "#0a4578"],
)

#: The same for lines and marks, which must show on white also in the middle.
PATH_MAP: Final = LinearSegmentedColormap.from_list(
    "detente_path", ["#9c3a00", "#b8470a", "#8a6d5c", "#5a5a5a", "#52708c", "#0b5c9e", "#0a4578"]
)

_SETTINGS: Final[dict[str, Any]] = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.labelsize": LABEL,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": LABEL + 1,
    "axes.unicode_minus": True,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so widths are the same everywhere
    "font.size": TICK,
    "hatch.linewidth": 0.6,
    "savefig.facecolor": "white",
    "text.color": INK,
    "text.parse_math": False,  # a title with two dollar signs is not a formula
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "xtick.labelsize": TICK,
    "ytick.color": FAINT,
    "ytick.labelcolor": INK,
    "ytick.labelsize": TICK,
}


@contextmanager
def settings() -> Iterator[None]:
    """Draw with the settings of this module and leave the global ones as they were."""
    base = {
        key: value
        for key, value in mpl.rcParamsDefault.items()
        if not key.startswith(("backend", "interactive", "toolbar", "webagg", "tk."))
    }
    with mpl.rc_context(cast(Any, {**base, **_SETTINGS})):
        yield


def styled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Make a drawing function run under `settings`."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        with settings():
            return function(*args, **kwargs)

    return wrapped


class Picture(Figure):
    """A figure that a notebook shows, though pyplot knows nothing of it."""

    def _repr_png_(self) -> bytes:
        stream = BytesIO()
        with settings():
            self.savefig(stream, format="png", dpi=SCREEN)
        return stream.getvalue()


def blank(width: float, height: float) -> Figure:
    """Return an empty figure of so many inches that pyplot knows nothing of."""
    figure = Picture(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def size_of(figure: Figure | SubFigure) -> tuple[float, float]:
    """Return the width and height of a figure, or of its share of one, in inches."""
    box = figure.bbox
    dpi = figure.dpi
    return float(box.width / dpi), float(box.height / dpi)


def heading(figure: Figure | SubFigure, title: str, subtitle: str) -> float:
    """Write the title and, below it, the subtitle; return the height left free, as a fraction."""
    width, height = size_of(figure)
    title = fill(title, int(width / 0.178), max_lines=2, placeholder=" \u2026")
    subtitle = "\n".join(
        fill(line, int(width / 0.108), max_lines=2, placeholder=" \u2026")
        for line in subtitle.split("\n")
    )
    below = 0.52 + 0.33 * title.count("\n")
    lines = subtitle.count("\n") + 1
    figure.suptitle(
        title, x=0.012, y=1 - 0.14 / height, ha="left", va="top", fontsize=TITLE, fontweight="bold"
    )
    figure.text(
        0.012, 1 - below / height, subtitle, ha="left", va="top", fontsize=SUBTITLE, color=FAINT,
        linespacing=1.3,
    )  # fmt: skip
    return 1 - (below + 0.1 + 0.25 * lines) / height


@dataclass(frozen=True)
class Look:
    """How a variant is drawn: what tells it from the others in colour and in grey."""

    colour: str
    dashes: tuple[float, tuple[float, ...]] | str
    marker: str
    width: float


_MAIN: Final = Look("#5b2a86", "solid", "o", 2.6)
_REFERENCE: Final = Look("#5f5f5f", (0, (5, 2)), "s", 2.2)
_OTHERS: Final = (
    Look("#009e73", (0, (7, 2, 1.5, 2)), "D", 2.0),
    Look("#d55e00", "solid", "^", 2.0),
    Look("#3a9bdc", (0, (1.2, 1.4)), "v", 2.4),
    Look("#c7519c", (0, (3, 1.2)), "P", 2.0),
    Look("#b38600", (0, (7, 1.5, 1.2, 1.5, 1.2, 1.5)), "X", 2.0),
    Look("#000000", (0, (1, 3)), "*", 2.0),
)


def looks(variants: Sequence[str]) -> dict[str, Look]:
    """Return how each of the variants of a scenario is drawn.

    Parameters
    ----------
    variants
        All variants of the results in their order, so that one keeps its look when only some are
        drawn. The first is the main one.
    """
    found: dict[str, Look] = {}
    others = 0
    for index, name in enumerate(variants):
        if index == 0:
            found[name] = _MAIN
        elif name == NO_MOVE:
            found[name] = _REFERENCE
        else:
            found[name] = _OTHERS[others % len(_OTHERS)]
            others += 1
    return found


def shade_of(scale: ScalarMappable, value: float) -> tuple[float, ...]:
    """Return the red, green, blue and opacity of a value on a scale of colours."""
    return tuple(float(part) for part in scale.to_rgba(np.array([value]))[0])


def ink_on(colour: tuple[float, ...]) -> str:
    """Return black or white, whichever reads better on a colour (relative luminance of WCAG 2)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.3 else INK


def signed(value: float, digits: int = 2) -> str:
    """Write a number with its sign and a true minus, as in +0.12, and without one if it is 0.00."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0.0:
        return text
    return ("+" if value > 0 else "\u2212") + text
