"""``trajectories.zarr``: distributions over time, and what else a run leaves than its outcomes."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.ensemble.chunk import RUN_ARRAYS
from detente.ensemble.dataset import totals_dataset
from detente.ensemble.files import write_text
from detente.ensemble.variables import OUTCOMES

if TYPE_CHECKING:
    import zarr

    from detente.ensemble.source import Source

#: Attribute of the root that is set last: without it the store is not whole.
MARKER: Final = "complete"

#: What is stored a run, by its name in the dataset and in `Chunk.runs`.
BY_RUN: Final = {"polarisation": "polarisation", "last_response": "response"}
PATHS: Final = {"path_tilt": "path_tilt"}


def write_trajectories(source: Source, path: Path, *, paths: bool) -> None:
    """Write everything that is not in the tables, readable by `xarray.open_zarr`."""
    import zarr

    totals = totals_dataset(source)
    totals.to_zarr(path, mode="w-", zarr_format=3, consolidated=False)
    root = zarr.open_group(path, mode="r+", zarr_format=3)
    for name, stored in {**BY_RUN, **(PATHS if paths else {})}.items():
        _write_by_run(root, name, stored, source)
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


def _write_by_run(root: zarr.Group, name: str, stored: str, source: Source) -> None:
    layout = source.layout
    axes, kind, missing = RUN_ARRAYS[stored]
    sizes = tuple(layout.sizes[axis] for axis in axes)
    longest = max((last - first for first, last in source.spans), default=1)
    array = root.create_array(
        name,
        shape=(len(layout.variants), len(source.numbers), *sizes),
        chunks=(1, longest, *(max(size, 1) for size in sizes)),
        dtype=np.dtype(kind).newbyteorder("<"),
        fill_value=missing,
        dimension_names=OUTCOMES[name].dims,
        attributes=dict(OUTCOMES[name].attributes),
    )
    for place, variant in enumerate(layout.variants):
        row = 0
        for chunk in source.chunks(variant, (stored,)):
            values: Any = chunk.dense(layout.sizes, (stored,))[stored]
            array[place, row : row + len(values)] = values
            row += len(values)
