"""``trajectories.zarr``: distributions over time, and what else a run leaves than its outcomes."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from detente.runs.files import link, write_text
from detente.runs.pieces import by_run, chunk_key, new_array
from detente.runs.variables import OUTCOMES

if TYPE_CHECKING:
    import xarray as xr
    import zarr

    from detente.runs.source import FileSource

#: Attribute of the root that is set last: without it the store is not whole.
MARKER: Final = "complete"


def write_trajectories(
    source: FileSource, totals: xr.Dataset, path: Path, room: int, *, paths: bool
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
    room : int
        Runs to a chunk; only the last may have fewer.
    paths : bool
        Whether every run's path is kept.
    """
    import zarr

    totals.to_zarr(path, mode="w-", zarr_format=3, consolidated=False)
    root = zarr.open_group(path, mode="r+", zarr_format=3)
    for name in by_run(paths=paths):
        _lay_out(root, path, name, source, room)
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


def _lay_out(root: zarr.Group, path: Path, name: str, source: FileSource, room: int) -> None:
    """Create an array of what is kept of every run, and put its chunks in their places."""
    axes = source.layout.axes
    meaning = OUTCOMES[name]
    new_array(
        root, name, axes, (len(axes.variants), len(source.numbers)), room,
        dimension_names=meaning.dims, attributes=dict(meaning.attributes),
    )  # fmt: skip
    for variant, code in enumerate(axes.variants):
        for place, piece in enumerate(source.pieces(code, f".{name}")):
            if piece is not None:
                target = path / name / chunk_key(name, variant, place)
                target.parent.mkdir(parents=True, exist_ok=True)
                link(piece, target)
