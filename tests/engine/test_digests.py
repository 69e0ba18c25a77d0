"""The same seed gives the same results as before, to the last bit.

A change to the theory, its coefficients or a scenario makes new digests. Then say in the log why,
and by how much results move, and print the new ones: uv run python tests/engine/test_digests.py
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import detente
from detente.engine.kernel import simulate
from detente.runs.layout import Layout
from detente.runs.tables import columns_of

RUNS = 130
SCENARIOS = ("bagram-2025", "access-2001")
#: Of the bytes of each file, as this version of pyarrow writes it, and of what is in its columns;
#: of outcomes, which are rounded as they are written, of the numbers before that.
WRITER = "26.0.1"
DIGESTS = {
    ("bagram-2025", "outcomes"): (
        "ae883efffb513fa4e88a1979e41b30439e67b081156396a3ada6b778fccd0152",
        "7a98f5ff5620bff43b6ccab158f25c77209c93f735ecb3b6c6232a7a470fd9b4",
    ),
    ("bagram-2025", "responses"): (
        "c236bedb48b67ca08e7c1aa705bbb0a64fa282c1a28f1bc8e3569886a50f3c5d",
        "6fce333cd74cb5fcd02e9d1fe3f353948532c1e82514f3d1004e8010bf21962c",
    ),
    ("access-2001", "outcomes"): (
        "6afd1eedf18a4ab7c012bd1d04bf0f61dc7a846972bd97ad4ce04e09d91406e0",
        "ea75ee85116bb50248acbace0e51aed2927ff9bea706acd5920bf1a005a7092b",
    ),
    ("access-2001", "responses"): (
        "e625fbb27fead87eaacbcdcafa16eb5818ee99e7cecc578bbbf2fb6ba52a1c61",
        "b50cb4399030b253e999282af84800cae69a111873a78e4ae87d2e8430453b67",
    ),
}


def content(table):
    """Return a digest of names, types and values, whatever wrote the file."""
    digest = hashlib.sha256()
    for field, column in zip(table.schema, table.columns, strict=True):
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


def outcomes(scenario):
    """Return the rows of the outcomes as the engine leaves them, before any number is rounded."""
    layout = Layout(detente.load(scenario))
    axes, parts = layout.axes, []
    codes = axes.labels["country"]
    for variant, course in layout.courses.items():
        chunk = simulate(course, variant, 0, RUNS, keep_paths=False, events=layout.events)
        columns = {
            "variant": pa.array([variant] * RUNS * len(codes)).dictionary_encode(),
            "run": np.repeat(np.arange(RUNS), len(codes)),
            "country": pa.array(codes * RUNS).dictionary_encode(),
        }
        for name, about in axes.columns.items():
            values = chunk.runs[name]
            if "country" in about.dims:
                values = np.moveaxis(values, about.dims.index("country") - 1, 1)
            else:
                values = np.repeat(values[:, None], len(codes), axis=1)
            values = values.reshape(RUNS * len(codes), -1)
            for column, numbers in zip(columns_of(name, about, axes), values.T, strict=True):
                if about.codes:
                    words = [axes.labels[about.codes][place] for place in numbers]
                    columns[column] = pa.array(words).dictionary_encode()
                else:
                    columns[column] = pa.array(numbers, from_pandas=True)
        parts.append(pa.table(columns))
    return pa.concat_tables(parts).unify_dictionaries()


def digests(scenario, folder):
    """Return the digests of the tables of a scenario's results, made in a folder."""
    detente.run(scenario, runs=RUNS, out=folder / "results", progress=False)
    paths = {table: folder / "results" / f"{table}.parquet" for table in ("outcomes", "responses")}
    whole = {table: hashlib.sha256(path.read_bytes()).hexdigest() for table, path in paths.items()}
    inside = {"outcomes": outcomes(scenario), "responses": pq.read_table(paths["responses"])}
    return {(scenario, table): (whole[table], content(inside[table])) for table in paths}


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
