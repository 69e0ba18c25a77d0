"""Kills what writes to a results folder before each of its file operations, and lets it go on.

Arguments: a folder to work in, how many points of each situation (0 for all of them), a seed. Of
points at which tables are put together aside, where no crash matters, there are a quarter as many.
A file operation is whatever Python tells of that changes a file system (files opened to be
written, renamed, linked, truncated or removed, folders made or removed), and each `os.write` and
`os.fsync`; of `os.write` also the middle of it. As in ``kills.py``, what is killed is a fork of
this process, which has run everything once, so that its forks have nothing left to load. A point
that leaves a folder as another point has left it is killed too, but goes on only once.

Prints a line for each situation, and for each point after which something was lost.
"""

import hashlib
import json
import os
import random
import re
import shutil
import signal
import sys
import traceback
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kills import say
from matplotlib.figure import Figure

import detente
from detente import plots
from detente.runs import engines, tables, totals
from detente.runs.runner import run_share

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "os.symlink"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
MANIFEST = "manifest.jsonl"
PARTIAL = re.compile(r"[0-9a-f]{32}(?=\.partial)")

engines.ENGINES["fake"] = engines.Engine("fake", "fake_engine:simulate", 2)
SCENARIO = detente.load(Path(__file__).with_name("small.yaml")).set({"runs": 4})
OPTIONS = {"variants": ["demand", "no_move"], "engine": "fake", "workers": 1, "progress": False}
#: All arrays are written alike: a few of them do, and cost less.
ARRAYS = ("response_count", "probability", "first_step", "tilt_bins")


def few(owner, name, wanted):
    """Let a function return only those of its arrays, by name, that are wanted."""
    every = getattr(owner, name)

    def some(*given, **options):
        found = every(*given, **options)
        return {each: about for each, about in found.items() if wanted(each, about)}

    setattr(owner, name, some)


few(totals, "totals", lambda name, _: name in ARRAYS)
few(totals, "coordinates", lambda name, about: about[0] == (name,))
few(tables, "counted_variables", lambda name, _: name in ARRAYS)


def run(out, **options):
    return detente.run(SCENARIO, out=out, **OPTIONS, **options)


def share(number, out):
    return run_share(SCENARIO, f"{number}/2", out, **OPTIONS)


def interrupted(out, **options):
    os.environ["FAKE_INTERRUPT"] = "no_move:2"
    with suppress(detente.Interrupted):
        run(out, **options)
    del os.environ["FAKE_INTERRUPT"]


def failing(out):
    os.environ["FAKE_FAIL"] = "demand:0,demand:1"
    with suppress(detente.RunError):
        run(out)
    del os.environ["FAKE_FAIL"]


def draw(out):
    plots.KINDS["plain"] = plain
    plots.draw_all(detente.open(out), out / "plots", ["plain"])


def plain(_results):
    figure = Figure(figsize=(1, 1))
    figure.suptitle("A picture")
    return figure


def earlier(out):
    run(out, seed=8)
    draw(out)


def shares(out):
    share(1, out)
    share(2, out)


def resume(out):
    return run(out, resume=True)


class Situation(NamedTuple):
    """Something that writes to a folder, and how one goes on after it was killed."""

    prepare: object  # what makes the folder as it is found
    act: object  # what is killed
    go_on: tuple = (resume, run)  # each of which ends with the bytes of `end`
    end: object = run  # what leaves what never stopping leaves


def complete(out):
    run(out)
    draw(out)


def draw_again(out):
    draw(out)
    resume(out)  # which removes what is left of files that were cut off


SITUATIONS = {
    "a new run": Situation(None, run),
    "a run stopped by Ctrl-C": Situation(None, interrupted),
    "a run going on after Ctrl-C": Situation(interrupted, resume),
    "a run replacing others": Situation(earlier, run),
    "a run replacing one stopped by Ctrl-C": Situation(partial(interrupted, seed=8), run),
    "a replacement stopped by Ctrl-C": Situation(earlier, interrupted),
    "a replacement that fails": Situation(earlier, failing),
    "a share of a run": Situation(None, partial(share, 1)),
    "a run joining shares": Situation(shares, resume),
    "pictures": Situation(run, draw, (draw_again,), complete),
}


def state(folder):
    """Return all that is in a folder, but for what differs from one time to another."""
    seen = {}
    for path in sorted(folder.rglob("*")):
        name = PARTIAL.sub("#", path.relative_to(folder).as_posix())
        if path.is_dir():
            seen[name] = None
        elif path.suffix == ".jsonl" or MANIFEST in path.name:
            seen[name] = re.sub(r'"(when|seconds|sha256)": [^,}]*', "", path.read_text())
            if path.name == MANIFEST:  # of which a part may be cut off
                seen[name] += str(len(path.read_bytes().rpartition(b"\n")[2]))
        else:
            seen[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return seen


def results(folder):
    """Return what is in a results folder besides the manifest, and the chunks that it names."""
    found = state(folder)
    found.pop(MANIFEST, None)
    return found


def chunks(folder):
    """Return the chunks of the seed of the scenario that manifests name, as often as they do."""
    found = []
    for path in (folder / MANIFEST, *folder.glob("chunks/share-*.jsonl")):
        if path.exists():
            lines = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
            found += [
                (line["variant"], line["first"], json.dumps(line["files"]))
                for line in lines
                if line["kind"] == "chunk" and line["seed"] == SCENARIO.seed
            ]
    return sorted(found)


def forked(act, *args):
    """Have a fork do something; return whether it was killed, and how it failed if it did."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            act(*args)
            code = 0
        except BaseException:  # noqa: BLE001 - told of by who looks on
            os.write(writing, traceback.format_exc()[-3000:].encode())
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as file:
        said = file.read()
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status), said or (None if status in {0, 9} else f"status {status}")


def killed_at(point, act, out, told=None):
    """Do something, and die before the file operation of a number, or tell which there are.

    What is told of each is whether it is in the folder in which tables are put together.
    """
    count, places = 0, []
    write, fsync = os.write, os.fsync

    def step(where):
        nonlocal count
        count += 1
        if told is not None:
            places.append(".tables." in str(where))
        if count == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event, args):
        if event in CHANGES or (event == "open" and args[2] & WRITES):
            step(args[:2])

    def watched_write(handle, data):
        step("")
        if count + 1 == point:
            write(handle, data[: len(data) // 2])
        step("")
        return write(handle, data)

    def watched_fsync(handle):
        link = f"/proc/self/fd/{handle}"
        step(os.readlink(link) if os.path.exists(link) else "")  # noqa: PTH110, PTH115
        fsync(handle)

    sys.addaudithook(watch)
    os.write, os.fsync = watched_write, watched_fsync
    act(out)
    os.write, os.fsync = write, fsync
    if told is not None:
        told.write_text(json.dumps(places))


def go_on(found, how, out, expected, before):
    """Go on after a kill; AssertionError if it does not end with the bytes of never stopping."""
    try:
        how(out)
    except detente.StoreError as error:
        # until a replacement begins, what it is to replace is there, and is not resumed
        if how is not resume or "holds another run" not in str(error):
            raise
        assert before.items() <= results(out).items(), "earlier results were changed"
        assert detente.open(out).seed != SCENARIO.seed
        run(out)
    left = results(out)
    names = sorted(name for name in left.keys() | expected if left.get(name) != expected.get(name))
    assert left == expected, f"other than without a kill: {names}"
    done = chunks(out)
    assert len(done) == len({chunk[:2] for chunk in done}) == 4, f"done twice: {done}"
    assert how is run or set(found) <= set(done), "what was finished was lost"


def try_situation(name, root, points, seed):
    """Kill at some points of a situation; return how many points were tried and which failed."""
    situation = SITUATIONS[name]
    template, whole = root / "template", root / "whole"
    for folder, make in ((template, situation.prepare), (whole, situation.end)):
        if make is not None:
            _, failed = forked(make, folder)
            assert failed is None, failed
    copy(template, root / "counted")
    _, failed = forked(killed_at, 0, situation.act, root / "counted", root / "count")
    assert failed is None, failed
    aside = json.loads((root / "count").read_text())
    total, tried = len(aside), []
    for kind, wanted in ((False, points), (True, -(-points // 4))):
        these = [point for point, inside in enumerate(aside, start=1) if inside is kind]
        every = max(1, len(these) // wanted) if points else 1
        tried += these[random.Random(seed).randrange(every) :: every]  # noqa: S311
    expected, before = results(whole), results(template) if template.exists() else {}
    seen, failures = set(), 0
    for point in sorted(tried):
        out = root / "out"
        copy(template, out)
        killed, failed = forked(killed_at, point, situation.act, out)
        assert killed or (failed is None and point > total - 5), f"{name} at {point}: {failed}"
        here = json.dumps(state(out)) if out.exists() else ""
        if here in seen:
            continue
        seen.add(here)
        finished = chunks(out) if (out / MANIFEST).exists() else []
        for how in situation.go_on:
            copy(out, root / "again")
            _, failed = forked(go_on, finished, how, root / "again", expected, before)
            if failed:
                failures += 1
                way = getattr(how, "__name__", how)
                say(f"lost: {name}, killed at {point} of {total}, then {way}: {failed}")
    say(f"{name}: {len(tried)} of {total} points, {len(seen)} states of the folder")
    return len(tried), failures


def copy(template, folder):
    shutil.rmtree(folder, ignore_errors=True)
    if template.exists():
        shutil.copytree(template, folder)


def main(root, points, seed):
    for warm_up in (complete, interrupted, failing, shares):
        warm_up(root / "warm" / warm_up.__name__)
    total = lost = 0
    for number, name in enumerate(SITUATIONS):
        tried, failures = try_situation(name, root / str(number), points, seed)
        total, lost = total + tried, lost + failures
        shutil.rmtree(root / str(number))
    say(f"killed {total} times, lost {lost}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
