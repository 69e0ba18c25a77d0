"""Arrays on disk in the third format of Zarr, without its library.

What is written is what the library writes of the same arrays, but for the bits that another zstd
leaves. To import it takes longer than a small run, and so does each array that it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

#: What describes an array, or in the root all of them.
DOCUMENT: Final = "zarr.json"
#: Level of zstd of what is small, and of the rest. It calls its default, 3, 0.
SMALL, LARGE = 0, 1
_LEVELS: Final = {SMALL: 3, LARGE: 1}


class Encoding:
    """An array as it is stored: how large it and its chunks are, what they hold and are encoded by.

    Parameters
    ----------
    kind : dtype
        What it holds.
    shape, chunks : tuple of int
        Its size, and that of a chunk.
    missing
        What it holds in chunks that are not there.
    level : int
        `SMALL` or `LARGE`.
    order : tuple of int, optional
        The axes in the order in which a chunk has them.
    """

    def __init__(
        self, kind: Any, shape: tuple[int, ...], chunks: tuple[int, ...], missing: Any = 0,
        level: int = LARGE, order: tuple[int, ...] | None = None,
    ) -> None:  # fmt: skip
        self.kind = np.dtype(kind).newbyteorder("<")
        self.shape = shape
        self.chunks = tuple(max(size, 1) for size in chunks)
        self.missing = self.kind.type(missing)
        self.order = order
        self._level = level

    def document(self, dims: tuple[str, ...], attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Return what describes it, with the names of its axes and its attributes."""
        kind: Any = self.kind.name
        if self.kind.kind == "U":
            length = {"length_bytes": self.kind.itemsize}
            kind = {"name": "fixed_length_utf32", "configuration": length}
        nothing = self.missing.item()
        several = self.kind.itemsize > 1
        order = {"name": "transpose", "configuration": {"order": self.order}}
        return {
            "shape": self.shape,
            "data_type": kind,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": self.chunks}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": "NaN" if nothing != nothing else nothing,  # noqa: PLR0124 - of NaN alone
            "codecs": [
                *([order] if self.order else []),
                {"name": "bytes", **({"configuration": {"endian": "little"}} if several else {})},
                {"name": "zstd", "configuration": {"level": self._level, "checksum": False}},
            ],
            "attributes": attributes,
            "dimension_names": dims,
            "zarr_format": 3,
            "node_type": "array",
            "storage_transformers": [],
        }

    def encoded(self, values: NDArray[Any]) -> bytes | None:
        """Return a chunk, or the first of one that ends early; None if all in it is missing."""
        if _all(values, self.missing):
            return None
        whole = values
        if values.shape != self.chunks:
            whole = np.full(self.chunks, self.missing, self.kind)
            whole[tuple(map(slice, values.shape))] = values
        if self.order:
            whole = whole.transpose(self.order)
        whole = np.ascontiguousarray(whole, self.kind)
        codec = pa.Codec("zstd", _LEVELS[self._level])
        room: bytes = codec.compress(pa.py_buffer(whole), asbytes=True)
        return room

    def write(self, values: NDArray[Any], path: Path, first: int = 0) -> None:
        """Write chunks to the folder of an array, from a place along the first axis on."""
        sizes = zip(values.shape, self.chunks, strict=True)
        for places in product(*(range(-(-size // chunk)) for size, chunk in sizes)):
            at = zip(places, self.chunks, strict=True)
            data = self.encoded(values[tuple(slice(p * size, (p + 1) * size) for p, size in at)])
            if data is not None:
                file = path / chunk_path((first + places[0], *places[1:]))
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)


def _all(values: NDArray[Any], missing: Any) -> bool:
    """Whether all values are of what is missing."""
    same = np.isnan(values) if missing != missing else values == missing  # noqa: PLR0124
    return bool(same.all())


def chunk_path(places: tuple[int, ...]) -> str:
    """Return where a chunk is kept of an array, by its place along each axis."""
    return "/".join(("c", *map(str, places)))


def write_documents(
    path: Path, documents: Mapping[str, Mapping[str, Any]], attributes: Mapping[str, Any]
) -> None:
    """Write what describes each array and, last, the root, which has all of it and attributes.

    The third version of the format has no word for gathered documents yet: readers that do not
    know them pass over them.
    """
    for name, document in documents.items():
        (path / name).mkdir(parents=True, exist_ok=True)
        _write(path / name / DOCUMENT, document)
    gathered = {
        "kind": "inline",
        "must_understand": False,
        "metadata": dict(sorted(documents.items())),
    }
    _write(
        path / DOCUMENT,
        {
            "attributes": attributes,
            "zarr_format": 3,
            "consolidated_metadata": gathered,
            "node_type": "group",
        },
    )


def _write(path: Path, document: Mapping[str, Any]) -> None:
    text = json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
