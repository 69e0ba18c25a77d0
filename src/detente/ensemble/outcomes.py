"""``outcomes.parquet`` and ``responses.parquet``: the tables of a results folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.ensemble.chunk import Arrays, Chunk
from detente.ensemble.dataset import totals_dataset

if TYPE_CHECKING:
    from detente.ensemble.layout import Layout
    from detente.ensemble.source import Source

#: What the rows of ``outcomes.parquet`` need of a chunk.
NEEDED = ("tilt", "toward", "hedging", "bloc", "tension", "stance")

_WORD = pa.dictionary(pa.int32(), pa.string())


def outcome_schema(layout: Layout) -> pa.Schema:
    """Return the columns of ``outcomes.parquet``."""
    numbers = [
        "tilt",
        *(f"toward_{pole}" for pole in layout.poles),
        "hedging",
    ]
    stances = [f"stance_{event}" for event in layout.events]
    return pa.schema(
        [
            ("variant", _WORD),
            ("run", pa.int64()),
            ("country", _WORD),
            *((name, pa.float64()) for name in numbers),
            ("bloc", _WORD),
            ("tension", pa.float64()),
            *((name, pa.float64()) for name in stances),
        ]
    )


def write_outcomes(source: Source, path: Path) -> None:
    """Write a row a variant, run and country, in this order; a row group a chunk."""
    layout = source.layout
    schema = outcome_schema(layout)
    words = [field.name for field in schema if field.type == _WORD]
    with pq.ParquetWriter(
        path, schema, compression="zstd", use_dictionary=words, write_statistics=True
    ) as writer:
        for place, variant in enumerate(layout.variants):
            for chunk in source.chunks(variant, NEEDED):
                batch = _rows(chunk, place, layout, schema)
                writer.write_batch(batch, row_group_size=batch.num_rows)


def _rows(chunk: Chunk, place: int, layout: Layout, schema: pa.Schema) -> pa.RecordBatch:
    """Return the rows of a chunk; a run that failed has nothing but its number."""
    arrays = chunk.dense(layout.sizes, NEEDED)
    runs, countries = chunk.last - chunk.first, len(layout.countries)
    codes = pa.array(layout.countries, pa.string())
    columns: dict[str, pa.Array] = {
        "variant": _words(np.full(runs * countries, place), pa.array(layout.variants, pa.string())),
        "run": pa.array(np.repeat(np.arange(chunk.first, chunk.last), countries)),
        "country": _words(np.tile(np.arange(countries), runs), codes),
        "bloc": _words(arrays["bloc"].reshape(-1), codes),
    }
    for name, values in _numbers(arrays, countries, layout).items():
        # NaN becomes null, which every reader of Parquet leaves out of means
        columns[name] = pa.array(values.reshape(-1), from_pandas=True)
    return pa.record_batch([columns[name] for name in schema.names], schema=schema)


def _numbers(arrays: Arrays, countries: int, layout: Layout) -> Arrays:
    """Return the columns that are numbers, each an array of runs and countries."""
    return {
        "tilt": arrays["tilt"],
        **{f"toward_{p}": arrays["toward"][:, :, k] for k, p in enumerate(layout.poles)},
        "hedging": arrays["hedging"],
        "tension": np.repeat(arrays["tension"], countries),
        **{f"stance_{e}": arrays["stance"][:, k, :] for k, e in enumerate(layout.events)},
    }


def _words(places: NDArray[Any], words: pa.Array) -> pa.Array:
    """Return text by its place in a list of words; nothing for -1."""
    indices = pa.array(places.astype(np.int32), mask=places < 0)
    return pa.DictionaryArray.from_arrays(indices, words)


def write_responses(source: Source, path: Path) -> None:
    """Write how often each response was the last, a row a variant, event, country and response.

    A variant has rows for its own events; probability and first step are null where the event or
    the response never came up.
    """
    layout = source.layout
    data = totals_dataset(source)
    own = [
        [event in {e.id for e in layout.courses[variant].events} for event in layout.events]
        for variant in layout.variants
    ]
    shape = data["response_count"].shape
    keep = np.broadcast_to(np.array(own, dtype=bool).reshape(*shape[:2], 1, 1), shape).reshape(-1)
    at = [axis.reshape(-1)[keep] for axis in np.indices(shape)]
    columns: dict[str, pa.Array] = {
        name: _words(places, pa.array(words, pa.string()))
        for name, places, words in zip(
            ("variant", "event", "country", "response"),
            at,
            (layout.variants, layout.events, layout.countries, layout.responses),
            strict=True,
        )
    }
    columns["stance"] = pa.array(np.array(layout.stances)[at[3]])
    columns["count"] = pa.array(data["response_count"].to_numpy().reshape(-1)[keep])
    for name in ("probability", "first_step"):
        columns[name] = pa.array(data[name].to_numpy().reshape(-1)[keep], from_pandas=True)
    words = ["variant", "event", "country", "response"]
    pq.write_table(pa.table(columns), path, compression="zstd", use_dictionary=words)
