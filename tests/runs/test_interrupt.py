"""Real processes, really interrupted and really killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import detente

HERE = Path(__file__).parent
COMMAND = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from detente.runs import engines
engines.ENGINES["mesa"] = engines.Engine("mesa", "fake_engine:simulate", 5)
from detente.cli import main
sys.argv[0] = "detente"
main()
"""

LAST_PRESS = """
import os, signal
class Last:
    def __del__(self, press=os.kill, process=os.getpid(), number=signal.SIGINT):
        press(process, number)
last = Last()
"""


@pytest.fixture
def start(tmp_path):
    """Start ``detente run`` on the small scenario, with the engine that makes numbers up."""
    started = []

    def begin(*options, seconds="0", workers=1, before=""):
        arguments = [str(HERE / "small.yaml"), "--engine", "mesa", "--workers", str(workers)]
        process = subprocess.Popen(
            [sys.executable, "-c", before + COMMAND, "run", *arguments, "--no-plots", *options],
            cwd=tmp_path,
            env={**os.environ, "FAKE_SECONDS": seconds},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def chunks_in(folder):
    try:
        lines = (folder / "manifest.jsonl").read_text().splitlines()
    except FileNotFoundError:
        return 0
    return sum('"kind": "chunk"' in line for line in lines)


def wait_for_chunks(process, folder, count):
    until = time.monotonic() + 60
    while chunks_in(folder) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)


def test_ctrl_c_keeps_what_is_finished_and_resume_goes_on(start, run, contents, tmp_path):
    out = tmp_path / "results" / "small"
    process = start(seconds="0.02", workers=2)
    wait_for_chunks(process, out, 4)
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does: to everyone
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    kept = detente.open(out).runs
    assert errors.splitlines()[-1] == (
        f"detente: interrupted: {kept} of 23 runs a variant are kept in results/small; "
        "the same command with --resume goes on"
    )
    assert "Traceback" not in errors
    again = start("--resume")
    _, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    assert "going on after" in errors
    assert_whole(out, run, contents, tmp_path)


def test_a_second_ctrl_c_corrupts_nothing(start, run, contents, tmp_path):
    out = tmp_path / "results" / "small"
    process = start(seconds="0.02")
    wait_for_chunks(process, out, 4)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    again = start("--resume")
    _, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    assert_whole(out, run, contents, tmp_path)


def test_ctrl_c_while_python_ends_changes_no_exit_code(start, tmp_path):
    process = start(seconds="0.02", before=LAST_PRESS)
    wait_for_chunks(process, tmp_path / "results" / "small", 4)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130


def test_a_killed_run_goes_on_and_its_workers_end_with_it(start, run, contents, tmp_path):
    out = tmp_path / "results" / "small"
    for kill, pause in enumerate((0.05, 0.13)):
        process = start("--resume", seconds="0.02", workers=1 + kill % 2)
        wait_for_chunks(process, out, chunks_in(out) + 1)
        time.sleep(pause)
        process.kill()
        process.communicate(timeout=60)
    wait_for_no_one(process.pid)
    again = start("--resume")
    _, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    assert_whole(out, run, contents, tmp_path)


def wait_for_no_one(parent):
    """Wait until no worker is left in the session that the killed process led."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if not any(session_of(entry) == parent for entry in Path("/proc").glob("[0-9]*")):
            return
        time.sleep(0.05)
    raise AssertionError("a worker outlived its parent")


def session_of(process):
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[3]) if fields[0] != "Z" else None


def assert_whole(out, run, contents, tmp_path):
    """The folder holds what a run that never stopped leaves, but for the manifest."""
    run(out=tmp_path / "whole")
    resumed, whole = contents(out), contents(tmp_path / "whole")
    done = [line for line in resumed.pop("manifest.jsonl") if line["kind"] == "chunk"]
    assert len({json.dumps([line["variant"], line["first"]]) for line in done}) == 15
    del whole["manifest.jsonl"]
    assert resumed == whole
