"""How each country answers an event, with what its government really did."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from detente.plots import base, style
from detente.plots.base import Canvas, Floats, Page
from detente.runs.errors import UsageError
from detente.runs.results import Results

#: Hostile over silent to supportive. Both ends are dark in grey; which is which, the side says.
STANCES: Final = LinearSegmentedColormap.from_list(
    "detente_stance", ["#6b1d00", "#c95a17", "#f3c196", "#dcdcda", "#a9cfe6", "#2f7fbd", "#08355e"]
)
#: Marks whose act the event is.
ACTOR: Final = "\u25c6"
#: A share of runs too thin to hold its number.
THIN: Final = 0.06
#: Height of a bar, in rows.
HEIGHT: Final = 0.7
#: Points from the bars to the legend.
LEGEND: Final = 52
#: Entries of the record written beside a bar: the last ones.
MOST_RECORDED: Final = 3


@base.plot(by_run=True, needs=("response_count", "event_count"))
def responses(
    results: Results, event: str | None = None, variant: str | None = None, ax: Axes | None = None
) -> Canvas:
    """Draw the mix of responses of each country to an event, diverging around silence.

    A bar is all the runs in which the event came up. To the left of the middle stand responses
    against it, to the right those for it; silence lies across the middle. What the record says that
    the government really did is framed, and written out beside the bar with the share of runs that
    end with it; the frame is dashed where the record's confidence is below 0.6. The country whose
    act the event is, is marked.
    """
    known = style.labels(results, "event")
    if not known:
        raise UsageError("the scenario has no events")
    main = results.scenario.main
    event = style.pick(results, "event", event or (main if main in known else None))
    if variant is None:  # the first in which it came up, or the main one if it never did
        ever = results.data["event_count"].sel(event=event).values > 0
        variant = style.labels(results, "variant")[int(ever.argmax())]
    variant = style.pick(results, "variant", variant)
    data = results.data[["response_count", "event_count"]].sel(variant=variant, event=event)
    count = int(data["event_count"])
    shares = data["response_count"].transpose("country", "response").values / max(count, 1)
    stances = np.asarray(results.data["response_stance"].values, dtype=float)
    order = np.argsort(shares @ stances, kind="stable")
    recorded = [row for row in results.scenario.record if row.event == event]
    names = style.country_names(results)
    came_up = f"the {count:,} runs in which it came up"
    population = f"Last response while the event was live, in % of {came_up}"
    page = Page(
        ax, (15.0, 0.66 * len(names) + 3.0),
        f"How each country answers: {style.titles(results, 'event')[event]}",
        f"{population if count else 'The event never came up'}; "
        f"\u201c{style.titles(results, 'variant')[variant]}\u201d.\n{_how_framed(recorded)}",
    )  # fmt: skip
    left = 0.3 + 0.115 * (max(map(len, names.values())) + 2)  # two for the mark of the actor
    right = 4.3 if results.scenario.record else 0.5
    axes = page.axes(left, 1.6, page.width - (left + right), page.top - 1.7)
    # the edges of the segments of each bar, such that silence lies across the middle
    edges = np.pad(np.cumsum(100 * shares, axis=1), ((0, 0), (1, 0)))
    edges -= 100 * (shares @ ((stances < 0) + (stances == 0) / 2))[:, None]
    titles = style.titles(results, "response")
    colours = [STANCES(0.5 + stance / 2) for stance in stances]
    look: dict[str, Any] = {"height": HEIGHT, "ec": "white", "lw": 0.8}
    for place, row in enumerate(order):
        for (start, end), share, colour in zip(
            pairwise(edges[row]), shares[row], colours, strict=True
        ):
            if share > 0:
                axes.barh(place, end - start, left=start, color=colour, **look)
            if share >= THIN:
                base.number(axes, (start + end) / 2, place, f"{100 * share:.0f}", colour)
        done = [each for each in recorded if each.country == list(names)[row]]
        _mark_record(axes, place, done, edges[row], shares[row], titles)
    if recorded:
        heading = "What it did, and the share\nof runs that end with it"
        base.note(axes, heading, (1, 1), (10, 2), "axes fraction", va="bottom", fontweight="bold")
    limit = 1.01 * max(30.0, float(np.abs(edges).max()))
    axes.set(xlim=(-limit, limit), ylim=(len(order) - 0.45, -0.55))
    actors = {each.id: each.actor for each in results.scenario.variant(variant).events}
    actor = actors.get(event)
    if actor in names:
        names[actor] += f" {ACTOR}"
    axes.set_yticks(range(len(order)), np.array(list(names.values()))[order])
    axes.tick_params(axis="y", length=0, labelsize=style.LABEL + 1)
    axes.axvline(0, color=style.INK, lw=0.8, ls=(0, (2, 2)), zorder=0.5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f} %")
    axes.set_xlabel("\u2190 against it      share of runs      for it \u2192", labelpad=4)
    axes.spines["left"].set_visible(False)
    _legend(axes, dict(zip(titles.values(), colours, strict=True)), actor=actor in names)
    return page.figure


def _how_framed(recorded: list[Any]) -> str:
    """Explain the frames, as far as there are any."""
    if not recorded:
        return "The scenario has no record of what governments really did."
    text = "Framed (\u25bc where hardly a run ends so): what each really did"
    if any(row.confidence < style.CONFIDENT for row in recorded):
        text += f"; dashed (\u25bd): confidence below {style.CONFIDENT:g}"
    return f"{text}."


def _legend(axes: Axes, colours: dict[str, Any], *, actor: bool) -> None:
    handles: list[Artist] = [Patch(color=colour, label=title) for title, colour in colours.items()]
    if actor:
        label = "acts: the event is its own move"
        handles.append(Line2D([], [], ls="", marker="D", color=style.INK, ms=6, label=label))
    _, bottom, _, top = base.page_box(axes)
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0, -LEGEND / (top - bottom)), ncols=4,
        columnspacing=1.8, handlelength=1.2, handleheight=1.0,
    )  # fmt: skip


def _mark_record(
    axes: Axes, place: int, done: list[Any], edges: Floats, shares: Floats, titles: dict[str, str]
) -> None:
    """Frame what was done within the bar and write the last of it beside the bar, by date."""
    names = list(titles)
    lines = []
    for row in sorted(done, key=lambda row: str(row.date or ""))[-MOST_RECORDED:]:
        if row.response not in titles:
            continue
        at, sure = names.index(row.response), row.confidence >= style.CONFIDENT
        left, right = float(edges[at]), float(edges[at + 1])
        if right - left < 1.0:  # a response that hardly any run ends with has nothing to frame
            axes.plot(
                [(left + right) / 2], [place - HEIGHT / 2 - 0.06], marker="v", ms=9,
                color=style.INK, mfc=style.INK if sure else "none", clip_on=False, zorder=6,
            )  # fmt: skip
        else:
            box = left, place - HEIGHT / 2, right - left, HEIGHT
            base.frame(axes, box, 2.6, "-" if sure else (0, (1.6, 1.1)))
        date = f"{style.day(row.date)}: " if row.date is not None else ""
        title = style.wrapped(titles[row.response], 30, 1)
        lines.append(f"{date}{title}, {style.percent(shares[at])}")
    if lines:
        base.beside(axes, place, "\n".join(lines), 10)
