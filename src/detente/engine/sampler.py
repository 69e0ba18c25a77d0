"""From a scenario to the arrays of its runs: what is fixed, and what each run draws.

All inputs of a run stand in one column of numbers, of which `Inputs` is a view. A number that the
scenario gives as a distribution is drawn by its path, so the same input has the same draw in every
variant of a run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.engine.conditions import compile_condition
from detente.scenario import Distribution, Number, Quantity, Scenario, sample
from detente.scenario.codes import PLOVER
from detente.scenario.elements import Event
from detente.scenario.quantity import quantity_of
from detente.theory import find
from detente.theory.arrays import (
    NONE,
    Floats,
    Inputs,
    Shape,
    Structure,
    allocate,
    fields_of,
    shape_of,
    zeros,
)
from detente.theory.chance import (
    country_word,
    draw_jointly,
    draw_normals,
    draw_parameter,
    path_words,
    purpose_word,
)
from detente.theory.declare import SCALES

#: The range of a score that no field gives, as one taken from a type.
_ANY: Final = Quantity(-10.0, 10.0, "Goldstein scale, -10 to 10")
_OFFER: Final = Quantity(0.0, 10.0, "share of a year of its economy")
_DAYS_OF_A_YEAR: Final = 365.25
#: Samplers made lately, by the identity of their scenario, and how many are too many.
_lately: dict[int, Sampler] = {}
_MANY: Final = 32


def _rows(marked: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each row begins in the list of marked columns, and that list."""
    row, column = np.nonzero(marked)
    return np.searchsorted(row, np.arange(len(marked) + 1)).astype(np.int64), column.astype(
        np.int64
    )


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A number that each run draws, and where it stands in the column of parameters."""

    path: str
    distribution: Distribution
    low: float
    high: float
    rows: tuple[int, ...]


class _Normal(NamedTuple):
    """Normal parameters, as `draw_normals` asks for them, and the numbers of the others."""

    words: NDArray[np.uint64]
    given: Floats
    rows: NDArray[np.int64]
    others: tuple[int, ...]


class _Jointly(NamedTuple):
    """Coefficients that vary together, as `draw_jointly` asks for them."""

    row: NDArray[np.int64]
    centre: Floats
    factor: Floats
    scale: NDArray[np.int64]
    bounds: Floats


def _held(item: Uncertain) -> tuple[float, ...]:
    """Return mean and spread of a normal draw, the shares below and within its range, and that."""
    least, greatest = item.distribution.support()
    low, high = max(item.low, least), min(item.high, greatest)
    mean, spread = item.distribution.arguments[:2]
    below, above = (
        0.5 * math.erfc((mean - end) / (spread * math.sqrt(2.0))) for end in (low, high)
    )
    return mean, spread, below, above - below, low, high


def sampler_of(scenario: Scenario) -> Sampler:
    """Return the sampler of a scenario, the same again for one that was asked for lately."""
    sampler = _lately.get(id(scenario))
    if sampler is None or sampler.scenario is not scenario:
        if len(_lately) >= _MANY:
            _lately.clear()
        sampler = _lately[id(scenario)] = Sampler(scenario)
    return sampler


class Sampler:
    """Everything about a variant of a scenario that its runs share.

    Parameters
    ----------
    scenario : Scenario
        One course of events, as `Scenario.variant` gives it.

    Attributes
    ----------
    codes, issues, events, responses : tuple of str
        The order of the axes.
    theory : Theory
        That of the scenario.
    shape : Shape
        How many of each, with one lane.
    structure : Structure
        What is the same in every run.
    uncertain : tuple of Uncertain
        What each run draws.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.codes = tuple(sorted(scenario.countries))
        self.issues = tuple(sorted(scenario.issues))
        self.events = tuple(event.id for event in scenario.events)
        self.responses = tuple(scenario.repertoire)
        self._country = {code: i for i, code in enumerate(self.codes)}
        self._issue = {name: k for k, name in enumerate(self.issues)}
        self._event = {name: e for e, name in enumerate(self.events)}
        programs = [
            compile_condition(event.when, self._country, self._issue, self._event)
            for event in scenario.events
        ]
        self._tests = [test for program in programs for test in program]
        self.theory = find(scenario.theory)
        self.shape = Shape(
            len(self.codes), len(self.issues), len(self.events), len(self.responses),
            len(self._tests), len(self.theory.coefficients), 1,
        )  # fmt: skip
        self.structure = self._structure([len(program) for program in programs])
        self._place()
        self.structure = self.structure._replace(**self._dependence())
        self.uncertain = tuple(self._uncertain)

    def _structure(self, lengths: list[int]) -> Structure:
        s = self.scenario
        words = [purpose_word(event) for event in self.events]
        if len(set(words)) < len(words):
            raise ValueError("two event ids share a word of chance: rename one of them")
        ends = np.cumsum([0, *lengths])
        proposes = self._about([event.proposes for event in s.events])
        does = self._about([event.does for event in s.events])
        risks = self._about([event.otherwise for event in s.events])
        about_of, about = _rows(proposes + does + risks)
        fits = self._fits()
        replies_of, replies = _rows(fits.any(axis=1))
        opened = fits * (1 - self._by_text())
        return Structure(
            seed=np.uint64(s.seed),
            country_word=np.array([country_word(code) for code in self.codes], np.uint64),
            event_word=np.array(words, np.uint64),
            actor=self._who([event.actor for event in s.events]),
            recipient=self._who([event.recipient for event in s.events]),
            consent=self._who([event.consent for event in s.events]),
            concerned=self._marked(self._concerned),
            asked=self._marked(lambda event: event.asked(self.codes)),
            open=opened,
            party=(opened.sum(axis=2) > 1).astype(np.int64),
            replies_of=replies_of,
            replies=replies,
            silence=np.array([self._silence(event) for event in s.events], np.int64),
            answers=self._events([event.answers for event in s.events]),
            text=np.array([event.kind != "move" for event in s.events], np.int64),
            collective=self._collective(),
            due=np.array([self._due(event.id) for event in s.events], np.int64),
            repeats=np.array([event.repeats for event in s.events], np.int64),
            elapsed=np.array([self._elapsed(event.id) for event in s.events], np.int64),
            proposes=proposes,
            does=does,
            risks=risks,
            about_of=about_of,
            about=about,
            ends=np.array(
                [[other in event.ends for other in self.events] for event in s.events], np.int64
            ).reshape(len(self.events), len(self.events)),
            program=np.array(
                [(test.operation, test.a, test.b, test.above) for test in self._tests], np.int64
            ).reshape(len(self._tests), 4),
            program_of=np.stack([ends[:-1], ends[1:]], axis=1).astype(np.int64),
            deed=np.array([r.deed for r in s.repertoire.values()], np.int64),
            **self._past(),
            years=np.array([s.step_days / _DAYS_OF_A_YEAR]),
            depends_of=np.zeros(len(self.codes) + 1, np.int64),  # known once all is placed
            depends_on=np.zeros(0, np.int64),
            pole=np.array(
                [[code in members for code in self.codes] for members in s.poles.values()], np.int64
            ),
        )

    def _dependence(self) -> dict[str, Any]:
        """List for each country those on whom it depends in any run."""
        rows = np.arange(len(self.column))[self._slices["dependence"]]
        ever = self.column[rows] != 0.0
        ever |= np.isin(rows, [row for item in self._uncertain for row in item.rows])
        of, on = _rows(ever.reshape(self.shape.countries, -1))
        return {"depends_of": of, "depends_on": on}

    def _who(self, codes: list[str | None]) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array([NONE if c is None else self._country[c] for c in codes], np.int64)

    def _marked(self, named: Callable[[Event], Collection[str]]) -> NDArray[np.int64]:
        """Mark those whom each event names."""
        marked = [[code in named(event) for code in self.codes] for event in self.scenario.events]
        return np.array(marked, np.int64).reshape(len(self.events), len(self.codes))

    def _concerned(self, event: Event) -> set[str]:
        named = {event.actor, event.recipient, event.consent, *event.asked(self.codes)}
        return {code for code in named if code is not None}

    def _events(self, ids: list[str | None]) -> NDArray[np.int64]:
        return np.array([NONE if name is None else self._event[name] for name in ids], np.int64)

    def _fits(self) -> NDArray[np.int64]:
        """Mark which responses fit each event and what each country is in it."""
        s = self.scenario
        fits = np.zeros((len(self.events), len(self.codes), len(self.responses)), np.int64)
        for e, event in enumerate(s.events):
            for i, code in enumerate(self.codes):
                role = event.role(code, self.codes)
                for r, response in enumerate(s.repertoire.values()):
                    fits[e, i, r] = event.kind in response.kinds and role in response.open_to
        return fits

    def _by_text(self) -> NDArray[np.int64]:
        """Mark (E, 1, R) the responses to an event that are given by joining a text alone."""
        s = self.scenario
        answered = {event.answers for event in s.events if event.kind == "text"}
        by_text = [
            [event.id in answered and each.collective for each in s.repertoire.values()]
            for event in s.events
        ]
        return np.array(by_text, np.int64).reshape(len(self.events), 1, len(self.responses))

    def _silence(self, event: Event) -> int:
        """Return the answer to an event that takes no side: what not having spoken amounts to."""
        for r, response in enumerate(self.scenario.repertoire.values()):
            if event.kind in response.kinds and response.stance == 0:
                return r
        return NONE

    def _collective(self) -> NDArray[np.int64]:
        """Return for each text that answers an event the response which joining it is to that."""
        joint = [r for r, each in enumerate(self.scenario.repertoire.values()) if each.collective]
        texts = [event.kind == "text" and event.answers for event in self.scenario.events]
        return np.array([joint[0] if text and joint else NONE for text in texts], np.int64)

    def _past(self) -> dict[str, Any]:
        """Return the last conduct of each country on each issue, and years from then."""
        s = self.scenario
        past = np.full((len(self.codes), len(self.issues)), NONE)
        years = np.zeros(past.shape)
        for row in s.conduct:
            at = self._country[row.country], self._issue[row.issue]
            ago = (s.start - row.at).days / _DAYS_OF_A_YEAR
            if past[at] == NONE or ago < years[at]:
                years[at] = ago
                past[at] = self.responses.index(row.response)
        return {"past": past, "past_years": years}

    def _about(self, levels: list[dict[str, Number]]) -> np.ndarray[Any, np.dtype[np.int64]]:
        marked = [[issue in named for issue in self.issues] for named in levels]
        return np.array(marked, np.int64).reshape(len(levels), len(self.issues))

    def _due(self, event_id: str) -> int:
        event = self.scenario.events[self._event[event_id]]
        if event.at is None:
            return NONE
        if isinstance(event.at, int):
            return event.at
        return max(self.scenario.step_of(event.at), 0)

    def _elapsed(self, event_id: str) -> int:
        event = self.scenario.events[self._event[event_id]]
        if not event.history or event.at is None or isinstance(event.at, int):
            return 0
        return max(-self.scenario.step_of(event.at), 0)

    def _place(self) -> None:
        """Lay the fields out in one column, and note which rows are drawn."""
        self._slices: dict[str, slice] = {}
        self._sizes: dict[str, tuple[int, ...]] = {}
        at = 0
        for name, (axes, _) in fields_of(Inputs).items():
            self._sizes[name] = shape_of(axes, self.shape)[:-1]
            size = math.prod(self._sizes[name])
            self._slices[name] = slice(at, at + size)
            at += size
        self.column = np.zeros(at)
        self._uncertain: list[Uncertain] = []
        fixed = self.view(self.column[:, np.newaxis])
        fixed.red_line[:] = np.nan
        for i in range(self.shape.countries):
            fixed.baseline[i, i] = 1.0
        self._place_countries()
        self._place_pairs()
        self._place_events()
        self._place_rest()

    def _put(
        self, path: str, value: Number | None, quantity: Quantity, *places: tuple[str, Any]
    ) -> None:
        """Write a value, or note a draw, at places given as field and index."""
        if value is None:
            return
        rows = tuple(self._row(field, index) for field, index in places)
        if isinstance(value, Distribution):
            self._uncertain.append(Uncertain(path, value, quantity.low, quantity.high, rows))
        else:
            self.column[list(rows)] = value

    def _row(self, field: str, index: tuple[int, ...]) -> int:
        row = 0
        for place, size in zip(index, self._sizes[field], strict=True):
            row = row * size + place
        return int(self._slices[field].start) + row

    def _place_countries(self) -> None:
        for code, country in self.scenario.countries.items():
            i, at = self._country[code], f"countries.{code}"
            for name in ("capability", "resolve", "responsiveness", "susceptibility"):
                q = quantity_of(type(country), name)
                self._put(f"{at}.{name}", getattr(country, name), q, (name, (i,)))
            for issue, preference in country.preferences.items():
                index = (i, self._issue[issue])
                for name in ("position", "salience", "red_line"):
                    path = f"{at}.preferences.{issue}.{name}"
                    q = quantity_of(type(preference), name)
                    self._put(path, getattr(preference, name), q, (name, index))
        for issue, stake in self.scenario.issues.items():
            q = quantity_of(type(stake), "status_quo")
            k = self._issue[issue]
            self._put(f"issues.{issue}.status_quo", stake.status_quo, q, ("status_quo", (k,)))

    def _place_pairs(self) -> None:
        directed = {(a.of, a.to) for a in self.scenario.attitudes}
        for a in self.scenario.attitudes:
            i, j = self._country[a.of], self._country[a.to]
            pairs = [(i, j)]
            if a.mutual and (a.to, a.of) not in directed:
                pairs.append((j, i))
            places = [(field, pair) for pair in pairs for field in ("baseline", "heeded")]
            pair = sorted((a.of, a.to)) if a.mutual else (a.of, a.to)
            path = f"attitudes.{pair[0]}.{pair[1]}.level"
            self._put(path, a.level, quantity_of(type(a), "level"), *places)
        for d in self.scenario.dependence:
            index = (self._country[d.of], self._country[d.on])
            path = f"dependence.{d.of}.{d.on}.level"
            self._put(path, d.level, quantity_of(type(d), "level"), ("dependence", index))

    def _place_events(self) -> None:
        for e, event in enumerate(self.scenario.events):
            at = f"events.{event.id}"
            for name in ("probability", "force"):
                q = quantity_of(type(event), name)
                self._put(f"{at}.{name}", getattr(event, name), q, (name, (e,)))
            self._put(f"{at}.score", event.conflict_score(), _ANY, ("score", (e,)))
            for code, offer in event.offers.items():
                index = (e, self._country[code])
                self._put(f"{at}.offers.{code}", offer, _OFFER, ("offer", index))
            for name, field in (
                ("proposes", "proposed"), ("does", "done"), ("otherwise", "otherwise"),
            ):  # fmt: skip
                q = quantity_of(type(event), name)
                for issue, level in getattr(event, name).items():
                    index = (e, self._issue[issue])
                    self._put(f"{at}.{name}.{issue}", level, q, (field, index))
        for c, test in enumerate(self._tests):
            if test.threshold is not None and test.quantity is not None:
                owner = self._owner(c)
                path = f"events.{owner}.when.{c - self.structure.program_of[self._event[owner]][0]}"
                self._put(path, test.threshold, test.quantity, ("threshold", (c,)))

    def _owner(self, instruction: int) -> str:
        for e, (first, last) in enumerate(self.structure.program_of):
            if first <= instruction < last:
                return self.events[e]
        raise IndexError(instruction)

    def _place_rest(self) -> None:
        for r, (name, response) in enumerate(self.scenario.repertoire.items()):
            at = f"repertoire.{name}"
            score = response.score
            if score is None:
                score = PLOVER.get(response.type, 0.0) if response.type else 0.0
            model = type(response)
            self._put(
                f"{at}.stance", response.stance, quantity_of(model, "stance"),
                ("response_stance", (r,)),
            )  # fmt: skip
            self._put(
                f"{at}.cost", response.cost, quantity_of(model, "cost"), ("response_cost", (r,))
            )
            self._put(f"{at}.score", score, _ANY, ("response_score", (r,)))
        dynamics = self.scenario.dynamics
        for name in type(dynamics).model_fields:
            q = quantity_of(type(dynamics), name)
            row = self.theory.coefficients.row(name)
            value = getattr(dynamics, name)
            if name in self._open_coefficients:
                value = Distribution("normal", (0.0, 1.0))
                q = Quantity(-math.inf, math.inf, q.unit)
            self._put(f"dynamics.{name}", value, q, ("coefficient", (row,)))

    @cached_property
    def _open_coefficients(self) -> tuple[str, ...]:
        """The coefficients that each run draws from what the fit leaves open of them.

        One that the scenario gives another number, or a distribution, is held to that.
        """
        joint, dynamics = self.theory.coefficients.joint, self.scenario.dynamics
        if joint is None or self.scenario.coefficients == "fixed":
            return ()
        known = self.theory.coefficients
        return tuple(n for n in joint.names if getattr(dynamics, n) == known[n].default)

    @cached_property
    def _joint(self) -> _Jointly:
        """How the draws of coefficients vary together, as `draw_jointly` asks for it."""
        names, known = self._open_coefficients, self.theory.coefficients
        paths = [item.path for item in self.uncertain]
        joint = known.joint.among(names) if known.joint is not None else None
        size = len(names)
        return _Jointly(
            np.array([paths.index(f"dynamics.{name}") for name in names], np.int64),
            np.zeros(0) if joint is None else joint.centre,
            np.zeros((0, 0)) if joint is None or not size else np.linalg.cholesky(joint.covariance),
            np.array([SCALES.index(known[name].prior.scale) for name in names], np.int64),
            np.array([(known[name].low, known[name].high) for name in names]).reshape(size, 2),
        )

    def sizes(self, letters: str) -> tuple[int, ...]:
        """Return the lengths of axes by their letters."""
        return shape_of(letters, self.shape)

    def world(self, columns: Floats) -> Any:
        """Return the arrays of as many runs side by side as there are columns (P, L) of inputs."""
        shape = self.shape._replace(lanes=columns.shape[1])
        given = {
            "structure": self.structure,
            "inputs": self.view(columns),
            "now": np.zeros(4, np.int64),
        }
        groups = self.theory.groups
        own = {name: allocate(groups[name], shape) for name in groups if name not in given}
        return self.theory.world(**given, **own)

    def view(self, columns: Floats) -> Inputs:
        """Return the fields of a block of columns (P, L), without copying."""
        shape = self.shape._replace(lanes=columns.shape[1])
        return Inputs(
            **{
                name: columns[where].reshape(shape_of(axes, shape))
                for (name, (axes, _)), where in zip(
                    fields_of(Inputs).items(), self._slices.values(), strict=True
                )
            }
        )

    def draw(self, first: int, count: int) -> Floats:
        """Return the columns of parameters (P, count) of runs from `first` on."""
        columns = self.columns(count)
        self.place(self.draws(first, count), columns)
        return columns

    def columns(self, count: int) -> Floats:
        """Return columns of parameters (P, count) of which only what is fixed stands."""
        columns = zeros(len(self.column), count)
        columns[:] = self.column[:, np.newaxis]
        return columns

    def place(self, drawn: Floats, columns: Floats) -> None:
        """Write what as many runs drew, as `draws` gives it, where it belongs in `columns`."""
        rows, sources = self._places
        columns[rows] = drawn[sources]

    @cached_property
    def _places(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the column that are drawn, and of which draw each is."""
        rows = [row for item in self.uncertain for row in item.rows]
        sources = [number for number, item in enumerate(self.uncertain) for _ in item.rows]
        return np.array(rows, np.int64), np.array(sources, np.int64)

    def draws(self, first: int, count: int) -> Floats:
        """Return what runs from `first` on draw, one row for each of `uncertain`."""
        drawn = np.empty((len(self.uncertain), count))
        normal = self._normal
        draw_normals(
            self.structure.seed, first, normal.words, normal.given, normal.rows, drawn,
            np.empty(count),
        )  # fmt: skip
        for number in normal.others:
            item, row = self.uncertain[number], drawn[number]
            high, low = path_words(item.path)
            draw_parameter(self.structure.seed, first, np.uint64(high), np.uint64(low), row)
            row[:] = sample(item.distribution, row, item.low, item.high)
        if self._open_coefficients:
            draw_jointly(drawn, *self._joint)
        return drawn

    @cached_property
    def _normal(self) -> _Normal:
        """The normal ones among `uncertain`, most of them as a rule, for a compiled loop."""
        kinds = ("normal", "truncated_normal")
        kept = [n for n, item in enumerate(self.uncertain) if item.distribution.kind in kinds]
        items = [self.uncertain[number] for number in kept]
        words = [path_words(item.path) for item in items]
        return _Normal(
            np.array(words, np.uint64).reshape(-1, 2),
            np.array([_held(item) for item in items]).reshape(-1, 6),
            np.array(kept, np.int64),
            tuple(sorted(set(range(len(self.uncertain))) - set(kept))),
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the countries for people, in the order of `codes`."""
        return tuple(self.scenario.countries[code].name for code in self.codes)
