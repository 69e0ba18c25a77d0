"""Claims: a statistic of an ensemble, the threshold it must pass, and whether it does.

A claim holds if its whole confidence interval lies past the threshold, fails if none of it does,
and is undecided otherwise. A pattern holds if all of its claims do: a test of "every one of these"
needs no correction for how many they are (the intersection-union test, Berger 1982). Whether any
fails does, for among many true claims one may fail by chance: a claim of a pattern fails only if
none of the interval does that holds for all of its claims at once. That interval, and its level, is
then told of a claim that fails by itself only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from detente.measures.wording import counted, joined
from detente.runs.statistics import Moments, paired, proportion

Floats = NDArray[np.float64]
Verdict = Literal["holds", "fails", "undecided", "not tested"]

#: In the order in which they are told.
VERDICTS: Final[tuple[Verdict, ...]] = ("holds", "fails", "undecided", "not tested")
#: Resamples of a bootstrap that are drawn at a time, and that lie beyond both ends of an interval:
#: a 95 % interval takes 1,000, and its ends wander by a hundredth of its width.
BLOCK: Final = 1000
BEYOND: Final = 50


@dataclass(frozen=True)
class Criterion:
    """What is asked of a statistic."""

    statistic: str  # what is measured, in words
    threshold: float = 0.0  # what it must pass, in its own unit
    above: bool = True  # whether it must lie above the threshold, else below
    reason: str = ""  # why the threshold is where it is
    level: float = 0.95  # confidence of the interval


@dataclass(frozen=True)
class Claim:
    """One thing that a pattern says, measured; NaN where there is nothing to measure."""

    criterion: Criterion
    value: float
    low: float  # of the confidence interval over runs
    high: float
    runs: int

    @property
    def margin(self) -> float:
        """How far the estimate lies past the threshold; negative on the wrong side."""
        past = self.value - self.criterion.threshold
        return past if self.criterion.above else -past

    @property
    def verdict(self) -> Verdict:
        """Whether the whole interval lies past the threshold, none of it, or a part."""
        above, threshold = self.criterion.above, self.criterion.threshold
        worst, best = (self.low, self.high) if above else (-self.high, -self.low)
        line = threshold if above else -threshold
        if worst > line:
            return "holds"
        return "fails" if best <= line else "undecided"  # NaN is neither

    def to_plain(self) -> dict[str, Any]:
        """Return what was asked and measured, by name."""
        found = {name: getattr(self, name) for name in ("value", "low", "high", "runs")}
        return {**asdict(self.criterion), **found, "margin": self.margin, "verdict": self.verdict}


@dataclass(frozen=True)
class Pattern:
    """A pattern that the theory must show, as measured in a scenario."""

    name: str
    sentence: str
    scenario: str
    claims: tuple[Claim, ...]  # everything that the sentence says
    beside: tuple[str, ...] = ()  # what was found besides and decides nothing
    left_out: int = 0  # claims that were not measured, as runs that they need are not there
    runs: int = 0  # of each course

    @property
    def verdict(self) -> Verdict:
        """Holds if every claim does, fails if one does, else undecided, or not tested at all."""
        if self.left_out and not self.claims:
            return "not tested"
        found = verdict_of(claim.verdict for claim in self.claims)
        return "undecided" if self.left_out and found == "holds" else found

    @property
    def needs_more(self) -> bool:
        """Whether more runs may decide it: a claim is undecided of which something is measured."""
        open_ = (each for each in self.claims if each.verdict == "undecided")
        return self.verdict == "undecided" and not all(np.isnan(each.value) for each in open_)

    def said(self, *, many: bool = False) -> str:
        """Return the verdict in words, such as "is not decided with 60 runs", of one or of many."""
        verb, needs = ("are", "they need") if many else ("is", "it needs")
        if self.verdict == "not tested":
            return f"{verb} not tested here, because these results lack the runs that {needs}"
        if self.verdict == "undecided" and verdict_of(c.verdict for c in self.claims) == "holds":
            return f"{verb} not decided here, because these results lack runs that {needs} as well"
        if self.verdict == "undecided":
            return f"{verb} not decided with {counted(self.runs, 'run', 'runs')}"
        return self.verdict.removesuffix("s") if many else self.verdict

    def to_plain(self) -> dict[str, Any]:
        """Return the pattern with each of its claims, by name."""
        return {
            "pattern": self.name,
            "sentence": self.sentence,
            "scenario": self.scenario,
            "verdict": self.verdict,
            "said": self.said(),
            "claims": [claim.to_plain() for claim in self.claims],
            "beside": self.beside,
            "left_out": self.left_out,
        }


def sentence_of(patterns: Iterable[Pattern]) -> str:
    """Say which of some patterns hold, which fail, and which are open and why."""
    groups: dict[str, list[Pattern]] = {}
    for each in sorted(patterns, key=lambda each: VERDICTS.index(each.verdict)):
        groups.setdefault(each.said(), []).append(each)
    said = [
        f"{joined([each.name for each in own])} {own[0].said(many=len(own) > 1)}"
        for own in groups.values()
    ]
    return "; ".join(said)


def verdict_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return whether all of some claims or patterns hold, or one of them fails."""
    found = set(verdicts)
    if found <= {"holds"}:
        return "holds"
    return "fails" if "fails" in found else "undecided"


def share(criterion: Criterion, happened: Floats) -> Claim:
    """Measure the share of runs in which something happens; Wilson's (1927) interval.

    `happened` has of each run 1 where it did, 0 where not, NaN where the question did not arise.
    """
    known = happened[~np.isnan(happened)]
    found = proportion(int(known.sum()), len(known), criterion.level)
    return Claim(criterion, *found, len(known))


def mean(criterion: Criterion, values: Floats) -> Claim:
    """Measure the mean over runs, such as that of paired differences; t-interval, NaN left out."""
    moments = Moments(1)
    moments.add(np.asarray(values, dtype=np.float64)[:, np.newaxis])
    value, low, high = (float(part[0]) for part in paired(moments, criterion.level))
    return Claim(criterion, value, low, high, int(moments.counts[0]))


def bootstrapped(criterion: Criterion, runs: int, measure: Callable[[Floats], Floats]) -> Claim:
    """Measure a statistic of the whole ensemble; percentile bootstrap over runs.

    `measure` takes how often each run counts, sets by runs, and returns the statistic of each set.
    """
    value = float(measure(np.ones((1, runs)))[0])
    rng = np.random.default_rng(runs)  # the same ensemble always has the same interval
    even, left = np.full(runs, 1.0 / runs), max(BLOCK, round(BEYOND / (1 - criterion.level)))
    sizes = [min(BLOCK, left - done) for done in range(0, left, BLOCK)]
    drawn = np.concatenate(
        [measure(rng.multinomial(runs, even, size=size).astype(np.float64)) for size in sizes]
    )
    ends = (1 - criterion.level) / 2, (1 + criterion.level) / 2
    low, high = (float(end) for end in np.quantile(drawn, ends))
    return Claim(criterion, value, low, high, runs)


def shares(chosen: NDArray[np.int64], times: Floats, responses: int) -> Floats:
    """Return how often each country chose each response: sets by countries by responses.

    `chosen` is of runs by countries, -1 for none; `times`, sets by runs, how often each run counts.
    """
    one_hot = np.eye(responses + 1)[:, :responses]  # -1 takes the last row, which counts nowhere
    counts = np.stack([times @ one_hot[column] for column in chosen.T], axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(counts / counts.sum(axis=2, keepdims=True))


def entropies(chosen: NDArray[np.int64], times: Floats, responses: int) -> Floats:
    """Return Shannon's (1948) entropy of what each country chose, in bits; see `shares`."""
    share = shares(chosen, times, responses)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-np.where(share > 0, share * np.log2(share), 0.0).sum(axis=2))
