"""Whether ties move as they do in the world: changes in runs beside those of 2000 to 2019."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.measures.forecasts import LEVEL, Floats
from detente.measures.ties_panel import (
    APART,
    KINDS,
    RECORD,
    TOGETHER,
    WEIGHT,
    Changes,
    Estimate,
    Panel,
    kind_of,
    panel,
)
from detente.runs.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from detente.scenario.schema import Scenario

#: Pairs of countries, other than with Afghanistan, of which the main event is neither's matter.
UNCONCERNED: Final = "not concerned by the event"
#: How far down the tails of a distribution are told.
TAIL: Final = 0.95
#: Years over which the spread of changes is told, to see how it grows.
SPANS: Final = (1, 2, 5, 10, 19)
#: Years after that of a deed for which it is told what followed.
AFTER: Final = (0, 1, 2)
#: Days of half a year.
HALF_YEAR: Final = 365.25 / 2
#: Whom a deed is compared with: states that are neither a pole of the region nor Afghanistan.
COMPARED: Final = ("CHN", "IND", "IRN", "KAZ", "KGZ", "PAK", "TJK", "UZB")


class Deed(NamedTuple):
    """Something a state did that was toward another or away from it."""

    year: int
    state: str
    partner: str
    toward: int  # 1 toward the partner, -1 away from it
    what: str


#: Bases that were opened, kept or ended, and the annexation, as treaties and the press date them.
#: That what was toward the United States was away from Russia is a guess.
DEEDS: Final = tuple(
    Deed(year, state, partner, toward if partner == "USA" else -toward, what)
    for year, state, toward, what in (
        (2001, "UZB", 1, "Uzbekistan opens a US base"),
        (2001, "KGZ", 1, "Kyrgyzstan opens a US base"),
        (2001, "PAK", 1, "Pakistan lends the US bases"),
        (2005, "UZB", -1, "Uzbekistan ends the US base"),
        (2005, "KGZ", 1, "Kyrgyzstan keeps its US base"),
        (2009, "KGZ", 1, "Kyrgyzstan ends, then keeps it"),
        (2014, "KGZ", -1, "Kyrgyzstan ends the US base"),
        (2014, "RUS", -1, "Russia annexes Crimea"),
    )
    for partner in ("USA", "RUS")
    if partner != state
)


@dataclass(frozen=True)
class Simulated:
    """What became of ties in the runs of a variant.

    Parameters
    ----------
    variant : str
        The variant.
    course : Scenario
        It, resolved.
    codes : tuple of str
        The countries.
    changes : ndarray, shape (runs, N, N)
        Mutual alignment at the end less that at the start.
    tilts : ndarray, shape (runs, N)
        Tilt at the end less that at the start.
    last : ndarray, shape (runs, E, N)
        Places of last responses in the repertoire, or -1.
    """

    variant: str
    course: Scenario
    codes: tuple[str, ...]
    changes: Floats
    tilts: Floats
    last: NDArray[np.int8]

    @property
    def scale(self) -> float:
        """What makes a change of half a year of one in a run: changes grow as the root of time."""
        return float(np.sqrt(HALF_YEAR / (self.course.length * self.course.step_days)))

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of countries."""
        return tuple(combinations(self.codes, 2))

    def of(self, kind: str) -> Changes:
        """Return the changes in half a year of a kind of pairs, runs by pairs in one row."""
        kept = [place for place, pair in enumerate(self.pairs) if self._is(pair, kind)]
        first, second = np.triu_indices(len(self.codes), 1)
        values = self.scale * self.changes[:, first[kept], second[kept]].ravel()
        return Changes(values, np.empty((0, len(values))))

    def _is(self, pair: tuple[str, str], kind: str) -> bool:
        own = kind_of(*pair)
        if kind == TOGETHER:
            return own != APART
        if kind != UNCONCERNED:
            return own == kind
        main = next((e for e in self.course.events if e.id == self.course.main), None)
        concerned = {main.actor, main.recipient, main.consent} if main is not None else set()
        return own != APART and not concerned & {*pair}

    def after(self, deed: Deed) -> Floats:
        """Return by how much a state came nearer to its partner than others did, a number a run.

        Only of runs in which it did, about the event that the record has of it, what it really did.
        """
        if not {deed.state, deed.partner} <= {*self.codes}:
            return np.empty(0)
        i, j = self.codes.index(deed.state), self.codes.index(deed.partner)
        others = _others(deed.state, deed.partner)
        rest = [self.codes.index(code) for code in others if code in self.codes]
        did = np.ones(len(self.changes), dtype=np.bool_)
        events = [event.id for event in self.course.events]
        names = list(self.course.repertoire)
        for row in self.course.record:
            if row.country == deed.state and row.event in events:
                did = self.last[:, events.index(row.event), i] == names.index(row.response)
        own = self.changes[did]
        return np.asarray(self.scale * (own[:, i, j] - own[:, rest, j].mean(axis=1)))


class Ties:
    """Changes of ties in the runs of a scenario beside those of the panel; see ``.table``."""

    def __init__(
        self, record: Panel, simulated: Sequence[Simulated] = (), scenario: Scenario | None = None
    ) -> None:
        self.record = record
        self.simulated = {each.variant: each for each in simulated}
        self.scenario = scenario

    def distributions(self) -> Iterator[tuple[str, str, Changes]]:
        """Give the changes of the panel and of each variant, by kind of pair."""
        changes, kinds = self.record.changes
        for kind in (TOGETHER, *KINDS):
            yield RECORD, kind, changes.of(kinds != APART if kind == TOGETHER else kinds == kind)
        for name, each in self.simulated.items():
            for kind in (TOGETHER, *KINDS, UNCONCERNED):
                yield name, kind, each.of(kind)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Changes of ties in half a year: a row for the panel and each variant, and kind of pair.

        Columns: of (the panel, as 2000-2019, or a variant), kind, changes (how many),
        mean_absolute, percentile_95 and percentile_99 (of absolute changes), root_mean_square, up
        (share upward); for the panel each with its 95 % interval over pairs and years, such as
        up_low and up_high. Runs have none: of many it is narrow, and tells of chance alone.
        """
        import pandas as pd

        rows = []
        for of, kind, changes in self.distributions():
            row: dict[str, Any] = {"of": of, "kind": kind, "changes": len(changes.amounts)}
            for name, found in _figures(changes).items():
                row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
            rows.append(row)
        return pd.DataFrame(rows)

    @cached_property
    def events(self) -> pd.DataFrame:
        """What followed when a state hosted, closed or annexed, beside what follows in runs.

        A row a deed, partner and number of years after the year of the deed, of a level against
        that of the autumn before it. Columns: year, state, partner, what, toward (1 toward the
        partner, -1 away), after, voted (change in what votes show, less the mean of the others),
        noise (standard deviation of that over states and years), formal (the state's own change in
        formal ties and rivalry), simulated (as voted and formal in one, the mean of half a year
        over runs in which the state did the same), simulated_right (share of them on the side of
        the deed), runs (how many). The last three are missing unless the scenario begins in the
        year.
        """
        import pandas as pd

        rows = []
        for deed in DEEDS:
            runs = self._in_runs(deed)
            for after in AFTER:
                found = _after(self.record, deed, after)
                rows.append({**deed._asdict(), "after": after, **found, **runs})
        return pd.DataFrame(rows)

    def _in_runs(self, deed: Deed) -> dict[str, float]:
        begun = self.scenario is not None and self.scenario.start.year == deed.year
        first = next(iter(self.simulated.values()), None) if begun else None
        changes = first.after(deed) if first is not None else np.empty(0)
        some = len(changes) > 0
        return {
            "simulated": float(changes.mean()) if some else float("nan"),
            "simulated_right": float((changes * deed.toward > 0).mean()) if some else float("nan"),
            "runs": len(changes),
        }

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The figures of the panel, and of each variant its mean signed change of tilt."""
        rows = self.record.rows
        changed = rows[(rows["kind"] != APART)].dropna(subset="change")
        formal, voted = changed["formal"].abs().sum(), self._voted(changed)
        left = self.record.left
        return {
            "pairs": len(changed.groupby(["a", "b"])),
            "formal_changes": int((changed["formal"] != 0).sum()),
            "formal_share": float(formal / (formal + voted)),
            "voted_mean_absolute": float(voted / (2 * changed["years"].sum())),
            "noise": _noise(changed),
            "autocorrelation": left[1].value - 1,
            "autocorrelation_with_noise": _autocorrelation(changed),
            "left": {str(years): found._asdict() for years, found in left.items()},
            "half_life": self.record.half_life._asdict(),
            "spread": {str(years): self.record.spread(years) for years in SPANS},
            "level": LEVEL,
            "tilt": {
                name: {
                    "mean": float(each.scale * each.tilts.mean()),
                    **dict(zip(each.codes, each.scale * each.tilts.mean(axis=0), strict=True)),
                }
                for name, each in self.simulated.items()
            },
        }

    @staticmethod
    def _voted(rows: pd.DataFrame) -> float:
        """Return the sum over half-years of absolute changes in what votes show."""
        return float((rows["voted"].abs() * np.sqrt(2 * rows["years"])).sum())

    def __repr__(self) -> str:
        """Say what is held against what."""
        said = ", ".join(self.simulated) or "no runs"
        return f"<detente ties: {said} against {RECORD}; look at .table, .events and .summary>"


def ties(
    scenario: Scenario | str | os.PathLike[str] | None = None,
    *,
    runs: int | None = None,
    seed: int | None = None,
    variants: Sequence[str] | None = None,
    progress: bool = True,
) -> Ties:
    """Hold changes of ties in the runs of a scenario against those of 2000 to 2019.

    Parameters
    ----------
    scenario : Scenario, str or path, optional
        What to run; without one the panel stands alone.
    runs, seed : int, optional
        In place of those in the scenario.
    variants : sequence of str, optional
        Only these variants.
    progress : bool
        Say on standard error what takes time.

    Returns
    -------
    Ties
        Its ``table`` has the sizes of changes in half a year by kind of pair, ``events`` what
        followed when a state hosted, closed a base or annexed, ``summary`` the rest. The panel is
        described in ``detente.measures.ties_panel``.

    Raises
    ------
    ScenarioError
        If the scenario is wrong, or becomes so by the options.
    UsageError
        If there is no such variant, or there are options and nothing to run.
    """
    if scenario is None:
        if runs is not None or seed is not None or variants is not None:
            raise UsageError("runs, a seed and variants go with a scenario: give one to run")
        return Ties(panel())
    from detente.runs.engines import find_engine, warm_up
    from detente.runs.plan import with_overrides
    from detente.scenario.loading import loaded

    asked = with_overrides(loaded(scenario), runs=runs, seed=seed, steps=None, variants=variants)
    warm_up(find_engine("compiled"), asked.theory, tell=progress)
    simulated = [_simulated(asked.variant(name), name, asked.runs) for name in asked.variant_names]
    return Ties(panel(), simulated, asked)


def _simulated(course: Scenario, variant: str, runs: int) -> Simulated:
    """Run a variant and keep each run's ties at its start and at its end.

    Results keep moments of ties over runs, no run's own, so that the engine is asked.
    """
    from detente.engine.kernel import kernel_of, lanes_for
    from detente.engine.recorder import new_recorder
    from detente.engine.sampler import Sampler
    from detente.theory.arrays import FIRST_RUN

    sampler = Sampler(course)
    run_block, outcomes = kernel_of(sampler.theory.name), sampler.theory.outcomes
    changes, tilts, last = [], [], []
    most = lanes_for(sampler.shape.countries)
    for first in range(0, runs, most):
        lanes = min(most, runs - first)
        world = sampler.world(sampler.draw(first, lanes))
        world.now[FIRST_RUN] = first
        shape = sampler.shape._replace(lanes=lanes)
        recorder = new_recorder(outcomes, shape, course.length, lanes, paths=False)
        run_block(world, recorder, course.length, 0)
        start, end = (_mutual(each) for each in (world.inputs.baseline, world.state.attitude))
        changes.append(end - start)
        poles = [members.astype(np.bool_) for members in sampler.structure.pole]
        tilts.append(_tilt(end - start, world.inputs.capability, poles))
        last.append(np.moveaxis(world.state.response, -1, 0).astype(np.int8))
    return Simulated(
        variant, course, sampler.codes,
        np.concatenate(changes), np.concatenate(tilts), np.concatenate(last),
    )  # fmt: skip


def _mutual(attitude: Floats) -> Floats:
    """Return the alignment of all pairs, runs first."""
    return np.moveaxis(0.5 * (attitude + attitude.swapaxes(0, 1)), -1, 0)


def _tilt(aligned: Floats, capability: Floats, poles: Sequence[NDArray[np.bool_]]) -> Floats:
    """Return of each run the tilt of each country (`detente.theory.outcomes.measure_tilt`)."""
    first, second = (
        np.einsum("lij,jl->li", aligned[:, :, own], capability[own] / capability[own].sum(axis=0))
        for own in poles
    )
    return np.asarray(0.5 * (first - second))


def _figures(changes: Changes) -> dict[str, Estimate]:
    return {
        "mean_absolute": changes.mean_absolute,
        "percentile_95": changes.quantile(TAIL),
        "percentile_99": changes.quantile(0.99),
        "root_mean_square": changes.root_mean_square,
        "up": changes.up,
    }


def _noise(rows: pd.DataFrame) -> dict[str, float]:
    """Return standard deviations of a year's change in 0.4 U: as seen, its noise, what is true."""
    seen, error, true = (
        float(np.sqrt((values**2).mean()))
        for values in (WEIGHT * rows["change"], WEIGHT * rows["error"], rows["voted"])
    )
    return {"seen": seen, "noise": error, "true": true}


def _autocorrelation(rows: pd.DataFrame) -> float:
    """Return the correlation of a year's change in a level, noise and all, with the next year's."""
    changes = (WEIGHT * rows["change"] + rows["formal"]).rename("changed")
    joined = rows[["a", "b", "year"]].join(changes)
    later = joined.assign(year=joined["year"] - 1)
    pairs = joined.merge(later, on=["a", "b", "year"])
    return float(np.corrcoef(pairs["changed_x"], pairs["changed_y"])[0, 1])


def _after(record: Panel, deed: Deed, after: int) -> dict[str, float]:
    """Return what followed a deed, and how much the same figure varies over states and years."""
    since, gap = deed.year - 1, after + 1
    _, formal = record.moved(deed.state, deed.partner, since, since + gap)
    usual = [
        _nearer(record, code, deed.partner, (year, year + gap))
        for code in COMPARED
        if code != deed.partner
        for year in range(2000, 2020 - gap)
    ]
    return {
        "voted": _nearer(record, deed.state, deed.partner, (since, since + gap)),
        "noise": float(np.nanstd(usual)),
        "formal": formal,
    }


def _others(state: str, partner: str) -> list[str]:
    """Return the states that what one does toward a partner is compared with."""
    return [code for code in COMPARED if code not in (state, partner)]


def _nearer(record: Panel, state: str, partner: str, years: tuple[int, int]) -> float:
    """Return by how much more than others a state came to vote with a partner."""
    rest = [record.moved(other, partner, *years)[0] for other in _others(state, partner)]
    there = [each for each in rest if not np.isnan(each)]
    own = record.moved(state, partner, *years)[0]
    return float(own - np.mean(there)) if there else float("nan")
