"""The labelled arrays of results, in memory and as ``trajectories.zarr``.

What there is follows from the outcomes that the theory declares: `outcome_variables` of each run,
`total_variables` over runs.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.engine.chunk import FIXED_POINT, Arrays, Chunk
from detente.runs.files import link_or_copy, write_text
from detente.runs.seam import dense, tally_arrays

if TYPE_CHECKING:
    import xarray as xr
    import zarr

    from detente.runs.layout import Axes, Layout
    from detente.runs.tasks import FileSource, MemorySource, Source
    from detente.theory.declare import Outcomes

#: Attribute of the root of ``trajectories.zarr`` that is set last: without it, it is not whole.
MARKER: Final = "complete"


class Variable(NamedTuple):
    """What a variable of the results is: its dimensions, and how it describes itself."""

    dims: tuple[str, ...]
    long_name: str
    units: str
    description: str

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes that the variable carries."""
        return {
            "long_name": self.long_name,
            "units": self.units,
            "description": self.description,
        }


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
    import xarray as xr

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
            name: np.zeros([*(axes.sizes[letter] for letter in letters), *([bins] * bool(bins))])
            for name, (letters, bins) in tally_arrays(axes.outcomes).items()
        }
        tallies = {name: array.astype(np.int64) for name, array in tallies.items()}
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


def kept_arrays(axes: Axes, *, paths: bool) -> dict[str, tuple[str, str, float]]:
    """Return what ``trajectories.zarr`` keeps of every run: all but ``outcomes.parquet``."""
    columns = {outcome.name for outcome in axes.outcomes if outcome.column}
    arrays = axes.run_arrays(paths=paths)
    return {name: about for name, about in arrays.items() if name not in columns}


def encode_array(chunk: Chunk, axes: Axes, name: str, chunk_runs: int) -> bytes | None:
    """Return an array of a chunk as zarr stores it; None if all in it is missing.

    Parameters
    ----------
    chunk : Chunk
        What was simulated.
    axes : Axes
        The labels along its axes.
    name : str
        As in `kept_arrays`.
    chunk_runs : int
        Runs to a whole chunk.
    """
    from zarr.storage import MemoryStore

    about = axes.run_arrays(paths=True)[name]
    values = dense(chunk, axes.sizes, {name: about})[name]
    files: dict[str, Any] = {}
    array = _create(MemoryStore(files), about, axes, (1, chunk_runs), chunk_runs, zarr_format=3)
    array[0, : len(values)] = values
    encoded = files.get(_chunk_path(about, 0, 0))
    return None if encoded is None else encoded.to_bytes()


def _create(
    store: Any,
    about: tuple[str, str, float],
    axes: Axes,
    counts: tuple[int, int],
    chunk_runs: int,
    **options: Any,
) -> zarr.Array[Any]:
    """Create an array for some variants and runs; a chunk of it holds runs of one variant."""
    import zarr
    from zarr.codecs import ZstdCodec

    letters, kind, missing = about
    sizes = tuple(axes.sizes[letter] for letter in letters)
    return zarr.create_array(
        store,
        shape=(*counts, *sizes),
        chunks=(1, chunk_runs, *(max(size, 1) for size in sizes)),
        dtype=np.dtype(kind).newbyteorder("<"),
        fill_value=missing,
        compressors=ZstdCodec(level=1),
        **options,
    )


def _chunk_path(about: tuple[str, str, float], variant: int, place: int) -> str:
    """Return where zarr keeps a chunk of an array: of a variant, the one at a place in order."""
    return "/".join(("c", str(variant), str(place), *("0" for _ in about[0])))


def write_trajectories(
    source: FileSource, totals: xr.Dataset, path: Path, chunk_runs: int, *, paths: bool
) -> None:
    """Write everything that is not in the tables, readable by `xarray.open_zarr`.

    Parameters
    ----------
    source : FileSource
        The chunks.
    totals : xarray.Dataset
        What is summed over them.
    path : Path
        Where.
    chunk_runs : int
        Runs to a chunk; only the last may have fewer.
    paths : bool
        Whether every run's path is kept.
    """
    axes = source.layout.axes
    totals.to_zarr(path, mode="w-", zarr_format=3, consolidated=False)
    variables = outcome_variables(axes.outcomes)
    counts = (len(axes.variants), len(source.numbers))
    for name, about in kept_arrays(axes, paths=paths).items():
        variable = variables[name]
        _create(
            path, about, axes, counts, chunk_runs,
            name=name, dimension_names=variable.dims, attributes=variable.attributes,
        )  # fmt: skip
        for variant, code in enumerate(axes.variants):
            for place, file in enumerate(source.files(code, f".{name}")):
                if file is not None:
                    target = path / name / _chunk_path(about, variant, place)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    link_or_copy(file, target)
    _conclude(path)


def _conclude(path: Path) -> None:
    """Gather the metadata of all arrays in the root, where xarray looks for them, and mark it.

    zarr lists arrays as the file system does; sorted, the same results give the same bytes. It
    also warns that version 3 of the format has no word for gathered metadata yet: readers that do
    not know them pass over them.
    """
    import zarr

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zarr.consolidate_metadata(str(path), zarr_format=3)
    document = path / "zarr.json"
    root = json.loads(document.read_text("utf-8"))
    gathered = root["consolidated_metadata"]
    gathered["metadata"] = dict(sorted(gathered["metadata"].items()))
    root["attributes"][MARKER] = True
    write_text(document, json.dumps(root, indent=2))
