"""Findings: what results say, as plain sentences, each with the numbers that it is made of.

A finding is measured, then worded. The words follow from its numbers alone, so that a test can
measure them anew and hold the sentence against them. Its short form is a title for a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from detente.measures.agreement import both, standing
from detente.measures.moves import (
    NAMED,
    changes,
    chosen_countries,
    courses,
    main_variant,
    tension,
    two_variants,
)
from detente.measures.wording import (
    Finding,
    counted,
    fitting,
    in_runs,
    joined,
    labels,
    percent,
    quoted,
    signed,
    titles,
)
from detente.runs.errors import require
from detente.runs.statistics import NORMAL_95, Interval, Moments, for_all, paired, proportion

if TYPE_CHECKING:
    from detente.runs.results import Results
    from detente.scenario.elements import Event

__all__ = ["Finding", "changes", "courses", "findings", "main_variant", "responses", "tension",
           "together"]  # fmt: skip

#: Pairs of countries in runs that are compared at a time.
BLOCK: Final = 2_000_000
#: Pairs are told to stand together or apart, or to dislike each other, from so much on (it would be
#: written as 0 else), and to respond alike from such a kappa on.
SEEN: Final = 0.005
ALIKE: Final = 0.1


def findings(
    results: Results,
    variant: str | None = None,
    against: str | None = None,
    countries: Sequence[str] | None = None,
) -> tuple[Finding, ...]:
    """Return what results say of a variant, as sentences with their numbers.

    Parameters
    ----------
    results : Results
        From `detente.run` or `detente.open`.
    variant : str, optional
        By default the first that is not the one compared with.
    against : str, optional
        The variant that changes are measured against; by default the scenario's ``twin``, or the
        first if there is none.
    countries : sequence of str, optional
        Of which countries; by default of all.

    Returns
    -------
    tuple of Finding
        Whom the variant moved in word and deed, and whether that is decided; the likeliest
        responses to its main event, how fragile they are and who is silent; tension; whom it moved
        in their ties; other courses; and who stands together. What there is nothing to say of is
        left out: changes without a second variant, responses without an event.

    Raises
    ------
    UsageError
        If there is no such variant or country.
    """
    found: list[Finding | None] = [
        *changes(results, "revealed", variant, against, countries),
        *responses(results, variant, countries=countries),
        tension(results, variant, against),
        *changes(results, "tilt", variant, against, countries),
        courses(results, None, against, countries),
        together(results, variant, against, countries),
    ]
    return tuple(each for each in found if each is not None)


class Answer(NamedTuple):
    """The last responses of a country to an event, over the runs in which it came up."""

    country: str
    name: str
    response: str  # the likeliest
    title: str
    stance: float
    share: float
    low: float  # 95 % interval of the share, by the number of runs alone
    high: float
    next: str | None  # the likeliest but one, if any is given
    next_title: str | None
    next_share: float
    lead_low: float  # 95 % interval of the lead over it
    lead_high: float
    silent: float  # share of runs that end in silence, or abstention
    runs: int

    @property
    def other(self) -> float:
        """In what share of runs it ends with another response than the likeliest."""
        return 1 - self.share


def answers(
    results: Results, event: Event, variant: str, countries: Sequence[str] | None = None
) -> list[Answer]:
    """Return the likeliest last response of each country to an event; not of whose act it is."""
    own = results.arrays.sel(variant=variant, event=event.id)
    counts = own["response_count"].transpose("country", "response").to_numpy()
    total = int(own["event_count"].values)
    stances = np.asarray(results.arrays["response_stance"].to_numpy(), np.float64)
    known, codes = titles(results, "response"), labels(results, "country")
    names = list(known)
    found = []
    for code, name in chosen_countries(results, countries).items():
        row = counts[codes.index(code)]
        if not row.any() or code == event.actor:
            continue
        first, second = (int(at) for at in np.argsort(-row, kind="stable")[:2])
        share, low, high = proportion(int(row[first]), total)
        behind = int(row[second]) / total
        half = NORMAL_95 * float(np.sqrt(max(share + behind - (share - behind) ** 2, 0.0) / total))
        after = names[second] if row[second] else None
        found.append(
            Answer(
                code, name, names[first], known[names[first]], float(stances[first]), share, low,
                high, after, after and known[after], behind, share - behind - half,
                share - behind + half, float(row[stances == 0].sum()) / total, total,
            )
        )  # fmt: skip
    return found


def event_of(results: Results, variant: str, event: str | None = None) -> Event | None:
    """Return an event of a variant, by default the main one; None if the variant lacks it."""
    course = results.scenario.variant(variant)
    if event is not None:
        require(event, labels(results, "event"), "event")
    wanted = course.main if event is None else event
    return next((each for each in course.events if each.id == wanted), None)


def responses(
    results: Results,
    variant: str | None = None,
    event: str | None = None,
    countries: Sequence[str] | None = None,
) -> tuple[Finding, ...]:
    """Return the likeliest responses to an event, how fragile they are, and who is silent.

    Nothing if the event, by default the main one, comes up in no run of the variant.
    """
    name, _ = two_variants(results, variant)
    about = event_of(results, name, event)
    rows = [] if about is None else answers(results, about, name, countries)
    if about is None or not rows:
        return ()
    title = about.title or titles(results, "event")[about.id]
    words = _Answered(rows, quoted(title), "abstention" if about.kind == "vote" else "silence")
    found = (
        ("responses", words.likeliest, words.title, rows),
        ("fragile", words.fragile, words.fragile_title, words.least_sure),
        ("silent", words.silent, words.silent_title, words.quiet),
    )
    return tuple(
        Finding(kind, sentence, short, tuple(e._asdict() for e in own), name, event=about.id)
        for kind, sentence, short, own in found
    )


class _Answered:
    """Words for how countries answer an event."""

    def __init__(self, rows: list[Answer], event: str, silence: str) -> None:
        self.rows, self.event, self.silence = rows, event, silence
        self.least_sure = sorted(rows, key=lambda row: (row.share - row.next_share, row.country))
        self.quiet = sorted(rows, key=lambda row: (-row.silent, row.country))

    def _groups(self) -> dict[str, list[Answer]]:
        """Return who most likely gives each response, the one of most countries first."""
        found: dict[str, list[Answer]] = {}
        for row in sorted(self.rows, key=lambda row: -row.share):
            found.setdefault(row.title, []).append(row)
        return dict(sorted(found.items(), key=lambda each: -len(each[1])))

    @property
    def likeliest(self) -> str:
        """What each most likely ends with."""
        said = [
            f"{quoted(title)} of {with_shares((row.name, row.share) for row in own)}"
            for title, own in self._groups().items()
        ]
        off = max(max(row.high - row.share, row.share - row.low) for row in self.rows)
        return (
            f"The likeliest last response to {self.event} is {'; '.join(said)}; with "
            f"{counted(self.rows[0].runs, 'run', 'runs')} each share is good to "
            f"\u00b1{100 * off:.1f} points."
        )

    @property
    def title(self) -> str:
        """The same in a line."""
        groups = self._groups().items()
        parts = [f"{title} ({who(own)})" for title, own in groups]
        counts = [f"{title} ({len(own)})" for title, own in groups]
        total = counted(len(self.rows), "country", "countries")
        (top, own), *_ = groups
        return fitting(
            [
                f"Likeliest: {joined(parts)}",
                f"Likeliest of {total}: {joined(counts)}",
                f"Likeliest of {total}: {joined(counts[:2])}, others",
                f"Likeliest of {len(own)} of {total}: {top}",
            ]
        )

    @property
    def fragile(self) -> str:
        """Whose likeliest response is least sure."""
        row = self.least_sure[0]
        if row.next is None:
            return (
                f"Every country ends with one and the same response to {self.event} in every run."
            )
        few = [each for each in self.rows if each.share < 0.5]
        said = (
            f"{row.name}\u2019s response to {self.event} is the most fragile: it ends "
            f"{in_runs(row.other)} with another than {quoted(row.title)}, most often with "
            f"{quoted(str(row.next_title))} ({percent(row.next_share)})"
        )
        if few:
            of = f"of {counted(len(self.rows), 'country', 'countries')}"
            said += f"; {len(few)} {of} end in most runs with another than their likeliest"
        close = [each for each in self.rows if each.lead_low <= 0]
        if close:
            names = row_names(close)
            said += f"; which of two leads is undecided with so many runs for {names}"
        return f"{said}."

    @property
    def fragile_title(self) -> str:
        """The same in a line."""
        row = self.least_sure[0]
        if row.next is None:
            return fitting(["Every response is the same in every run"])
        share, second = percent(row.share), f"{row.next_title} {percent(row.next_share)}"
        return fitting(
            [
                f"Least sure: {row.name}, {row.title} {share}, {second}",
                f"Least sure: {row.name}, {row.title} in {share} of runs",
                f"Least sure: {row.name}",
            ]
        )

    @property
    def silent(self) -> str:
        """Who takes no side, and how often."""
        most = self.quiet[0]
        if not most.silent:
            return f"No country ends in {self.silence} on {self.event} in any run."
        own = [row for row in self.quiet if row.stance == 0]
        if own:
            names = with_shares((row.name, row.silent) for row in own)
            return f"On {self.event}, {self.silence} is the likeliest of {names}."
        often = f"{most.name} ends in it most often, {in_runs(most.silent)}"
        return f"On {self.event}, {self.silence} is the likeliest of no country; {often}."

    @property
    def silent_title(self) -> str:
        """The same in a line."""
        most = self.quiet[0]
        own = [row for row in self.quiet if row.stance == 0]
        noun = self.silence.capitalize()
        if not most.silent:
            return f"{noun} in no run of any country"
        if own:
            return fitting(
                [f"{noun} is likeliest of {who(own)}", f"{noun} is likeliest of {len(own)}"]
            )
        often = f"{most.name} {in_runs(most.silent)}"
        return fitting([f"{noun} is likeliest of no country; most often {often}",
                        f"{noun} is likeliest of no country"])  # fmt: skip


def row_names(rows: Sequence[Answer]) -> str:
    """Return the names of some countries as a sentence has them."""
    return joined([row.name for row in rows])


def who(rows: Sequence[Answer]) -> str:
    """Name one or two countries, count more of them."""
    return row_names(rows) if len(rows) <= 2 else counted(len(rows), "", "countries")


def with_shares(named: Iterable[tuple[str, float]]) -> str:
    """Name countries in a sentence, each with its share of runs."""
    return joined([f"{name} ({percent(share)})" for name, share in named])


def together(
    results: Results,
    variant: str | None = None,
    against: str | None = None,
    countries: Sequence[str] | None = None,
) -> Finding | None:
    """Return which pairs stand together and apart most, by attitudes and by what they do.

    Blocs are told beside that only in how a variant changed them: two may share one that like each
    other less than most. None with fewer than two countries.
    """
    name, base = two_variants(results, variant, against)
    names = chosen_countries(results, countries)
    rows = _pairs(results, name, base, names)
    if not rows:
        return None
    close = [row for row in rows if row["together"] >= SEEN]
    apart = [row for row in reversed(rows) if row["together"] <= -SEEN]
    at_odds = [row for row in rows if (row["kappa"] or 0) >= ALIKE and row["attitude"] <= -SEEN]
    at_odds.sort(key=lambda row: -row["kappa"])
    said = [
        f"{start}: {', '.join(_pair(row) for row in own[:NAMED])}"
        for start, own in (
            ("stand together most", close), ("stand apart most", apart),
            ("respond alike, but do not like each other", at_odds),
        )
        if own
    ] or ["no two countries stand together or apart"]  # fmt: skip
    if name != base and (turned := _turned(results, rows, name, base)):
        said.append(turned)
    text = "; ".join(said)
    ends = [f"{word}: {own[0]['names']}" for word, own in
            (("together", close), ("apart", apart)) if own]  # fmt: skip
    shorts = [f"Stand most {', '.join(ends)}", *(f"Stand most {end}" for end in ends)]
    return Finding(
        "together", f"{text[0].upper()}{text[1:]}.", fitting(shorts if ends else said[:1]),
        tuple(rows), name, None if name == base else base,
    )  # fmt: skip


def _pairs(
    results: Results, variant: str, against: str, names: dict[str, str]
) -> list[dict[str, Any]]:
    """Return each two of some countries with how they stand, those that stand together first."""
    kappa, attitude = standing(results, variant)
    stands = both(kappa, attitude)
    shares, before = (
        results.arrays["together_mean"].sel(variant=each).transpose("country", "other").to_numpy()
        for each in (variant, against)
    )
    known = labels(results, "country")
    rows: list[dict[str, Any]] = []
    for one, other in combinations(names, 2):
        at = known.index(one), known.index(other)
        if np.isnan(shares[at]):
            continue
        alike = None if kappa is None or np.isnan(kappa[at]) else float(kappa[at])
        rows.append(
            {"country": one, "other": other, "names": joined([names[one], names[other]]),
             "together": float(stands[at]), "kappa": alike, "attitude": float(attitude[at]),
             "share": float(shares[at]), "before": float(before[at])}
        )  # fmt: skip
    return sorted(rows, key=lambda row: (-row["together"], -row["attitude"]))


def _pair(row: dict[str, Any]) -> str:
    """Name a pair, with what says how it stands."""
    kappa = "" if row["kappa"] is None else f"kappa {signed(row['kappa'])}, "
    return f"{row['names']} ({kappa}attitudes {signed(row['attitude'])})"


def _turned(results: Results, rows: Sequence[dict[str, Any]], variant: str, against: str) -> str:
    """Say which pair's share surely changes most by paired runs; the intervals hold for all."""
    codes = labels(results, "country")
    one, other = ([codes.index(row[name]) for row in rows] for name in ("country", "other"))
    moments, size = Moments(len(rows)), max(1, BLOCK // len(rows))
    blocs = results.arrays["bloc"].transpose("variant", "run", "country")
    for first in range(0, blocs.sizes["run"], size):
        block = blocs.isel(run=slice(first, first + size))
        same = [
            own[:, one] == own[:, other]
            for own in (block.sel(variant=each).to_numpy() for each in (variant, against))
        ]
        moments.add(same[0] * 1.0 - same[1])
    level = for_all(0.95, len(rows))
    found = _of_signs(paired(moments, level), moments, level)
    course = quoted(titles(results, "variant")[against])
    told = np.flatnonzero((found.low > 0) | (found.high < 0))
    if not (moments.mean.any() or np.nan_to_num(moments.variance).any()):
        return f"who shares a bloc with whom is as in {course} in every run"
    if not len(told):
        return f"no pair can be told to share a bloc more or less often than in {course}"
    most = int(told[np.abs(found.mean[told]).argmax()])
    row = rows[most]
    points = f"{signed(100 * found.low[most], 0)} to {signed(100 * found.high[most], 0)} points"
    return (
        f"what changes most is how often {_pair(row)} share a bloc, in {percent(row['before'])} of "
        f"runs in {course} and {percent(row['share'])} here (95 %, for all pairs at once: {points})"
    )


def _of_signs(found: Interval, moments: Moments, level: float) -> Interval:
    """Give changes that are 1, or -1, in every run the interval of Clopper and Pearson (1934).

    That of t has no width there, however few the runs.
    """
    every = (np.abs(found.mean) == 1) & (moments.variance == 0)
    with np.errstate(divide="ignore"):
        least = 2 * ((1 - level) / 2) ** (1 / moments.counts) - 1
    rises, falls = every & (found.mean > 0), every & (found.mean < 0)
    low = np.select([rises, falls], [least, -1.0], found.low)
    return Interval(found.mean, low, np.select([rises, falls], [1.0, -least], found.high))
