"""What a run leaves: numbers with names, in memory or in a folder."""

from __future__ import annotations

import html
import json
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from detente.runs import folder as places
from detente.runs import manifest
from detente.runs.errors import StoreError
from detente.runs.files import digest, storage_errors
from detente.runs.layout import Layout
from detente.runs.manifest import Manifest
from detente.runs.summary import Summary, html_table, summarise
from detente.runs.tasks import Failure

if TYPE_CHECKING:
    import xarray as xr

    from detente.runs.tasks import MemorySource
    from detente.scenario.schema import Scenario


class Results:
    """The runs of a scenario, from `detente.run` or `detente.open`.

    Attributes
    ----------
    scenario : Scenario
        As it ran, with every override.
    data : xarray.Dataset
        Everything, labelled; from a folder it is read when it is looked at.
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
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        engine: str,
        runs: int,
        source: MemorySource | None = None,
        folder: Path | None = None,
        paths: bool = False,
        failures: tuple[Failure, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        self.scenario = scenario
        self.engine = engine
        self.runs = runs
        self.folder = folder
        self.failures = failures
        self.notes = notes
        self._source = source
        self._paths = paths

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.scenario.seed

    @property
    def complete(self) -> bool:
        """Whether every run that was asked for is there."""
        return self.runs == self.scenario.runs

    @cached_property
    def layout(self) -> Layout:
        """What stands along each axis."""
        return Layout(self.scenario)

    @property
    def variants(self) -> tuple[str, ...]:
        """Names of the variants, in the order of the file."""
        return self.layout.variants

    @property
    def reference(self) -> str:
        """The variant that effects are measured against, unless told otherwise."""
        return self.layout.reference

    @cached_property
    def data(self) -> xr.Dataset:
        """Everything about the runs, with a name for each axis and each place along it."""
        if self._source is not None:
            from detente.runs.dataset import full_dataset

            return full_dataset(self._source, paths=self._paths)
        assert self.folder is not None
        return _dataset(self.folder, self.layout, self.runs)

    @cached_property
    def summary(self) -> Summary:
        """The table that `detente run` prints, as in ``summary.json``."""
        if self._source is not None:
            return summarise(self._source)
        assert self.folder is not None
        path = self.folder / places.SUMMARY
        with storage_errors("read", path):
            return cast("Summary", json.loads(path.read_text("utf-8")))

    def __repr__(self) -> str:
        where = f"in {self.folder}" if self.folder else "in memory"
        return f"<detente.Results of {self._headline()}\n  {where}; look at .data and .summary>"

    def _repr_html_(self) -> str:
        """Show the first variant as a table in a notebook."""
        return f"<p>{html.escape(self._headline())}</p>{html_table(self)}"

    def _headline(self) -> str:
        kept = "" if self.complete else f" of {self.scenario.runs}"
        failed = f", {len(self.failures)} runs failed" if self.failures else ""
        variants = ", ".join(self.variants)
        return (
            f"{self.scenario.scenario}: {self.runs}{kept} runs of each variant ({variants}), "
            f"{len(self.layout.countries)} countries, {self.layout.steps} steps of "
            f"{self.scenario.step}, seed {self.seed}, engine {self.engine}{failed}"
        )


def open_results(
    folder: str | os.PathLike[str], *, verify: bool = True, notes: tuple[str, ...] = ()
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

    Returns
    -------
    Results
        What `detente.run` returned; arrays are read when they are looked at.

    Raises
    ------
    StoreError
        If it is no results folder, or a file of it is missing or was changed.
    """
    from detente.scenario import ScenarioError, load

    path = Path(folder).absolute()
    with storage_errors("read", path):
        if not path.is_dir():
            raise StoreError(f"{path} is not a results folder: there is no such folder")
        lines = Manifest(path / manifest.FILE).lines()
        tables = [line for line in lines if line["kind"] == manifest.TABLES]
        if not tables:
            what = "a run that has not finished; go on with --resume" if lines else "no results"
            raise StoreError(f"{path} holds {what}")
        last = tables[-1]
        for name, entry in last["files"].items() if verify else ():
            if not (path / name).exists():
                raise StoreError(f"{path / name} is missing")
            if digest(path / name) != entry:
                raise StoreError(f"{path / name} was changed or cut off after it was written")
    try:
        scenario = load(path / places.SCENARIO)
    except ScenarioError as error:
        raise StoreError(f"{path / places.SCENARIO} cannot be read: {error.problems[0]}") from error
    if scenario.digest != last["digest"]:
        raise StoreError(f"{path / places.SCENARIO} was changed after the run")
    failed = (Failure.of_line(line) for line in lines if line["kind"] == manifest.FAILURE)
    kept = (f for f in failed if any(first <= f.run < end for first, end in last["runs"]))
    return Results(
        scenario,
        engine=last["engine"],
        runs=sum(end - first for first, end in last["runs"]),
        folder=path,
        paths=last["paths"],
        failures=tuple(dict.fromkeys(kept)),
        notes=notes,
    )


def _dataset(folder: Path, layout: Layout, runs: int) -> xr.Dataset:
    """Join the tables of a folder to one dataset, each array to be read on demand."""
    import xarray as xr

    from detente.runs.dataset import OutcomesBackend, outcome_variables, total_variables
    from detente.runs.tables import MARKER

    store = folder / places.TRAJECTORIES
    data = xr.open_dataset(store, engine="zarr", chunks=None, consolidated=True)
    if not data.attrs.pop(MARKER, False):
        raise StoreError(f"{store} was not written to the end")
    outcomes = xr.open_dataset(
        folder / places.OUTCOMES, engine=OutcomesBackend, layout=layout, runs=runs
    )
    both = data.assign(outcomes.data_vars)
    declared = layout.axes.outcomes
    order = (*total_variables(declared), *outcome_variables(declared))
    return both[[name for name in order if name in both]]
