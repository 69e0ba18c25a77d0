"""Results of others are data: nothing that stands in a folder is ever run."""

import json
import shutil

import numcodecs
import numpy as np
import pytest
import zarr
from zarr.storage import LocalStore

import detente
from detente.runs.files import digest
from detente.runs.manifest import Manifest


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture
def hostile(run, out):
    """Open results whose trajectories were changed by somebody who knows the format."""
    run(out=out, runs=2)

    def opened():
        manifest = Manifest(out / "manifest.jsonl")
        lines = manifest.lines()
        lines[-1]["files"]["trajectories.zarr"] = digest(out / "trajectories.zarr")
        manifest.path.unlink()
        manifest.copy(lines)
        return detente.open(out).data.load()

    return opened


@pytest.fixture
def root(out, hostile):
    """Change what describes all arrays."""
    assert hostile().sizes["run"] == 2
    path = out / "trajectories.zarr" / "zarr.json"

    def change(**changes):
        document = json.loads(path.read_text())
        document["consolidated_metadata"]["metadata"]["tilt_bins"] |= changes
        path.write_text(json.dumps(document))

    return change


def pickled(path, trap):
    """Make an array of the second format of Zarr that is decoded by unpickling it."""
    path.mkdir()
    described = {
        "zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "|O", "order": "C",
        "fill_value": None, "compressor": None, "filters": [{"id": "vlen-utf8"}, {"id": "pickle"}],
    }  # fmt: skip
    (path / ".zarray").write_text(json.dumps(described))
    (path / "0").write_bytes(numcodecs.Pickle().encode(np.array([trap], dtype=object)))


def test_an_array_of_another_format_is_refused(out, root, hostile, tmp_path):
    trap = tmp_path / "trap"
    path = out / "trajectories.zarr" / "tilt_bins"
    shutil.rmtree(path)
    pickled(path, Trap(trap))
    described = json.loads((path / ".zarray").read_text())
    root(**described, node_type="array", codecs=[])
    with pytest.raises(detente.StoreError, match="encoded in a way that Détente does not write"):
        hostile()
    assert not trap.exists()


def test_a_store_of_another_format_is_refused(out, hostile, tmp_path):
    trap = tmp_path / "trap"
    path = out / "trajectories.zarr"
    shutil.rmtree(path)
    zarr.create_group(LocalStore(path), zarr_format=2)
    pickled(path / "tilt_bins", Trap(trap))
    with pytest.raises(detente.StoreError, match="cannot read"):
        hostile()
    assert not trap.exists()


@pytest.mark.parametrize("name", ["gzip", "numcodecs.pickle", "sharding_indexed", "\x1b[31m"])
def test_a_codec_that_is_not_written_is_refused(root, hostile, name):
    root(codecs=[{"name": "bytes"}, {"name": name, "configuration": {}}])
    with pytest.raises(detente.StoreError, match="in a way that Détente does not write") as refused:
        hostile()
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "changes",
    [{"codecs": 3}, {"codecs": ["bytes"]}, {"zarr_format": None}, {"shape": "x"}, {"codecs": []}],
)
def test_what_describes_no_array_is_refused(root, hostile, changes):
    root(**changes)
    with pytest.raises(detente.StoreError):
        hostile()


def test_what_an_array_says_of_itself_is_not_asked(out, root, hostile):
    """Only what was checked counts: the description in the root."""
    root()
    path = out / "trajectories.zarr" / "tilt_bins" / "zarr.json"
    path.write_text(path.read_text().replace('"zstd"', '"gzip"'))
    assert hostile()["tilt_bins"].size
