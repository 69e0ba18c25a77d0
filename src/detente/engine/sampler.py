"""From a scenario to the arrays of its runs: what is fixed, and what each run draws.

All inputs of a run stand in one column of numbers, of which `Inputs` is a view. A number that the
scenario gives as a distribution is drawn by its path, so the same input has the same draw in every
variant of a run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from detente.scenario import Condition, Distribution, Number, Quantity, Scenario, sample
from detente.scenario import conditions as forms
from detente.scenario.codes import PLOVER
from detente.scenario.elements import Event
from detente.scenario.messages import UsageError
from detente.scenario.quantity import draws_of, quantity_of
from detente.theory import agenda, chance, distributions, find
from detente.theory.arrays import (
    NONE,
    Floats,
    Inputs,
    Integers,
    Shape,
    Structure,
    allocate,
    fields_of,
    shape_of,
    zeros,
)
from detente.theory.declare import SCALES

#: The range of a score that no field gives, as one taken from a type.
_ANY: Final = Quantity(-10.0, 10.0, "Goldstein scale, -10 to 10")
_OFFER: Final = Quantity(0.0, 10.0, "share of a year of its economy")
_UNBOUNDED: Final = Quantity(-math.inf, math.inf, "standard deviations")
#: Where the inputs have the levels of an event.
_LEVELS: Final = {"proposes": "proposed", "does": "done", "otherwise": "otherwise"}
_DAYS_OF_A_YEAR: Final = 365.25
#: Samplers made lately, by the identity of their scenario, and how many are too many.
_lately: dict[int, Sampler] = {}
_MANY: Final = 32


class Instruction(NamedTuple):
    """An instruction in postfix: an operation, its arguments and what it compares with."""

    operation: int
    a: int = 0
    b: int = 0
    above: int = 0
    threshold: Number | None = None
    quantity: Quantity | None = None


def compile_condition(
    condition: Condition | None,
    country: Mapping[str, int],
    issue: Mapping[str, int],
    event: Mapping[str, int],
) -> list[Instruction]:
    """Return the program of a condition, empty for none; indices by name say what it is about."""

    def compiled(part: Condition) -> list[Instruction]:
        match part:
            case forms.AllOf(all=parts) | forms.AnyOf(any=parts):
                joint = agenda.ALL if isinstance(part, forms.AllOf) else agenda.ANY
                first, *others = map(compiled, parts)
                return first + [each for one in others for each in (*one, Instruction(joint))]
            case forms.Not(not_=inner):
                return [*compiled(inner), Instruction(agenda.NOT)]
            case forms.AfterTest(after=name, steps=steps):
                return [Instruction(agenda.AFTER, event[name], steps)]
            case forms.IssueTest(issue=name):
                test = Instruction(agenda.ISSUE, issue[name])
            case forms.StanceTest(stance=name, of=code):
                test = Instruction(agenda.STANCE, event[name], country[code])
            case forms.OppositionTest(opposition=name):
                test = Instruction(agenda.OPPOSITION, event[name])
            case forms.AttitudeTest(attitude=code, to=other):
                test = Instruction(agenda.ATTITUDE, country[code], country[other])
        above, quantity = part.above is not None, quantity_of(type(part), "above")
        threshold = part.above if above else part.below
        return [test._replace(above=int(above), threshold=threshold, quantity=quantity)]

    return [] if condition is None else compiled(condition)


def due(scenario: Scenario, event: Any) -> int:
    """Return the step at which an event is due, `NONE` if it has no date."""
    if event.at is None:
        return NONE
    return event.at if isinstance(event.at, int) else max(scenario.step_of(event.at), 0)


def _listed(marked: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each row begins in the list of marked columns, and that list."""
    row, column = np.nonzero(marked)
    begins = np.searchsorted(row, np.arange(len(marked) + 1))
    return begins.astype(np.int64), column.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A number that each run draws, and where it stands in the column of parameters."""

    path: str
    distribution: Distribution
    low: float
    high: float
    rows: tuple[int, ...]


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
        self._programs = {
            event.id: compile_condition(event.when, self._country, self._issue, self._event)
            for event in scenario.events
        }
        self.theory = find(scenario.theory)
        self.shape = Shape(
            len(self.codes), len(self.issues), len(self.events), len(self.responses),
            sum(map(len, self._programs.values())), len(self.theory.coefficients), 1,
        )  # fmt: skip
        sizes = {
            name: shape_of(axes, self.shape)[:-1] for name, (axes, _) in fields_of(Inputs).items()
        }
        ends = np.cumsum([0, *map(math.prod, sizes.values())])
        self._slices = dict(zip(sizes, map(slice, ends[:-1], ends[1:]), strict=True))
        self._rows = {
            name: np.arange(where.start, where.stop).reshape(sizes[name])
            for name, where in self._slices.items()
        }
        self.column = np.zeros(ends[-1])
        self._uncertain: list[Uncertain] = []
        #: By path, the rows of the column that hold a number, fixed or drawn, and its range.
        self.places: dict[str, tuple[tuple[int, ...], Quantity]] = {}
        self._place()
        self.uncertain = tuple(self._uncertain)
        self.structure = self._structure()

    def _structure(self) -> Structure:
        s = self.scenario
        words = [chance.purpose_word(event) for event in self.events]
        if len(set(words)) < len(words):
            raise ValueError("two event ids share a word of chance: rename one of them")
        tests = [test for program in self._programs.values() for test in program]
        ends = np.cumsum([0, *map(len, self._programs.values())])
        proposes = self._marked([event.proposes for event in s.events], self.issues)
        does = self._marked([event.does for event in s.events], self.issues)
        risks = self._marked([event.otherwise for event in s.events], self.issues)
        about_of, about = _listed(proposes + does + risks)
        asked = [event.asked(self.codes) for event in s.events]
        fits = self._fits()
        replies_of, replies = _listed(fits.any(axis=1))
        opened = fits * (1 - self._by_text())
        rows = self._rows["dependence"]
        depends = self.column[rows] != 0.0  # in any run
        depends |= np.isin(rows, [row for item in self.uncertain for row in item.rows])
        depends_of, depends_on = _listed(depends)
        return Structure(
            seed=np.uint64(s.seed),
            country_word=np.array([chance.country_word(code) for code in self.codes], np.uint64),
            event_word=np.array(words, np.uint64),
            actor=self._who([event.actor for event in s.events]),
            recipient=self._who([event.recipient for event in s.events]),
            consent=self._who([event.consent for event in s.events]),
            concerned=self._marked(
                [
                    {event.actor, event.recipient, event.consent, *named}
                    for event, named in zip(s.events, asked, strict=True)
                ],
                self.codes,
            ),
            asked=self._marked(asked, self.codes),
            open=opened,
            party=(opened.sum(axis=2) > 1).astype(np.int64),
            replies_of=replies_of,
            replies=replies,
            company=self._company(),
            silence=np.array([self._silence(event) for event in s.events], np.int64),
            answers=np.array([self._event.get(e.answers or "", NONE) for e in s.events], np.int64),
            text=np.array([event.kind != "move" for event in s.events], np.int64),
            collective=self._collective(),
            due=np.array([due(s, event) for event in s.events], np.int64),
            repeats=np.array([event.repeats for event in s.events], np.int64),
            elapsed=np.array(
                [
                    max(-s.step_of(event.at), 0)
                    if event.history and isinstance(event.at, date)
                    else 0
                    for event in s.events
                ],
                np.int64,
            ),
            proposes=proposes,
            does=does,
            risks=risks,
            about_of=about_of,
            about=about,
            ends=self._marked([event.ends for event in s.events], self.events),
            program=np.array([test[:4] for test in tests], np.int64).reshape(len(tests), 4),
            program_of=np.stack([ends[:-1], ends[1:]], axis=1).astype(np.int64),
            deed=np.array([r.deed for r in s.repertoire.values()], np.int64),
            **self._past(),
            years=np.array([s.step_days / _DAYS_OF_A_YEAR]),
            depends_of=depends_of,
            depends_on=depends_on,
            pole=self._marked(list(s.poles.values()), self.codes),
        )

    def _who(self, codes: list[str | None]) -> Integers:
        return np.array([NONE if c is None else self._country[c] for c in codes], np.int64)

    def _marked(self, groups: list[Any], names: tuple[str, ...]) -> Integers:
        """Return 1 where a group, a row, has a name, a column."""
        marked = [[name in group for name in names] for group in groups]
        return np.array(marked, np.int64).reshape(len(groups), len(names))

    def _fits(self) -> Integers:
        """Mark which responses fit each event and what each country is in it."""
        s = self.scenario
        fits = np.zeros((len(self.events), len(self.codes), len(self.responses)), np.int64)
        for e, event in enumerate(s.events):
            for i, code in enumerate(self.codes):
                role = event.role(code, self.codes)
                for r, response in enumerate(s.repertoire.values()):
                    fits[e, i, r] = response.answers(event.kind, role)
        return fits

    def _by_text(self) -> Integers:
        """Mark (E, 1, R) the responses to an event that are given by joining a text alone."""
        s = self.scenario
        answered = {event.answers for event in s.events if event.kind == "text"}
        by_text = [
            [event.id in answered and each.collective for each in s.repertoire.values()]
            for event in s.events
        ]
        return np.array(by_text, np.int64).reshape(len(self.events), 1, len(self.responses))

    def _company(self) -> Integers:
        """Return the first dated text that answers an event and that a bystander is asked to join.

        One that is conditional, or comes by chance, nobody can wait for.
        """
        found = np.full((len(self.events), len(self.codes)), NONE)
        texts = [e for e in self.scenario.events if e.kind == "text" and e.at is not None]
        for text in sorted(texts, key=lambda text: due(self.scenario, text), reverse=True):
            answered = next((e for e in self.scenario.events if e.id == text.answers), None)
            for i, code in enumerate(self.codes if answered is not None else ()):
                asked = code in text.asked(self.codes)
                if (
                    asked
                    and answered is not None
                    and answered.role(code, self.codes) == "bystander"
                ):
                    found[self._event[answered.id], i] = self._event[text.id]
        return found

    def _silence(self, event: Event) -> int:
        """Return the answer to an event that takes no side: what not having spoken amounts to."""
        for r, response in enumerate(self.scenario.repertoire.values()):
            if event.kind in response.kinds and response.stance == 0:
                return r
        return NONE

    def _collective(self) -> Integers:
        """Return for each text that answers an event the response which joining it is to that."""
        joint = [r for r, each in enumerate(self.scenario.repertoire.values()) if each.collective]
        texts = [event.kind == "text" and event.answers for event in self.scenario.events]
        return np.array([joint[0] if text and joint else NONE for text in texts], np.int64)

    def _past(self) -> dict[str, Any]:
        """Return the last conduct of each country on each issue, and years from then."""
        s = self.scenario
        past = np.full((len(self.codes), len(self.issues)), NONE)
        years = np.zeros(past.shape)
        for row in sorted(s.conduct, key=lambda row: row.at):
            at = self._country[row.country], self._issue[row.issue]
            years[at] = (s.start - row.at).days / _DAYS_OF_A_YEAR
            past[at] = self.responses.index(row.response)
        return {"past": past, "past_years": years}

    def _place(self) -> None:
        """Write what is fixed into the column, and note which rows are drawn."""
        s = self.scenario
        fixed = self.view(self.column[:, np.newaxis])
        fixed.red_line[:] = np.nan
        for i in range(self.shape.countries):
            fixed.baseline[i, i] = 1.0
        for code, country in s.countries.items():
            i, at = self._country[code], f"countries.{code}"
            own = ("capability", "resolve", "responsiveness", "susceptibility")
            self._put_fields(country, at, own, (i,))
            if country.follows is not None:
                fixed.heeded[i, self._country[country.follows]] = 1.0
            for issue, preference in country.preferences.items():
                path, index = f"{at}.preferences.{issue}", (i, self._issue[issue])
                self._put_fields(preference, path, ("position", "salience", "red_line"), index)
        for issue, stake in s.issues.items():
            self._put_fields(stake, f"issues.{issue}", ("status_quo",), (self._issue[issue],))
        self._place_pairs()
        self._place_events()
        for r, (name, response) in enumerate(s.repertoire.items()):
            at = f"repertoire.{name}"
            self._put_fields(response, at, ("stance", "cost"), (r,), "response_")
            score = response.score
            if score is None:
                score = PLOVER.get(response.type, 0.0) if response.type else 0.0
            self._put(f"{at}.score", score, _ANY, ("response_score", (r,)))
        for name in type(s.dynamics).model_fields:
            row = self.theory.coefficients.row(name)
            quantity = quantity_of(type(s.dynamics), name)
            value = getattr(s.dynamics, name)
            if name in self._jointly:  # drawn whether or not it is held, for the others' sake
                held = name not in self._drawn_jointly
                place = () if held else (("coefficient", (row,)),)
                standard = Distribution("normal", (0.0, 1.0))
                self._put(f"dynamics.{name}", standard, _UNBOUNDED, *place)
                if not held:
                    continue
            self._put(f"dynamics.{name}", value, quantity, ("coefficient", (row,)))

    @cached_property
    def _jointly(self) -> tuple[str, ...]:
        """The coefficients of which the fit leaves something open, if runs draw from that."""
        joint = self.theory.coefficients.joint
        return () if joint is None or self.scenario.coefficients == "fixed" else joint.names

    @cached_property
    def _drawn_jointly(self) -> tuple[str, ...]:
        """Those of them that each run draws.

        One that the scenario gives another number, or a distribution, is held to that.
        """
        defaults = {each.name: each.default for each in self.theory.coefficients}
        dynamics = self.scenario.dynamics
        return tuple(n for n in self._jointly if getattr(dynamics, n) == defaults[n])

    @cached_property
    def joint(self) -> tuple[Any, ...] | None:
        """How drawn coefficients vary together, as `draw_jointly` asks for it, if any do."""
        if not self._jointly:
            return None
        known = {each.name: each for each in self.theory.coefficients}
        paths = [item.path for item in self.uncertain]
        joint = self.theory.coefficients.joint
        assert joint is not None  # else none is drawn jointly
        scales = [prior.scale for name in joint.names if (prior := known[name].prior) is not None]
        return (
            np.array([paths.index(f"dynamics.{name}") for name in joint.names], np.int64),
            joint.centre,
            # rounded, so that the last bits of a library's decomposition do not reach the draws
            np.linalg.cholesky(joint.covariance).round(6),
            np.array([[*SCALES].index(scale) for scale in scales], np.int64),
            np.array([(known[name].low, known[name].high) for name in joint.names]),
        )

    def _place_pairs(self) -> None:
        directed = {(a.of, a.to) for a in self.scenario.attitudes}
        follow = {self._country[c] for c, each in self.scenario.countries.items() if each.follows}
        for a in self.scenario.attitudes:
            i, j = self._country[a.of], self._country[a.to]
            pairs = [(i, j)]
            if a.mutual and (a.to, a.of) not in directed:
                pairs.append((j, i))
            places = [("baseline", each) for each in pairs]
            places += [("heeded", each) for each in pairs if each[0] not in follow]
            pair = sorted((a.of, a.to)) if a.mutual else (a.of, a.to)
            path = f"attitudes.{pair[0]}.{pair[1]}.level"
            self._put(path, a.level, quantity_of(type(a), "level"), *places)
        for d in self.scenario.dependence:
            index = (self._country[d.of], self._country[d.on])
            path = f"dependence.{d.of}.{d.on}.level"
            self._put(path, d.level, quantity_of(type(d), "level"), ("dependence", index))

    def _place_events(self) -> None:
        c = 0
        for e, event in enumerate(self.scenario.events):
            at = f"events.{event.id}"
            self._put_fields(event, at, ("probability", "force"), (e,))
            self._put(f"{at}.score", event.conflict_score(), _ANY, ("score", (e,)))
            for code, offer in event.offers.items():
                index = (e, self._country[code])
                self._put(f"{at}.offers.{code}", offer, _OFFER, ("offer", index))
            for name, field in _LEVELS.items():
                quantity = quantity_of(type(event), name)
                for issue, level in getattr(event, name).items():
                    index = (e, self._issue[issue])
                    self._put(f"{at}.{name}.{issue}", level, quantity, (field, index))
            for number, test in enumerate(self._programs[event.id]):
                if test.quantity is not None:
                    path, place = f"{at}.when.{number}", ("threshold", (c + number,))
                    self._put(path, test.threshold, test.quantity, place)
            c += len(self._programs[event.id])

    def _put_fields(
        self,
        part: BaseModel,
        path: str,
        names: tuple[str, ...],
        index: tuple[int, ...],
        prefix: str = "",
    ) -> None:
        """Put fields of a part of the scenario where the inputs have them by the same names."""
        for name in names:
            quantity = quantity_of(type(part), name)
            self._put(f"{path}.{name}", getattr(part, name), quantity, (prefix + name, index))

    def _put(
        self, path: str, value: Number | None, quantity: Quantity, *places: tuple[str, Any]
    ) -> None:
        """Write a value, or note a draw, at places given as field and index."""
        rows = tuple(int(self._rows[field][index]) for field, index in places)
        if rows and value is not None:
            self.places[path] = rows, quantity
        if isinstance(value, Distribution):
            self._uncertain.append(Uncertain(path, value, quantity.low, quantity.high, rows))
        elif value is not None:
            self.column[list(rows)] = value

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
                name: columns[self._slices[name]].reshape(shape_of(axes, shape))
                for name, (axes, _) in fields_of(Inputs).items()
            }
        )

    def draw(self, first: int, count: int) -> Floats:
        """Return the columns of parameters (P, count) of runs from `first` on."""
        columns = self.columns(count)
        self.place(self.draws(first, count), columns)
        return columns

    def with_less_spread(self, count: int) -> dict[str, Floats]:
        """Return the columns of the first runs as drawn, and with ever less drawn.

        ``all`` is as drawn, ``coefficients`` has the coefficients that vary jointly at their
        estimates, ``figures`` everything at its median too.
        """
        drawn = self.draws(0, count)
        found = {"all": drawn, "coefficients": drawn.copy(), "figures": drawn.copy()}
        estimates = {f"dynamics.{each.name}": each.default for each in self.theory.coefficients}
        jointly = {*()} if self.joint is None else {*self.joint[0].tolist()}
        for number, item in enumerate(self.uncertain):
            if number in jointly:
                found["coefficients"][number] = found["figures"][number] = estimates[item.path]
            else:
                middle = sample(item.distribution, np.array([0.5]), item.low, item.high)
                found["figures"][number] = middle[0]
        columns = {}
        for name, draws in found.items():
            columns[name] = self.columns(count)
            self.place(draws, columns[name])
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
        distributions.draw(self.structure.seed, first, self.laws, drawn, np.empty(count))
        if self.joint is not None:
            chance.draw_jointly(drawn, *self.joint)
        if not np.isfinite(drawn).all():
            number, run = np.argwhere(~np.isfinite(drawn))[0]
            raise UsageError(
                f"{self.uncertain[number].path}: the draw of run {first + run} is no finite "
                f"number: give another distribution than {self.uncertain[number].distribution}"
            )
        return drawn

    def realise(self, uniforms: Floats) -> Floats:
        """Return what runs draw from uniform numbers, one row for each of `uncertain`."""
        drawn = np.empty(uniforms.shape)
        for item, given, row in zip(self.uncertain, uniforms, drawn, strict=True):
            row[:] = sample(item.distribution, given, item.low, item.high)
        if self.joint is not None:
            chance.draw_jointly(drawn, *self.joint)
        return drawn

    @property
    def jointly(self) -> tuple[str, ...]:
        """The paths of the coefficients whose draws vary together."""
        return tuple(f"dynamics.{name}" for name in self._jointly)

    @cached_property
    def laws(self) -> distributions.Draws:
        """`uncertain` as the rules of chance take it."""
        items = [(item.distribution, item.low, item.high) for item in self.uncertain]
        words = [chance.path_words(item.path) for item in self.uncertain]
        return draws_of(items)._replace(words=np.array(words, np.uint64).reshape(-1, 2))
