"""The notebook runs from top to bottom and shows its pictures; git holds no outputs of it."""

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "first-steps.ipynb"
#: A first run compiles the rules.
PATIENCE = 600


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Make this very interpreter the kernel, whatever others are installed."""
    folder = tmp_path / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": launch, "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return "python3"


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=nbformat.NO_CONVERT)


def test_is_valid_and_holds_no_outputs(notebook):
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_runs_and_shows_its_pictures(notebook, kernel, tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    client = NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=PATIENCE,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    outputs = [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]
    assert [out for out in outputs if "error" in out.output_type or _complains(out)] == []
    kinds = [kind for out in outputs for kind in out.get("data", {})]
    assert kinds.count("image/png") == 2
    assert kinds.count("text/html") >= 4  # the results, and the tables
    assert not list(folder.iterdir())


def _complains(output):
    return output.get("name") == "stderr"
