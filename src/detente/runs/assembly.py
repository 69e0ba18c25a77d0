"""From finished chunks to the tables of a results folder, one chunk in memory at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.runs import folder as places
from detente.runs.dataset import totals_dataset
from detente.runs.files import digest, sync_tree, write_text
from detente.runs.outcomes import join_rows, write_responses
from detente.runs.pieces import ROWS_END
from detente.runs.summary import summarise
from detente.runs.trajectories import write_trajectories

if TYPE_CHECKING:
    from detente.runs.plan import Plan
    from detente.runs.source import FileSource


def put_together(source: FileSource, plan: Plan, folder: Path) -> dict[str, dict[str, Any]]:
    """Write the tables to a folder and see that they are on the disk.

    Parameters
    ----------
    source : FileSource
        The chunks.
    plan : Plan
        What was run.
    folder : Path
        An empty folder on the same disk as the chunks.

    Returns
    -------
    dict
        Size and checksum of each table by its name.
    """
    layout = source.layout
    totals = totals_dataset(source)
    write_responses(totals, layout, folder / places.RESPONSES)
    trajectories = folder / places.TRAJECTORIES
    write_trajectories(source, totals, trajectories, plan.chunk_runs, paths=plan.keep_paths)
    text = json.dumps(summarise(source), indent=2, allow_nan=False, ensure_ascii=False)
    write_text(folder / places.SUMMARY, f"{text}\n")
    rows = (filter(None, source.pieces(variant, ROWS_END)) for variant in layout.variants)
    join_rows(rows, layout.axes, folder / places.OUTCOMES)
    sync_tree(folder)
    return {name: _entry(folder / name) for name in places.TABLES}


def _entry(path: Path) -> dict[str, Any]:
    sha256, size = digest(path)
    return {"bytes": size, "sha256": sha256}
