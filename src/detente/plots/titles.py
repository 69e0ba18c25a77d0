"""Titles of pictures: what the results say, in a line, with its numbers.

What `detente.findings` measures and words is taken from there; what only one picture shows is
measured here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from detente.measures import findings
from detente.measures.wording import digits_of, fitting, quoted
from detente.plots import placing, style
from detente.plots.placing import Floats
from detente.plots.style import REVEALED, TIES, Alignment
from detente.runs.results import Results


def moved(
    results: Results, variant: str, outcome: str, countries: Sequence[str] | None = None
) -> str:
    """Say whom a course of events moved in an alignment against its twin; empty of other outcomes.

    Parameters are those of `detente.findings`.
    """
    if outcome not in (kind.outcome for kind in (REVEALED, TIES)):
        return ""
    found = findings.changes(results, outcome, variant, None, countries)
    return found[0].short if found else ""


def responses(
    results: Results, variant: str, event: str, countries: Sequence[str] | None = None
) -> str:
    """Say with which response countries most likely answer an event."""
    found = findings.responses(results, variant, event, countries)
    title = style.event_titles(results, variant)[event]
    return found[0].short if found else f"Nobody answers \u201c{title}\u201d in any run"


def together(results: Results, variant: str, countries: Sequence[str] | None = None) -> str:
    """Say which two countries most and least often share a bloc; empty of fewer than two."""
    found = findings.together(results, variant, None, countries)
    if found is None:
        return ""
    pairs = sorted(found.numbers, key=lambda pair: -pair["share"])
    most, least = (
        f"{each['names']} ({style.percent(each['share'])})"
        for each in pairs[:: max(1, len(pairs) - 1)]
    )
    return f"One bloc most often: {most}, least: {least}"


def ends(results: Results, tilts: Mapping[str, Floats], order: Sequence[int]) -> str:
    """Say how many countries end nearer the second pole, by the mean of each kind of alignment."""
    first, second = style.titles(results, "pole").values()
    below = {name: int(np.sum(values[list(order)] < 0)) for name, values in tilts.items()}
    above = {name: int(np.sum(values[list(order)] > 0)) for name, values in tilts.items()}
    total = len(order)
    counts, toward = (
        (below, second) if sum(below.values()) >= sum(above.values()) else (above, first)
    )
    words = {"revealed": "in word and deed", "tilt": "by their ties"}
    said = [f"{count} {words[name]}" for name, count in counts.items()]
    return f"Of {total} countries, {style.joined(said)} end nearer {toward}"


def apart(results: Results, kind: Alignment, order: Sequence[int], main: str) -> tuple[str, str]:
    """Say how far a course and its twin lie apart at the end and, in a sentence more, when at most.

    The latter is left out where bins are too wide to tell it from the end. Of the twin itself, who
    moves most from the start.
    """
    names = list(style.country_names(results).values())
    bins = results.arrays[f"{kind.outcome}_bins"].transpose("variant", "step", "country", "bin")
    own = placing.means(bins.sel(variant=main).values)[:, list(order)]
    word, runs = kind.axis, style.run_count(results)
    if main == results.reference:
        change = own[-1] - own[0]
        most = int(np.nanargmax(np.abs(change))) if np.isfinite(change).any() else 0
        text = f"{word} of {names[order[most]]} moves most, by {style.signed(change[most])}"
        return f"{text} on average over {runs}", ""
    twin = placing.means(bins.sel(variant=results.reference).values)[:, list(order)]
    gap = np.nan_to_num(np.nanmean(np.abs(own - twin), axis=1))
    digits = digits_of(kind.outcome)
    courses = style.titles(results, "variant")
    word = f"{word[:1].lower()}{word[1:]}"
    whose = f"{len(order)} countries\u2019 {word}"
    if len(order) == 1:
        whose = f"the {word} of {names[order[0]]}"
    # as in the table: means of bins may be off by half a bin, and so what is between two by a bin
    prefix = "" if kind.outcome == "tilt" else f"{kind.outcome}_"
    rows = [*results.summary[main].values()]
    effects = np.array([rows[at][f"{prefix}effect"] for at in order], dtype=np.float64)
    gap[-1] = np.nan_to_num(np.nanmean(np.abs(effects)))
    moves = f"moves {whose} by {gap[-1]:.{digits}f} on average over {runs}"
    step, top = int(gap.argmax()), ""
    if gap[step] - gap[-1] > 2.0 / bins.sizes["bin"]:
        day = style.day(results.arrays["date"].values[step])
        top = f"; {gap[step]:.{digits}f} at most, on {day}"
    title = fitting(f"{quoted(each)} {moves}" for each in (courses[main], style.humanized(main)))
    return title, (
        "\nTitle: mean distance, either way, from the same runs of "
        f"{quoted(courses[results.reference])} at the end{top}."
    )


def drift(ends_: Floats, names: Sequence[str]) -> str:
    """Say whose ties move most from start to end: of points by country, end and pole."""
    moves = np.linalg.norm(ends_[:, 1] - ends_[:, 0], axis=-1)
    order = np.argsort(-moves, kind="stable")
    text = f"Ties of {names[order[0]]} move most from start to end, by {moves[order[0]]:.2f}"
    if len(order) > 1:
        text += f"; others by at most {moves[order[1]]:.2f}"
    return text


def closest(values: Floats, names: Sequence[str], of: str = "ties") -> str:
    """Say which two countries have the closest and the farthest ties, or responses."""
    pairs = np.argwhere(np.tri(len(names), k=-1, dtype=bool) & np.isfinite(values))
    if not len(pairs):
        return "No two countries to compare"
    own = values[pairs[:, 0], pairs[:, 1]]
    said = [
        f"{names[pairs[at, 1]]} and {names[pairs[at, 0]]} ({style.signed(float(own[at]))})"
        for at in (int(own.argmax()), int(own.argmin()))
    ]
    return f"Closest {of}: {said[0]}" + (f"; farthest: {said[1]}" if len(pairs) > 1 else "")
