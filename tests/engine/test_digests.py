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
        "ee4db949e75c412c4bc38cd54591bfe11a07c9770883918282b26852b1873fd1",
        "463da29a78e383e284455dcca7623fe1ecb84db8d625a87654fa90f1f99dd641",
    ),
    ("bagram-2025", "responses"): (
        "857644f76923ba13d6b81cf7857bed13509839a3fe259f1050b7022bd7783b94",
        "c025a0abea5456f890d04d163cda81c542735600c846909c0cc6ff795dc5b6dd",
    ),
    ("access-2001", "outcomes"): (
        "62d861cf89033e1ada0e4e480150cc0633d1de666f00b4da1189215027b7492f",
        "9ae2fbf97f7a0b213fd485033f9f69a780d7f2d67bdf5860307a3501ffeb44b2",
    ),
    ("access-2001", "responses"): (
        "67d5c971241aa0cd24f5b06e25d6c9c0d88a019ef2328be78c979d9c6f1d0f89",
        "bb0e87562fbdf0aa95008c472c19128351491bca7630ffa18cf186a51928605a",
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
