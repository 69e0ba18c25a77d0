"""What all pictures share: their registry, their files, the page they are drawn on, its labels.

A function becomes a picture by `plot`: it is then found as ``detente.plots.<name>`` and, if results
are all it needs, by ``detente plot --kind <name>``. Pages and files are in `detente.plots.page`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from itertools import chain
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter

from detente.plots import style
from detente.plots.look import Look, Size, TooTallError, drawn_with
from detente.plots.page import METADATA, Canvas, picture
from detente.plots.placing import Box
from detente.runs.errors import UsageError, require
from detente.runs.files import atomic_write, storage_errors
from detente.runs.folder import note_pictures
from detente.runs.results import Results
from detente.scenario.messages import printable

Drawing = Callable[..., Canvas]

#: Every picture by its name.
PLOTS: Final[dict[str, Drawing]] = {}
#: Those that results are enough for, which `detente plot --kind` takes.
KINDS: Final[dict[str, Drawing]] = {}
#: Those that `detente run` draws, with the variables of the results that they need.
DRAWN_BY_RUN: Final[dict[str, tuple[str, ...]]] = {}

#: Stands among what a picture needs for a course of events beside the one compared with.
PAIRED: Final = "paired"
#: Arguments that every picture takes.
LOOKS: Final = ("size", "palette", "theme")
#: Names of the first argument of pictures that results are enough for.
OF_RESULTS: Final = ("results", "changes")

#: What a picture is of, by the name of its first argument: an attribute that the object has, and
#: where it is from.
SUBJECTS: Final = {
    "results": ("arrays", "the results of detente.run, or of detente.open(folder)"),
    "score": ("table", "the score of detente.score"),
    "fit": ("estimates", "the fit of detente.fit"),
    "ties": ("distributions", "the ties of detente.ties"),
    "changes": ("arrays columns", "the results of detente.run, or the table of detente.effects"),
    "drivers": ("convergence", "the drivers of detente.sensitivity"),
    "conditions": ("box", "the conditions of detente.discover"),
    "levers": ("table", "the levers of detente.levers"),
    "explanation": ("reasons", "the explanation of detente.explain"),
    "sweep": ("tipping", "the sweep of detente.sweep"),
    "patterns": ("columns missing", "the patterns of detente.patterns, or a table as theirs"),
}
#: What the other arguments of pictures are.
ARGUMENTS: Final = {
    "variant": "In which course of events; by default the main one.",
    "variants": "Which courses of events; by default the main one, its twin and one more.",
    "name": "A column of outcomes.parquet: tilt, toward_<pole>, stance_<event>, tension ...",
    "countries": "Which countries, by code, in this order; by default all.",
    "outcome": "Which alignment: revealed (what was said and done) or tilt (ties); by default the "
    "revealed one, or ties without events.",
    "event": "Which event; by default the main one.",
    "fig": "A figure or part of one to draw on; by default a new one.",
    "ax": "Axes to draw on; by default those of a new figure.",
    "record": "Whether to show what governments really did, where the scenario says it.",
    "size": 'Width in inches or as text ("90mm"), or width and height; type is scaled with it.',
    "palette": '"okabe-ito" (the default), "tol", "grey", or colours of courses of events.',
    "theme": '"screen" (the default), "projector" (1920 x 1080) or "paper" (a column of 90 mm).',
}


def plot[R: Canvas](
    *, by_run: bool = False, needs: Sequence[str] = (), paired: bool = False
) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Make a function a picture of the package.

    It takes `size`, `palette` and `theme` besides its own arguments, and is laid out anew with
    smaller type while it does not fit. It refuses what it is not a picture of, or results without a
    variable that it `needs`. Its docstring gets a list of its arguments, whose names are those of
    `SUBJECTS` and `ARGUMENTS`, unless it has one. With `by_run`, `detente run` draws it unless a
    variable that it needs is empty, or it is of `paired` runs and there is one course of events.
    """

    def register(function: Callable[..., R]) -> Callable[..., R]:
        name = function.__name__
        signature = inspect.signature(function)
        subject, *others = signature.parameters.values()

        @wraps(function)
        def drawn(
            *args: Any, size: Size | None = None, palette: str | Sequence[str] | None = None,
            theme: str | None = None, **kwargs: Any,
        ) -> R:  # fmt: skip
            if "variant" in signature.parameters:
                kwargs = _of_one(name, kwargs)
            arguments = signature.bind_partial(*args, **kwargs).arguments
            if subject.name in arguments:  # else Python says what is missing
                _check(name, subject.name, arguments, needs)
            _check_page(name, arguments, size, theme)
            with drawn_with(size, palette, theme) as look:
                figure = _fitted(partial(function, *args, **kwargs), look)
                _show_only(figure)
                return figure

        PLOTS[name] = drawn
        if subject.name in OF_RESULTS and all(each.default is not each.empty for each in others):
            KINDS[name] = drawn
        if by_run:
            DRAWN_BY_RUN[name] = (*needs, *((PAIRED,) if paired else ()))
        added = [
            inspect.Parameter(each, inspect.Parameter.KEYWORD_ONLY, default=None) for each in LOOKS
        ]
        parameters = [subject, *others, *added]
        drawn.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        names = [each.name for each in others] + [*LOOKS]
        drawn.__doc__ = _documented(function, subject.name, names)
        return drawn

    return register


def _of_one(name: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return arguments of a picture of one course of events, of which `variants` may name it."""
    if kwargs.get("variants") is None:
        return {key: value for key, value in kwargs.items() if key != "variants"}
    given = kwargs["variants"]
    names = [given] if isinstance(given, str) else [*given]
    if len(names) != 1 or kwargs.get("variant") is not None:
        raise UsageError(f"plots.{name} draws one course of events at a time: variant=")
    return {**{key: value for key, value in kwargs.items() if key != "variants"},
            "variant": names[0]}  # fmt: skip


def _fitted[R](draw: Callable[[], R], look: Look) -> R:
    """Return what is drawn with type as large as the page takes."""
    while True:
        try:
            return draw()
        except TooTallError as error:
            look.shrunk /= error.height
            look.tries -= 1


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
    if not any(hasattr(found, each) for each in attribute.split()):
        raise UsageError(f"plots.{name} draws {expected}, not {type(found).__name__}")
    for option, kind in (("fig", FigureBase), ("ax", Axes)):
        on = arguments.get(option)
        if on is not None and not isinstance(on, kind):
            takes = "Figure or SubFigure" if option == "fig" else "Axes"
            raise UsageError(
                f"plots.{name}: {option}= takes a matplotlib {takes}, not {type(on).__name__}"
            )
    data = getattr(found, "arrays", needs)
    missing = [variable for variable in needs if variable not in data]
    if missing:
        raise UsageError(f"plots.{name}: these results have no {style.joined(missing)}")


def _check_page(name: str, arguments: Mapping[str, Any], size: Any, theme: Any) -> None:
    """Refuse a size of what is drawn on a figure that has one."""
    on = next((each for each in ("fig", "ax") if arguments.get(each) is not None), None)
    if on is not None and (size is not None or theme is not None):
        raise UsageError(f"plots.{name}: with {on}= the figure has its size: no size= or theme=")


def draw_all(
    results: Results,
    folder: str | Path,
    kinds: Sequence[str] | None = None,
    formats: Sequence[str] = ("png",),
    **options: Any,
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
    **options
        Arguments of pictures, such as `countries`, `variants`, `record`, `size`, `palette` and
        `theme`: each picture gets those that it takes, and one of a single course of events the
        first of the variants.

    Returns
    -------
    list of Path
        The files, of each picture one after another.

    Raises
    ------
    UsageError
        If there is no such kind or format, or no such country, variant, palette or theme.
    StoreError
        If the folder cannot be written to.
    """
    if kinds is None:
        sizes = {str(name): array.size for name, array in results.arrays.data_vars.items()}
        sizes[PAIRED] = results.arrays.sizes["variant"] - 1
        kinds = [name for name, needs in DRAWN_BY_RUN.items() if all(map(sizes.get, needs))]
    chosen = [require(kind, KINDS, "kind of picture") for kind in dict.fromkeys(kinds)]
    suffixes = [require(each, METADATA, "format of pictures") for each in dict.fromkeys(formats)]
    given = {name: value for name, value in options.items() if value is not None}
    for name in ("country", "variant"):
        style.pick_all(results, name, given.get("countries" if name == "country" else "variants"))
    folder = Path(folder)
    figures = (KINDS[kind](results, **_taken(kind, given)) for kind in chosen)
    first = next(figures, None)  # before anything is written, as it may refuse what was asked
    with storage_errors("write to", folder):
        folder.mkdir(parents=True, exist_ok=True)
        note_pictures(folder, [f"{kind}.{suffix}" for kind in chosen for suffix in suffixes])
    written = []
    for kind, figure in zip(chosen, chain([first] if first else [], figures), strict=True):
        for suffix in suffixes:
            path = folder / f"{kind}.{suffix}"
            content = picture(figure, suffix, kind)
            with storage_errors("write", path), atomic_write(path) as file:
                file.write(content)
            written.append(path)
    return written


def _taken(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of some arguments that a kind of picture takes."""
    takes = inspect.signature(KINDS[kind]).parameters
    own = {name: value for name, value in options.items() if name in takes}
    if "variant" in takes and "variants" in options:
        given = options["variants"]
        own["variant"] = given if isinstance(given, str) else given[0]
    return own


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


def signed_ticks(value: float, _place: float = 0.0) -> str:
    """Write a number at an axis with its sign and a true minus."""
    return "0" if abs(value) < 1e-9 else f"{value:+.3g}".replace("-", "\u2212")


def number(
    axes: Axes, x: float, y: float, text: str, background: tuple[float, ...], **options: Any
) -> None:
    """Write a number in the middle of a cell or bar, in what reads well on its colour."""
    look = {"fontsize": style.TICK, "color": style.text_colour(background), **options}
    axes.text(x, y, text, ha="center", va="center", **look)


def frame(axes: Axes, box: Box, width: float, dashes: Any = "-") -> None:
    """Draw a frame; ``box`` is left, bottom, width and height in the units of the axes."""
    rectangle = Rectangle(
        box[:2], *box[2:], fill=False, ec="black", lw=width, ls=dashes, joinstyle="miter",
        clip_on=False, zorder=5,
    )  # fmt: skip
    axes.add_patch(rectangle)


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
