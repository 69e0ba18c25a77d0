"""How each country answers an event: first, ever and last, with what its government really did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from detente.plots import base, placing, style, titles
from detente.plots.look import look, palette
from detente.plots.page import Canvas, Page, root, width_for
from detente.plots.placing import Floats
from detente.runs.errors import UsageError
from detente.runs.results import Results

if TYPE_CHECKING:
    from detente.scenario.elements import Event

#: Of silence, in the middle between hostile and supportive.
SILENT: Final = "#dcdcda"
#: How often a response is ever given, from 0 to 1: the darker the oftener.
EVER: Final = LinearSegmentedColormap.from_list("detente_ever", ["#ffffff", "#b9b9b9", "#4a4a4a"])
#: Marks whose act the event is, and those whom it asks.
ACTOR: Final = "\u25c6"
ASKED: Final = "\u25c7"
#: A share of runs too thin to hold its number.
THIN: Final = 0.06
#: Middle and height of the bars of last and of first responses, in rows.
LAST: Final = (0.11, 0.52)
FIRST: Final = (-0.31, 0.24)
#: Per cent on either side that bars have room for at least, and least width of silence's column.
SIDE: Final = 20.0
SILENCE: Final = 16.0
#: Inches: of the page's width, of a row and least of one, above the rows, of a column of how often
#: a response is ever given, of what is written of the record, left of those columns, and right of
#: them if nothing is written.
WIDTH: Final = 16.6
ROW: Final = 0.66
LOW: Final = 0.4
ABOVE: Final = 1.5
COLUMN: Final = 0.44
RECORDED: Final = 5.0
ASIDE: Final = 0.45
EDGE: Final = 1.1
#: Narrower pages than these leave out what is written, and how often a response is ever given.
WRITTEN: Final = 14.0
ROOMY: Final = 9.0


def _stances() -> LinearSegmentedColormap:
    """Return colours from hostile to supportive; which is which, the side says in grey."""
    return palette().map(SILENT)


class _Mix(NamedTuple):
    """What the runs say of an event: shares by country and response."""

    names: list[str]  # of the responses that can answer the event
    titles: list[str]
    stances: Floats
    first: Floats
    ever: Floats
    last: Floats
    runs: int  # in which the event came up


@base.plot(by_run=True, needs=("response_count", "chosen_count", "first_response", "event_count"))
def responses(
    results: Results,
    event: str | None = None,
    variant: str | None = None,
    countries: Sequence[str] | None = None,
    ax: Axes | None = None,
    *,
    record: bool = True,
) -> Canvas:
    """Draw the mix of responses of each country to an event: first, ever and last.

    Bars are all the runs in which the event came up, the thick one by the last response, the thin
    one above it by the first. Responses against it stand on the left, those for it on the right,
    silence in a column of its own between them. Beside the bars stands in how many runs each
    response is ever given; one run may give several. Only responses that can answer an event of
    its kind are shown.

    What the record says that the government really did is framed, its first response in the thin
    bar and its last in the thick one, and written out; the frame is dashed where the record's
    confidence is below 0.6; `record` leaves it out, and so does a course with another event in its
    place. The country whose act the event is, and those
    whom it asks, are marked. On narrow pages first what is written of the record is left out, then
    how often each response is ever given; both are on slides, where type would be too small.
    """
    known = style.labels(results, "event")
    if not known:
        raise UsageError("the scenario has no events")
    main = results.scenario.main
    event = style.pick(results, "event", event or (main if main in known else None))
    if variant is None:  # the first in which it came up, or the main one if it never did
        ever = results.arrays["event_count"].sel(event=event).values > 0
        variant = style.labels(results, "variant")[int(ever.argmax())]
    variant = style.pick(results, "variant", variant)
    course = {each.id: each for each in results.scenario.variant(variant).events}.get(event)
    mix = _mix(results, event, variant, course.kind if course else "move")
    passive = _passive(results, course, mix)
    # those who have no say stand below the others
    heard = np.array([code not in passive for code in style.labels(results, "country")])
    ranks = np.argsort(np.lexsort((mix.last @ mix.stances, ~heard))).astype(np.float64)
    order = np.array(style.pick_places(results, countries, ranks))
    recorded = _recorded(results, course) if record else []
    names = style.country_names(results)
    sheet = _Sheet.of(ax, mix, list(names.values()), recorded)
    page = Page(
        ax, (WIDTH, sheet.row * len(order) + sheet.above + sheet.below),
        titles.responses(results, variant, event, [list(names)[row] for row in order]),
        _subtitle(results, event, variant, mix.runs, recorded if record else None),
        [_told(list(names.values())[row], mix, int(row)) for row in order],
        lowest=LOW * len(order) + sheet.above + sheet.below,
    )  # fmt: skip
    wide = page.width - sheet.left - sheet.right
    axes = page.axes(sheet.left, sheet.below, wide, page.top - sheet.below - sheet.above)
    silent = np.stack([mix.first, mix.last])[:, heard][..., mix.stances == 0]
    column = max(SILENCE, 100 * float(silent.max(initial=0.0))) + 3
    for place, row in enumerate(order):
        code = list(names)[row]
        if code in passive:
            continue
        done = [each for each in recorded if each.country == code]
        _bars(axes, place, mix, int(row), column, done)
    _scales(axes, mix, len(order), column)
    low, high = axes.get_xlim()
    at, align = (-column / 2 - 2, "right") if -low >= high else (column / 2 + 2, "left")
    for place, row in enumerate(order):  # where there is more room
        if why := passive.get(list(names)[row]):
            axes.text(at, place, why, ha=align, va="center", fontstyle="italic")
    if sheet.beside:
        own = axes.inset_axes((1 + ASIDE / _inches(axes), 0, sheet.beside / _inches(axes), 1))
        _ever(own, mix, order)
        if sheet.written:
            _write_record(own, mix, order, list(names), recorded)
    asked = set() if course is None else set(course.asked(names)) - {course.actor}
    if course and len(asked) >= len(names) - 1:  # all the others: nobody stands out
        asked = set()
    marks = dict.fromkeys(asked, ASKED)
    if course is not None and course.actor is not None:
        marks[course.actor] = ACTOR
    labels = [
        f"{name} {marks[code]}" if code in marks else name
        for code, name in zip(names, sheet.names, strict=True)
    ]
    axes.set_yticks(range(len(order)), np.array(labels)[order])
    marked = " ".join(labels[row] for row in order)
    _legend(axes, mix, sheet.left, actor=ACTOR in marked, asked=ASKED in marked)
    return page.figure


class _Sheet(NamedTuple):
    """How a page is shared out, in inches: what a narrow one has no room for is left out."""

    names: list[str]
    row: float
    left: float
    right: float
    above: float
    below: float
    beside: float  # of how often each response is ever given; 0 if that is left out
    written: bool  # what the record says

    @classmethod
    def of(cls, ax: Axes | None, mix: _Mix, names: list[str], recorded: list[Any]) -> _Sheet:
        """Return what the page has room for."""
        width = width_for(ax, WIDTH)
        roomy = width >= ROOMY and look().size[1] is None
        written = bool(recorded) and roomy and width >= WRITTEN
        shown = names if roomy else [style.wrapped(name, 13, 2) for name in names]
        longest = max(len(line) for name in shown for line in name.split("\n"))
        left = 0.3 + 0.115 * (longest + 2)  # two for a mark
        beside = COLUMN * np.count_nonzero(mix.stances) if roomy else 0.0
        right = ASIDE + beside + (RECORDED if written else EDGE) if roomy else 0.6
        keys = -(-(len(mix.names) + 2) // max(2, int(width / 3.1)))
        above = ABOVE if roomy else 0.6
        return cls(shown, ROW if roomy else 0.5, left, right, above, 0.95 + 0.27 * keys,
                   beside, written)  # fmt: skip


def _told(name: str, mix: _Mix, row: int) -> str:
    """Say with what a country answers last, the likeliest response first."""
    order = np.argsort(-mix.last[row], kind="stable")
    said = [
        f"{mix.titles[at]} {style.percent(float(mix.last[row, at]))}"
        for at in order
        if mix.last[row, at] > 0
    ]
    return f"{name}: {', '.join(said) or 'no response'}"


def _write_record(
    axes: Axes, mix: _Mix, order: NDArray[np.intp], codes: list[str], recorded: list[Any]
) -> None:
    """Write beside the rows what each really did."""
    heading = "What it did, and how often runs begin\nwith its first and end with its last"
    base.note(axes, heading, (1, 1), (10, 4), "axes fraction", va="bottom", fontweight="bold")
    for place, row in enumerate(order):
        done = [each for each in recorded if each.country == codes[row]]
        base.beside(axes, place, _written(done, mix, int(row)), 10)


def _mix(results: Results, event: str, variant: str, kind: str) -> _Mix:
    """Return the shares of responses that can answer the kind of event, hostile ones first."""
    data = results.arrays.sel(variant=variant, event=event)
    repertoire = results.scenario.repertoire
    known = style.titles(results, "response")
    chosen = [place for place, name in enumerate(known) if kind in repertoire[name].kinds]
    stances = np.asarray(results.arrays["response_stance"].values, dtype=np.float64)[chosen]
    chosen = [chosen[place] for place in np.argsort(stances, kind="stable")]
    runs = int(data["event_count"].values)
    spoken = data["first_response"].transpose("country", "run").values
    counts = [
        np.stack([(spoken == place).sum(axis=1) for place in chosen], axis=1),
        *(
            data[name].transpose("country", "response").values[:, chosen]
            for name in ("chosen_count", "response_count")
        ),
    ]
    first, ever, last = (count / max(runs, 1) for count in counts)
    names = [list(known)[place] for place in chosen]
    titles = [known[name] for name in names]
    return _Mix(names, titles, np.sort(stances), first, ever, last, runs)


def _recorded(results: Results, event: Event | None) -> list[Any]:
    """Return what was done about an event, unless a course made another of what came about."""
    main = results.scenario.variant(style.labels(results, "variant")[0])
    real = {each.id: each for each in main.events}
    if event is None or (event.id in real and real[event.id] != event):
        return []
    return [row for row in results.scenario.record if row.event == event.id]


def _passive(results: Results, event: Event | None, mix: _Mix) -> dict[str, str]:
    """Return, by country, why it can do nothing but stay silent, where it cannot and does not."""
    found = {}
    countries = style.labels(results, "country")
    repertoire = results.scenario.repertoire
    for code, last in zip(countries, mix.last, strict=True):
        if event is None or last @ np.abs(mix.stances) > 0:
            continue
        role = event.role(code, countries)
        answers = {name for name in mix.names if repertoire[name].answers(event.kind, role)}
        if role == "actor":
            found[code] = "its own move"
        elif not any(
            stance and name in answers for name, stance in zip(mix.names, mix.stances, strict=True)
        ):
            found[code] = "not asked"
    return found


def _subtitle(
    results: Results, event: str, variant: str, runs: int, recorded: list[Any] | None
) -> str:
    came_up = f"in % of the {runs:,} runs in which it came up" if runs else "it never came up"
    text = (
        f"How each answers \u201c{style.event_titles(results, variant)[event]}\u201d, {came_up}; "
        f"\u201c{style.titles(results, 'variant')[variant]}\u201d. Thick bar: last response; thin "
        "bar above it: first."
    )
    return text if recorded is None else f"{text}\n{_how_framed(recorded)}"


def _how_framed(recorded: list[Any]) -> str:
    """Explain the frames, as far as there are any."""
    if not recorded:
        return "The scenario has no record of what governments really did about it."
    text = "Framed (\u25bc where hardly a run has it): what each really did"
    if any(row.confidence < style.CONFIDENT for row in recorded):
        text += f"; dashed (\u25bd): confidence below {style.CONFIDENT:g}"
    return f"{text}."


def _inches(axes: Axes) -> float:
    left, _, right, _ = placing.page_box(axes)
    return (right - left) / 72


def _bars(
    axes: Axes, place: int, mix: _Mix, row: int, silence: float, recorded: list[Any]
) -> None:  # fmt: skip
    """Draw the bars of a country, and frame what was done first and last."""
    done = sorted(recorded, key=lambda each: str(each.date or ""))
    for shares, (middle, height), framed in (
        (mix.first[row], FIRST, done[:1]),
        (mix.last[row], LAST, done[-1:]),
    ):
        edges = _edges(100 * shares, mix.stances, silence)
        for (start, end), share, stance in zip(edges, shares, mix.stances, strict=True):
            colour = _stances()(0.5 + stance / 2)
            if share > 0:
                axes.barh(
                    place + middle, end - start, left=start, color=colour, height=height,
                    ec="white" if stance else style.FAINT, lw=0.8,
                )  # fmt: skip
            if share >= THIN and height == LAST[1]:
                base.number(
                    axes, (start + end) / 2, place + middle, f"{100 * share:.0f}", colour
                )  # fmt: skip
        for each in framed:
            if each.response in mix.names:
                sure = each.confidence >= style.CONFIDENT
                at = edges[mix.names.index(each.response)]
                _frame(axes, at, place + middle, height, sure=sure)


def _edges(shares: Floats, stances: Floats, silence: float) -> Floats:
    """Return where each part of a bar begins and ends, outward from the column of silence."""
    edges = np.zeros((len(shares), 2))
    ends = {-1: -silence / 2, 0: 0.0, 1: silence / 2}
    ends[0] = -float(shares[stances == 0].sum()) / 2
    for at in [*np.flatnonzero(stances < 0)[::-1], *np.flatnonzero(stances >= 0)]:
        side = int(np.sign(stances[at]))
        further = ends[side] + (shares[at] if side >= 0 else -shares[at])
        edges[at] = sorted((ends[side], further))
        ends[side] = further
    return edges


def _frame(axes: Axes, ends: Floats, middle: float, height: float, *, sure: bool) -> None:
    left, right = ends
    if right - left < 1.0:  # what hardly any run has leaves nothing to frame
        axes.plot(
            [(left + right) / 2], [middle - height / 2], marker="v", ms=8, color=style.INK,
            mfc=style.INK if sure else "none", clip_on=False, zorder=6,
        )  # fmt: skip
    else:
        box = left, middle - height / 2, right - left, height
        base.frame(axes, box, 2.4, "-" if sure else (0, (1.6, 1.1)))


def _written(done: list[Any], mix: _Mix, row: int) -> str:
    """Write what was done first and last, by date, with how often runs begin or end so."""
    done = sorted(
        (each for each in done if each.response in mix.names),
        key=lambda each: str(each.date or ""),
    )
    lines = []
    for each in done[:1] + done[1:][-1:]:
        at = mix.names.index(each.response)
        date = f"{style.day(each.date)}: " if each.date is not None else ""
        shares = []
        if each is done[0]:
            shares.append(f"first in {style.percent(mix.first[row, at])}")
        if each is done[-1]:
            shares.append(f"last in {style.percent(mix.last[row, at])}")
        gap = ",\n   " if len(shares) > 1 else ", "
        lines.append(f"{date}{style.wrapped(mix.titles[at], 28, 1)}{gap}{', '.join(shares)}")
    return "\n".join(lines)


def _scales(axes: Axes, mix: _Mix, rows: int, silence: float) -> None:
    """Set the scales on either side of silence, and name the sides."""
    sides = [
        max(SIDE, 100 * float(shares[:, np.sign(mix.stances) == sign].sum(axis=1).max()))
        for sign in (-1, 1)
        for shares in [np.concatenate([mix.first, mix.last])]
    ]
    low, high = -silence / 2 - 1.02 * sides[0], silence / 2 + 1.02 * sides[1]
    axes.set(xlim=(low, high), ylim=(rows - 0.45, -0.55))
    step = 25 if max(sides) > 40 else 10
    marks = np.arange(0, max(sides) + 1, step)
    ticks = [(-silence / 2 - mark, mark) for mark in marks if mark <= sides[0]]
    ticks += [(silence / 2 + mark, mark) for mark in marks if mark <= sides[1]]
    axes.set_xticks([at for at, _ in ticks], [f"{mark:.0f} %" for _, mark in ticks])
    axes.axvspan(-silence / 2, silence / 2, color="#f4f4f2", lw=0, zorder=-1)
    for at in (-silence / 2, silence / 2):
        axes.axvline(at, color=style.INK, lw=0.9, zorder=3)
    axes.set_xlabel("share of runs", labelpad=4)
    axes.tick_params(axis="y", length=0, labelsize=style.LABEL + 1)
    axes.spines["left"].set_visible(False)
    middle = [title for title, stance in zip(mix.titles, mix.stances, strict=True) if not stance]
    for x, text, align in (
        (-silence / 2, "\u2190 against it  ", "right"),
        (0, "\n".join(title.replace(" ", "\n") for title in middle), "center"),
        (silence / 2, "  for it \u2192", "left"),
    ):
        base.note(
            axes, text, (x, 1), (0, 5), ("data", "axes fraction"), ha=align, va="bottom",
            fontsize=style.LABEL, fontweight="bold",
        )  # fmt: skip


def _ever(axes: Axes, mix: _Mix, order: Any) -> None:
    """Draw in how many runs each response other than silence is ever given."""
    spoken = np.flatnonzero(mix.stances)
    shares = mix.ever[np.ix_(order, spoken)]
    axes.imshow(shares, cmap=EVER, vmin=0, vmax=1, aspect="auto", interpolation="none")
    for row, column in np.argwhere(shares > 0):
        share = float(shares[row, column])
        text = style.percent(share).removesuffix(" %")
        base.number(axes, column, row, text, EVER(share))
    axes.set_xticks(
        range(len(spoken)), [style.wrapped(mix.titles[at], 18, 2) for at in spoken],
        rotation=52, ha="left", va="bottom", rotation_mode="anchor", linespacing=0.95,
    )  # fmt: skip
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_yticks([])
    axes.set(xlim=(-0.5, len(spoken) - 0.5), ylim=(len(order) - 0.45, -0.55))
    axes.set_xlabel("Ever, % of runs", fontweight="bold")
    axes.tick_params(length=0, labelsize=style.NOTE, pad=2)
    axes.spines[:].set_visible(False)
    for edge in np.arange(len(order) - 1) + 0.5:
        axes.axhline(edge, color="white", lw=3)


def _legend(axes: Axes, mix: _Mix, left: float, *, actor: bool, asked: bool) -> None:
    colours = [_stances()(0.5 + stance / 2) for stance in mix.stances]
    handles: list[Artist] = [
        Patch(fc=colour, ec=style.FAINT, lw=0.5, label=title)
        for title, colour in zip(mix.titles, colours, strict=True)
    ]
    page = root(axes).bbox.width / root(axes).dpi
    look: dict[str, Any] = {"ls": "", "marker": "D", "color": style.INK, "ms": 6}
    if actor:
        handles.append(
            Line2D(
                [], [], label="acts: the event is its own move" if page >= ROOMY else "acts", **look
            )
        )
    if asked:
        handles.append(Line2D([], [], label="asked", mfc="white", **look))
    start, bottom, end, top = placing.page_box(axes)
    axes.legend(
        handles=handles, loc="upper left", columnspacing=1.4, handlelength=1.2, handleheight=1.0,
        bbox_to_anchor=((0.2 - left) * 72 / (end - start), -50 / (top - bottom)),
        ncols=max(2, min(5, int(page / 3.1))),
    )  # fmt: skip
