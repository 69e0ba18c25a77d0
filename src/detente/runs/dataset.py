"""Results as labelled arrays: made from chunks, or read on demand from ``outcomes.parquet``.

What there is follows from the outcomes that the theory declares: `outcome_variables` of each run,
`total_variables` over runs. xarray takes seconds to import: nothing imports this before it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from detente.engine.chunk import FIXED_POINT, Arrays, tally_arrays
from detente.runs.tables import columns_of, in_columns

if TYPE_CHECKING:
    from detente.runs.layout import Axes, Layout
    from detente.runs.tasks import MemorySource, Source
    from detente.theory.declare import Outcome, Outcomes


class Variable(NamedTuple):
    """What a variable of the results is: its dimensions, and how it describes itself."""

    dims: tuple[str, ...]
    long_name: str
    units: str
    description: str

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes that the variable carries."""
        about = {"long_name": self.long_name, "units": self.units}
        return {**about, "description": self.description}


def outcome_variables(outcomes: Outcomes) -> dict[str, Variable]:
    """Return the variables with a value a run, the paths last."""
    found = {}
    for o in outcomes:
        if o.keep == "runs":
            found[o.name] = Variable(("variant", "run", *o.axes), o.title, o.unit, o.meaning)
    for o in outcomes:
        if o.path:
            dims, sentence = ("variant", "run", "step", *o.axes), f"The {o.title} at each step."
            found[f"path_{o.name}"] = Variable(dims, f"{o.title} over time", o.unit, sentence)
    return found


_BY_RESPONSE: Final = ("variant", "event", "country", "response")
#: What is counted of the responses of any theory.
RESPONSES: Final[dict[str, Variable]] = {
    "event_count": Variable(
        ("variant", "event"), "runs in which the event came up", "runs",
        "Number of runs in which the event came on the agenda.",
    ),
    "response_count": Variable(
        _BY_RESPONSE, "runs with this last response", "runs",
        "Number of runs whose last response while the event was live is this one.",
    ),
    "probability": Variable(
        _BY_RESPONSE, "probability of the response", "probability",
        "Share of the runs in which the event came up that end with this response to it.",
    ),
    "chosen_count": Variable(
        _BY_RESPONSE, "runs with this response at any time", "runs",
        "Number of runs in which the country ever chose the response.",
    ),
    "first_step": Variable(
        _BY_RESPONSE, "when the response is first chosen", "steps",
        "Mean step at which the response was first chosen, over the runs that chose it.",
    ),
}  # fmt: skip


def total_variables(outcomes: Outcomes) -> dict[str, Variable]:
    """Return the variables that are counted or summed over the runs of a variant."""
    moments, bins, steps = {}, {}, {}
    for o in outcomes:
        if o.keep == "moments":
            mean = f"Mean over runs of the {o.meaning[0].lower()}{o.meaning[1:]}"
            spread = f"Standard deviation over runs of the {o.title}, at the end."
            dims = ("variant", *o.axes)
            moments[f"{o.name}_mean"] = Variable(dims, o.title, o.unit, mean)
            moments[f"{o.name}_sd"] = Variable(dims, f"spread of {o.title}", o.unit, spread)
        if o.bins is not None:
            sentence = f"Number of runs with the {o.title} in each bin, at each step."
            dims = ("variant", "step", *o.axes, o.bins.dimension)
            title = f"distribution of {o.short or o.title}"
            bins[f"{o.name}_bins"] = Variable(dims, title, "runs", sentence)
        if o.by_step:
            sentence = o.at_step or f"Mean over runs of the {o.title} at a step."
            steps[f"{o.name}_step"] = Variable(
                ("variant", "step", *o.axes), o.title, o.unit, sentence
            )
    return {**RESPONSES, **moments, **bins, **steps}


def _coordinates(layout: Layout, numbers: NDArray[np.int64]) -> dict[str, Any]:
    """Return the labels along every axis, for `xarray.Dataset`."""
    s = layout.scenario
    step = {"long_name": "step", "description": "0 is the start; step t is after t steps."}
    titles = [
        s.variants[name].title or name if name in s.variants else name for name in layout.variants
    ]
    due = np.array([layout.scheduled(name) for name in layout.variants], dtype=np.int64)
    coordinates: dict[str, Any] = {
        "variant": ("variant", _text(layout.variants)),
        "variant_title": ("variant", _text(titles)),
        "run": ("run", numbers, {"long_name": "run"}),
        "step": ("step", np.arange(layout.steps + 1), step),
        "date": ("step", np.array(layout.dates, dtype="datetime64[ns]")),
        "country": ("country", _text(layout.countries)),
        "country_name": ("country", _text(s.countries[code].name for code in layout.countries)),
        "other": ("other", _text(layout.countries)),
        "pole": ("pole", _text(layout.poles)),
        "event": ("event", _text(layout.events)),
        "event_title": ("event", _text(layout.event_titles.values())),
        "event_step": (
            ("variant", "event"),
            due.reshape(len(layout.variants), len(layout.events)),
            {"description": "Step at which a dated event is due; -1 for the others."},
        ),
        "response": ("response", _text(layout.responses)),
        "response_title": ("response", _text(r.title for r in s.repertoire.values())),
        "response_stance": ("response", np.array(layout.stances), {"units": "-1 to 1"}),
        "issue": ("issue", _text(layout.issues)),
        "issue_title": ("issue", _text(s.issues[issue].title for issue in layout.issues)),
    }
    for outcome in layout.axes.outcomes:
        if (bins := outcome.bins) is not None:
            about = {"long_name": "centre of the bin", "units": f"{bins.low:g} to {bins.high:g}"}
            coordinates[bins.dimension] = (bins.dimension, bins.centres, about)
    return coordinates


def totals_dataset(source: Source) -> xr.Dataset:
    """Return what is summed over runs, with the labels of every axis."""
    layout = source.layout
    s = layout.scenario
    by_variant = [_totals(*source.totals(name), layout.axes) for name in layout.variants]
    variables = {
        name: (about.dims, np.stack([arrays[name] for arrays in by_variant]), about.attributes)
        for name, about in total_variables(layout.axes.outcomes).items()
    }
    attributes = {
        "title": s.title or s.scenario,
        "scenario": s.scenario,
        "scenario_digest": s.digest,
        "seed": str(s.seed),  # as text: a seed may be larger than a signed integer
    }
    return xr.Dataset(variables, _coordinates(layout, source.numbers), attributes)


def full_dataset(source: MemorySource, *, paths: bool) -> xr.Dataset:
    """Return everything about the runs of a source, in memory."""
    layout = source.layout
    data = totals_dataset(source)
    kept = layout.axes.run_arrays(paths=paths)
    codes = {outcome.name for outcome in layout.axes.outcomes if outcome.codes == "country"}
    for name, variable in outcome_variables(layout.axes.outcomes).items():
        if name in kept:
            values = np.stack([source.array(variant, name) for variant in layout.variants])
            if name in codes:  # nothing for -1
                values = _text((*layout.countries, ""))[values]
            data[name] = (variable.dims, values, variable.attributes)
    return data


def _totals(tallies: Arrays, finished: int, axes: Axes) -> Arrays:
    """Turn the tallies of a variant into the variables of `total_variables`."""
    if not tallies:  # every run of the variant failed
        tallies = {
            name: np.zeros([*(axes.sizes[at] for at in letters), *([bins] * bool(bins))], np.int64)
            for name, (letters, bins) in tally_arrays(axes.outcomes).items()
        }
    counts = {name: tallies[name] for name in ("event_count", "response_count", "chosen_count")}
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            **counts,
            "probability": counts["response_count"] / counts["event_count"][:, None, None],
            "first_step": tallies["first_step_sum"] / counts["chosen_count"],
        }
        for outcome in axes.outcomes:
            name = outcome.name
            if outcome.keep == "moments":
                sums, squares = tallies[f"{name}_sum"], tallies[f"{name}_square_sum"]
                found[f"{name}_mean"], found[f"{name}_sd"] = _moments(sums, squares, finished)
            if outcome.bins is not None:  # which never hold more than the runs there are
                found[f"{name}_bins"] = tallies[f"{name}_bins"].astype(np.int32)
            if outcome.by_step:
                found[f"{name}_step"] = tallies[f"{name}_sum"] / FIXED_POINT / np.float64(finished)
    return found


def _moments(
    sums: NDArray[np.int64], squares: NDArray[np.int64], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation from sums in fixed point; NaN where runs are too few."""
    mean = sums / FIXED_POINT / np.float64(count)
    deviation = squares / FIXED_POINT - mean * mean * count
    spread = np.sqrt(np.maximum(deviation, 0.0) / np.float64(count - 1))
    return mean, spread if count > 1 else np.full_like(spread, np.nan)


def _text(values: Any) -> NDArray[np.str_]:
    return np.array(list(values), dtype=np.str_)


class Rows:
    """The rows of ``outcomes.parquet``: sorted by variant, run and country, and none missing."""

    def __init__(self, path: Path, runs: int, countries: int) -> None:
        self._path = path
        self._runs = runs
        self._countries = countries

    @cached_property
    def _metadata(self) -> pq.FileMetaData:
        return pq.read_metadata(self._path)  # of a large file it takes a while to parse

    @cached_property
    def _begins(self) -> NDArray[np.int64]:
        """First row of each row group, and the number of rows."""
        groups = range(self._metadata.num_row_groups)
        sizes = [self._metadata.row_group(group).num_rows for group in groups]
        return np.cumsum([0, *sizes])

    def read(self, names: Sequence[str], variant: int, low: int, high: int) -> pa.Table:
        """Read columns of some runs of a variant: row groups that hold none of them are left."""
        first, last = ((variant * self._runs + run) * self._countries for run in (low, high))
        begins = self._begins
        groups = np.flatnonzero((begins[:-1] < last) & (begins[1:] > first))
        with pq.ParquetFile(self._path, metadata=self._metadata) as file:
            table = file.read_row_groups([int(group) for group in groups], columns=list(names))
        begin = first - int(begins[groups[0]]) if len(groups) else 0
        return table.slice(begin, last - first)


class Columns(BackendArray):
    """The columns of an outcome in ``outcomes.parquet`` as one array."""

    def __init__(self, rows: Rows, outcome: Outcome, axes: Axes, runs: int) -> None:
        self._rows = rows
        self._axes = outcome.axes
        self._names = columns_of(outcome, axes)
        self._sizes = [len(axes.labels[axis]) for axis in outcome.axes]
        self.shape = (len(axes.variants), runs, *self._sizes)
        if outcome.codes:
            self.dtype = np.dtype(f"<U{max(map(len, axes.labels[outcome.codes]))}")
        else:
            self.dtype = np.dtype(np.float64)

    def __getitem__(self, key: Any) -> Any:
        """Read the variants and the runs that are wanted, and of them what is."""
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> Any:
        variants = np.arange(self.shape[0])[key[0]]
        runs = np.arange(self.shape[1])[key[1]]
        low, high = (int(runs.min()), int(runs.max()) + 1) if runs.size else (0, 0)
        whole = np.empty((variants.size, high - low, *self.shape[2:]), self.dtype)
        if whole.size:  # a scenario without events has no stances
            for place, variant in enumerate(np.atleast_1d(variants)):
                whole[place] = self._block(int(variant), low, high)
        whole = whole[(slice(None), slice(None), *key[2:])]
        if runs.ndim == 0 or runs.size < high - low or (np.diff(runs) < 0).any():
            whole = whole[:, runs - low]
        return whole[0] if variants.ndim == 0 else whole

    def _block(self, variant: int, low: int, high: int) -> NDArray[Any]:
        """Read some runs of one variant."""
        table = self._rows.read(self._names, variant, low, high)
        columns = []
        for name in self._names:
            column = table[name]
            if self.dtype.kind == "U":
                column = column.cast(pa.string()).fill_null("")
            columns.append(column.to_numpy().astype(self.dtype).reshape(high - low, -1))
        values = np.stack(columns, axis=-1)  # runs, countries, places along the other axes
        if "country" not in self._axes:
            return values[:, 0].reshape(high - low, *self._sizes)
        place = self._axes.index("country")
        others = [size for axis, size in enumerate(self._sizes) if axis != place]
        return np.moveaxis(values.reshape(*values.shape[:2], *others), 1, 1 + place)


class OutcomesBackend(BackendEntrypoint):
    """Opens ``outcomes.parquet`` for `xarray.open_dataset`."""

    open_dataset_parameters = ("filename_or_obj", "drop_variables", "layout", "runs")

    def open_dataset(  # type: ignore[override]  # the layout has no default
        self,
        filename_or_obj: Path,
        *,
        drop_variables: Iterable[str] | None = None,
        layout: Layout,
        runs: int,
    ) -> xr.Dataset:
        """Return the outcomes as labelled arrays, without the labels."""
        axes = layout.axes
        rows = Rows(Path(filename_or_obj), runs, len(layout.countries))
        variables = outcome_variables(axes.outcomes)
        return xr.Dataset(
            {
                outcome.name: xr.Variable(
                    variables[outcome.name].dims,
                    indexing.LazilyIndexedArray(Columns(rows, outcome, axes, runs)),
                    variables[outcome.name].attributes,
                )
                for outcome in in_columns(axes)
                if outcome.name not in set(drop_variables or ())
            }
        )
