import functools
import hashlib
import json
from pathlib import Path

import pytest

import detente
from detente.runs import engines
from detente.runs.folder import note_pictures

SMALL = Path(__file__).parent / "small.yaml"


@pytest.fixture(autouse=True)
def fake_engine(monkeypatch):
    """Register the engine that makes numbers up, with five runs to a chunk."""
    engine = engines.Engine("fake", "fake_engine:simulate", 5)
    monkeypatch.setitem(engines.ENGINES, "fake", engine)
    return engine


@pytest.fixture
def small():
    return detente.load(SMALL)


@pytest.fixture
def run(small):
    """Run the small scenario with the fake engine in this process."""
    return functools.partial(detente.run, small, engine="fake", workers=1, progress=False)


@pytest.fixture
def draw():
    """Write pictures to a results folder as what draws them does."""

    def draw(folder, *names):
        pictures = folder / "plots"
        pictures.mkdir(exist_ok=True)
        note_pictures(pictures, names)
        for name in names:
            (pictures / name).write_text(f"drawn: {name}")

    return draw


@pytest.fixture
def contents():
    """Read a folder: the bytes of each file by its path, the manifest without when and how long."""

    def read(folder):
        files = {}
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                files[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        lines = [
            json.loads(line) for line in (Path(folder) / "manifest.jsonl").read_text().splitlines()
        ]
        for line in lines:
            del line["when"], line["seconds"], line["sha256"]  # which is of the others too
        files["manifest.jsonl"] = lines
        return files

    return read


@pytest.fixture
def out(tmp_path):
    return tmp_path / "results" / "small"
