"""What each run drew: ``inputs.parquet``, one row a variant and run, one column a path.

Draws follow from the number of a run alone, so that no chunk holds them: they are written when the
tables are put together, a block of runs at a time, to seven digits. Variants of a block stand one
after another in one page, where compression finds again what several of them share.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.engine.sampler import sampler_of
from detente.runs.arrow import coded, numbers
from detente.runs.tables import WHOLE_PAGES

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.layout import Layout

#: Runs of every variant that are in memory at a time.
BLOCK: Final = 4096

Runs = NDArray[np.int64]


def drawn_paths(layout: Layout) -> tuple[str, ...]:
    """Return the path of every number that runs of any variant draw."""
    return tuple(
        dict.fromkeys(
            item.path
            for course in layout.courses.values()
            for item in sampler_of(course).uncertain
            if item.rows  # what is drawn only for the sake of others is no input
        )
    )


def blocks(layout: Layout, finished: Runs) -> Iterator[pa.Table]:
    """Give what runs drew, a block of runs of all variants at a time; null where nothing was."""
    paths = drawn_paths(layout)
    for first, last in _cut(finished):
        parts = []
        for place, course in enumerate(layout.courses.values()):
            sampler = sampler_of(course)
            draws = sampler.draws(first, last - first)
            rows = {item.path: row for item, row in zip(sampler.uncertain, draws, strict=True)
                    if item.rows}  # fmt: skip
            nothing = pa.nulls(last - first, pa.float32())
            columns: list[Any] = [coded(np.full(last - first, place), layout.variants)]
            columns.append(numbers(np.arange(first, last)))
            columns += [
                numbers(rows[path].astype(np.float32)) if path in rows else nothing
                for path in paths
            ]
            parts.append(pa.table(columns, names=["variant", "run", *paths]))
        yield pa.concat_tables(parts)


def _cut(finished: Runs) -> Iterator[tuple[int, int]]:
    """Cut the numbers of runs, in order, into spans without a gap that fit in memory."""
    gaps = np.flatnonzero(np.diff(finished) != 1) + 1
    for span in np.split(finished, gaps):
        for begin in range(0, len(span), BLOCK):
            piece = span[begin : begin + BLOCK]
            yield int(piece[0]), int(piece[-1]) + 1


def write_inputs(layout: Layout, finished: Runs, path: Path) -> None:
    """Write what runs drew; a block of them is in memory at a time."""
    fields = [("variant", pa.dictionary(pa.int32(), pa.string())), ("run", pa.int64())]
    paths = drawn_paths(layout)
    schema = pa.schema(fields + [(each, pa.float32()) for each in paths])
    encodings = {"run": "DELTA_BINARY_PACKED", **dict.fromkeys(paths, "BYTE_STREAM_SPLIT")}
    with pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=3, use_dictionary=["variant"],
        column_encoding=encodings, write_statistics=["variant", "run"], **WHOLE_PAGES,
    ) as writer:  # fmt: skip
        for table in blocks(layout, finished):
            writer.write_table(table, row_group_size=table.num_rows)


def input_table(layout: Layout, finished: Runs, path: Path | None) -> pd.DataFrame:
    """Return what runs drew, from a file or, if there is none, drawn once more."""
    if path is not None and path.exists():
        table = pq.read_table(path)
    else:
        table = pa.concat_tables(blocks(layout, finished)).unify_dictionaries()
    frame = table.to_pandas().sort_values(["variant", "run"], ignore_index=True)
    return cast("pd.DataFrame", frame)
