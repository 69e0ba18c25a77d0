"""An outcome along the values of one input, and where something turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from detente.measures.experiment import Experiment, Floats, Target, course_of, events_of
from detente.measures.notebook import notebook_html
from detente.measures.wording import counted, digits_of, joined, signed
from detente.runs.errors import UsageError
from detente.runs.statistics import Interval, Moments, for_all, paired, proportion

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from detente.scenario import Scenario

#: Halvings of the span between two values, to find where something turns.
HALVINGS: Final = 5
#: The likeliest response where none is given in any run, as where the event does not come up.
NONE: Final = "none"


@dataclass(frozen=True)
class Sweep:
    """An outcome along the values of one path, from `detente.sweep`.

    Attributes
    ----------
    path, outcome, variant : str
        What was set, and what is measured in which variant.
    runs : int
        Of each value, with the same random numbers.
    table : pandas.DataFrame
        One row a value: value, mean, low, high (interval of the mean), run_low, run_high (95 % of
        runs) and, of a country, response (the likeliest last one to the main event) and its
        probability.
    tipping : tuple of dict
        Where the likeliest response, or the sign of the mean, turns: at (a value), what, before and
        after. Runs tell both from the other, each where it holds: 95 % intervals of the means have
        these signs, and of the runs with one of the two responses more than half have that one.
        Before or after is "none" where nobody responds in any run.
    scenario : Scenario or None
        Of whose names pictures speak.
    event : str or None
        To which event the responses are: that of the outcome, or else the main one; None without
        any.
    widest : tuple of float
        The interval of the mean difference, in the same runs, between the values with the lowest
        and the highest mean, at 95 % for all pairs of values at once.
    """

    path: str
    outcome: str
    variant: str
    runs: int
    table: pd.DataFrame = field(repr=False)
    tipping: tuple[dict[str, Any], ...] = ()
    scenario: Scenario | None = field(default=None, repr=False, compare=False)
    event: str | None = None
    widest: tuple[float, float] = (-np.inf, np.inf)

    @property
    def moves(self) -> bool:
        """Whether so many runs can tell that the outcome is not the same at all values."""
        return self.widest[0] > 0

    @property
    def sentence(self) -> str:
        """What comes of it, in one sentence."""
        table, turns = self.table, [
            f"at {each['at']:.3g} the {each['what']} turns from {each['before']} to {each['after']}"
            for each in self.tipping
        ]  # fmt: skip
        course = (
            f"as {self.path} goes from {table['value'].iloc[0]:g} to {table['value'].iloc[-1]:g}"
        )
        digits = digits_of(self.outcome.partition(".")[0])
        means = [signed(each, digits) for each in table["mean"]]
        ends = [signed(each, digits) for each in (table["mean"].min(), table["mean"].max())]
        if self.moves and ends[0] == ends[1]:
            least = f"{10.0**-digits:.{digits}f}"
            said = f"A{course[1:]}, {self.outcome} moves by less than {least}, about {ends[0]}"
        elif self.moves:
            between = f" and lies between {' and '.join(ends)}"
            between = "" if {means[0], means[-1]} == {*ends} else between
            said = f"A{course[1:]}, {self.outcome} goes from {means[0]} to {means[-1]}{between}"
        elif ends[0] == ends[1]:
            said = f"{self.outcome} stays {ends[0]} {course}"
        else:
            said = (
                f"No change of {self.outcome} can be told with {counted(self.runs, 'run', 'runs')} "
                f"{course}, between {' and '.join(ends)}"
            )
        return f"{said}; {joined(turns)}." if turns else f"{said}."

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "path": self.path,
            "outcome": self.outcome,
            "variant": self.variant,
            "event": self.event,
            "runs": self.runs,
            "moves": self.moves,
            "sentence": self.sentence,
            "rows": self.table.to_dict("records"),
            "tipping": list(self.tipping),
        }

    def __repr__(self) -> str:
        return f"<detente.Sweep: {self.sentence}>"

    _repr_html_ = notebook_html


def sweep(
    scenario: Scenario | str | PathLike[str],
    path: str,
    values: tuple[float, float, int],
    outcome: str,
    *,
    variant: str | None = None,
    runs: int | None = None,
) -> Sweep:
    """Return an outcome along the values of one path, and where something turns.

    Parameters
    ----------
    scenario : Scenario or str or path
        What is run.
    path : str
        What is set, such as ``countries.PAK.preferences.foreign_basing.position``.
    values : tuple of float, float and int
        The lowest and the highest value, and how many.
    outcome : str
        Such as ``tilt.PAK``.
    variant : str, optional
        By default the first. The values stand over what it sets, also in events that it adds.
    runs : int, optional
        Of each value; by default those of the scenario. All have the same random numbers.

    Returns
    -------
    Sweep
        With `table`, `tipping` and `sentence`.

    Raises
    ------
    ScenarioError
        If there is no such path, or a value does not fit there.
    UsageError
        If there is no such outcome or variant, or fewer than two values.
    """
    import pandas as pd

    from detente.scenario.loading import loaded

    low, high, count = values
    if count < 2 or not low < high:
        raise UsageError("a sweep goes from a lower to a higher value by two or more")
    scenario = loaded(scenario)
    name, course = course_of(scenario, variant)
    kind, _, rest = path.partition(".")
    event, known = rest.partition(".")[0], events_of(scenario)
    if kind == "events" and event in known and name not in known[event]:
        raise UsageError(
            f"the variant '{name}' has no event '{event}': ask for one that has it, such as "
            f"{known[event][0]}"
        )
    runs = runs or scenario.runs
    grid = [float(each) for each in np.linspace(low, high, count)]
    points = [_point(course, path, value, outcome, runs) for value in grid]
    turns = [
        {"at": _turn(course, path, outcome, what, between), "what": what,
         "before": between[0].told(what), "after": between[-1].told(what)}
        for what in points[0].scores for between in _turning(points, what)
    ]  # fmt: skip
    about = Target.of(scenario, outcome).along.get("event") or course.main
    return Sweep(
        path, outcome, name, runs, pd.DataFrame(point.row for point in points),
        tuple(sorted(turns, key=lambda t: t["at"])), scenario, about,
        _widest([point.every for point in points]),
    )  # fmt: skip


class _Point(NamedTuple):
    """What comes of one value."""

    row: dict[str, Any]  # of the table
    every: Floats  # the outcome of each run
    scores: dict[str, dict[str, float]]  # of what may turn: of each state how much is for it

    def told(self, what: str) -> str | None:
        """Return the sign, or the likeliest response, that runs tell from any other, if they do."""
        scores = self.scores[what]
        if what == "sign":
            ends = self.row["low"], self.row["high"]
            return "positive" if ends[0] > 0 else "negative" if ends[1] < 0 else None
        first, *others = sorted(scores, key=lambda state: -scores[state])
        most = max((scores[state] for state in others), default=0.0)
        # runs that gave neither say nothing of which of the two is likelier (McNemar 1947)
        low = proportion(int(scores[first]), int(scores[first] + most))[1]
        return first if low > 0.5 else None

    def is_as(self, before: str, after: str, what: str) -> bool:
        """Return whether it has rather the one state than the other, told or not."""
        scores = self.scores[what]
        return scores.get(before, 0.0) >= scores.get(after, 0.0)


def _turning(points: Sequence[_Point], what: str) -> Iterator[list[_Point]]:
    """Walk the stretches that have another state at the end than at the start, and untold between.

    A state is one that runs tell from any other.
    """
    told = [at for at, point in enumerate(points) if point.told(what) is not None]
    for first, last in pairwise(told):
        if points[first].told(what) != points[last].told(what):
            yield list(points[first : last + 1])


def _turn(course: Scenario, path: str, outcome: str, what: str, between: Sequence[_Point]) -> float:
    """Return about where something turns between two values, by halving."""
    before, after = (str(point.told(what)) for point in (between[0], between[-1]))
    end = next(at for at, p in enumerate(between) if not p.is_as(before, after, what))
    low, high = (point.row["value"] for point in between[end - 1 : end + 1])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        point = _point(course, path, middle, outcome, len(between[0].every))
        same = point.is_as(before, after, what)
        low, high = (middle, high) if same else (low, middle)
    return float((low + high) / 2)


def _point(course: Scenario, path: str, value: float, outcome: str, runs: int) -> _Point:
    """Return what comes of one value."""
    from detente.engine.kernel import simulate_columns

    changed = course.set({path: value})
    asked = Experiment(changed, outcome)
    sampler = asked.samplers[0]
    columns = sampler.columns(runs)
    sampler.place(sampler.draws(0, runs), columns)
    chunk = simulate_columns(sampler, columns)
    every = asked.picked(chunk, sampler)
    found = every[np.isfinite(every)]
    if not len(found):
        raise UsageError(f"{outcome} is missing in every run")
    mean, low, high = (float(each[0]) for each in _of_mean(every))
    row: dict[str, Any] = {
        "value": value, "mean": mean, "low": low, "high": high,
        "run_low": float(np.quantile(found, 0.025)), "run_high": float(np.quantile(found, 0.975)),
    }  # fmt: skip
    scores = {"sign": {"positive": mean, "negative": -mean}}
    event, country = asked.target.along.get("event") or changed.main, asked.target.country
    if country and event in sampler.events:
        last = chunk.runs["last_response"][
            :, sampler.events.index(event), sampler.codes.index(country)
        ]
        counts = np.bincount(last[last >= 0], minlength=len(sampler.responses))
        given = dict(zip(sampler.responses, counts.astype(float).tolist(), strict=True))
        scores["likeliest response"] = given if counts.any() else {NONE: float(runs)}
        if counts.any():
            row["response"] = sampler.responses[int(counts.argmax())]
            row["probability"] = float(counts.max() / counts.sum())
    return _Point(row, every, scores)


def _of_mean(values: Floats, level: float = 0.95) -> Interval:
    """Return the mean of what runs have, without those that are missing, and its interval."""
    moments = Moments(1)
    moments.add(values[:, None])
    return paired(moments, level)


def _widest(every: Sequence[Floats]) -> tuple[float, float]:
    """Return the interval of the widest mean difference of two values, for all pairs at once."""
    means = [np.nanmean(each) for each in every]
    apart = every[int(np.argmax(means))] - every[int(np.argmin(means))]
    found = _of_mean(apart, for_all(0.95, len(every) * (len(every) - 1) // 2))
    return float(found.low[0]), float(found.high[0])
