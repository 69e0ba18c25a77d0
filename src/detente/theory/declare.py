"""What a theory declares. Whatever runs, records, scores, explains or draws one follows from it.

A theory is a folder beside this file whose package holds a `Theory` under the name ``THEORY``.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

Scale = Literal["log", "log excess", "logit"]
#: From a coefficient to a number without bounds, and back. `detente.theory.chance.draw_jointly`
#: counts them in this order.
SCALES: Final[dict[Scale, tuple[Callable[[float], float], Callable[[float], float]]]] = {
    "log": (math.log, math.exp),
    "log excess": (lambda x: math.log(x - 1.0), lambda free: 1.0 + math.exp(free)),
    "logit": (lambda x: math.log(x / (1.0 - x)), lambda free: 1.0 / (1.0 + math.exp(-free))),
}


@dataclass(frozen=True, slots=True)
class Prior:
    """What is held of a coefficient before the record: normal on a scale without bounds.

    Parameters
    ----------
    scale : {"log", "log excess", "logit"}
        How a value becomes a number without bounds: log x, log(x - 1), log(x / (1 - x)).
    median : float
        Of the coefficient itself.
    spread : float
        Standard deviation on the scale.
    why : str
        The argument or the source.
    """

    scale: Scale
    median: float
    spread: float
    why: str

    @property
    def centre(self) -> float:
        """The median on the scale."""
        return self.free(self.median)

    def at(self, deviations: float) -> float:
        """Return the coefficient so many standard deviations above the median."""
        return self.bound(self.centre + deviations * self.spread)

    def free(self, value: float) -> float:
        """Return a coefficient on the scale without bounds."""
        return SCALES[self.scale][0](value)

    def bound(self, free: float) -> float:
        """Return the coefficient that stands at a number on the scale."""
        return SCALES[self.scale][1](free)


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A number that scales a rule: few, and shared by all countries.

    Parameters
    ----------
    name : str
        As ``dynamics`` in a scenario has it.
    default : float
        Where a scenario gives none.
    unit : str
        What it is measured in.
    low, high : float
        Its range.
    meaning : str
        A sentence or two, with the source of the rule.
    prior : Prior, optional
        For the coefficients that a fit estimates.
    """

    name: str
    default: float
    unit: str
    low: float
    high: float
    meaning: str
    prior: Prior | None = None


@dataclass(frozen=True, slots=True)
class Joint:
    """What a fit leaves open of coefficients: normal on their scales without bounds.

    Parameters
    ----------
    names : tuple of str
        The coefficients that were estimated.
    centre : ndarray, shape (D,)
        The estimates on their scales; see `Prior`.
    covariance : ndarray, shape (D, D)
        On the same scales.
    episodes : tuple of str
        The scenarios whose record they were estimated from.
    """

    names: tuple[str, ...]
    centre: NDArray[np.float64]
    covariance: NDArray[np.float64]
    episodes: tuple[str, ...] = ()

    @classmethod
    def read(cls, file: Path) -> Joint:
        """Read what `detente fit --save` wrote."""
        data = json.loads(file.read_text(encoding="utf-8"))
        centre, covariance = np.array(data["centre"]), np.array(data["covariance"])
        return cls(tuple(data["names"]), centre, covariance, tuple(data["episodes"]))

    def to_json(self) -> str:
        """Return the text of a file that `read` takes, numbers to six places."""
        plain = {
            "names": list(self.names),
            "episodes": list(self.episodes),
            "centre": self.centre.round(6).tolist(),
            "covariance": self.covariance.round(6).tolist(),
        }
        return json.dumps(plain, indent=1) + "\n"

    def estimate(self, name: str, prior: Prior) -> float:
        """Return the estimate of a coefficient, to three places."""
        return round(prior.bound(float(self.centre[self.names.index(name)])), 3)


class Coefficients:
    """The coefficients of a theory, in the order of the rows in which its rules find them.

    ``joint`` is what a fit leaves open of those that have a prior, where there was one.
    """

    def __init__(self, joint: Joint | None = None) -> None:
        self._rows: list[Coefficient] = []
        self.joint = joint

    def add(self, name: str, default: float, *about: Any) -> int:
        """Declare a coefficient and return its row, for rules to name; see `Coefficient`.

        One that a fit estimated has that in place of its default.
        """
        row = Coefficient(name, default, *about)
        if self.joint is not None and row.prior is not None and name in self.joint.names:
            row = replace(row, default=self.joint.estimate(name, row.prior))
        self._rows.append(row)
        return len(self._rows) - 1

    def __iter__(self) -> Iterator[Coefficient]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, name: str) -> int:
        """Return the row of a coefficient."""
        return [each.name for each in self._rows].index(name)


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A part of a theory that can be switched off, to see what it is worth.

    Parameters
    ----------
    name : str
        For people.
    off : mapping of str to float
        The coefficients that switch it off.
    """

    name: str
    off: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of a step.

    Parameters
    ----------
    function : callable
        A compiled rule that takes the arrays of a theory and returns nothing. One that is done by
        country does those from ``world.now.first`` to ``world.now.last - 1``.
    by : {"region", "country"}
        Whether Mesa calls it once, or once for each country.
    meaning : str
        A sentence or two, with the head of the phase in bold.
    """

    function: Callable[[Any], None]
    meaning: str
    by: Literal["region", "country"] = "region"

    @property
    def name(self) -> str:
        """The name of the function; that of the agents' method where it is done by country."""
        return self.function.__name__


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the utility of a response: a column of what `explain` returns.

    Parameters
    ----------
    name : str
        Of the column.
    meaning : str
        One sentence.
    title : str
        Above its column in a table; by default the name.
    """

    name: str
    meaning: str
    title: str = ""


#: What one letter of an outcome's axes stands for in arrays, by the name of the dimension.
AXES: Final = {
    "country": "N",
    "other": "N",
    "pole": "P",
    "event": "E",
    "issue": "K",
    "response": "R",
}


@dataclass(frozen=True)
class Bins:
    """Equal bins in which the values of an outcome are counted at each step.

    Parameters
    ----------
    low, high : float
        The range.
    number : int
        How many bins.
    dimension : str
        The name of their axis in the results.
    """

    low: float
    high: float
    number: int
    dimension: str

    @property
    def centres(self) -> NDArray[np.float64]:
        """The middle of each bin."""
        return np.linspace(self.low, self.high, 2 * self.number + 1)[1::2]


@dataclass(frozen=True)
class Outcome:
    """A quantity that is measured in a run and kept.

    Parameters
    ----------
    name : str
        Of the variable in the results; of the column in ``outcomes.parquet``, followed by a pole
        or an event where there is one for each.
    axes : tuple of str
        What it is measured for each of, from `AXES`; nothing for the whole region.
    measure : callable
        A compiled rule ``(world, out)`` that writes the values into ``out``: its axes, then runs
        side by side.
    title : str
        For labels.
    unit : str
        Unit or range.
    meaning : str
        One sentence.
    missing : float
        What stands where there is no value; the meaning says when that is.
    keep : {"runs", "moments", "bins"}
        Whether the value of each run is kept, the mean and standard deviation over runs, or only
        how values are distributed at each step.
    over : {"end", "steps"}
        Whether a run's value is that at its end, or the mean over its steps.
    kind : str
        How a run's value is stored, as a NumPy type.
    bins : Bins, optional
        For outcomes whose distribution is kept at each step.
    by_step : bool
        Whether the mean over runs is kept at each step.
    path : bool
        Whether ``keep="paths"`` keeps its value at each step of each run.
    column : bool
        Whether it is a column of ``outcomes.parquet``; possible with a country or of the region.
    codes : {"", "country", "response"}
        What the values are places of, if they are no measure.
    short : str
        The title without its axes, where a distribution over runs is named after it.
    at_step : str
        One sentence on the mean over runs at a step, where `meaning` is of whole runs.
    stem : str
        What begins the names of its columns; by default its name.
    """

    name: str
    axes: tuple[str, ...]
    measure: Callable[[Any, Any], None]
    title: str
    unit: str
    meaning: str
    missing: float = math.nan
    keep: Literal["runs", "moments", "bins"] = "runs"
    over: Literal["end", "steps"] = "end"
    kind: str = "f8"
    bins: Bins | None = None
    by_step: bool = False
    path: bool = False
    column: bool = True
    codes: Literal["", "country", "response"] = ""
    short: str = ""
    at_step: str = ""
    stem: str = ""

    @property
    def letters(self) -> str:
        """Its axes by their letters, as in ``"NP"``."""
        return "".join(AXES[axis] for axis in self.axes)

    @property
    def at_each_step(self) -> bool:
        """Whether it is measured at every step, not only at the end."""
        return self.bins is not None or self.by_step or self.path or self.over == "steps"


class Outcomes:
    """The outcomes of a theory, declared where they are measured."""

    def __init__(self, *shared: Outcome) -> None:
        self._all = {outcome.name: outcome for outcome in shared}

    def add[F: Callable[..., None]](
        self, name: str, axes: tuple[str, ...] = (), **about: Any
    ) -> Callable[[F], F]:
        """Declare the outcome that a compiled rule measures; its docstring is the meaning.

        Parameters
        ----------
        name : str
            As in `Outcome`, and so `axes` and the others.
        """

        def declare(measure: F) -> F:
            text = inspect.cleandoc(measure.__doc__ or "").split("\n\n")[0]
            about.setdefault("title", name.replace("_", " "))
            about.setdefault("meaning", " ".join(text.split()))
            self._all[name] = Outcome(name, axes, measure, **about)
            return measure

        return declare

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self._all.values())

    def __getitem__(self, name: str) -> Outcome:
        return self._all[name]

    def numbers(
        self, labels: Mapping[str, Sequence[str]]
    ) -> dict[str, tuple[Outcome, dict[str, str]]]:
        """Return the measures that a run has of each country or of the region, by their names.

        Each comes with its outcome and what it is along the other axes: ``toward_east`` is
        ``toward`` of the pole ``east``.

        Parameters
        ----------
        labels : mapping of str to sequence of str
            The names along the axes beside that of countries, such as poles and events.
        """
        found = {}
        for outcome in self:
            others = [axis for axis in outcome.axes if axis != "country"]
            if outcome.keep == "runs" and not outcome.codes and {*others} <= labels.keys():
                for which in product(*(labels[axis] for axis in others)):
                    along = dict(zip(others, which, strict=True))
                    found["_".join((outcome.stem or outcome.name, *which))] = outcome, along
        return found


@dataclass(frozen=True)
class Theory:
    """A theory of how countries respond.

    Parameters
    ----------
    name : str
        As ``theory`` in a scenario has it: the name of its folder.
    title : str
        For people.
    summary : str
        A sentence or two.
    coefficients : Coefficients
        What scales its rules.
    world : type of NamedTuple
        The arrays of a run: ``structure``, ``inputs``, ``state``, ``now`` and ``agenda`` as in
        `detente.theory.arrays`, then its own, a NamedTuple for each lifetime.
    begin : callable
        A compiled rule ``(world)`` that fills its own arrays at the start, when the shared ones
        have been filled.
    phases : tuple of Phase
        A step, in order.
    terms : tuple of Term
        What the utility of a response is the sum of.
    take_apart : callable
        A compiled rule ``(world, event, country, lane, out)`` that writes each term, the utility
        and the probability of each response, a row each, into ``out``.
    outcomes : Outcomes
        What is measured.
    mechanisms : tuple of Mechanism
        What can be switched off.
    """

    name: str
    title: str
    summary: str
    coefficients: Coefficients
    world: type[Any]
    begin: Callable[[Any], None]
    phases: tuple[Phase, ...]
    terms: tuple[Term, ...]
    take_apart: Callable[[Any, int, int, int, Any], None]
    outcomes: Outcomes
    mechanisms: tuple[Mechanism, ...] = field(default=())

    @cached_property
    def groups(self) -> dict[str, type[Any]]:
        """The NamedTuples that its arrays are grouped in, by the field of `world`."""
        from typing import get_type_hints

        return get_type_hints(self.world)

    def explain(self, world: Any, event: int, country: int) -> dict[str, NDArray[np.float64]]:
        """Return each term, ``utility`` and ``probability`` of each response in one run, (R,)."""
        names = [*(term.name for term in self.terms), "utility", "probability"]
        rows = np.zeros((len(names), len(world.inputs.response_stance)))
        self.take_apart(world, event, country, 0, rows)
        return dict(zip(names, rows, strict=True))
