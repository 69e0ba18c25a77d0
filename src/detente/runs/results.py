"""What a run leaves: numbers with names, in memory or in a folder, and the table of them."""

from __future__ import annotations

import html
import json
import math
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from detente.runs import folder as places
from detente.runs import manifest
from detente.runs.errors import RESTORE, NoResultsError, StoreError
from detente.runs.files import flaw, require_usable, storage_errors
from detente.runs.layout import Layout
from detente.runs.manifest import Manifest
from detente.runs.plan import Failure
from detente.runs.statistics import Changes, Moments, binned_quantiles
from detente.runs.tables import Source
from detente.scenario.messages import MISSING, between, percent, printable, require_path, signed

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from detente.runs.labelled import LabelledArrays
    from detente.scenario.schema import Scenario

#: By variant and country: what `summarise` returns.
Summary = dict[str, dict[str, dict[str, Any]]]

#: Ends of the interval in which 90 % of the runs end.
QUANTILES: Final = (0.05, 0.95)


class Results:
    """The runs of a scenario, from `detente.run` or `detente.open`.

    Attributes
    ----------
    scenario : Scenario
        As it ran, with every override.
    variants : tuple of str
        Names of the variants, in the order of the file.
    reference : str
        The variant that effects are measured against, unless told otherwise.
    runs, seed : int
        How many runs of each variant there are, and what all chance follows from.
    engine : str
        What simulated.
    folder : Path or None
        Where the results are on disk.
    complete : bool
        Whether every run is there; not so after Ctrl-C.
    failures : tuple of Failure
        Runs that raised; their outcomes are missing in `data`.
    notes : tuple of str
        What a person should be told about the folder.
    layout : Layout
        What stands along each axis.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        engine: str,
        runs: int,
        source: Source | None = None,
        folder: Path | None = None,
        paths: bool = False,
        failures: tuple[Failure, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        self.scenario = scenario
        self.seed = scenario.seed
        self.engine = engine
        self.runs = runs
        self.complete = runs == scenario.runs
        self.folder = folder
        self.failures = failures
        self.notes = notes
        self.layout = Layout(scenario, paths=paths)
        self.variants = self.layout.variants
        self.reference = self.layout.reference
        self._source = source

    @cached_property
    def data(self) -> xr.Dataset:
        """Everything about the runs, with a name for each axis and each place along it."""
        from detente.runs.dataset import dataset
        from detente.runs.totals import attributes

        return dataset(self.arrays, attributes(self.layout))

    @cached_property
    def arrays(self) -> LabelledArrays:
        """What `data` has, without xarray, which takes a second to import."""
        from detente.runs import labelled

        if self._source is not None:
            return labelled.in_memory(self._source)
        assert self.folder is not None
        return labelled.stored(self.folder, self.layout, self.runs)

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """Every number that a run drew, by its path: one row a variant and run.

        Missing where a variant does not draw it: it lacks the event, or sets another number there.
        """
        from detente.runs.inputs import input_table

        path = None if self.folder is None else self.folder / places.INPUTS
        return input_table(self.layout, self.data["run"].to_numpy(), path)

    @cached_property
    def summary(self) -> Summary:
        """The table that `detente run` prints, as in ``summary.json``."""
        if self._source is not None:
            return summarise(self._source)
        assert self.folder is not None
        path = self.folder / places.SUMMARY
        with storage_errors("read", path):
            return cast("Summary", json.loads(path.read_text("utf-8")))

    def to_excel(self, path: str | os.PathLike[str]) -> None:
        """Write summary, outcomes and inputs to the sheets of a workbook for Excel.

        A UsageError says that there are more runs than a sheet has rows, or that the extra
        ``excel`` is missing.
        """
        from detente.runs.exports import to_excel

        to_excel(self, path)

    def to_stata(self, path: str | os.PathLike[str]) -> None:
        """Write the outcomes, one row a variant, run and country, to a ``.dta`` file for Stata."""
        from detente.runs.exports import to_stata

        to_stata(self, path)

    def __dir__(self) -> list[str]:
        """List what is of use to a reader."""
        return [name for name in super().__dir__() if not name.startswith("_")]

    def __repr__(self) -> str:
        where = f"in {self.folder}" if self.folder else "in memory"
        return f"<detente.Results of {self._headline()}\n  {where}; look at .data and .summary>"

    def _repr_html_(self) -> str:
        """Show the first variant as a table in a notebook."""
        scenario = self.scenario
        rows = [
            ["Country", "Most likely response", "Probability", "Revealed", "90 % of runs",
             f"Change against {self.reference}", "Ties", "90 % of runs",
             f"Change against {self.reference}"]
        ]  # fmt: skip
        for code, row in self.summary[self.variants[0]].items():
            title = scenario.repertoire[row["response"]].title if row["response"] else MISSING
            rows.append([
                scenario.countries[code].name, title, percent(row["probability"]),
                signed(row["revealed"]), between(row["revealed_low"], row["revealed_high"]),
                signed(row["revealed_effect"]),
                signed(row["tilt"]), between(row["tilt_low"], row["tilt_high"]),
                signed(row["effect"]),
            ])  # fmt: skip
        top, *others = (
            "".join(f"<{kind}>{html.escape(printable(cell))}</{kind}>" for cell in cells)
            for kind, cells in zip(["th", *["td"] * len(rows)], rows, strict=False)
        )
        body = "".join(f"<tr>{cells}</tr>" for cells in others)
        table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
        hint = html.escape(no_responses(self, self.variants[0]))
        return f"<p>{html.escape(self._headline())}</p>{table}{hint and f'<p>{hint}</p>'}"

    def _headline(self) -> str:
        kept = "" if self.complete else f" of {self.scenario.runs}"
        failed = f", {len(self.failures)} runs failed" if self.failures else ""
        variants = ", ".join(self.variants)
        return (
            f"{self.scenario.scenario}: {self.runs}{kept} runs of each variant ({variants}), "
            f"{len(self.layout.countries)} countries, {self.layout.steps} steps of "
            f"{self.scenario.step}, seed {self.seed}, engine {self.engine}{failed}"
        )


def no_responses(results: Results, variant: str) -> str:
    """Return why the summary of a variant shows no responses, or nothing if it does."""
    course, main = results.layout.courses[variant], results.layout.main_event(variant)
    if any(row["response"] for row in results.summary[variant].values()):
        return ""
    if not course.events:
        return (
            "No responses: the scenario has no events to respond to. Give it some, or run one that "
            "extends it."
        )
    if main is None:
        return f"No responses: '{variant}' lacks the event that the summary is about (main_event)."
    return f"No responses: '{main}', which the summary is about, came up in no run."


def open_results(
    folder: str | os.PathLike[str],
    *,
    verify: bool = True,
    notes: tuple[str, ...] = (),
    ran: Scenario | None = None,
) -> Results:
    """Open a results folder.

    Parameters
    ----------
    folder : str or path
        What `detente run` wrote.
    verify : bool
        Compare every file with its checksum first.
    notes : tuple of str
        What a person should be told about the folder.
    ran : Scenario, optional
        The scenario as it ran, where it is known; by default the folder's is read.

    Returns
    -------
    Results
        What `detente.run` returned; arrays are read when they are looked at.

    Raises
    ------
    StoreError
        If it is no results folder, or a file of it is missing or was changed.
    """
    path = Path(require_path(folder, "the path of a results folder")).absolute()
    require_usable(path)
    with storage_errors("read", path):
        if not path.is_dir():
            there = path.parent / "results" / path.name
            meant = f" - did you mean 'results/{path.name}'?" if there.is_dir() else ""
            raise NoResultsError(f"{path} is not a results folder: there is no such folder{meant}")
        lines = Manifest(path / manifest.FILE).lines()
        tables = [line for line in lines if line["kind"] == manifest.TABLES]
        if not tables:
            what = "a run that has not finished; go on with --resume" if lines else "no results"
            raise NoResultsError(f"{path} holds {what}")
        last = tables[-1]
        again = RESTORE if last["complete"] else "--resume puts the tables together again"
        for name in places.TABLES if verify else ():
            entry = last["files"].get(name)
            damage = flaw(path / name, entry) if entry else f"{path / name} has no checksum"
            if damage is not None:
                raise StoreError(f"{damage}; {again}")
    scenario = _scenario_of(path) if ran is None else ran
    if scenario.digest != last["digest"]:
        raise StoreError(f"{path / places.SCENARIO} was changed after the run; {RESTORE}")
    failed = (Failure.of_line(line) for line in lines if line["kind"] == manifest.FAILURE)
    failures = failures_of(failed, last["runs"])
    if len(failures) != last.get("failures", len(failures)):
        lost = f"{path / manifest.FILE} has lost lines about runs that failed"
        raise StoreError(f"{lost}; {RESTORE}")
    return Results(
        scenario,
        engine=last["engine"],
        runs=sum(end - first for first, end in last["runs"]),
        folder=path,
        paths=last["paths"],
        failures=failures,
        notes=notes,
    )


def _scenario_of(path: Path) -> Scenario:
    from detente.scenario import ScenarioError, load

    try:
        return load(path / places.SCENARIO)
    except ScenarioError as error:
        raise StoreError(f"{path / places.SCENARIO} cannot be read: {error.problems[0]}") from error


def failures_of(failures: Iterable[Failure], spans: Iterable[Sequence[int]]) -> tuple[Failure, ...]:
    """Return the failures, each once, of runs between the first and the past-last of some spans."""
    kept = (f for f in failures if any(first <= f.run < end for first, end in spans))
    return tuple(dict.fromkeys(kept))


def summarise(source: Source) -> Summary:
    """Return where each country stands in each variant, and what the variant changed.

    Returns
    -------
    dict
        By variant and country: ``event`` (the main event, None where the variant has none),
        ``response`` (the likeliest last one) and its ``probability``; ``tilt`` (mean) with
        ``tilt_low`` and ``tilt_high``, between which 90 % of runs end (from the bins of the
        trajectories, to 0.005); ``effect``, the mean change in tilt against the same runs of the
        reference variant, with ``effect_low`` and ``effect_high``, between which 95 % of those
        changes lie: the whole interval, of chance, figures and coefficients (to 0.0005); all None
        for the reference itself. The same of the revealed tilt: ``revealed``, ``revealed_low`` and
        so on, ``revealed_effect``.
    """
    layout = source.layout
    measured = {name: _moments(source, name) for name in ("tilt", "revealed")}
    nothing = [math.nan] * len(layout.countries)
    summary: Summary = {}
    for variant in layout.variants:
        columns: dict[str, Any] = {}
        for name, (levels, changes) in measured.items():
            level: Any = [nothing] * 3
            effect: Any = level
            tallies, _ = source.totals(variant, f"{name}_bins")
            if tallies:  # some runs of the variant did not fail
                ends = binned_quantiles(tallies[f"{name}_bins"][-1], -1.0, 1.0, QUANTILES)
                level = [levels[variant].mean, ends[:, 0], ends[:, 1]]
            if variant != layout.reference:
                effect = changes[variant].summary()
            prefix = "" if name == "tilt" else f"{name}_"
            columns |= zip((name, f"{name}_low", f"{name}_high"), level, strict=True)
            effects = ("effect", "effect_low", "effect_high")
            columns |= zip((prefix + each for each in effects), effect, strict=True)
        summary[variant] = {
            code: {
                **_response(source, variant, at),
                **{name: _number(values[at]) for name, values in columns.items()},
            }
            for at, code in enumerate(layout.countries)
        }
    return summary


def _moments(source: Source, name: str) -> tuple[dict[str, Moments], dict[str, Changes]]:
    """Return the moments of an outcome in each variant, and its change by each."""
    layout, countries = source.layout, len(source.layout.countries)
    levels = {variant: Moments(countries) for variant in layout.variants}
    changes = {variant: Changes(countries) for variant in layout.variants}
    for first, _ in source.spans:
        reference = source.values(layout.reference, first, name)
        for variant in layout.variants:
            same = variant == layout.reference
            block = reference if same else source.values(variant, first, name)
            levels[variant].add(block)
            if not same:
                changes[variant].add(block - reference)
    return levels, changes


def _response(source: Source, variant: str, country: int) -> dict[str, Any]:
    """Return the likeliest last response of a country to the main event of a variant."""
    layout, event = source.layout, source.layout.main_event(variant)
    found: dict[str, Any] = {"event": event, "response": None, "probability": None}
    tallies, _ = source.totals(variant, "event_count", "response_count")
    if event is not None and tallies:
        place = layout.events.index(event)
        counts = tallies["response_count"][place, country]
        if counts.any():
            best = int(counts.argmax())
            found["response"] = layout.responses[best]
            found["probability"] = int(counts[best]) / int(tallies["event_count"][place])
    return found


def _number(value: float) -> float | None:
    """Return a number as JSON has it: None for what is missing."""
    return float(value) if math.isfinite(value) else None
