"""Why a country responds as it does: its choice taken apart, over the runs of a variant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.measures.experiment import Floats
from detente.measures.notebook import notebook_html
from detente.measures.wording import counted, joined, term_label
from detente.runs.errors import UsageError, require, require_country
from detente.runs.statistics import Moments, paired
from detente.scenario.messages import between, percent

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from detente.engine.sampler import Sampler
    from detente.scenario import Scenario

#: Runs that are taken apart, and that a nearest change is looked for with.
RUNS: Final = 200
SEARCHED: Final = 60
#: Halvings of the span to the value from which another leads.
HALVINGS: Final = 5
#: How much farther a change goes, as a share of the range, until the table turns as well, and how
#: often; and how many inputs are tried so.
FARTHER: Final = 0.05
STEPS: Final = 8
CHECKED: Final = 5
#: An offer is looked for up to so much of an economy.
OFFER: Final = 0.05


class Change(NamedTuple):
    """The nearest single change after which another response leads."""

    path: str
    value: float
    before: float  # the mean over runs
    distance: float  # as a share of the range
    leads: str  # the response that then does, as it was checked
    probability: float  # of it


@dataclass(frozen=True)
class Explanation:
    """A choice taken apart, from `detente.explain`.

    Attributes
    ----------
    country, event, variant : str
        Whose choice, about what, in which course of events.
    step : int or None
        After which step; None where each run is looked at when the event comes up.
    recorded : str or None
        What the record says that it did, in the week that is looked at; None in another variant
        than the first, for the record is of what happened.
    runs : int
        In how many runs the event was on the agenda then.
    table : pandas.DataFrame
        One row a response: the terms of its utility, their sum ``utility``, its ``probability`` and
        the share of runs in which it ``stands`` afterwards, all means over runs.
    reasons : pandas.DataFrame
        One row a term, the strongest first: ``difference`` in utility between the response that
        leads and the next, ``low`` and ``high`` of the 95 % confidence interval of that mean (NaN
        of one run), its ``share`` of all differences, and its ``spread`` over runs.
    lead : tuple of float
        The 95 % confidence interval of the mean by which what leads is likelier than the next, over
        so many runs; NaN where there is no next, or but one run.
    tied : tuple of str
        What leads and each response that is as likely within that error; empty if none is.
    nearest : Change or None
        The smallest change of one number after which another response leads, not tied; None if
        there is none, or none was looked for, as where responses are tied.
    scenario : Scenario or None
        Of whose names pictures speak.
    """

    country: str
    event: str
    variant: str
    step: int | None
    recorded: str | None
    runs: int
    table: pd.DataFrame = field(repr=False)
    reasons: pd.DataFrame = field(repr=False)
    lead: tuple[float, float]
    tied: tuple[str, ...]
    nearest: Change | None
    name: str
    titles: dict[str, str] = field(repr=False)
    theory: str
    when: date | None = None
    searched: bool = True
    scenario: Scenario | None = field(default=None, repr=False, compare=False)

    @property
    def leads(self) -> str:
        """The response that is likeliest, on average over runs."""
        return str(self.table["probability"].idxmax())

    @property
    def next(self) -> str | None:
        """The response that is likeliest but one, if there is another."""
        others = self.table["probability"].drop(self.leads)
        return str(others.idxmax()) if (others > 0).any() else None

    @property
    def alone(self) -> bool:
        """Whether one run is all there is, which cannot tell which of several responses leads."""
        return self.runs < 2 and self.next is not None

    @property
    def agrees(self) -> bool:
        """Whether what is likelier is also of the higher utility, both on average over runs."""
        utility = self.table["utility"]
        return self.next is None or bool(utility[self.leads] >= utility[self.next])

    @property
    def stood_by(self) -> str | None:
        """What most runs stand by without the country choosing it: by joining a text; or None."""
        stands = self.table["stands"]
        most = str(stands.idxmax())
        chosen = self.table["probability"][most] > 0 or not stands[most] > 0
        return None if chosen or self.next is None else most

    @property
    def sentence(self) -> str:
        """What leads, before what, and why; or that it is tied, or that no term says why."""
        if self.next is None:
            return self._only()
        start, subject = "", self.name
        if self.stood_by is not None:
            share = percent(float(self.table["stands"][self.stood_by]))
            start = (
                f"{self.name} stands by '{self.titles[self.stood_by]}' in {share} of runs, by "
                "joining a text, which is an event of its own to explain. "
            )
            subject = "By itself it"
        if self.tied:
            return f"{start}{subject} {self._level()}{self._varies('; ')}."
        leads, after = self._chance(self.leads), self._chance(self.next)
        if self.alone:
            itself = "by itself it" if start else self.name
            tells = "In one run, which cannot tell what leads,"
            return f"{start}{tells} {itself} answers {leads} or {after}."
        text = f"{start}{subject} most likely answers {leads} before {after}"
        if not self.agrees:
            text += (
                ", although its mean utility is the lower: it is likelier by more in the runs that "
                "favour it than less likely in the others, and no one term says why"
            )
        return f"{text}{self._because() if self.agrees else ''}{self._varies('; ')}."

    def _only(self) -> str:
        """Say that there is no choice, and why then nothing stands."""
        text = f"'{self.titles[self.leads]}' is the only answer open to {self.name}"
        if self.table["stands"][self.leads] > 0:
            return f"{text}."
        return f"{text}, so it has nothing to decide, and no decision of it is counted as standing."

    def _level(self) -> str:
        """Say which responses are tied, and how far from each other the two likeliest may be."""
        named = joined([self._chance(each) for each in self.tied])
        low, high = (100 * end for end in self.lead)
        by = f" (the first leads the next by {between(low, high, 0)} points with 95 % confidence)"
        return (
            f"answers {named}: tied, within the sampling error of "
            f"{counted(self.runs, 'run', 'runs')}{by if low <= 0 else ''}"
        )

    def _chance(self, response: str) -> str:
        chance = percent(float(self.table["probability"][response]))
        return f"'{self.titles[response]}' ({chance})"

    @property
    def labels(self) -> dict[str, str]:
        """What each term is called, by its name in `table` and `reasons`."""
        from detente.theory import find

        return {term.name: term_label(term) for term in find(self.theory).terms}

    def _because(self) -> str:
        """Name the terms that speak most for what leads and most against it."""
        signed = self.reasons.set_index("term")["difference"]
        said = []
        if signed.max() > 0:
            said.append(f"mostly for {self._word(signed.idxmax())} ({signed.max():+.2f})")
        if signed.min() < 0:
            said.append(f"despite {self._word(signed.idxmin())} ({signed.min():+.2f})")
        return f", {'; '.join(said)}" if said else ""

    def _varies(self, before: str) -> str:
        """Name the term that varies most between runs, after something, if any does."""
        spread = self.reasons.set_index("term")["spread"]
        most = self._word(spread.idxmax())
        return f"{before}what varies most between runs is {most}" if spread.max() > 0 else ""

    def _word(self, term: Any) -> str:
        label = self.labels[str(term)]
        return label[:1].lower() + label[1:]

    @property
    def condition(self) -> str:
        """What would have to be otherwise for another response to lead, if that was looked for."""
        if not self.searched:
            return "Whether a change of one number would turn it was not looked for."
        unsought = "no change of one number that turns it was looked for"
        if self.next is None:
            return f"As no other answer is open, {unsought}."
        if self.alone:
            return f"As one run cannot tell what leads, {unsought}."
        if self.tied:
            return f"As they are tied, {unsought}."
        if self.nearest is None:
            return (
                "No change of one number within its range was found after which another leads by "
                "more than the sampling error."
            )
        n = self.nearest
        return (
            f"In the same runs '{self.titles[n.leads]}' would lead ({percent(n.probability)}) if "
            f"{n.path} were {n.value:.3g} and not {n.before:.3g}."
        )

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        plain = ("country", "event", "variant", "step", "recorded", "runs", "leads", "next", "lead",
                 "tied", "sentence", "condition")  # fmt: skip
        return {
            **{name: getattr(self, name) for name in plain},
            "responses": self.table.reset_index().to_dict("records"),
            "reasons": self.reasons.to_dict("records"),
            "nearest": None if self.nearest is None else self.nearest._asdict(),
        }

    def __repr__(self) -> str:
        return f"<detente.Explanation: {self.sentence}>"

    _repr_html_ = notebook_html


def explain(
    scenario: Scenario | str | PathLike[str],
    country: str,
    event: str | None = None,
    *,
    variant: str | None = None,
    step: int | None = None,
    runs: int = RUNS,
    nearest: bool = True,
) -> Explanation:
    """Return why a country responds to an event as it does, over the runs of a variant.

    Parameters
    ----------
    scenario : Scenario or str or path
        What is run.
    country : str
        Whose choice.
    event : str, optional
        About what; by default the main event.
    variant : str, optional
        By default the first.
    step : int, optional
        After which step; by default that of the week in which the record says what the country
        did, or else the first with the event on the agenda.
    runs : int
        How many runs are taken apart.
    nearest : bool
        Whether to look for the nearest single change after which another response leads: what the
        country would have to want, fear or be offered. It is checked by running it.

    Returns
    -------
    Explanation
        With `table`, `reasons`, `sentence`, `nearest` and `condition`.

    Raises
    ------
    UsageError
        If there is no such country, event or variant, or the event is on the agenda in no run then.
    """
    import pandas as pd

    from detente.engine.sampler import sampler_of
    from detente.scenario.loading import loaded

    scenario = loaded(scenario)
    names = scenario.variant_names
    name = require(names[0] if variant is None else variant, names, "variant")
    course = scenario.variant(name)
    require_country(country, course.country_names)
    about = require(
        str(course.main) if event is None else event,
        [e.id for e in course.events],
        "event",
        f"in the variant '{name}'",
    )
    if step is not None and not 0 <= step <= course.length:
        raise UsageError(f"a run has {course.length} steps, so there is no step {step}")
    if runs < 1:
        raise UsageError(f"runs must be 1 or more, not {runs}")
    row = recorded(course, country, about)
    after = step
    if after is None and row is not None and row.date is not None:
        after = min(max(course.step_of(row.date) + 1, 1), course.length)
    sampler = sampler_of(course)
    columns = sampler.draw(0, runs)
    found = _Choices.of(sampler, columns, country, about, after)
    if not found.runs and step is None and after is not None:
        after = None  # no run has it on the agenda in that week
        found = _Choices.of(sampler, columns, country, about, after)
    if not found.runs:
        when = f"after step {after}" if after is not None else f"in {course.length} steps"
        raise UsageError(f"'{about}' is not on the agenda {when} of any run: try another")
    table = found.table(tuple(course.repertoire))
    in_time = row is not None and after is not None and step is None and name == names[0]
    explanation = Explanation(
        country, about, name, after, row.response if in_time and row is not None else None,
        found.runs, table, _reasons(found, table, tuple(course.repertoire)),
        *_lead(found, table, tuple(course.repertoire)), None,
        course.countries[country].name,
        {key: each.title for key, each in course.repertoire.items()}, course.theory,
        None if after is None else course.date_of(max(after - 1, 0)), nearest,
        scenario,
    )  # fmt: skip
    if not nearest or explanation.next is None or explanation.alone or explanation.tied:
        return explanation
    change = _nearest(course, explanation, runs)
    assert isinstance(table, pd.DataFrame)
    return Explanation(**{**vars(explanation), "nearest": change})


def recorded(course: Scenario, country: str, event: str) -> Any:
    """Return the last row of the record about a country and an event, or None."""
    rows = [row for row in course.record if (row.country, row.event) == (country, event)]
    return max(rows, key=lambda row: row.date or date.min, default=None)


class _Choices(NamedTuple):
    """A choice in each of some runs: its terms (runs, terms, responses), and what comes of them."""

    terms: tuple[str, ...]
    weights: Floats
    utility: Floats
    probability: Floats
    opened: NDArray[np.bool_]
    stands: NDArray[np.int64]

    @property
    def runs(self) -> int:
        """In how many runs there was a choice."""
        return len(self.stands)

    @classmethod
    def of(
        cls, sampler: Sampler, columns: Floats, country: str, event: str, after: int | None
    ) -> _Choices:
        """Take a choice apart in each run, a column of inputs, that has the event on its agenda."""
        terms = tuple(term.name for term in sampler.theory.terms)
        at = sampler.events.index(event), sampler.codes.index(country)
        responses = len(sampler.responses)
        rows = [np.empty((0, len(terms) + 2, responses))]
        opened, stands = [np.empty((0, responses), np.bool_)], [np.empty(0, np.int64)]
        for each, fits, then in _choices(sampler, columns, at, after):
            rows.append(each)
            opened.append(fits)
            stands.append(then)
        whole = np.concatenate(rows)
        return cls(
            terms, whole[:, :-2], whole[:, -2], whole[:, -1], np.concatenate(opened),
            np.concatenate(stands),
        )  # fmt: skip

    def table(self, responses: tuple[str, ...]) -> pd.DataFrame:
        """Return means over runs, a row a response that was open or stood in any."""
        import pandas as pd

        columns = {
            **{term: self.weights[:, t].mean(axis=0) for t, term in enumerate(self.terms)},
            "utility": self.utility.mean(axis=0),
            "probability": self.probability.mean(axis=0),
            "stands": np.bincount(self.stands[self.stands >= 0], minlength=len(responses))
            / self.runs,
        }
        frame = pd.DataFrame(columns, index=pd.Index(responses, name="response"))
        return frame[self.opened.any(axis=0) | (frame["stands"] > 0).to_numpy()]


def _choices(
    sampler: Sampler, columns: Floats, at: tuple[int, int], after: int | None
) -> Iterator[tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]]:
    """Give the terms of the choice of some runs, which responses are open, and which then stands.

    Of runs side by side, those in which the choice comes in the same step together; those without
    the event on the agenda are left out. ``at`` are the places of the event and the country. After
    the terms of each run come utility and probability, as `Theory.take_apart` writes them.
    """
    from detente.theory.agenda import begin
    from detente.theory.arrays import FIRST, LAST, STEP, State

    e, i = at
    theory, world = sampler.theory, sampler.world(np.ascontiguousarray(columns))
    world.now[FIRST], world.now[LAST] = 0, len(sampler.codes)
    begin(world)
    theory.begin(world)
    left = np.ones(columns.shape[1], np.bool_)
    for step in range(sampler.scenario.length if after is None else after):
        world.now[STEP] = step
        theory.phases[0].function(world)
        live = world.state.attention[e] > 0
        weigh = left & live if after is None or step == after - 1 else np.zeros_like(left)
        if weigh.any():
            before = world._replace(state=State(*(array.copy() for array in world.state)))
        for phase in theory.phases[1:]:
            phase.function(world)
        if weigh.any():
            lanes = np.flatnonzero(weigh)
            rows = np.zeros((len(lanes), len(theory.terms) + 2, len(sampler.responses)))
            for lane, own in zip(lanes, rows, strict=True):
                theory.take_apart(before, e, i, int(lane), own)
            said = before.state.response[e, i, lanes, np.newaxis]
            opened = (sampler.structure.open[e, i] == 1) | (np.arange(rows.shape[2]) == said)
            yield rows, opened, world.state.response[e, i, lanes].astype(np.int64)
        left &= ~weigh
        if not left.any():
            return


def _reasons(found: _Choices, table: pd.DataFrame, responses: tuple[str, ...]) -> pd.DataFrame:
    """Return by how much each term sets what leads apart from what comes next."""
    import pandas as pd

    order = table["probability"].sort_values(ascending=False, kind="stable").index
    every = list(found.terms)
    if len(order) < 2:
        nothing = dict.fromkeys(("difference", "low", "high", "share", "spread"), 0.0)
        return pd.DataFrame({"term": every, **nothing})
    first, second = (responses.index(each) for each in order[:2])
    apart = found.weights[:, :, first] - found.weights[:, :, second]
    moments = Moments(len(every))
    moments.add(apart)
    mean, low, high = paired(moments)
    whole = np.abs(mean).sum() or 1.0
    frame = pd.DataFrame(
        {"term": every, "difference": mean, "low": low, "high": high,
         "share": np.abs(mean) / whole, "spread": apart.std(0)}
    )  # fmt: skip
    order_of = np.argsort(-np.abs(mean), kind="stable")
    return frame.iloc[order_of].reset_index(drop=True)


def _lead(
    found: _Choices, table: pd.DataFrame, responses: tuple[str, ...]
) -> tuple[tuple[float, float], tuple[str, ...]]:
    """Return the interval of the lead of the likeliest response, and which are tied with it."""
    chances = table["probability"].sort_values(ascending=False, kind="stable")
    rivals = [str(each) for each in chances.index[1:] if chances[each] > 0]
    if not rivals or found.runs < 2:
        return (np.nan, np.nan), ()
    own = found.probability[:, responses.index(str(chances.index[0]))]
    ahead = Moments(len(rivals))
    ahead.add(own[:, None] - found.probability[:, [responses.index(each) for each in rivals]])
    _, low, high = paired(ahead)
    level = [rival for rival, least in zip(rivals, low, strict=True) if least <= 0]
    tied = (str(chances.index[0]), *level) if level else ()
    return (float(low[0]), float(high[0])), tied


def _nearest(course: Scenario, explanation: Explanation, runs: int) -> Change | None:
    """Return the nearest change of one number that makes another response lead, if there is one.

    It is looked for in a few of the runs, then checked by taking the choice apart in all of them
    anew; where it does not lead in those, or is tied, the change goes a little farther.
    """
    search = _Search(course, explanation)
    best: Change | None = None
    for path, value in search.candidates():
        before, low, high = search.about(path)
        step = np.sign(value - before) * FARTHER * (high - low)
        for more in range(STEPS):
            tried = float(f"{np.clip(value + more * step, low, high):.3g}")  # as it is told
            distance = abs(tried - before) / (high - low)
            if best is not None and distance >= best.distance:
                break
            found = explain(
                course.set({path: tried}), explanation.country, explanation.event,
                step=explanation.step, runs=runs, nearest=False,
            )  # fmt: skip
            if found.leads != explanation.leads and not found.tied:
                chance = float(found.table["probability"].max())
                best = Change(path, tried, before, distance, found.leads, chance)
                break
            if tried in {low, high}:
                break
    return best


class _Search:
    """Looks for values of single inputs at which another response leads in a few of the runs."""

    def __init__(self, course: Scenario, explanation: Explanation) -> None:
        from detente.engine.sampler import Sampler

        self._explained = explanation
        country, event = explanation.country, explanation.event
        offer = f"events.{event}.offers.{country}"
        about = next(each for each in course.events if each.id == event)
        if country not in about.offers and about.actor not in {None, country}:
            course = course.set({offer: 0.0})  # so that there is a number to change
        self._sampler = Sampler(course)
        self._columns = self._sampler.draw(0, min(explanation.runs, SEARCHED))
        self._leads = self._leader()

    def about(self, path: str) -> tuple[float, float, float]:
        """Return the mean of an input over runs, and its range."""
        rows, quantity = self._sampler.places[path]
        high = OFFER if ".offers." in path else quantity.high
        return float(self._columns[rows[0]].mean()), quantity.low, high

    def candidates(self) -> Iterator[tuple[str, float]]:
        """Give inputs with the nearest value at which another response leads, nearest first."""
        found = []
        for path in self._paths():
            before, low, high = self.about(path)
            for end in (low, high):
                if end != before and self._changes(path, end):
                    value = self._nearest(path, before, end)
                    found.append((abs(value - before) / (high - low), path, value))
        for _, path, value in sorted(found)[:CHECKED]:
            yield path, value

    def _paths(self) -> list[str]:
        """Return what the country wants, fears or is offered."""
        country, event = self._explained.country, self._explained.event
        wants = (f"countries.{country}.preferences.", f"countries.{country}.resolve",
                 f"dependence.{country}.", f"events.{event}.offers.{country}")  # fmt: skip
        return [
            path
            for path in self._sampler.places
            if path.startswith(wants)
            or (path.startswith("attitudes.") and country in path.split(".")[1:3])
        ]

    def _nearest(self, path: str, same: float, other: float) -> float:
        """Return about where another response comes to lead, between two values."""
        for _ in range(HALVINGS):
            middle = (same + other) / 2
            same, other = (same, middle) if self._changes(path, middle) else (middle, other)
        return other

    def _changes(self, path: str, value: float) -> bool:
        rows = list(self._sampler.places[path][0])
        kept = self._columns[rows]
        self._columns[rows] = value
        leader = self._leader()
        self._columns[rows] = kept
        return leader not in {self._leads, -1}

    def _leader(self) -> int:
        """Return the response that is likeliest on average, -1 if there is no choice."""
        e = self._explained
        found = _Choices.of(self._sampler, self._columns, e.country, e.event, e.step)
        return int(found.probability.mean(axis=0).argmax()) if found.runs else -1
