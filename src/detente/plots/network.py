"""Who stands together: a network of countries whose lines have a sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from detente.measures.agreement import MOST_RUNS, mean_agreement
from detente.plots import base, placing, style, titles
from detente.plots.look import palette
from detente.plots.page import Canvas, Page, width_for
from detente.plots.placing import Floats
from detente.plots.style import TIES
from detente.runs.errors import UsageError, require
from detente.runs.results import Results

#: Inches of the page's width, of the network's height as a share of it, below it, and of the scale
#: of colours there.
WIDTH: Final = 11.0
SHAPE: Final = 0.6
BELOW: Final = 1.05
SCALE: Final = 2.4
#: Points of the widest line that joins two, and of one that parts them; the weakest tie of either
#: kind that is drawn, from 0 to 1: most pairs are friendly enough, and share no bloc, which says
#: little.
WIDEST: Final = (8.0, 3.0)
FAINTEST: Final = (0.4, 0.2)
FAINTEST_OF_BLOCS: Final = (0.2, 0.5)
#: Colours of standing together and apart, as in `alignment`, and their lines.
TOGETHER: Final = ("#3d8b45", "solid")
APART: Final = ("#8e3f7c", (0, (3.0, 1.6)))
#: How much wider than high distances are drawn at most, or the other way round, to fill the page.
STRETCH: Final = 1.8
#: How near each other two countries stand at least, as a share of the side of a square of the page
#: for each, and in how many rounds those that are nearer are moved apart.
NEAR: Final = 0.62
ROUNDS: Final = 100
#: Points left free at the sides and above and below, for names; and of the parts of a line that
#: names keep off.
FREE: Final = (85.0, 22.0)
PART: Final = 9.0
#: Inches below which a page has no room for the legend in a line.
NARROW: Final = 8.0
#: What is measured between two countries: what those joined do, and those parted, in words.
MEASURES: Final = {
    "bloc": ("share a bloc", "share none"),
    "attitude": ("are close", "are hostile"),
    "S": ("respond alike", "respond oppositely"),
    "kappa": ("respond alike", "respond oppositely"),
    "pi": ("respond alike", "respond oppositely"),
}
#: What the numbers of a measure are of.
ABOUT: Final = {
    "attitude": "attitudes on the last day",
    "S": "S of their responses",
    "kappa": "agreement of their responses beyond chance (kappa)",
    "pi": "agreement of their responses beyond chance (pi)",
}


@base.plot(needs=("together_mean", "alignment_mean", "tilt"))
def network(
    results: Results,
    variant: str | None = None,
    countries: Sequence[str] | None = None,
    measure: str = "attitude",
    ax: Axes | None = None,
) -> Canvas:
    """Draw who stands together, and who stands apart, as a network.

    A solid line joins two countries that stand together, a dashed one two that stand apart; the
    wider, the more so. Those that stand together lie near each other (classical scaling of their
    distances, Torgerson 1952, stretched to fill the page), and the first pole on the right.

    The measure is ``attitude``, how close each is to the other at the end; ``S``, ``kappa`` or
    ``pi``, how far their responses agree, as ``detente.agreement`` has it; or ``bloc``, in how many
    runs the two end in one bloc, more or less than half. Blocs leave out how warm each is to all,
    so that two in one may be far apart, and no more than less opposed than others.
    """
    variant = style.pick(results, "variant", variant)
    data = results.data.sel(variant=variant)
    require(measure, MEASURES, "measure")
    places = style.pick_places(results, countries)
    if len(places) < 2:
        raise UsageError("plots.network: a network is of two countries or more")
    values = measured(data, measure)[np.ix_(places, places)]
    tilt = data["tilt"].mean("run").values[places]
    names = [list(style.country_names(results).values())[at] for at in places]
    codes = [style.labels(results, "country")[at] for at in places]
    title = titles.closest(values, names, "ties" if measure == "attitude" else "responses")
    if measure == "bloc":
        title = titles.together(results, variant, codes) or title
    width = width_for(ax, WIDTH)
    page = Page(
        ax, (WIDTH, SHAPE * width + BELOW), title, _subtitle(results, variant, measure),
        _told(values, names, measure), lowest=3.2 + BELOW,
    )  # fmt: skip
    axes = page.axes(0.15, BELOW, page.width - 0.3, page.top - BELOW - 0.1)
    box = placing.page_box(axes)
    axes.set(xlim=box[::2], ylim=box[1::2])  # what is drawn on them is in points of the page
    axes.set_axis_off()
    points = _on_page(_layout(values, tilt), box)
    pairs = _pairs(values, _faintest(measure))
    for row, column in sorted(pairs, key=lambda pair: float(values[pair])):
        _line(axes, points[[row, column]], float(values[row, column]))
    limit = max(0.3, float(np.nanmax(np.abs(tilt), initial=0.0)))
    axes.scatter(
        points[:, 0], points[:, 1], s=170, c=palette().map()(0.5 + tilt / limit / 2),
        edgecolors=style.INK, linewidths=1.2, zorder=5,
    )  # fmt: skip
    placing.label(
        axes, points, names, style.LABEL, box,
        [placing.box_around(x, y, 16, 16) for x, y in points] + _along(points, pairs), far=15,
        bbox={"boxstyle": "square,pad=0.05", "fc": "white", "ec": "none", "alpha": 0.75},
    )  # fmt: skip
    narrow = page.width < NARROW
    page.legend(_keys(measure), 0.12 if narrow else 0.3, ncols=1 if narrow else 2, handlelength=3.4)
    if page.is_whole:
        _scale(page, results, limit)
    return page.figure


def measured(data: Any, measure: str) -> Floats:
    """Return how far each two countries stand together in a course of events, from -1 to 1."""
    if measure == "bloc":
        return np.asarray(2 * data["together_mean"].transpose("country", "other").to_numpy() - 1)
    if measure == "attitude":
        return np.asarray(data["alignment_mean"].transpose("country", "other").to_numpy())
    stances = data["stance"].isel(run=slice(MOST_RUNS))
    return mean_agreement(stances, measure, float(np.ptp(data["response_stance"].to_numpy())))


def _subtitle(results: Results, variant: str, measure: str) -> str:
    near, far = _faintest(measure)
    if measure == "bloc":
        rule = "in most runs the two end in one bloc; dashed: in few"
        left_out = f"{50 * (1 - far):.0f} to {50 * (1 + near):.0f} % of runs"
    else:
        rule = "two that {}; dashed: two that {}".format(*MEASURES[measure])
        left_out = f"{style.signed(-far, 1)} to {style.signed(near, 1)}"
        rule += f" (mean {ABOUT[measure]}, from \u22121 to +1)"
    return (
        f"{style.subject(results)}{style.about(results, variant)}. Solid: {rule}; the wider, the "
        f"more so. Pairs from {left_out} have no line."
    )


def _told(values: Floats, names: Sequence[str], measure: str) -> list[str]:
    def written(value: float) -> str:
        return style.percent((value + 1) / 2) if measure == "bloc" else style.signed(value)

    return [
        f"{names[row]} and {names[column]}: {written(float(values[row, column]))}"
        for row, column in _pairs(values, (0.0, 0.0))
    ]


def _faintest(measure: str) -> tuple[float, float]:
    return FAINTEST_OF_BLOCS if measure == "bloc" else FAINTEST


def _pairs(values: Floats, least: tuple[float, float]) -> list[tuple[int, int]]:
    """Return pairs that are joined or parted strongly enough."""
    known = np.nan_to_num(values)
    found = np.argwhere(np.triu((known >= least[0]) | (known <= -least[1]), 1))
    return [(int(row), int(column)) for row, column in found]


def _layout(values: Floats, tilt: Floats) -> Floats:
    """Return a point for each country: near those that it stands with, the first pole right."""
    near = np.nan_to_num((values + values.T) / 2)
    squares = ((1 - near) / 2) ** 2
    np.fill_diagonal(squares, 0.0)
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    sizes, axes = np.linalg.eigh(-centred / 2)
    points = axes[:, [-1, -2]] * np.sqrt(np.maximum(sizes[[-1, -2]], 0.0))
    toward = points.T @ np.nan_to_num(tilt - np.nanmean(tilt))
    length = float(np.hypot(*toward))
    if length > 1e-9:
        x, y = toward / length
        points = points @ np.array([[x, -y], [y, x]])
    points[:, 1] *= -1.0 if points[np.abs(points[:, 1]).argmax(), 1] < 0 else 1.0
    return np.asarray(points)


def _on_page(points: Floats, box: placing.Box) -> Floats:
    """Return points in a box of the page, none too near another, with room for their names."""
    corner = np.array(box[:2]) + FREE
    room = np.maximum(np.array(box[2:]) - FREE - corner, 40.0)
    least = NEAR * float(np.sqrt(np.prod(room) / len(points)))
    for moved in (points, _apart(_filling(points, corner, room), min(least, room.min() / 2))):
        points = _filling(moved, corner, room)
    return points


def _filling(points: Floats, corner: Floats, room: Floats) -> Floats:
    """Return points that are spread over a part of the page, in its middle."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = room / np.maximum(high - low, 1e-6)
    scale = np.minimum(scale, STRETCH * scale.min())
    return np.asarray(corner + room / 2 + (points - (low + high) / 2) * scale)


def _apart(points: Floats, least: float) -> Floats:
    """Move points that lie nearer each other than that apart, each as far as the other."""
    turn = np.arange(len(points)) * 2.4  # where two lie on one point, each its own way
    for _ in range(ROUNDS):
        away = points[:, None] - points[None]
        distance = np.linalg.norm(away, axis=-1)
        close = (distance < least) & ~np.eye(len(points), dtype=bool)
        if not close.any():
            break
        own = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        way = np.where(distance[..., None] > 1e-9, away, own[:, None] - own[None])
        way /= np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-9)
        points = points + (way * ((least - distance) * close)[..., None] * 0.26).sum(axis=1)
    return points


def _along(points: Floats, pairs: Sequence[tuple[int, int]]) -> list[placing.Box]:
    """Return small boxes along the lines between pairs of points."""
    boxes = []
    for row, column in pairs:
        length = float(np.hypot(*(points[column] - points[row])))
        for share in np.linspace(0, 1, max(2, int(length / PART))):
            at = points[row] + share * (points[column] - points[row])
            boxes.append(placing.box_around(float(at[0]), float(at[1]), PART / 2, PART / 2))
    return boxes


def _scale(page: Page, results: Results, limit: float) -> None:
    """Draw right of the legend what the colours of countries mean."""
    first, second = style.titles(results, "pole").values()
    ends = [f"{style.signed(-limit)}\n{style.wrapped(second, 14)}", "0",
            f"{style.signed(limit)}\n{style.wrapped(first, 14)}"]  # fmt: skip
    axes = page.axes(page.width - SCALE - 0.6, 0.52, SCALE, 0.17)
    base.scale(axes, palette().map(), (-limit, limit), ends, "horizontal")
    axes.set_title(TIES.axis, fontsize=style.TICK, fontweight="bold", pad=4)


def _line(axes: Axes, ends: Floats, value: float) -> None:
    colour, dashes = _look(together=value > 0)
    axes.plot(
        *ends.T, color=colour, ls=dashes, lw=max(0.8, WIDEST[value < 0] * abs(value)), alpha=0.8,
        solid_capstyle="round", dash_capstyle="butt", zorder=2 if value > 0 else 1,
    )  # fmt: skip


def _look(*, together: bool) -> tuple[str, Any]:
    if palette().is_grey:
        return (style.INK, "solid") if together else (style.FAINT, APART[1])
    return TOGETHER if together else APART


def _keys(measure: str) -> list[Artist]:
    words = {
        "bloc": ("one bloc in most runs", "one bloc in few runs"), "attitude": ("close", "hostile"),
    }.get(measure, ("alike", "opposed"))  # fmt: skip
    looks = (_look(together=True), _look(together=False))
    return [
        Line2D([], [], color=colour, ls=dashes, lw=4.0, label=word)
        for word, (colour, dashes) in zip(words, looks, strict=True)
    ]
