"""Arrays on disk in the third format of Zarr, without its library.

What is written is what the library writes of the same arrays, but for the bits that another zstd
leaves. To import it takes longer than a small run, and so does each array that it is asked for.
It also reads whatever codecs are installed, of which some run what stands in the file: here only
what is written is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
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
#: Codecs of what is read: with them, that of text before Zarr 3.1, which nobody reads.
CODECS: Final = frozenset({"bytes", "transpose", "zstd", "vlen-utf8"})


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


class Reader:
    """Reads an array, of which `document` says how it is stored, from a folder.

    A ValueError, or an error of what a document lacks, says that it is stored in another way.
    """

    def __init__(self, path: Path, document: Mapping[str, Any]) -> None:
        self.path = path
        self.shape = tuple(map(int, document["shape"]))
        self.chunks = tuple(map(int, document["chunk_grid"]["configuration"]["chunk_shape"]))
        kind = document["data_type"]
        self.dtype = np.dtype(kind if isinstance(kind, str) else f"<U{_letters(kind)}")
        self._missing = np.array(document["fill_value"], self.dtype)
        *orders, _, _ = codecs = document["codecs"]
        self._order = tuple(orders[0]["configuration"]["order"]) if orders else None
        if [each["name"] for each in codecs] != [*["transpose"][: len(orders)], "bytes", "zstd"]:
            raise ValueError(f"{path} is encoded in another way than it is written")
        if self.dtype.hasobject or len(self.chunks) != len(self.shape) or min(self.chunks) < 1:
            raise ValueError(f"{path} is no array of numbers or text")

    def read(self, box: Sequence[tuple[int, int]]) -> NDArray[Any]:
        """Read what lies between a first and a past-last place along each axis."""
        found = np.full([high - low for low, high in box], self._missing)
        grid = [
            range(low // size, -(-high // size))
            for (low, high), size in zip(box, self.chunks, strict=True)
        ]
        for places in product(*grid):
            file = self.path / chunk_path(places)
            if not file.exists():
                continue
            chunk = self._decoded(file.read_bytes())
            to, of = [], []
            for place, (low, high), size in zip(places, box, self.chunks, strict=True):
                first, last = max(low, place * size), min(high, (place + 1) * size)
                to.append(slice(first - low, last - low))
                of.append(slice(first - place * size, last - place * size))
            found[tuple(to)] = chunk[tuple(of)]
        return found

    def _decoded(self, data: bytes) -> NDArray[Any]:
        order = self._order or tuple(range(len(self.chunks)))
        size = math.prod(self.chunks) * self.dtype.itemsize
        room = pa.Codec("zstd").decompress(data, size)
        flat = np.frombuffer(room, self.dtype.newbyteorder("<"))
        return flat.reshape([self.chunks[axis] for axis in order]).transpose(np.argsort(order))


def _letters(kind: Mapping[str, Any]) -> int:
    return int(kind["configuration"]["length_bytes"]) // 4


def read_root(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what describes each array, and the attributes of the root.

    A ValueError says that something is encoded in another way than it is written.
    """
    root = json.loads((path / DOCUMENT).read_bytes())
    documents = root["consolidated_metadata"]["metadata"]
    for about in documents.values():
        codecs = {codec["name"] for codec in about.get("codecs", ())}
        if about["zarr_format"] != 3 or not codecs <= CODECS:
            raise ValueError
    return documents, root["attributes"]
