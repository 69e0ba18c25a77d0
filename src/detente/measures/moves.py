"""Whom a course of events moved, and whether that is decided: paired changes, put into words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from detente.measures.effects import BLOCK, check_text
from detente.measures.wording import (
    Finding,
    at_least,
    counted,
    digits_of,
    directions,
    fitting,
    in_runs,
    interval,
    joined,
    labels,
    quoted,
    signed,
    titles,
)
from detente.runs.errors import require
from detente.runs.statistics import Changes

if TYPE_CHECKING:
    from detente.runs.results import Results

#: A change hardly moves a country if 95 % of its runs lie within so much of 0.
HARDLY: Final = 0.01
#: Of few runs the ends lie between two: at least such a share must be on the one side of 0.
SURE: Final = 0.95
#: So many countries are named one by one; of more only the first are.
NAMED: Final = 3
#: What is said of the two kinds of alignment.
IN: Final = {"revealed": "In what they say and do", "tilt": "In their ties"}


class Move(NamedTuple):
    """What a variant changed in an outcome of a country, or of the region."""

    country: str  # its code; of the region empty
    name: str
    mean: float
    low: float  # 95 % of the changes of single runs lie between these
    high: float
    rises: float  # share of runs in which it ends higher: of alignment, nearer the first pole
    falls: float
    runs: int
    digits: int = 2

    @property
    def verdict(self) -> str:
        """``unmoved`` in every run, ``hardly``, ``rises``, ``falls``, or ``undecided``."""
        if self.rises == self.falls == 0:
            return "unmoved"
        if -HARDLY < self.low <= self.high < HARDLY:
            return "hardly"
        if self.low > 0 and self.mean > 0 and self.rises >= SURE:
            return "rises"
        falls = self.high < 0 and self.mean < 0 and self.falls >= SURE
        return "falls" if falls else "undecided"

    @property
    def text(self) -> str:
        """Its mean and interval in words."""
        ends = interval(self.low, self.high, self.digits)
        return f"{signed(self.mean, self.digits)} on average (95 % of runs: {ends})"

    def share(self, verdict: str) -> float:
        """Return in what share of runs it rises, or falls."""
        return self.rises if verdict == "rises" else self.falls

    def row(self) -> dict[str, Any]:
        """Return its numbers by name."""
        found = {**self._asdict(), "verdict": self.verdict}
        del found["digits"]
        return found


def main_variant(results: Results, against: str | None = None) -> str:
    """Return the variant that is spoken of by default: the first that is not the one compared with.

    That is the reference unless told otherwise.
    """
    names = labels(results, "variant")
    return next((each for each in names if each != (against or results.reference)), names[0])


def two_variants(
    results: Results, variant: str | None = None, against: str | None = None
) -> tuple[str, str]:
    """Return a variant and the one that it is compared with, by default the main two."""
    check_text(variant=variant, against=against)
    known = labels(results, "variant")
    base = require(results.reference if against is None else against, known, "variant")
    return (
        require(main_variant(results, base) if variant is None else variant, known, "variant"),
        base,
    )


def chosen_countries(results: Results, countries: Sequence[str] | None) -> dict[str, str]:
    """Return the names of some countries by their codes, by default of all."""
    known = titles(results, "country")
    codes = known if countries is None else [require(each, known, "country") for each in countries]
    return {code: known[code] for code in codes}


def moves(
    results: Results,
    outcome: str,
    variant: str,
    against: str,
    countries: Sequence[str] | None = None,
) -> list[Move]:
    """Return what a variant changed in an outcome of each country, or of the region, run by run.

    Mean and interval are those of `detente.effects` and of the table of a run.
    """
    spread = _spread(results, outcome, variant, against)
    mean, low, high = spread.summary()
    if "country" in results.arrays[outcome].dims:
        known = labels(results, "country")
        chosen = chosen_countries(results, countries).items()
        rows = [(known.index(code), code, name) for code, name in chosen]
    else:
        rows = [(0, "", outcome)]
    return [
        Move(
            code, name, float(mean[at]), float(low[at]), float(high[at]), float(spread.rises[at]),
            float(spread.falls[at]), int(spread.counts[at]), digits_of(outcome),
        )
        for at, code, name in rows
        if spread.counts[at]
    ]  # fmt: skip


def _spread(results: Results, outcome: str, variant: str, against: str) -> Changes:
    """Return the paired changes of an outcome: a column a country, or one of the region."""
    array = results.arrays[outcome]
    width = array.sizes.get("country", 1)
    spread = Changes(width)
    places = [labels(results, "variant").index(name) for name in (variant, against)]
    for first in range(0, array.sizes["run"], BLOCK):
        runs = slice(first, first + BLOCK)
        own, base = (array.isel(variant=at, run=runs).values.reshape(-1, width) for at in places)
        spread.add(own - base)
    return spread


def is_moved(results: Results, outcome: str, variant: str, against: str) -> bool:
    """Return whether there is a change to speak of: another course, and events to answer."""
    require(outcome, IN, "kind of alignment")
    return variant != against and (outcome == "tilt" or bool(results.arrays.sizes.get("event")))


def changes(
    results: Results,
    outcome: str = "revealed",
    variant: str | None = None,
    against: str | None = None,
    countries: Sequence[str] | None = None,
) -> tuple[Finding, ...]:
    """Return whom a variant moved in an alignment, of whom that is undecided, and whom it did not.

    Parameters are those of `detente.findings`, and ``outcome``: ``revealed`` (what was said and
    done) or ``tilt`` (ties). Nothing is returned without a second variant, or of what is revealed
    without an event. The title of the first finding speaks of all countries.
    """
    name, base = two_variants(results, variant, against)
    rows = (
        moves(results, outcome, name, base, countries)
        if is_moved(results, outcome, name, base)
        else []
    )
    if not rows:
        return ()
    words = _Moved(rows, directions(results), outcome, titles(results, "variant")[base])
    about: dict[str, Any] = {"variant": name, "against": base, "outcome": outcome}
    every = tuple(each.row() for each in rows)
    found = [Finding("moved", words.moved, words.title, every, **about)]
    for kind, own, sentence in (
        ("undecided", words.of("undecided"), words.undecided),
        ("unmoved", words.of("hardly", "unmoved"), words.unmoved),
    ):
        if own:
            said = "undecided" if kind == "undecided" else "hardly moved, or not at all"
            short = fitting([f"{words.ties}{words.group(own)} {said}"])
            found.append(Finding(kind, sentence, short, tuple(e.row() for e in own), **about))
    return tuple(found)


class _Moved:
    """Words for what a variant changed in an alignment."""

    def __init__(self, rows: list[Move], ways: tuple[str, str], outcome: str, against: str) -> None:
        self.rows, self.against = rows, quoted(against)
        self.ways = dict(zip(("rises", "falls"), ways, strict=True))
        self.inside = IN[outcome]
        self.ties = "Ties: " if outcome == "tilt" else ""

    def of(self, *verdicts: str) -> list[Move]:
        """Return those of a verdict, those that move most first."""
        own = [each for each in self.rows if each.verdict in verdicts]
        return sorted(own, key=lambda each: -abs(each.mean))

    def group(self, own: Sequence[Move]) -> str:
        """Name one or two countries, count more of them."""
        if len(own) <= 2:
            return joined([each.name for each in own])
        if len(own) == len(self.rows):
            return f"all {len(own)} countries"
        return f"{len(own)} of {len(self.rows)} countries"

    def moving(self, *, sure: bool) -> list[str]:
        """Say who moves where, most countries first, and if `sure` in how many runs."""
        both = [(verdict, self.of(verdict)) for verdict in ("falls", "rises")]
        said = []
        for verdict, own in sorted(both, key=lambda each: -len(each[1])):
            if own:
                verb = "moves" if len(own) == 1 else "move"
                shares = [each.share(verdict) for each in own]
                often = in_runs(shares[0]) if len(own) == 1 else at_least(shares)
                text = f"{self.group(own)} {verb} {self.ways[verdict]}"
                said.append(f"{text} {often}" if sure else text)
        return said

    @property
    def moved(self) -> str:
        """Which countries are told apart from the other course, and which moves most."""
        own = self.of("falls", "rises")
        most = (own or self.of("undecided", "hardly", "unmoved"))[0]
        if len(own) == 1:
            said = f"{self.moving(sure=True)[0]}, by {most.text}, against"
            return f"{self.inside}, {said} the same runs of {self.against}."
        by = f"{most.name} moves most, by {most.text}"
        if most.verdict == "unmoved":
            by = "nothing changes in any run"
        said = (
            f"{joined(self.moving(sure=True))}, against"
            if own
            else f"no country surely moves by more than {HARDLY:g} against"
        )
        return f"{self.inside}, {said} the same runs of {self.against}; {by}."

    @property
    def undecided(self) -> str:
        """Of whom it is open whether and where to they move."""
        own = self.of("undecided")
        said = []
        for each in own[:NAMED]:
            verdict = max(("falls", "rises"), key=each.share)
            share = in_runs(each.share(verdict))
            said.append(f"{each.name} moves by {each.text}, {self.ways[verdict]} {share}")
        if len(own) > NAMED:
            said.append(f"{len(own) - NAMED} more by no more than that")
        count = counted(len(own), "country is", "countries are")
        return (
            f"{self.inside}, {count} undecided against the same runs of {self.against}, where runs "
            f"differ on the direction: {'; '.join(said)}."
        )

    @property
    def unmoved(self) -> str:
        """Who does not move, or hardly."""
        said = []
        if own := self.of("unmoved"):
            said.append(
                f"{self._names(own)} {'does' if len(own) == 1 else 'do'} not move in any run"
            )
        if own := self.of("hardly"):
            verb = "moves" if len(own) == 1 else "move"
            said.append(f"{self._names(own)} hardly {verb} (95 % of runs within \u00b1{HARDLY:g})")
        return f"{self.inside}, {joined(said)}, against the same runs of {self.against}."

    def _names(self, own: Sequence[Move]) -> str:
        return joined([each.name for each in own]) if len(own) <= NAMED else self.group(own)

    @property
    def title(self) -> str:
        """All of it in a line, or as much as fits."""
        rest = [
            f"{self.group(own)} {how}"
            for verdict, how in (
                ("undecided", "undecided"), ("hardly", "hardly"), ("unmoved", "not at all")
            )
            if (own := self.of(verdict))
        ]  # fmt: skip
        sure, bare = (self.moving(sure=each) for each in (True, False))
        if not bare:
            nobody = f"nobody surely moves by more than {HARDLY:g}"
            texts = [f"{nobody}: {'; '.join(rest)}", nobody]
            return fitting(f"{self.ties}{text}" for text in texts)
        tried = [[*sure, *rest], [*bare, *rest], [*bare, *rest[:1]], sure, bare, bare[:1]]
        return fitting(f"{self.ties}{'; '.join(each)}" for each in tried)


def courses(
    results: Results,
    outcome: str | None = None,
    against: str | None = None,
    countries: Sequence[str] | None = None,
) -> Finding | None:
    """Return in which courses of events how many countries are told apart from one of them.

    None if there are fewer than three courses. The outcome is by default what is revealed, or ties
    without events.
    """
    first, base = two_variants(results, None, against)
    about = outcome or ("revealed" if results.arrays.sizes.get("event") else "tilt")
    known = titles(results, "variant")
    others = [each for each in known if each != base]
    if len(others) < 2 or not is_moved(results, about, first, base):
        return None
    moved = {name: moves(results, about, name, base, countries) for name in others}
    apart = {
        name: sum(each.verdict in ("rises", "falls") for each in own) for name, own in moved.items()
    }
    others.sort(key=lambda each: -apart[each])
    total = max(map(len, moved.values()))
    sentence = (
        f"{IN[about]}, of {counted(total, 'country', 'countries')} so many are told apart from the "
        f"same runs of {quoted(known[base])}: "
        f"{joined([f'{apart[each]} in {quoted(known[each])}' for each in others])}."
    )
    top = [each for each in others if apart[each] == apart[others[0]]]
    many = f"{apart[others[0]]} of {total} countries"
    if len(top) == len(others):
        nobody = f"None of {len(top)} courses surely moves any country"
        shorts = [f"Each of {len(top)} courses moves {many}" if apart[top[0]] else nobody]
    else:
        names = joined([quoted(known[each]) for each in top])
        most = f"move{'s' if len(top) == 1 else ''} the most countries: {apart[top[0]]} of {total}"
        shorts = [f"{which} {most}" for which in (names, f"{len(top)} of {len(others)} courses")]
    numbers = tuple(
        {"variant": each, "title": known[each], "apart": apart[each],
         "countries": len(moved[each]), "moves": [move.row() for move in moved[each]]}
        for each in others
    )  # fmt: skip
    return Finding("courses", sentence, fitting(shorts), numbers, first, base, about)


def tension(
    results: Results, variant: str | None = None, against: str | None = None
) -> Finding | None:
    """Return how tense the region is, and whether a variant changed that.

    None if that was not measured.
    """
    if "tension" not in results.arrays:
        return None
    name, base = two_variants(results, variant, against)
    levels = {each: _level(results, each) for each in dict.fromkeys((name, base))}
    row: dict[str, Any] = {"variant": name, **levels[name]}
    said = (
        f"Tension is {row['level']:.3f} on average (90 % of runs: {row['level_low']:.3f} to "
        f"{row['level_high']:.3f}), from 0 to 1"
    )
    found = [] if name == base else moves(results, "tension", name, base)
    if not found:
        if math.isnan(row["level"]):
            return None
        return Finding("tension", f"{said}.", f"Tension is {row['level']:.2f} of 1", (row,), name)
    move = found[0]
    verdict = move.verdict
    way = "rises" if verdict == "rises" or move.rises > move.falls else "falls"
    often = in_runs(move.share(way))
    by = f"by {signed(move.mean, move.digits)}"
    short, long = {
        "unmoved": ("Tension does not change in any run", "it does not change in any run"),
        "hardly": (f"Tension hardly changes, {by}", f"it hardly changes, by {move.text}"),
        "undecided": (
            f"Tension is undecided: {way} {often}",
            f"whether it changes is undecided: it {way} {often}, by {move.text}",
        ),
    }.get(verdict, (f"Tension {way} {often}, {by} on average", f"it {way} {often}, by {move.text}"))
    against_words = f"against the same runs of {quoted(titles(results, 'variant')[base])}"
    numbers = {**row, **move.row(), "level_before": levels[base]["level"]}
    return Finding(
        "tension", f"{said}; {against_words} {long}.", fitting([short]), (numbers,), name, base,
        "tension",
    )  # fmt: skip


def _level(results: Results, variant: str) -> dict[str, float]:
    """Return the mean tension of a variant, and between what 90 % of its runs lie."""
    values = np.asarray(results.arrays["tension"].sel(variant=variant).to_numpy(), np.float64)
    values = values[~np.isnan(values)]
    if not values.size:
        return dict.fromkeys(("level", "level_low", "level_high"), math.nan)
    low, high = np.quantile(values, (0.05, 0.95))
    return {"level": float(values.mean()), "level_low": float(low), "level_high": float(high)}
