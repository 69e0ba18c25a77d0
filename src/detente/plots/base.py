"""What all pictures share: their registry, their files, the page they are drawn on, its labels.

A function becomes a picture by `plot`: it is then found as ``detente.plots.<name>`` and, if results
are all it needs, by ``detente plot --kind <name>``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from io import BytesIO
from pathlib import Path
from textwrap import fill
from typing import Any, Final, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure, FigureBase, SubFigure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter
from numpy.typing import ArrayLike, NDArray

from detente.plots import style
from detente.runs.errors import UsageError, require
from detente.runs.files import atomic_write, storage_errors
from detente.runs.folder import note_pictures
from detente.runs.results import Results
from detente.runs.statistics import binned_quantiles
from detente.scenario.messages import printable

Canvas = Figure | SubFigure
Floats = NDArray[np.float64]
Drawing = Callable[..., Canvas]

#: Every picture by its name.
PLOTS: Final[dict[str, Drawing]] = {}
#: Those that results are enough for, which `detente plot --kind` takes.
KINDS: Final[dict[str, Drawing]] = {}
#: Those that `detente run` draws, with the variables of the results that they need.
DRAWN_BY_RUN: Final[dict[str, tuple[str, ...]]] = {}

#: What a picture is of, by the name of its first argument: an attribute that the object has, and
#: where it is from.
SUBJECTS: Final = {
    "results": ("data", "the results of detente.run, or of detente.open(folder)"),
    "score": ("table", "the score of detente.score"),
    "fit": ("estimates", "the fit of detente.fit"),
    "ties": ("distributions", "the ties of detente.ties"),
    "changes": ("columns", "the table of detente.effects"),
    "drivers": ("convergence", "the drivers of detente.sensitivity"),
    "conditions": ("box", "the conditions of detente.discover"),
    "levers": ("table", "the levers of detente.levers"),
    "explanation": ("reasons", "the explanation of detente.explain"),
    "sweep": ("tipping", "the sweep of detente.sweep"),
    "table": ("columns", "a table as of detente.patterns().table"),
}
#: What the other arguments of pictures are.
ARGUMENTS: Final = {
    "variant": "In which course of events; by default the main one.",
    "variants": "Which courses of events; by default all, of which the first is the main one.",
    "name": "A column of outcomes.parquet: tilt, toward_<pole>, stance_<event>, tension ...",
    "countries": "Which countries, in this order; by default all.",
    "outcome": "Which alignment: revealed (what was said and done) or tilt (ties); by default the "
    "revealed one, or ties without events.",
    "event": "Which event; by default the main one.",
    "fig": "A figure or part of one to draw on; by default a new one.",
    "ax": "Axes to draw on; by default those of a new figure.",
}
#: Dots to the inch of a PNG, and of a picture in a notebook.
DPI: Final = 150
SCREEN: Final = 90
#: What would make two drawings of the same results differ is left out: dates and versions.
METADATA: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}
#: Median, and the edges of the 50 % and 90 % bands.
LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
#: How far from its anchor a label is tried, in points.
DISTANCES: Final = (7.0, 14.0, 24.0, 38.0, 56.0, 80.0, 110.0, 145.0)
#: A box on the page: left, bottom, right, top in points.
Box = tuple[float, float, float, float]


def plot[**P, R: Canvas](
    *, by_run: bool = False, needs: Sequence[str] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a picture of the package.

    It is drawn in the package's style, whatever matplotlib's settings are, and refuses what it is
    not a picture of, or results without a variable that it `needs`. Its docstring gets a list of
    its arguments, whose names are those of `SUBJECTS` and `ARGUMENTS`, unless it has one. With
    `by_run`, `detente run` draws it unless a variable that it needs is empty.
    """

    def register(function: Callable[P, R]) -> Callable[P, R]:
        name = function.__name__
        signature = inspect.signature(function)
        subject, *others = signature.parameters.values()

        @wraps(function)
        def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
            arguments = signature.bind_partial(*args, **kwargs).arguments
            if subject.name in arguments:  # else Python says what is missing
                _check(name, subject.name, arguments, needs)
            with style.settings():
                figure = function(*args, **kwargs)
                _show_only(figure)
                return figure

        PLOTS[name] = drawn
        if subject.name == "results" and all(other.default is not other.empty for other in others):
            KINDS[name] = drawn
        if by_run:
            DRAWN_BY_RUN[name] = tuple(needs)
        drawn.__doc__ = _documented(function, subject.name, [other.name for other in others])
        return drawn

    return register


def _show_only(figure: Any) -> None:
    """Escape in all texts of a figure what would show in another order, or not at all."""
    whole = figure.get_figure(root=True) if isinstance(figure, FigureBase) else None
    if whole is None:
        return
    for axes in whole.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(formatter := axis.get_major_formatter(), FixedFormatter):
                formatter.seq = [printable(each, lines=True) for each in formatter.seq]
    for text in whole.findobj(Text, include_self=False):
        said = text.get_text()
        if (shown := printable(said, lines=True)) != said:
            text.set_text(shown)


def _documented(function: Callable[..., Any], subject: str, others: Sequence[str]) -> str:
    """Return the docstring of a picture with its arguments, what it returns and what it raises."""
    text = inspect.cleandoc(function.__doc__ or "")
    if "\nParameters\n---" in text:
        return text
    found = SUBJECTS[subject][1]
    lines = [f"{subject}\n    {found[0].upper()}{found[1:]}."]
    lines += [f"{name}\n    {ARGUMENTS.get(name, '')}" for name in others]
    return (
        f"{text}\n\nParameters\n----------\n{'\n'.join(lines)}\n\n"
        "Returns\n-------\nFigure\n    The figure that was drawn on.\n\n"
        "Raises\n------\nUsageError\n    If there is nothing of such a name, or nothing to draw.\n"
    )


def _check(name: str, subject: str, arguments: Mapping[str, Any], needs: Sequence[str]) -> None:
    """Refuse what a picture is not of, what it is not drawn on, and results without its data."""
    found, (attribute, expected) = arguments[subject], SUBJECTS[subject]
    if not hasattr(found, attribute):
        raise UsageError(f"plots.{name} draws {expected}, not {type(found).__name__}")
    for option, kind in (("fig", FigureBase), ("ax", Axes)):
        on = arguments.get(option)
        if on is not None and not isinstance(on, kind):
            takes = "Figure or SubFigure" if option == "fig" else "Axes"
            raise UsageError(
                f"plots.{name}: {option}= takes a matplotlib {takes}, not {type(on).__name__}"
            )
    missing = [variable for variable in needs if variable not in found.data]
    if missing:
        raise UsageError(f"plots.{name}: these results have no {style.joined(missing)}")


def draw_all(
    results: Results,
    folder: str | Path,
    kinds: Sequence[str] | None = None,
    formats: Sequence[str] = ("png",),
) -> list[Path]:
    """Draw pictures of results and write each to a file, or to one in each of some formats.

    A file appears under its name only once it is whole. The same results give the same bytes.

    Parameters
    ----------
    results
        Results of `detente.run`.
    folder
        Where to write; it is made if it is not there.
    kinds
        Names from `KINDS`; by default all that `detente run` draws and the results allow: without
        an event there are no responses to draw.
    formats
        "png", "svg" or "pdf".

    Returns
    -------
    list of Path
        The files, of each picture one after another.

    Raises
    ------
    UsageError
        If there is no such kind or format.
    StoreError
        If the folder cannot be written to.
    """
    if kinds is None:
        sizes = {str(name): array.size for name, array in results.data.data_vars.items()}
        kinds = [name for name, needs in DRAWN_BY_RUN.items() if all(map(sizes.get, needs))]
    chosen = [require(kind, KINDS, "kind of picture") for kind in dict.fromkeys(kinds)]
    suffixes = [require(each, METADATA, "format of pictures") for each in dict.fromkeys(formats)]
    folder = Path(folder)
    with storage_errors("write to", folder):
        folder.mkdir(parents=True, exist_ok=True)
        note_pictures(folder, [f"{kind}.{suffix}" for kind in chosen for suffix in suffixes])
    written = []
    for kind in chosen:
        figure = KINDS[kind](results)
        for suffix in suffixes:
            path = folder / f"{kind}.{suffix}"
            content = picture(figure, suffix, kind)
            with storage_errors("write", path), atomic_write(path) as file:
                file.write(content)
            written.append(path)
    return written


def picture(figure: Canvas, suffix: str, salt: str = "detente", dpi: int = DPI) -> bytes:
    """Return a figure as the bytes of a PNG, SVG or PDF file.

    Parameters
    ----------
    figure
        What to write.
    suffix
        "png", "svg" or "pdf".
    salt
        What the identifiers inside an SVG follow from, so that two on one page do not clash.
    dpi
        Dots to the inch of a PNG.
    """
    stream = BytesIO()
    whole = _root(figure)
    metadata = {"Title": whole.get_suptitle() or None, **METADATA[suffix]}
    with style.settings(), mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "path"}):
        whole.savefig(stream, format=suffix, dpi=dpi, metadata=metadata)
    return stream.getvalue()


class NotebookFigure(Figure):
    """A figure that a notebook shows, though pyplot knows nothing of it."""

    def _repr_png_(self) -> bytes:
        return picture(self, "png", dpi=SCREEN)


class Page:
    """A figure with a title, measured in inches from its lower left corner.

    It is `figure`, of `width` and `height`, free up to `top`. It may be given as a whole, as a part
    of a figure, or as axes, which get the title and nothing else (it is not `is_whole`); None makes
    one of `size`.
    """

    def __init__(
        self, on: Canvas | Axes | None, size: tuple[float, float], title: str, subtitle: str
    ) -> None:
        self._axes = on if isinstance(on, Axes) else None
        self.is_whole = self._axes is None
        if isinstance(on, Axes):
            on.set_title(title, loc="left", fontweight="bold")
            on = on.figure
        elif on is None:
            on = NotebookFigure(figsize=size)
            FigureCanvasAgg(on)
        self.figure = on
        self.width, self.height = on.bbox.width / on.dpi, on.bbox.height / on.dpi
        self.top = self.height if self._axes else self._heading(title, subtitle)

    def _heading(self, title: str, subtitle: str) -> float:
        """Write the title and, below it, the subtitle; return the height left free."""
        title = fill(title, int(self.width / 0.178), max_lines=2, placeholder=" \u2026")
        subtitle = "\n".join(
            fill(line, int(self.width / 0.108), max_lines=2, placeholder=" \u2026")
            for line in subtitle.split("\n")
        )
        below = 0.52 + 0.33 * title.count("\n")
        lines = subtitle.count("\n") + 1
        self.figure.suptitle(
            title, x=0.012, y=1 - 0.14 / self.height, ha="left", va="top", fontsize=style.TITLE,
            fontweight="bold",
        )  # fmt: skip
        self.figure.text(
            0.012, 1 - below / self.height, subtitle, ha="left", va="top",
            fontsize=style.SUBTITLE, color=style.FAINT, linespacing=1.3,
        )  # fmt: skip
        return self.height * (1 - (below + 0.1 + 0.25 * lines) / self.height)

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Return new axes, or those that the picture was to be drawn on."""
        if self._axes is not None:
            return self._axes
        return self.figure.add_axes(
            (left / self.width, bottom / self.height, width / self.width, height / self.height)
        )

    def text(self, left: float, bottom: float, text: str, **options: Any) -> None:
        """Write a text."""
        self.figure.text(left / self.width, bottom / self.height, text, **options)

    def legend(self, handles: Sequence[Artist], bottom: float, **options: Any) -> None:
        """Draw a legend along the foot of the page."""
        self.figure.legend(
            handles=list(handles), loc="lower left",
            bbox_to_anchor=(0.3 / self.width, bottom / self.height),
            bbox_transform=self.figure.transSubfigure, **options,
        )  # fmt: skip


def note(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float],
    xycoords: Any = "data",
    **options: Any,
) -> None:
    """Write a text so many points away from a place, in or out of axes."""
    options = {"fontsize": style.TICK, "annotation_clip": False, "xycoords": xycoords, **options}
    axes.annotate(text, at, xytext=offset, textcoords="offset points", **options)


def beside(axes: Axes, row: float, text: str, offset: float, x: float = 1, **options: Any) -> None:
    """Write a text in a row, so many points right of the right edge of axes, at which x is 1."""
    note(axes, text, (x, row), (offset, 0), ("axes fraction", "data"), va="center", **options)


def number(axes: Axes, x: float, y: float, text: str, background: tuple[float, ...]) -> None:
    """Write a number in the middle of a cell or bar, in what reads well on its colour."""
    colour = style.text_colour(background)
    axes.text(x, y, text, ha="center", va="center", fontsize=style.TICK, color=colour)


def frame(axes: Axes, box: Box, width: float, dashes: Any = "-") -> None:
    """Draw a frame; ``box`` is left, bottom, width and height in the units of the axes."""
    rectangle = Rectangle(
        box[:2], *box[2:], fill=False, ec="black", lw=width, ls=dashes, joinstyle="miter",
        clip_on=False, zorder=5,
    )  # fmt: skip
    axes.add_patch(rectangle)


def write(
    axes: Axes, box: Box, text: str, size: float, to: NDArray[Any] | None = None, **options: Any
) -> None:
    """Write a bold text in the middle of a box on the page, above all else, with a line to a point.

    All is in points.
    """
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    line = {"arrowstyle": "-", "color": style.INK, "lw": 0.9, "shrinkA": 0, "shrinkB": 0}
    axes.annotate(
        text, middle if to is None else tuple(to), middle, xycoords="figure points", ha="center",
        va="center", fontsize=size, arrowprops=None if to is None else line,
        **{"fontweight": "bold", "zorder": 7, **options},
    )  # fmt: skip


def scale(
    axes: Axes,
    colours: Colormap,
    ends: tuple[float, float],
    labels: Sequence[str],
    orientation: Literal["horizontal", "vertical"],
) -> None:
    """Draw a scale of colours on axes of its own, with labels from one end to the other."""
    bar = Colorbar(axes, ScalarMappable(Normalize(*ends), colours), orientation=orientation)
    bar.set_ticks(list(np.linspace(*ends, len(labels))), labels=labels)
    bar.outline.set_visible(False)
    axes.tick_params(labelsize=style.TICK, length=0)


def quantiles(counts: NDArray[np.integer]) -> Floats:
    """Return the quantiles at `LEVELS` of tilts or alignments that were counted in bins."""
    return binned_quantiles(counts, -1.0, 1.0, LEVELS)


def box_around(x: Any, y: Any, width: float, height: float) -> Any:
    """Return the box of that size around a point, or around each of many."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def overlap(one: Any, other: Any) -> Any:
    """Return the area that two boxes share, or each of many with another."""
    width = np.minimum(one[2], other[2]) - np.maximum(one[0], other[0])
    height = np.minimum(one[3], other[3]) - np.maximum(one[1], other[1])
    return np.maximum(width, 0.0) * np.maximum(height, 0.0)


def text_size(axes: Axes, text: str, size: float) -> tuple[float, float]:
    """Return the width and height in points that a bold text takes, with some room around it."""
    probe = axes.text(0, 0, text, fontsize=size, fontweight="bold")
    width, height = np.asarray(probe.get_window_extent().size) * 72 / _root(axes).dpi
    probe.remove()
    return width + 4, height + 3


def page_box(axes: Axes) -> Box:
    """Return where the axes lie on the page, in points."""
    left, bottom, right, top = np.asarray(axes.bbox.extents) * 72 / _root(axes).dpi
    return left, bottom, right, top


def page_points(axes: Axes, points: ArrayLike) -> Floats:
    """Return where points of the axes' data lie on the page, in points."""
    table = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return np.asarray(axes.transData.transform(table)) / (_root(axes).dpi / 72)


def _root(artist: Axes | Canvas) -> Figure:
    figure = artist.get_figure(root=True)
    assert figure is not None
    return figure


def label(
    axes: Axes, anchors: Floats, texts: Sequence[str], size: float, page: Box,
    obstacles: Sequence[Box] = (), far: float = 0.0, **options: Any,
) -> None:  # fmt: skip
    """Write a text beside each of some points of the page, with a line to those farther away."""
    boxes = place_beside(anchors, [text_size(axes, each, size) for each in texts], page, obstacles)
    for anchor, text, box in zip(anchors, texts, boxes, strict=True):
        away = np.hypot(*(np.clip(anchor, box[:2], box[2:]) - anchor))
        write(axes, box, text, size, anchor if away > far else None, **options)


def place_beside(
    anchors: Floats, sizes: Sequence[tuple[float, float]], page: Box, obstacles: Sequence[Box] = ()
) -> list[Box]:
    """Find a box beside each anchor that lies over no other box, nearest first.

    Each tries sixteen directions at growing distance and takes what costs least: lying over another
    box, an anchor or an obstacle costs most, then leaving the page, then distance. All is in points
    on the page. Unlike adjustText's, the result depends on nothing but the arguments.
    """
    away, turn = np.meshgrid(DISTANCES, np.arange(16) * (np.pi / 8), indexing="ij")
    dx, dy = np.cos(turn), np.sin(turn)
    dots = [box_around(x, y, 8.0, 8.0) for x, y in anchors]
    # the most crowded choose first
    distance = np.linalg.norm(anchors[:, None] - anchors[None], axis=-1)
    crowd = np.sort(distance, axis=1)[:, 1:4].mean(axis=1) if len(anchors) > 1 else np.zeros(1)
    placed: dict[int, Box] = {}
    for index in np.argsort(crowd, kind="stable"):
        (x, y), (width, height) = anchors[index], sizes[index]
        at = x + dx * (away + width / 2), y + dy * (away + height / 2)
        boxes = box_around(*at, width, height)
        grown = box_around(*at, width + 4.0, height + 4.0)
        cost = 20 * sum(overlap(grown, other) for other in placed.values())
        cost = cost + 8 * sum(overlap(boxes, dot) for dot in dots)
        cost = cost + 2 * sum(overlap(boxes, other) for other in obstacles)
        cost = cost + 20 * (width * height - overlap(boxes, page)) + 3 * away
        cost = cost + 2.0 * (1 - dx)  # all else equal, to the right as one reads
        best = np.unravel_index(np.argmin(cost), cost.shape)
        left, bottom, right, top = (float(side[best]) for side in boxes)
        placed[int(index)] = (left, bottom, right, top)
    return [placed[index] for index in range(len(anchors))]
