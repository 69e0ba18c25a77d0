"""What stands along each axis of the results of a scenario, and every variable in them.

The variables follow from the outcomes that the theory declares: `outcome_variables` have a value a
run, `total_variables` are counted or summed over the runs of a variant. Parquet, Zarr and xarray
all follow from these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.engine.chunk import Chunk
from detente.scenario.quantity import Distribution, sample
from detente.theory import find
from detente.theory.declare import Outcomes

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

#: The variant that effects are measured against, where a scenario has it.
NO_MOVE: Final = "no_move"
#: Binary digits that are kept: after the point, of a number that lies between -1 and 1, which is an
#: error of 0.00003 at most, and nothing that is printed or drawn is finer than 0.001; of any other,
#: in all. What is rounded off is noise to whoever looks at runs, and noise takes all of its room
#: however it is compressed.
BITS: Final = 14
#: Units of numbers that lie there.
_BETWEEN: Final = ("-1 to 1", "0 to 1")


class Variable(NamedTuple):
    """A variable of the results: its dimensions, how it describes itself and how it is stored."""

    dims: tuple[str, ...]
    long_name: str
    units: str
    description: str
    kind: str = "f8"  # as NumPy writes it
    missing: float = math.nan  # what stands for a run that failed
    codes: str = ""  # the dimension of whose labels its values are places
    column: bool = False  # whether ``outcomes.parquet`` holds it, and not ``trajectories.zarr``

    @property
    def rounded(self) -> bool:
        """Whether it is kept to `BITS` digits: not so what takes few values, such as stances."""
        return self.kind == "f8" and "event" not in self.dims

    def as_kept(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return values of it as they are kept."""
        if not self.rounded:
            return values
        return rounded(values) if self.units in _BETWEEN else rounded_by_size(values)

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes that the variable carries."""
        return {key: getattr(self, key) for key in ("long_name", "units", "description")}


def outcome_variables(outcomes: Outcomes) -> dict[str, Variable]:
    """Return the variables with a value a run, the paths last."""
    found, paths = {}, {}
    for o in outcomes:
        if o.keep == "runs":
            found[o.name] = Variable(
                ("variant", "run", *o.axes), o.title, o.unit, o.meaning,
                o.kind, o.missing, o.codes, o.column,
            )  # fmt: skip
        if o.path:
            dims, sentence = ("variant", "run", "step", *o.axes), f"The {o.title} at each step."
            paths[f"path_{o.name}"] = Variable(dims, f"{o.title} over time", o.unit, sentence, "f4")
    return found | paths


_BY_RESPONSE: Final = ("variant", "event", "country", "response")
#: What is counted of the responses of any theory.
RESPONSES: Final[dict[str, Variable]] = {
    "event_count": Variable(
        ("variant", "event"), "runs in which the event came up", "runs",
        "Number of runs in which the event came on the agenda.", "i8", 0,
    ),
    "response_count": Variable(
        _BY_RESPONSE, "runs with this last response", "runs",
        "Number of runs whose last response while the event was live is this one.", "i8", 0,
    ),
    "probability": Variable(
        _BY_RESPONSE, "probability of the response", "probability",
        "Share of the runs in which the event came up that end with this response to it.",
    ),
    "chosen_count": Variable(
        _BY_RESPONSE, "runs with this response at any time", "runs",
        "Number of runs in which the country ever chose the response.", "i8", 0,
    ),
    "first_step": Variable(
        _BY_RESPONSE, "when the response is first chosen", "steps",
        "Mean step at which the response was first chosen, over the runs that chose it.",
    ),
}  # fmt: skip


def total_variables(outcomes: Outcomes) -> dict[str, Variable]:
    """Return the variables that are counted or summed over the runs of a variant."""
    moments, steps = {}, {}
    for o in outcomes:
        if o.keep == "moments":
            mean = f"Mean over runs of the {o.meaning[0].lower()}{o.meaning[1:]}"
            spread = f"Standard deviation over runs of the {o.title}, at the end."
            dims = ("variant", *o.axes)
            moments[f"{o.name}_mean"] = Variable(dims, o.title, o.unit, mean)
            moments[f"{o.name}_sd"] = Variable(dims, f"spread of {o.title}", o.unit, spread)
        if o.by_step:
            sentence = o.at_step or f"Mean over runs of the {o.title} at a step."
            steps[f"{o.name}_step"] = Variable(
                ("variant", "step", *o.axes), o.title, o.unit, sentence
            )
    return {**RESPONSES, **moments, **counted_variables(outcomes), **steps}


def counted_variables(outcomes: Outcomes) -> dict[str, Variable]:
    """Return those of them that count runs in each bin, at each step."""
    found = {}
    for o in outcomes:
        if o.bins is not None:
            sentence = f"Number of runs with the {o.title} in each bin, at each step."
            dims = ("variant", "step", *o.axes, o.bins.dimension)
            title = f"distribution of {o.short or o.title}"
            found[f"{o.name}_bins"] = Variable(dims, title, "runs", sentence, "i4", 0)
    return found


@dataclass(frozen=True)
class Axes:
    """What whoever writes a chunk must know of all variants; it travels with every task."""

    theory: str  # whose outcomes are kept
    labels: dict[str, tuple[str, ...]]  # by dimension
    points: int  # in time, the start counted in
    paths: bool  # whether every run's path is kept

    @property
    def outcomes(self) -> Outcomes:
        """What is measured."""
        return find(self.theory).outcomes

    @property
    def kept(self) -> dict[str, Variable]:
        """The variables that are kept of each run."""
        found = outcome_variables(self.outcomes).items()
        return {name: about for name, about in found if self.paths or "step" not in about.dims}

    @property
    def columns(self) -> dict[str, Variable]:
        """Those of them that ``outcomes.parquet`` holds."""
        return {name: about for name, about in self.kept.items() if about.column}

    @property
    def arrays(self) -> dict[str, Variable]:
        """Those of them that ``trajectories.zarr`` holds."""
        return {name: about for name, about in self.kept.items() if not about.column}

    @property
    def told(self) -> frozenset[str]:
        """Those of the arrays that are kept only where they are not what the stance tells."""
        telling = "stance" in self.columns
        found = (name for name, about in self.arrays.items() if about.codes == "response")
        return frozenset(found if telling else ())

    def shape(self, dims: tuple[str, ...]) -> tuple[int, ...]:
        """Return the length of each of some dimensions other than that of runs."""
        sizes = {name: len(labels) for name, labels in self.labels.items()}
        bins = {o.bins.dimension: o.bins.number for o in self.outcomes if o.bins is not None}
        return tuple({**sizes, **bins, "step": self.points}[name] for name in dims)

    def dense(self, chunk: Chunk, name: str) -> NDArray[Any]:
        """Return a variable of a chunk as it is kept, a row for every run, also for failed ones."""
        about = self.kept[name]
        shape = (chunk.last - chunk.first, *self.shape(about.dims[2:]))
        values = np.full(shape, about.missing, about.kind)
        if name in chunk.runs:
            values[chunk.numbers - chunk.first] = about.as_kept(chunk.runs[name])
        return values


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numbers rounded to `BITS` binary digits after the point.

    As all that is rounded, to the even one of two as near. The other bits are nought, as they
    should be for what compresses them (Klower et al. 2021. Compressing atmospheric data into its
    real information content. Nature Computational Science 1, 713-724).
    """
    scale = 2.0**BITS
    return np.rint(values * scale) / scale + 0.0  # no -0, whose sign would be noise


def rounded_by_size(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numbers of any size rounded to `BITS` binary digits in all."""
    digits, power = np.frexp(values)
    return np.ldexp(rounded(digits), power)


class Layout:
    """What stands along each axis, in order, of a scenario with its variants."""

    def __init__(self, scenario: Scenario, *, paths: bool = False) -> None:
        self.scenario = scenario
        self.paths = paths  # whether every run's path is kept
        self.variants = scenario.variant_names  # in the order of the file
        # the variant that effects are measured against
        twin = scenario.twin or NO_MOVE
        self.reference = twin if twin in self.variants else self.variants[0]
        self.countries = tuple(sorted(scenario.countries))  # their codes
        self.poles = tuple(scenario.poles)  # in the order of the file
        self.issues = tuple(sorted(scenario.issues))
        self.responses = tuple(scenario.repertoire)  # from the most hostile to the most supportive
        self.steps = scenario.length  # a trajectory has one point more, the start

    @cached_property
    def courses(self) -> dict[str, Scenario]:
        """The resolved scenario of each variant, in the order of the file."""
        return {name: self.scenario.variant(name) for name in self.variants}

    @cached_property
    def event_titles(self) -> dict[str, str]:
        """Title of each event of any variant: those of the file first, then what variants add."""
        titles: dict[str, str] = {}
        for course in (self.scenario, *self.courses.values()):
            for event in course.events:
                titles.setdefault(event.id, event.title or event.id)
        return titles

    @property
    def events(self) -> tuple[str, ...]:
        """Identifiers of every event of every variant, in the order of `event_titles`."""
        return tuple(self.event_titles)

    @cached_property
    def stances(self) -> tuple[float, ...]:
        """The stance of each response, -1 to 1; of a distribution, its median."""
        return tuple(median(r.stance, -1.0, 1.0) for r in self.scenario.repertoire.values())

    @cached_property
    def axes(self) -> Axes:
        """What whoever writes a chunk must know."""
        labels = {
            "variant": self.variants,
            "country": self.countries,
            "other": self.countries,
            "pole": self.poles,
            "event": self.events,
            "issue": self.issues,
            "response": self.responses,
        }
        return Axes(self.scenario.theory, labels, self.steps + 1, self.paths)

    def main_event(self, variant: str) -> str | None:
        """Return the event that the summary of a variant is about, if the variant has it."""
        course = self.courses[variant]
        return next((event.id for event in course.events if event.id == course.main), None)


def median(value: float | Distribution, low: float, high: float) -> float:
    """Return a number, or the median of a distribution truncated to a range."""
    if isinstance(value, Distribution):
        return float(sample(value, np.array([0.5]), low, high)[0])
    return value
