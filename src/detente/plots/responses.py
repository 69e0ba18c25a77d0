"""How each country answers an event, with what its government really did."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from detente.plots import style, words
from detente.plots.style import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from detente.runs.results import Results

#: Hostile over silent to supportive. Both ends are dark in grey; which is which, the side says.
STANCES: Final = LinearSegmentedColormap.from_list(
    "detente_stance", ["#6b1d00", "#c95a17", "#f3c196", "#dcdcda", "#a9cfe6", "#2f7fbd", "#08355e"]
)
#: What stands beside the name of whose act the event is.
ACTS: Final = "\u25c6"
#: A share of runs too thin to hold its number, in per cent.
THIN: Final = 6.0
#: Height of a bar, in rows.
HEIGHT: Final = 0.7
#: Entries of the record written beside a bar: the last ones.
MOST_RECORDED: Final = 3


@styled
def responses(
    results: Results,
    event: str | None = None,
    variant: str | None = None,
    ax: Axes | None = None,
) -> Figure | SubFigure:
    """Draw the mix of responses of each country to an event, diverging around silence.

    A bar is all the runs in which the event came up. To the left of the middle stand responses
    against it, to the right those for it; silence lies across the middle. What the record says that
    the government really did is framed, and written out beside the bar with the share of runs that
    end with it; the frame is dashed where the record's confidence is below 0.6. The country whose
    act the event is, is marked.

    Parameters
    ----------
    results
        Results of `detente.run`; read are ``response_count``, ``event_count`` and the scenario's
        ``record``.
    event
        Which event; by default the main one.
    variant
        In which course of events; by default the main one or, if the event is not part of it, the
        first in which it came up.
    ax
        Axes to draw on; by default those of a new figure.

    Returns
    -------
    Figure
        The figure that was drawn on.

    Raises
    ------
    UsageError
        If the results have no such event or variant.
    """
    event = words.pick_event(results, event)
    variant = _variant_with(results, event) if variant is None else variant
    variant = words.pick_variant(results, variant)
    shares = _shares(results, event, variant)
    stances = np.asarray(results.data["response_stance"].values, dtype=float)
    codes = words.codes(results)
    order = np.argsort(np.nan_to_num(shares @ stances), kind="stable")
    came = int(results.data["event_count"].sel(variant=variant, event=event))
    title = f"How each country answers: {words.event_titles(results)[event]}"
    said = (
        f"Last response while the event was live, in % of the {came:,} runs in which it came up"
        if came
        else "The event never came up"
    )
    recorded = [row for row in results.scenario.record if row.event == event]
    subtitle = (
        f"{said}; \u201c{words.variant_title(results, variant)}\u201d.\n{_how_framed(recorded)}"
    )
    axes, figure = _axes(results, ax, title, subtitle, len(codes))
    edges = _stack(shares[order], stances)
    titles = words.response_titles(results)
    colours = [STANCES(0.5 + stance / 2) for stance in stances]
    _bars(axes, edges, shares[order], colours)
    names = words.country_names(results)
    for place, index in enumerate(order):
        done = _record_of(results, event, codes[index])
        _mark_record(axes, place, done, edges[place], shares[index], titles)
    if recorded:
        axes.annotate(
            "What it did, and the share\nof runs that end with it", (1, 1),
            xycoords="axes fraction", xytext=(10, 2), textcoords="offset points",
            fontsize=style.TICK, fontweight="bold", va="bottom", annotation_clip=False,
        )  # fmt: skip
    reach = max(30.0, float(np.nanmax(np.abs(edges), initial=0.0)))
    axes.set_xlim(-reach * 1.01, reach * 1.01)
    axes.set_ylim(len(order) - 0.45, -0.55)
    actor = _actor(results, event, variant)
    marked = {code: f"{name} {ACTS}" if code == actor else name for code, name in names.items()}
    axes.set_yticks(range(len(order)), [marked[codes[i]] for i in order])
    axes.tick_params(axis="y", length=0, labelsize=style.LABEL + 1)
    axes.axvline(0, color=style.INK, lw=0.8, ls=(0, (2, 2)), zorder=0.5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f} %")
    axes.set_xlabel("\u2190 against it      share of runs      for it \u2192", labelpad=4)
    axes.spines["left"].set_visible(False)
    handles: list[Any] = [
        Patch(color=c, label=t) for c, t in zip(colours, titles.values(), strict=True)
    ]
    if actor in codes:
        said = "acts: the event is its own move"
        handles.append(Line2D([], [], ls="", marker="D", color=style.INK, ms=6, label=said))
    axes.legend(
        handles=handles,
        loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=_below(axes, 52),
        ncols=4, frameon=False, fontsize=style.TICK, borderaxespad=0, columnspacing=1.8,
        handlelength=1.2, handleheight=1.0,
    )  # fmt: skip
    return figure


def _how_framed(recorded: list[Any]) -> str:
    """Say how to read what is framed, as far as there is any."""
    if not recorded:
        return "The scenario has no record of what governments really did."
    said = "Framed (\u25bc where hardly a run ends so): what each really did"
    unsure = any(row.confidence < words.SURE for row in recorded)
    return f"{said}; dashed (\u25bd): confidence below {words.SURE:g}." if unsure else f"{said}."


def _actor(results: Results, event: str, variant: str) -> str | None:
    """Return whose act an event is in a variant, or None."""
    events = results.scenario.variant(variant).events
    return next((each.actor for each in events if each.id == event), None)


def _axes(
    results: Results, ax: Axes | None, title: str, subtitle: str, rows: int
) -> tuple[Axes, Figure | SubFigure]:
    """Return axes with a heading and room for names on the left and the record on the right."""
    if ax is not None:
        ax.set_title(title, loc="left", fontweight="bold")
        return ax, ax.figure
    longest = max(len(name) for name in words.country_names(results).values()) + 2  # the mark
    figure = style.blank(15.0, 0.66 * rows + 3.0)
    width, height = style.size_of(figure)
    top = style.heading(figure, title, subtitle)
    recorded = bool(results.scenario.record)
    rectangle = (
        (0.3 + 0.115 * longest) / width, 1.6 / height,
        1 - (0.3 + 0.115 * longest + (4.3 if recorded else 0.5)) / width, top - 1.7 / height,
    )  # fmt: skip
    return figure.add_axes(rectangle), figure


def _below(axes: Axes, points: float) -> Any:
    """Return the coordinates of the axes shifted down by so many points."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return axes.transAxes + ScaledTranslation(0, -points / 72, figure.dpi_scale_trans)


def _variant_with(results: Results, event: str) -> str:
    """Return the first variant in which the event came up, or the main one if it never did."""
    counts = results.data["event_count"].sel(event=event)
    for variant in words.variants_of(results):
        if int(counts.sel(variant=variant)) > 0:
            return variant
    return words.variants_of(results)[0]


def _shares(results: Results, event: str, variant: str) -> NDArray[np.float64]:
    """Return the share of each response in per cent: country, response."""
    data = results.data.sel(variant=variant, event=event)
    counts = data["response_count"].transpose("country", "response").values
    return np.asarray(100.0 * counts / max(float(data["event_count"]), 1.0))


def _stack(shares: NDArray[np.float64], stances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges of the segments, such that silence lies across the middle."""
    edges = np.concatenate([np.zeros((len(shares), 1)), np.cumsum(shares, axis=1)], axis=1)
    against = shares[:, stances < 0].sum(axis=1)
    neither = shares[:, stances == 0].sum(axis=1)
    return edges - (against + neither / 2)[:, None]


def _bars(
    axes: Axes, edges: NDArray[np.float64], shares: NDArray[np.float64], colours: list[Any]
) -> None:
    for place, (row, share) in enumerate(zip(edges, shares, strict=True)):
        for (left, right), part, colour in zip(pairwise(row), share, colours, strict=True):
            if part <= 0:
                continue
            axes.barh(
                place, right - left, left=left, height=HEIGHT, color=colour, ec="white", lw=0.8
            )
            if part >= THIN:
                axes.text(
                    (left + right) / 2, place, f"{part:.0f}", ha="center", va="center",
                    fontsize=style.TICK, color=style.ink_on(colour),
                )  # fmt: skip


def _record_of(results: Results, event: str, country: str) -> list[Any]:
    """Return what a government did about an event, in the order of the dates, once a response."""
    rows = [r for r in results.scenario.record if r.event == event and r.country == country]
    rows.sort(key=lambda row: str(row.date or ""))
    return rows[-MOST_RECORDED:]


def _percent(share: float) -> str:
    """Write a share in per cent; what is rare is not the same as what never comes."""
    return "<1 %" if 0 < share < 0.5 else f"{share:.0f} %"


def _mark_record(
    axes: Axes,
    place: int,
    done: list[Any],
    edges: NDArray[np.float64],
    shares: NDArray[np.float64],
    titles: dict[str, str],
) -> None:
    """Frame what was done within the bar and write it beside the bar."""
    names = list(titles)
    lines = []
    for row in done:
        if row.response not in titles:
            continue
        at, sure = names.index(row.response), row.confidence >= words.SURE
        left, right = float(edges[at]), float(edges[at + 1])
        if right - left < 1.0:  # a response that hardly any run ends with has nothing to frame
            axes.plot(
                [(left + right) / 2], [place - HEIGHT / 2 - 0.06], marker="v", ms=9,
                color=style.INK, mfc=style.INK if sure else "none", clip_on=False, zorder=6,
            )  # fmt: skip
        else:
            axes.add_patch(
                Rectangle(
                    (left, place - HEIGHT / 2),
                    right - left,
                    HEIGHT,
                    fill=False,
                    ec="black",
                    lw=2.6,
                    ls="-" if sure else (0, (1.6, 1.1)),
                    zorder=5,
                    joinstyle="miter",
                )
            )
        date = f"{words.day(row.date)}: " if row.date is not None else ""
        lines.append(f"{date}{words.wrapped(titles[row.response], 30, 1)}, {_percent(shares[at])}")
    if lines:
        axes.annotate(
            "\n".join(lines), (1, place), xycoords=("axes fraction", "data"), xytext=(10, 0),
            textcoords="offset points", va="center", fontsize=style.TICK, annotation_clip=False,
        )  # fmt: skip
