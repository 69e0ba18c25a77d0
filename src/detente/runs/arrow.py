"""Columns of Arrow from NumPy's memory as it is.

`pyarrow.array` would first import pandas, to look whether it was given something of it; that takes
half a second, and a run may have no other use for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def numbers(values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return numbers as a column.

    Parameters
    ----------
    values : ndarray, shape (n,)
        What is in it.
    missing : ndarray of bool, shape (n,), optional
        Where it is null instead; by default nowhere.
    """
    valid = None
    if missing is not None and missing.any():
        valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(
        kind, len(values), [valid, pa.py_buffer(np.ascontiguousarray(values))]
    )


def texts(words: Sequence[str]) -> pa.Array:
    """Return texts as a column."""
    encoded = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(words), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    )


def coded(places: NDArray[Any], words: Sequence[str]) -> pa.Array:
    """Return texts by their places in a list of words as a column; null for -1."""
    return pa.DictionaryArray.from_arrays(
        numbers(places.astype(np.int32), places < 0), texts(words)
    )


def values(column: pa.Array) -> NDArray[Any]:
    """Return the numbers of a column, NaN where it is null."""
    valid, room = column.buffers()
    kind = column.type.to_pandas_dtype()
    found = np.frombuffer(room, kind)[column.offset : column.offset + len(column)]
    if column.null_count == 0:
        return found
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
    return np.where(bits[column.offset : column.offset + len(column)], found, np.nan)


def words(column: pa.Array) -> NDArray[np.str_]:
    """Return the texts of a column as of `coded`, empty where it is null."""
    known = np.array([*column.dictionary.to_pylist(), ""])
    places = values(column.indices)
    return known[np.where(np.isnan(places), len(known) - 1, places).astype(np.int64)]
