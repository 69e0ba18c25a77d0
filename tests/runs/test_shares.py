"""Work that is shared: jobs in one folder, anybody's executor, a real Dask cluster."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import detente
from detente.runs.manifest import Manifest
from detente.runs.plan import Share
from detente.runs.runner import run_share
from detente.runs.store import finished_chunks

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


@pytest.fixture
def same(run, contents, tmp_path):
    """Hold a folder against what one process leaves, byte for byte but for the manifest."""

    def compare(folder, **options):
        run(out=tmp_path / "whole", **options)
        mine, whole = contents(folder), contents(tmp_path / "whole")
        lines, expected = mine.pop("manifest.jsonl"), whole.pop("manifest.jsonl")
        assert mine == whole
        assert chunks_of(lines) == chunks_of(expected)

    return compare


def chunks_of(lines):
    """The files of each chunk, which is there once."""
    chunks = [line for line in lines if line["kind"] == "chunk"]
    files = {(line["variant"], line["first"]): line["files"] for line in chunks}
    assert len(files) == len(chunks)
    return files


@pytest.fixture
def part(small, out):
    """Do a share of the small scenario."""

    def do(text, **options):
        return run_share(
            small, text, out, **{"engine": "fake", "workers": 1, "progress": False, **options}
        )

    return do


def start(folder, *options, **environment):
    arguments = [str(HERE / "small.yaml"), "--engine", "mesa", "--workers", "1", "--no-plots"]
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "run", *arguments, "--out", str(folder), *options],
        env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def test_shares_are_everything_once():
    for of in (1, 2, 7, 40, 100):
        parts = [Share(number, of).of_these(range(40)) for number in range(1, of + 1)]
        assert [item for part in parts for item in part] == list(range(40))
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("text", ["", "3", "0/4", "5/4", "-1/4", "1/0", "a/b", "1/2/3", "1.0/2"])
def test_a_share_that_means_nothing_is_refused(part, out, text):
    with pytest.raises(detente.UsageError, match="3/40") as refusal:
        part(text)
    assert refusal.value.exit_code == 2
    assert not out.exists()


def test_shares_are_joined(part, run, out, same):
    done = [part(f"{number}/4") for number in (3, 1, 4, 2)]
    assert [one.chunks for one in done] == [4, 3, 4, 4]
    assert [one.finished for one in done] == [4, 7, 11, 15]
    with pytest.raises(detente.StoreError, match="has not finished; go on with --resume"):
        detente.open(out)
    results = run(out=out, resume=True)
    assert results.complete
    assert results.notes == (f"{out}: going on after 23 of 23 runs a variant",)
    same(out)


def test_what_shares_left_out_is_done(part, run, out, same, monkeypatch):
    part("2/3")
    monkeypatch.setenv("FAKE_INTERRUPT", "no_move:7")
    with pytest.raises(
        detente.Interrupted, match="20 of 25 runs of this share are kept"
    ) as stopped:
        part("1/3")
    assert stopped.value.results is None
    monkeypatch.delenv("FAKE_INTERRUPT")
    assert run(out=out, resume=True).complete
    same(out)


def test_a_share_goes_on_where_it_was_cut_off(part, out, monkeypatch, run, same):
    monkeypatch.setenv("FAKE_INTERRUPT", "no_move:7")
    with pytest.raises(detente.Interrupted):
        part("1/2")
    monkeypatch.delenv("FAKE_INTERRUPT")
    done = {path.name: path.stat().st_mtime_ns for path in (out / "chunks").glob("*.parquet")}
    assert done
    assert part("1/2").chunks == 7
    assert all((out / "chunks" / name).stat().st_mtime_ns == when for name, when in done.items())
    part("2/2")
    run(out=out, resume=True)
    same(out)


def test_a_damaged_chunk_of_a_share_is_done_again(part, run, out):
    part("1/2")
    part("2/2")
    path = out / "chunks" / "offer-000000010.arrow"
    path.write_bytes(path.read_bytes()[:-20])
    results = run(out=out, resume=True)
    assert str(path) in results.notes[0]
    assert "runs 10 to 14 of offer are done again" in results.notes[0]
    chunks = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    assert sum(line["kind"] == "chunk" for line in chunks) == 16


def test_runs_of_shares_that_fail_are_told_of(part, run, out, monkeypatch):
    monkeypatch.setenv("FAKE_FAIL", "demand:6")
    assert [failure.run for failure in part("1/2").failures] == [6]
    assert finished_chunks(out) == 7
    part("2/2")
    with pytest.warns(UserWarning, match="1 runs failed"):
        results = run(out=out, resume=True)
    assert [(failure.variant, failure.run) for failure in results.failures] == [("demand", 6)]
    assert results.notes == (f"{out}: going on after 23 of 23 runs a variant",)


@pytest.mark.parametrize(
    ("other", "said"),
    [({"seed": 8}, r"seed \(7, now 8\)"), ({"runs": 30}, r"runs \(23, now 30\)")],
)
def test_a_share_of_another_run_is_refused(part, out, other, said, contents):
    part("1/2")
    before = contents(out)
    with pytest.raises(detente.StoreError, match=said) as refusal:
        part("2/2", **other)
    assert refusal.value.exit_code == 2
    assert contents(out) == before


def test_a_share_is_not_put_among_files_of_another_kind(part, out):
    out.mkdir(parents=True)
    (out / "thesis.tex").write_text("mine")
    with pytest.raises(detente.StoreError, match=r"holds files but no manifest\.jsonl"):
        part("1/2")
    assert [path.name for path in out.iterdir()] == ["thesis.tex"]


def test_a_share_of_what_is_complete_does_nothing(part, run, out, contents):
    run(out=out)
    before = contents(out)
    done = part("1/2")
    assert done.finished == done.total == 15
    assert done.notes == (f"{out} is complete already",)
    assert contents(out) == before


def test_a_share_may_begin_while_another_looks_at_the_folder(part, monkeypatch):
    read = Manifest.identity

    def identity(self):
        found = read(self)
        if found is None:
            monkeypatch.setattr(Manifest, "identity", read)
            part("2/3")
        return found

    monkeypatch.setattr(Manifest, "identity", identity)
    assert part("1/3").finished == 10


def test_the_same_share_is_not_done_twice_at_once_and_none_is_joined_meanwhile(out):
    first = start(out, "--chunks", "1/2", FAKE_SECONDS="0.2")
    until = time.monotonic() + 60
    while not list(out.glob("chunks/*.parquet")):
        assert first.poll() is None, first.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
    second = start(out, "--chunks", "1/2")
    whole = start(out, "--resume")
    assert "is doing share 1/2" in second.communicate(timeout=60)[1]
    assert "another run is writing" in whole.communicate(timeout=60)[1]
    assert (second.returncode, whole.returncode) == (2, 2)
    first.kill()
    first.communicate()


def test_jobs_of_an_array_all_at_once_one_of_them_killed(out, same):
    jobs = [start(out, "--chunks", f"{number}/3", FAKE_SECONDS="0.02") for number in (1, 2, 3)]
    until = time.monotonic() + 60
    while not list(out.glob("chunks/offer-*.parquet")):
        assert time.monotonic() < until
        time.sleep(0.01)
    jobs[1].kill()
    said = [job.communicate(timeout=60) for job in jobs]
    assert [job.returncode for job in jobs] in ([0, -9, 0], [0, 0, 0]), said
    assert said[0][0].startswith("Share 1/3: its 5 chunks are in ")
    again = start(out, "--resume")
    _, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    same(out)


class Scattered(Executor):
    """Runs tasks in threads of its own, the last ones first."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        delay = max(0.0, 0.3 - 0.02 * args[0].first)
        threading.Timer(delay, lambda: future.set_result(fn(*args, **kwargs))).start()
        return future


def test_anybodys_executor_runs_the_chunks(run, out, same):
    results = run(out=out, executor=Scattered())
    assert results.complete
    same(out)


def test_processes_of_the_standard_library_run_the_chunks(small, tmp_path, contents):
    options = {"runs": 1100, "variants": ["demand"], "progress": False}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        detente.run(small, out=tmp_path / "shared", executor=executor, **options)
    detente.run(small, out=tmp_path / "alone", workers=1, **options)
    assert contents(tmp_path / "shared") == contents(tmp_path / "alone")


def test_results_of_tasks_of_an_executor_hold_no_arrays(run, out, monkeypatch):
    from detente.runs.store import Store

    results = []
    record = Store.record
    monkeypatch.setattr(Store, "record", lambda self, one: (results.append(one), record(self, one)))
    with ThreadPoolExecutor(2) as executor:
        run(out=out, executor=executor)
    assert len(results) == 15
    assert all(result.chunk is None for result in results)


def test_an_executor_without_a_folder_is_refused(run):
    with pytest.raises(detente.UsageError, match="give out"):
        run(executor=Scattered())


def test_a_worker_of_another_version_is_refused(run, out, monkeypatch):
    from detente.runs import executors

    monkeypatch.setattr(executors, "detente_version", lambda: "99.0")
    with pytest.raises(detente.StoreError, match=r"a worker has version 99\.0 of Détente"):
        run(out=out)


def test_a_worker_with_another_version_of_what_does_arithmetic_is_refused(run, out, monkeypatch):
    from detente.runs import executors

    monkeypatch.setattr(executors, "arithmetic_versions", lambda: {"numpy": "99.0"})
    with pytest.raises(detente.StoreError, match=r"a worker has version 99\.0 of numpy, not "):
        run(out=out)
    assert not out.exists()


@pytest.fixture
def cluster(tmp_path):
    """Start a real scheduler and two real worker processes; give its address and all three."""
    processes = []

    def begin(*command, **environment):
        path = os.pathsep.join([str(HERE), *sys.path])  # a worker imports what it is to run
        with (tmp_path / f"dask-{len(processes)}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *command], stdout=log, stderr=log, cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": path, **environment},
            )  # fmt: skip
        processes.append(process)
        return process

    address = tmp_path / "scheduler.json"
    begin(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
        "--scheduler-file", str(address),
    )  # fmt: skip
    workers = [
        begin(
            "worker", "--scheduler-file", str(address), "--no-nanny", "--no-dashboard",
            "--nthreads", "1", "--host", "127.0.0.1", FAKE_SECONDS="0.05",
        )
        for _ in range(2)
    ]  # fmt: skip
    until = time.monotonic() + 60
    while True:
        logs = [(tmp_path / f"dask-{number}.log").read_text() for number in (1, 2)]
        if all("Registered to" in log for log in logs):
            break
        assert time.monotonic() < until, logs
        time.sleep(0.1)
    yield json.loads(address.read_text())["address"], processes[0], workers
    for process in processes:
        process.kill()
        process.wait()


def test_a_dask_cluster_of_which_a_worker_dies(cluster, out, same):
    address, _, workers = cluster
    process = start(out, "--cluster", address)
    wait_for_chunks(process, out)
    workers[0].send_signal(signal.SIGKILL)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    foretold = ("Results take", "Runs take")
    assert not [line for line in errors.splitlines() if not line.startswith(foretold)]
    same(out)


def test_a_scheduler_that_goes_away(cluster, out, same):
    address, scheduler, _ = cluster
    process = start(out, "--cluster", address)
    wait_for_chunks(process, out)
    scheduler.kill()
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1, errors
    [line] = [line for line in errors.splitlines() if line.startswith("detente: ")]
    assert line == (
        f"detente: the scheduler at {address} is gone; what was finished is kept, and the same "
        "command with --resume goes on"
    )
    assert "Traceback" not in errors
    again = start(out, "--resume")
    _, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    assert "going on after" in errors
    same(out)


def wait_for_chunks(process, folder):
    """Wait until the manifest tells of three chunks."""
    until = time.monotonic() + 60
    path = folder / "manifest.jsonl"
    while not path.exists() or path.read_text().count('"kind": "chunk"') < 3:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_scheduler_that_does_not_answer_is_refused(monkeypatch):
    from detente.runs import executors

    monkeypatch.setattr(executors, "PATIENCE", 1)
    with (
        pytest.raises(
            detente.UsageError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"
        ),
        executors.dask_executor("tcp://127.0.0.1:9", print),
    ):
        pass


@pytest.mark.parametrize("address", ["nonsense", "tcp://10.0.0.1", "post://10.0.0.1:8786", ""])
def test_what_is_no_address_is_refused_in_one_line(out, address):
    done = start(out, "--cluster", address)
    _, errors = done.communicate(timeout=60)
    assert done.returncode == 2
    assert errors.splitlines() == [
        f"detente: '{address}' is no address of a Dask scheduler, such as tcp://10.0.0.1:8786"
    ]
    assert not out.exists()


def test_without_dask_a_cluster_says_what_to_install(monkeypatch):
    from detente.runs import executors

    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(detente.UsageError, match=r"pip install 'detente\[cluster\]'"),
        executors.dask_executor("tcp://127.0.0.1:9", print),
    ):
        pass
