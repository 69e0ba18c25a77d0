"""The same seed gives the same results as before, to the last bit.

A change to the theory, its coefficients or a scenario makes new digests. Then say in the log why,
and by how much results move, and print the new ones: uv run python tests/engine/test_digests.py
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import detente

RUNS = 130
SCENARIOS = ("bagram-2025", "access-2001")
#: Of the bytes of each file, as this version of pyarrow writes it, and of what is in its columns.
WRITER = "26.0.1"
DIGESTS = {
    ("bagram-2025", "outcomes"): (
        "b226f1206f7e68014842bd9f381a585e73476c407d72a925c4b209ad6bcdc663",
        "bb1bd9f0f1a03c75852bc51f7755bf7b860904608e8fccc390b5dcb37136b861",
    ),
    ("bagram-2025", "responses"): (
        "33768cab4fa29bcb9399d9d394e59be5eb034727e3cee4d4e0990bc3a87faaad",
        "eeec32f66e84aa352f18ef98decdca0fe90b8cfc0e14b0926a2683c40f5330e3",
    ),
    ("access-2001", "outcomes"): (
        "8fecfe1080d9f65447efe791d53e26d1c5d64b2f5e5922b31870f17c2629a8fe",
        "e8abc405cc980a0fb96f6f36a84850dabec2711aaccdfdb6e0e18203e6850fd9",
    ),
    ("access-2001", "responses"): (
        "678bcf7a6b6335e4e21903e02359a1015d6014d02a8943ffc98c633ff433e396",
        "6ee5a8b1807fdb4a19aa85d3aa8600560b49cfd8de0ce1184430e308e09b56ac",
    ),
}


def content(path):
    """Return a digest of names, types and values, whatever wrote the file."""
    digest = hashlib.sha256()
    for field, column in zip(pq.read_schema(path), pq.read_table(path).columns, strict=True):
        digest.update(f"{field.name}:{field.type}".encode())
        values = column.combine_chunks()
        if pa.types.is_dictionary(values.type):
            values = values.cast(pa.string())
        digest.update(repr(values.null_count).encode())
        if pa.types.is_string(values.type):
            digest.update("\n".join(each or "" for each in values.to_pylist()).encode())
        else:
            numbers = values.fill_null(-9)
            digest.update(numbers.to_numpy(zero_copy_only=False).tobytes())
    return digest.hexdigest()


def digests(scenario, folder):
    """Return the digests of the tables of a scenario's results, made in a folder."""
    detente.run(scenario, runs=RUNS, out=folder / "results", progress=False)
    paths = {table: folder / "results" / f"{table}.parquet" for table in ("outcomes", "responses")}
    return {
        (scenario, table): (hashlib.sha256(path.read_bytes()).hexdigest(), content(path))
        for table, path in paths.items()
    }


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_results_are_those_of_before(scenario, tmp_path):
    for key, (whole, inside) in digests(scenario, tmp_path).items():
        assert inside == DIGESTS[key][1]
        if pa.__version__ == WRITER:
            assert whole == DIGESTS[key][0]


if __name__ == "__main__":
    for each in SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            found = {str(key): both for key, both in digests(each, Path(folder)).items()}
            sys.stdout.write(json.dumps(found, indent=1) + "\n")
