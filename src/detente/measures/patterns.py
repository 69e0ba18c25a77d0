"""The patterns of scenarios, measured over ensembles; `detente.scenario.patterns` has their form.

Where one does not hold, that is a finding about the theory: no threshold is to be chosen after
looking at results.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from detente.measures.claims import (
    Claim,
    Criterion,
    Floats,
    Pattern,
    Verdict,
    bootstrapped,
    entropies,
    mean,
    sentence_of,
    share,
    shares,
    verdict_of,
)
from detente.measures.effects import check_results
from detente.measures.ensemble import Ensemble, NotRunError, Places
from detente.measures.notebook import notebook_html
from detente.measures.wording import (
    event_titles,
    input_title,
    joined,
    outcome_title,
    response_title,
    titled,
)
from detente.runs.errors import UsageError
from detente.runs.statistics import for_all
from detente.scenario.messages import require_type
from detente.scenario.patterns import SIDES, either, sentences

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.results import Results
    from detente.scenario import patterns as form
    from detente.scenario.schema import Scenario

#: Why thresholds stand where they do, unless a claim gives its own reason.
MORE_LIKELY_THAN_NOT: Final = "more likely than not"
ANY_DIFFERENCE: Final = "the sentence names a direction and no size"
ASKED: Final = "as the pattern asks"


class Patterns:
    """Patterns as measured, in order or by name; see ``.table`` for every claim.

    ``missing`` are the names of the library's other patterns, if some of these are the library's.
    """

    _repr_html_ = notebook_html

    def __init__(self, found: Sequence[Pattern], missing: Sequence[str] = ()) -> None:
        self._found = tuple(found)
        self.missing = tuple(missing)

    def __iter__(self) -> Iterator[Pattern]:
        return iter(self._found)

    def __getitem__(self, name: str) -> Pattern:
        for pattern in self._found:
            if pattern.name == name:
                return pattern
        raise KeyError(f"{name} was not measured")

    @property
    def verdict(self) -> Verdict:
        """Holds if every pattern does, fails if one does, else undecided."""
        return verdict_of(pattern.verdict for pattern in self._found)

    @property
    def sentence(self) -> str:
        """Which hold, which fail, and which are open and why."""
        return sentence_of(self._found)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a claim.

        Columns: pattern, sentence, scenario, statistic, threshold, above (whether it must lie above
        it), reason (of the threshold), level (of confidence), value, low, high (over runs), runs,
        margin (positive on the right side), verdict (holds, fails, undecided).
        """
        import pandas as pd

        named = [(p.name, p.sentence, p.scenario, claim) for p in self._found for claim in p.claims]
        return pd.DataFrame(
            {"pattern": name, "sentence": sentence, "scenario": scenario, **claim.to_plain()}
            for name, sentence, scenario, claim in named
        )

    def to_plain(self) -> dict[str, Any]:
        """Return the verdicts, by name, with what was measured."""
        each = [pattern.to_plain() for pattern in self._found]
        found = {"verdict": self.verdict, "sentence": self.sentence}
        return {**found, "patterns": each, "missing": self.missing}

    def __repr__(self) -> str:
        """Say in a line each which patterns hold."""
        lines = [f"{p.name} {p.said()}: {p.sentence}" for p in self._found]
        return "\n".join([*lines, "Every claim: .table"])


def patterns(
    results: Results | Sequence[Results] | None = None,
    runs: int | None = None,
    seed: int | None = None,
    scenarios: Sequence[Scenario | str | os.PathLike[str]] | None = None,
    *,
    rerun: bool = True,
) -> Patterns:
    """Measure the patterns that scenarios say their runs must show.

    Parameters
    ----------
    results : Results or sequence of Results, optional
        Complete results to read; what they lack (courses that only a pattern needs, the order of
        responses) is run with their seed and number of runs, and so with the same random draws.
    runs, seed : int, optional
        Where there are no results: in place of those in the scenarios.
    scenarios : sequence of Scenario, str or path, optional
        Where there are no results: by default those of the library that have patterns.
    rerun : bool
        Whether what results lack is run; if not, claims that need it are left out.

    Returns
    -------
    Patterns
        Those of all scenarios, in the order of their names.

    Raises
    ------
    TypeError
        If given no results where results are meant.
    UsageError
        If a scenario has no patterns, or results are not complete or come with runs, a seed or
        scenarios.

    References
    ----------
    Berger, R. L. 1982. Multiparameter hypothesis testing and acceptance sampling. Technometrics
    24, 295-300.
    Grimm, V. et al. 2005. Pattern-oriented modeling of agent-based complex systems: lessons from
    ecology. Science 310, 987-991.
    Wilson, E. B. 1927. Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.
    """
    if results is None:
        ensembles = [Ensemble(each, runs=runs, seed=seed) for each in scenarios_of(scenarios)]
    elif any(option is not None for option in (runs, seed, scenarios)):
        raise UsageError("results come with their own scenario, runs and seed")
    else:
        every = results if isinstance(results, Sequence) else [results]
        for each in every:
            check_results(each)
        ensembles = [Ensemble(each.scenario, results=each, fixed=not rerun) for each in every]
    for ensemble in ensembles:
        if not ensemble.scenario.patterns:
            name = ensemble.scenario.scenario
            raise UsageError(f"{name} has no patterns: say in patterns: what its runs must show")
    found = measured(ensembles)
    names = {pattern.name for pattern in found}
    library = [each.id for scenario in scenarios_of(None) for each in scenario.patterns]
    missing = [name for name in library if name not in names] if names & set(library) else []
    return Patterns(found, sorted(missing, key=_natural))


def scenarios_of(
    scenarios: Sequence[Scenario | str | os.PathLike[str]] | None,
    having: Literal["patterns", "record"] = "patterns",
) -> list[Scenario]:
    """Return scenarios, loaded where they are names; or those of the library that have such."""
    from detente.scenario import library
    from detente.scenario.loading import loaded, shipped

    if scenarios is None:
        return [each for name in library() if getattr(each := shipped(name), having)]
    named = require_type(scenarios, Sequence, "a list of scenarios")  # type: ignore[type-abstract]
    return [loaded(each) for each in named]


def described() -> list[tuple[str, str, list[str]]]:
    """Return the id and title of each pattern of the library, and a sentence a claim."""
    found = []
    for scenario in scenarios_of(None):
        names = scenario.country_names
        found += [(each.id, each.title, sentences(each, names)) for each in scenario.patterns]
    return sorted(found, key=lambda each: _natural(each[0]))


def measured(ensembles: Sequence[Ensemble]) -> list[Pattern]:
    """Return every pattern of the scenarios of some ensembles, in the order of their names."""
    found = [
        Measurement(ensemble, pattern).pattern()
        for ensemble in ensembles
        for pattern in ensemble.scenario.patterns
    ]
    return sorted(found, key=lambda pattern: _natural(pattern.name))


def _natural(name: str) -> list[int | str]:
    """Return what sorts P10 after P2."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


@dataclass(frozen=True)
class Statistic:
    """A number of each run: a share is 1 or 0, an outcome its value; or a mean over countries."""

    what: str  # in words
    countries: tuple[str, ...]  # whose; none for an outcome of the region
    variant: str  # a variant or a course of the pattern
    event: str = ""  # of a share: to which event
    response: str = "last"  # of a share: the first or the last response
    outcome: str = ""  # the name of an outcome; empty for a share
    places: tuple[int, ...] = ()  # of a share: of the responses that count
    settings: tuple[tuple[str, Any], ...] = ()  # inputs that are set, by path, and their values

    @property
    def is_share(self) -> bool:
        """Whether it is 1 or 0 in each run."""
        return not self.outcome and len(self.countries) == 1


class Measurement:
    """Measures a pattern in the runs of its scenario."""

    def __init__(self, ensemble: Ensemble, pattern: form.Pattern) -> None:
        from detente.runs.layout import Layout

        self._of = ensemble
        self._form = pattern
        self._scenario = ensemble.scenario
        self._stances = np.array(Layout(ensemble.scenario).stances)
        courses = {**ensemble.scenario.variants, **pattern.courses}
        added = (each for own in pattern.courses.values() for each in own.add.get("events", ()))
        self._events = {
            **{each["id"]: each.get("title") for each in added},
            **event_titles(ensemble.scenario),
        }
        self._titles = {name: each.title for name, each in courses.items()}
        self._course = partial(ensemble.course, pattern)

    def pattern(self) -> Pattern:
        """Return the pattern with each of its claims measured."""
        parts: list[tuple[form.Claim, list[Claim]]] = []
        beside, left = [], 0
        for claim in map(self._whole, self._form.claims):
            try:
                # of one that other runs are needed for, nothing
                parts.append((claim, [*self._claims(claim)]))
            except NotRunError:
                left += 1
        among = sum(len(found) for _, found in parts)
        claims = [each for part in parts for each in self._decided(*part, among)]
        for claim in self._form.beside:
            with suppress(NotRunError):
                beside.append(self._text(self._whole(claim)))
        name, title, scenario = self._form.id, self._form.title, self._scenario.scenario
        return Pattern(name, title, scenario, tuple(claims), tuple(beside), left, self._of.runs)

    def _decided(self, claim: form.Claim, found: list[Claim], among: int) -> list[Claim]:
        """Return parts of a claim with the interval that decides: of failures that of all claims.

        Where also that one fails, the narrower is kept.
        """
        if all(each.verdict != "fails" for each in found):
            return found
        return [
            held if own.verdict == "fails" != held.verdict else own
            for own, held in zip(found, self._claims(claim, among), strict=True)
        ]

    def _whole(self, claim: form.Claim) -> form.Claim:
        """Return a claim with what stands where it says nothing of event, variant and response."""
        told = {
            "on": claim.on or self._scenario.main or "",
            "variant": claim.variant or self._scenario.variant_names[:1],
            "response": claim.entropy or claim.response or "last",
        }
        return claim.model_copy(update=told)

    def _claims(self, claim: form.Claim, among: int = 1) -> Iterator[Claim]:
        """Measure a claim: one for each of the countries and variants that it lists.

        The intervals hold for so many claims at once.
        """
        level = for_all(claim.confidence or self._form.confidence, among)
        base = Criterion("", reason=claim.reason or "", level=level)
        kinds = {"first": self._first, "most_likely": self._most_likely, "entropy": self._entropy}
        for measure in (how for name, how in kinds.items() if getattr(claim, name)):
            for variant in claim.variant or ():
                yield from measure(claim, variant, base)
            return
        for own in self._statistics(claim):
            yield from self._compared(claim, own, base)

    def _compared(self, claim: form.Claim, own: Statistic, base: Criterion) -> Iterator[Claim]:
        """Measure a statistic against a number, others of its kind, or itself along a sweep."""
        if (sweep := claim.rises_with or claim.falls_with) is not None:
            asked = replace(base, above=claim.rises_with is not None)
            values = dict(sweep)["values"]
            steps = [replace(own, settings=((sweep.input, value),)) for value in values]
            for before, after in pairwise(steps):
                yield self._difference(after, before, asked)
        elif (other := claim.more_than or claim.less_than) is not None:
            sign = 1.0 if claim.more_than is not None else -1.0
            asked = replace(base, above=sign > 0, threshold=sign * other.by + 0.0)  # +0.0: no -0.0
            for theirs in self._others(claim, own, other):
                yield self._difference(own, theirs, asked)
        else:
            asked = _threshold(claim, base)
            if own.is_share and asked.above and asked.threshold == 0.5:
                asked = replace(asked, reason=base.reason or MORE_LIKELY_THAN_NOT)
            measure = share if own.is_share else mean
            yield measure(replace(asked, statistic=self._label(own)), self._values(own))

    def _difference(self, own: Statistic, other: Statistic, asked: Criterion) -> Claim:
        """Measure a difference within runs."""
        reason = asked.reason or (ASKED if asked.threshold else ANY_DIFFERENCE)
        asked = replace(asked, statistic=self._label(own, other), reason=reason)
        return mean(asked, self._values(own) - self._values(other))

    def _first(self, claim: form.Claim, variant: str, base: Criterion) -> Iterator[Claim]:
        """Measure how much oftener a country responds before another than after it."""
        course = self._course(variant)
        places = np.array(self._places(claim.responses or self._of.responses))
        codes = [claim.first or "", *(claim.before or ())]
        steps = [self._of.first_step(course, claim.on or "", code, places) for code in codes]
        words = f", with {self._any(claim.responses)}" if claim.responses else ""
        for code, theirs in zip(codes[1:], steps[1:], strict=True):
            lead = np.where(steps[0] < theirs, 1.0, np.where(steps[0] > theirs, -1.0, 0.0))
            label = f"{self._name(codes[0])} before {self._name(code)} minus after it{words}"
            yield mean(replace(base, statistic=label, reason=base.reason or ANY_DIFFERENCE), lead)

    def _most_likely(self, claim: form.Claim, variant: str, base: Criterion) -> Iterator[Claim]:
        """Measure how much likelier the likeliest of some responses is than that of the others."""
        names, places = claim.most_likely or [], np.arange(len(self._of.responses))
        kinds, groups, wanted = places, places, self._places(names)
        if set(names) <= set(SIDES):  # whole sides, of which silence is one
            kinds, groups = np.sign(self._stances).astype(np.int64), np.array([-1, 0, 1])
            wanted = [SIDES[name] for name in names]
        own = np.isin(groups, wanted)
        for code in claim.of or ():
            column = self._chosen(claim, variant, [code])

            def lead(times: Floats, column: Places = column) -> Floats:
                each = shares(column, times, len(places))[:, 0] @ (kinds[:, np.newaxis] == groups)
                return np.asarray(each[:, own].max(axis=1) - each[:, ~own].max(axis=1))

            label = f"{self._name(code)}: {self._share(names)} minus that of the likeliest other"
            asked = replace(base, statistic=label, reason=base.reason or "the most likely response")
            yield bootstrapped(asked, len(column), lead)

    def _entropy(self, claim: form.Claim, variant: str, base: Criterion) -> Iterator[Claim]:
        """Measure the entropy of responses, by itself or against that of other countries."""
        rank = claim.among_highest
        for code in claim.of or ():
            others = [each for each in self._responding(claim, variant) if each != code]
            columns = self._chosen(claim, variant, [code, *others])

            def beyond(times: Floats, columns: Places = columns) -> Floats:
                """Return the entropy, less that which it must pass."""
                found = entropies(columns, times, len(self._of.responses))
                bar = np.sort(found[:, 1:], axis=1)[:, -rank] if rank is not None else 0.0
                return np.asarray(found[:, 0] - bar)

            label = f"Entropy in bits, {self._name(code)}"
            if rank is not None:
                reason = f"among the highest {rank} of the {1 + len(others)} that respond"
                asked = replace(base, reason=base.reason or reason)
                label = f"{label}, minus number {rank} of the others"
            else:
                asked = _threshold(claim, base)
            yield bootstrapped(replace(asked, statistic=label), len(columns), beyond)

    def _statistics(self, claim: form.Claim) -> Iterator[Statistic]:
        """Walk what a claim measures: a statistic for each country and variant."""
        groups = [tuple(claim.mean_of)] if claim.mean_of else [(code,) for code in claim.of or ()]
        for variant, countries in product(claim.variant or (), groups or [()]):
            if claim.outcome is not None:
                what = outcome_title(claim.outcome, self._events, main=self._scenario.main)
                yield Statistic(what, countries, variant, outcome=claim.outcome)
                continue
            low = -math.inf if claim.stance_above is None else claim.stance_above
            high = math.inf if claim.stance_below is None else claim.stance_below
            bound = f"above {low:g}" if high == math.inf else f"below {high:g}"
            what = f"share with a stance {bound}"
            places = np.flatnonzero((self._stances > low) & (self._stances < high)).tolist()
            if claim.share is not None:
                what, places = self._share(claim.share), self._places(claim.share)
            yield Statistic(
                what, countries, variant, claim.on or "", claim.response or "",
                places=tuple(places),
            )  # fmt: skip

    def _others(
        self, claim: form.Claim, own: Statistic, other: form.Comparison
    ) -> Iterator[Statistic]:
        """Walk the other sides of a comparison: the claim with something else in it."""
        whose: dict[str, Any] = {"of": None, "mean_of": None}
        if other.of is None and other.mean_of is None:
            whose = {"of": own.countries} if claim.of is not None else {}
        changes = {name: value for name, value in other if value is not None and name != "by"}
        changes.setdefault("variant", [own.variant])
        changed = claim.model_copy(update={**whose, **changes})
        yield from self._statistics(changed)

    def _values(self, own: Statistic) -> Floats:
        """Return of each run a statistic; NaN where the event did not come up."""
        variant = self._course(own.variant, dict(own.settings))
        if own.outcome:
            codes = own.countries or (None,)
            parts = [self._of.outcome(variant, own.outcome, code) for code in codes]
        else:
            columns = self._columns(variant, own.event, own.response, own.countries).T
            parts = [np.where(c >= 0, np.isin(c, own.places), np.nan) for c in columns]
        return np.asarray(sum(parts, np.zeros(self._of.runs)) / len(parts))

    def _columns(self, course: str, event: str, response: str, codes: Sequence[str]) -> Places:
        chosen = self._of.chosen(course, event, response)
        return chosen[:, [self._of.countries.index(code) for code in codes]]

    def _chosen(self, claim: form.Claim, variant: str, codes: Sequence[str]) -> Places:
        """Return runs by countries: place of the response that a claim is about."""
        return self._columns(self._course(variant), claim.on or "", claim.response or "", codes)

    def _responding(self, claim: form.Claim, variant: str) -> list[str]:
        """Return the countries that respond to the event of a claim: all but its actor."""
        actor = self._of.actor(self._course(variant), claim.on or "")
        return [code for code in self._of.countries if code != actor]

    def _places(self, names: Sequence[str]) -> list[int]:
        """Return the places in the repertoire of responses, or of those of a side."""
        signs = [SIDES[name] for name in names if name in SIDES]
        pairs = zip(self._of.responses, np.sign(self._stances), strict=True)
        return [at for at, (name, sign) in enumerate(pairs) if name in names or sign in signs]

    def _text(self, claim: form.Claim) -> str:
        """Return what is found of a claim that decides nothing."""
        if claim.entropy is not None or claim.most_likely is not None:
            return "; ".join(self._by_country(claim, each) for each in claim.variant or ())
        every = self._statistics(claim)
        return "; ".join(f"{self._label(e)} {np.nanmean(self._values(e)):.4f}" for e in every)

    def _by_country(self, claim: form.Claim, variant: str) -> str:
        """Return the entropy of countries, the highest first, or their likeliest responses."""
        codes = claim.of or self._responding(claim, variant)
        columns = self._chosen(claim, variant, codes)
        once, responses = np.ones((1, len(columns))), self._of.responses
        if claim.entropy is not None:
            bits = zip(entropies(columns, once, len(responses))[0], codes, strict=True)
            each = [f"{self._name(code)} {bit:z.2f}" for bit, code in sorted(bits, reverse=True)]
            return f"entropy in bits: {', '.join(each)}"
        pairs = zip(codes, shares(columns, once, len(responses))[0], strict=True)
        each = [
            f"{self._name(code)} {self._any([responses[p.argmax()]])} {p.max():.2f}"
            for code, p in pairs
        ]
        return f"likeliest: {', '.join(each)}; expected {self._any(claim.most_likely or ())}"

    def _label(self, own: Statistic, other: Statistic | None = None) -> str:
        """Return a statistic in words, or a difference of two by what sets them apart."""
        pairs = list(zip(self._words(own), self._words(other or own), strict=True))
        common = [word for (word, usual), their in pairs if (word, usual) == their and not usual]
        apart = [(mine[0], their[0]) for mine, their in pairs if mine != their]
        sides = [", ".join(filter(None, side)) for side in zip(*apart, strict=True)]
        label = ": ".join(filter(None, [", ".join(common), " minus ".join(sides)]))
        return label[:1].upper() + label[1:]

    def _words(self, own: Statistic) -> list[tuple[str, bool]]:
        """Return the parts of a statistic in words, and whether each goes without saying."""
        who = ", ".join(self._name(code) for code in own.countries)
        if len(own.countries) > 1:
            who = f"mean of {joined([self._name(code) for code in own.countries])}"
        settings = ", ".join(
            f"{input_title(self._scenario, path, inside=True)} {value}"
            for path, value in own.settings
        )
        return [
            (own.what, False),
            (who, not who),
            (f"on {titled(self._events, own.event)}", own.event in {"", self._scenario.main}),
            (f"{own.response} response", own.response == "last"),
            (titled(self._titles, own.variant), own.variant == self._scenario.variant_names[0]),
            (settings, not settings),
        ]

    def _name(self, code: str) -> str:
        return self._scenario.countries[code].name or code

    def _any(self, names: Sequence[str]) -> str:
        """Return the titles of responses, or the sides, of which one is meant."""
        return either([response_title(self._scenario, name) for name in names])

    def _share(self, names: Sequence[str]) -> str:
        """Return which share of runs is meant, by responses or sides."""
        if set(names) <= set(SIDES):
            return f"share that {either(names)}"
        return f"share with {self._any(names)}"


def _threshold(claim: form.Claim, base: Criterion) -> Criterion:
    """Return that a statistic must be above a number, or below it; the scenario has one of them."""
    above = claim.above is not None
    threshold = float(claim.above if claim.above is not None else claim.below or 0.0)
    return replace(base, threshold=threshold, above=above, reason=base.reason or ASKED)
