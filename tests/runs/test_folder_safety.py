"""What a person keeps in a results folder, or links from it, is neither removed nor moved."""

import contextlib
import json
import os
import shutil

import pytest

import detente
from detente.pages import Page
from detente.runs import folder as places
from detente.runs.files import temporary_path


def state(*folders):
    """Return all that is in folders: what links say, what files hold; links are not followed."""
    seen = {}
    for folder in folders:
        for where, inner, files in os.walk(folder):
            for path in (os.path.join(where, name) for name in (*inner, *files)):  # noqa: PTH118
                if os.path.islink(path):  # noqa: PTH114
                    seen[path] = os.readlink(path)  # noqa: PTH115
                elif os.path.isdir(path):  # noqa: PTH112
                    seen[path] = None
                else:
                    with open(path, "rb") as file:  # noqa: PTH123
                        seen[path] = file.read()
    return seen


def put(path):
    """Write a file that is a person's own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"mine: {path.name}")
    return path


@pytest.fixture
def elsewhere(tmp_path):
    """Make a folder of a person's own work."""
    folder = tmp_path / "thesis"
    put(folder / "fig1.png")
    put(folder / "fan.png")
    put(folder / "text.tex")
    return folder


@pytest.fixture
def refused(run, out):
    """Run again, see that it is refused in one line and that nothing has changed."""

    def again(named, *others, **given):
        before = state(out, *others)
        with pytest.raises(detente.StoreError) as refusal:
            run(out=out, **given)
        assert refusal.value.exit_code == 2
        assert str(refusal.value).startswith(str(named))
        assert "\n" not in str(refusal.value)
        assert state(out, *others) == before
        return str(refusal.value)

    return again


@pytest.mark.parametrize("given", [{}, {"seed": 8}, {"resume": True}])
def test_plots_that_are_a_link_are_refused_until_they_are_moved(
    run, out, elsewhere, refused, given
):
    run(out=out)
    plots = out / "plots"
    plots.symlink_to(elsewhere, target_is_directory=True)
    assert "is a link" in refused(plots, elsewhere, **given)
    refused(plots, elsewhere, **given)
    plots.unlink()
    assert run(out=out, **given).complete
    assert detente.open(out).complete


@pytest.mark.parametrize(
    "name",
    [
        "manifest.jsonl",
        "scenario.yaml",
        "outcomes.parquet",
        "summary.json",
        "trajectories.zarr",
        "trajectories.zarr/tilt_bins",
        "plots/fan.png",
        "chunks",
        "chunks/demand-000000000.arrow",
        ".earlier",
    ],
)
def test_a_link_in_place_of_what_is_written_is_refused(run, out, elsewhere, refused, name, draw):
    run(out=out)
    draw(out, "fan.png")
    path = out / name
    moved = elsewhere / path.name
    if path.exists():
        path.rename(moved)
    elif path.suffix:
        path.parent.mkdir(exist_ok=True)
        put(moved)
    else:
        put(moved / "notes.txt")
    path.symlink_to(moved)
    inside = name.startswith("trajectories.zarr/")
    refused(path.parent if inside else path, elsewhere)
    path.unlink()
    if inside or name == "manifest.jsonl":
        moved.rename(path)
    assert run(out=out, seed=8).complete
    assert detente.open(out).seed == 8


def test_links_of_other_names_stay(run, out, elsewhere, draw):
    run(out=out)
    draw(out, "fan.png")
    links = {
        out / "data": elsewhere,
        out / "gone.png": elsewhere / "gone",
        out / ".mine.partial": elsewhere,
        out / ".tables.0123456789abcdef0123456789abcdef.partial": elsewhere,
        out / ".scenario.yaml.0123456789abcdef0123456789abcdef.partial": elsewhere / "text.tex",
        out / "plots" / "figure.png": elsewhere / "fig1.png",
        out / "plots" / "gone.svg": elsewhere / "gone",
        out / "plots" / "more": elsewhere,
    }
    for link, target in links.items():
        link.symlink_to(target)
    before = state(elsewhere)
    for given in ({"seed": 8}, {"seed": 9}, {"seed": 9, "resume": True}):
        assert run(out=out, **given).complete
        assert {link: link.readlink() for link in links} == links
        assert state(elsewhere) == before
    assert not (out / "plots" / "fan.png").exists()


def test_the_results_folder_may_be_a_link(run, out, tmp_path):
    real = tmp_path / "disk"
    real.mkdir()
    out.parent.mkdir()
    out.symlink_to(real, target_is_directory=True)
    run(out=out)
    mine = put(real / "plots" / "mine.png")
    run(out=out, seed=8)
    run(out=out, seed=8, resume=True)
    assert out.readlink() == real
    assert detente.open(real).seed == 8
    assert mine.read_text() == "mine: mine.png"


#: Where a person may keep something, and what is like a name that Détente writes but is none.
MINE = [
    "report.html",
    "notes.txt",
    "summary.json.bak",
    ".work.partial/chapter/one.tex",
    ".thesis.partial",
    ".summary.json.partial",
    ".scenario.yaml.0123456789abcdef0123456789abcdef.partial/text.tex",
    ".notes.txt.0123456789abcdef0123456789abcdef.partial",
    ".tables.0123456789abcdef0123456789abcdef.partial.old/text.tex",
    "mine/.thesis.partial/text.tex",
    "mine/.scenario.yaml.0123456789abcdef0123456789abcdef.partial",
    "mine/outcomes.parquet",
    "mine/plots/fan.png",
    "plots/my_own_figure.png",
    "plots/fan-2.svg",
    "plots/fan.pdf",
    "plots/.figure.png.0123456789abcdef0123456789abcdef.partial",
    "plots/.earlier/figure.png",
    "plots/figure.png/one.png",
    "chunks/notes.txt",
    "chunks/mine.arrow",
    "chunks/.mine.arrow.0123456789abcdef0123456789abcdef.partial",
    "chunks/photo-202301011.png",
    "agents/PAK.py",
    ".earlier/notes.txt",
    "trajectories.zarr.old/zarr.json",
]


def mine(out):
    return {name: put(out / name).read_text() for name in MINE}


def kept(out):
    return {name: (out / name).read_text() for name in MINE if (out / name).is_file()}


def test_files_of_a_persons_own_stay_when_results_are_replaced(run, out, draw):
    run(out=out)
    before = mine(out)
    draw(out, "fan.png", "map.svg")
    for seed in (8, 9):
        assert run(out=out, seed=seed).complete
        assert kept(out) == before
        assert detente.open(out).seed == seed
    assert not (out / "plots" / "fan.png").exists()
    assert not (out / "plots" / "map.svg").exists()
    assert [path.name for path in (out / ".earlier").iterdir()] == ["notes.txt"]


def test_files_of_a_persons_own_stay_when_a_run_fails(run, out, monkeypatch, draw):
    run(out=out)
    mine(out)
    draw(out, "fan.png")
    before = state(out)
    with monkeypatch.context() as patch:
        patch.setenv("FAKE_FAIL", ",".join(f"demand:{run}" for run in range(23)))
        for _ in range(2):
            with pytest.raises(detente.RunError):
                run(out=out, seed=8)
            assert state(out) == before
    assert run(out=out, seed=8).complete


def test_files_of_a_persons_own_stay_when_a_run_goes_on(run, out, monkeypatch, draw):
    with monkeypatch.context() as patch:
        patch.setenv("FAKE_INTERRUPT", "no_move:12")
        with pytest.raises(detente.Interrupted):
            run(out=out)
    before = mine(out)
    draw(out, "fan.png")
    left = [
        temporary_path(out / "scenario.yaml"),
        temporary_path(out / "tables") / "summary.json",
        temporary_path(out / "chunks" / "no_move-000000010.arrow"),
        temporary_path(out / "plots" / "fan.png"),
    ]
    for path in left:
        put(path)
    for _ in range(2):
        assert run(out=out, resume=True).complete
        assert kept(out) == before
        assert not any(path.exists() for path in left)
    assert not left[1].parent.exists()
    assert not list((out / "chunks").glob("*-0*.*"))


def test_the_empty_folder_of_chunks_goes(run, out):
    run(out=out)
    (out / "chunks").mkdir()
    run(out=out, resume=True)
    assert not (out / "chunks").exists()


def whole_folder(path):
    path.unlink(missing_ok=True)
    put(path / "thesis.tex")


def unmarked(path):
    document = json.loads((path / "zarr.json").read_text())
    del document["attributes"]["complete"]
    (path / "zarr.json").write_text(json.dumps(document))


def another_store(path):
    shutil.rmtree(path)
    put(path / "thesis.tex")


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("outcomes.parquet", whole_folder, "is not a file"),
        ("summary.json", whole_folder, "is not a file"),
        ("plots/fan.png", whole_folder, "is not a file"),
        ("plots", put, "is not a folder"),
        ("chunks", put, "is not a folder"),
        (".earlier", put, "is not a folder"),
        ("trajectories.zarr", unmarked, "is not what Détente wrote"),
        ("trajectories.zarr", another_store, "is not what Détente wrote"),
        ("trajectories.zarr", lambda path: put(path / "c" / "notes.txt"), "holds c/notes.txt"),
    ],
)
def test_something_else_of_a_name_that_is_written_is_refused(
    run, out, tmp_path, refused, name, change, said, draw
):
    run(out=out)
    path = out / name
    if path.parent.name == "plots":
        draw(out, path.name)
    change(path)
    assert said in refused(path, seed=8)
    assert said in refused(path, seed=8)
    path.rename(tmp_path / "away")
    assert run(out=out, seed=8).complete
    assert detente.open(out).seed == 8


@pytest.mark.parametrize("moved", [2, 6, 8, 9])
def test_after_a_crash_while_results_are_put_aside_a_run_finds_them(
    run, out, monkeypatch, moved, draw
):
    run(out=out)
    draw(out, "fan.png", "fan.svg", "map.png")
    put(out / "plots" / "mine.png")
    before = state(out)
    rename = os.rename
    count = []

    class PowerCut(BaseException):
        pass

    def failing(source, target, **options):
        count.append(source)
        if len(count) > moved:
            raise PowerCut
        return rename(source, target, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", failing)
        with contextlib.suppress(PowerCut):
            places.put_aside(out)
        assert (out / "plots" / "mine.png").exists()
    run(out=out, resume=True)
    assert state(out) == before
    run(out=out, seed=8)
    assert [path.name for path in (out / "plots").iterdir()] == ["mine.png"]
    assert not (out / ".earlier").exists()


def test_what_would_take_the_place_of_something_is_not_moved(run, out, refused):
    """A person's own copy in the folder for earlier results is no crash's leaving."""
    run(out=out)
    copy = put(out / ".earlier" / "summary.json")
    assert "is there already" in refused(copy, seed=8)
    copy.unlink()
    assert run(out=out, seed=8).complete


def test_a_folder_with_a_folder_for_earlier_results_of_a_persons_own_is_refused(run, out):
    note = put(out / ".earlier" / "summary.json")
    with pytest.raises(detente.StoreError, match="not results of a run"):
        run(out=out)
    assert note.read_text() == "mine: summary.json"


def test_every_picture_goes_with_its_results_also_one_of_a_new_kind(run, out, monkeypatch):
    from detente import plots

    results = run(out=out)
    monkeypatch.setitem(plots.KINDS, "new_kind", plots.paths)
    drawn = plots.draw_all(results, out / "plots", ["paths", "new_kind"], ["png", "svg"])
    assert {path.name for path in drawn} >= {"paths.png", "new_kind.png", "new_kind.svg"}
    mine = put(out / "plots" / "new_kind_2.png")
    before = (out / "manifest.jsonl").read_bytes()
    # again: they are noted already
    plots.draw_all(results, out / "plots", ["paths", "new_kind"], ["png", "svg"])
    assert (out / "manifest.jsonl").read_bytes() == before
    run(out=out, seed=8)
    assert list((out / "plots").iterdir()) == [mine]


def test_report_and_page_go_with_their_results_and_what_is_a_persons_own_stays(run, out):
    made = Page("small", "<p>of the earlier results</p>")
    run(out=out)
    mine = put(out / "page.html")  # not by Detente
    for _ in range(2):
        made.save(out / "report.html")
    made.save(out / "mine.html")
    assert (out / "manifest.jsonl").read_text().count("report.html") == 1
    run(out=out, seed=8)
    assert not (out / "report.html").exists()
    assert mine.read_text() == "mine: page.html"
    assert (out / "mine.html").exists()
    made.save(out / "page.html")
    run(out=out, seed=9)
    assert not (out / "page.html").exists()


def test_pictures_elsewhere_are_not_noted(run, out, tmp_path):
    from detente import plots

    results = run(out=out)
    before = (out / "manifest.jsonl").read_bytes()
    for folder in (tmp_path / "plots", out / "figures"):
        assert plots.draw_all(results, folder, ["paths"])
    assert (out / "manifest.jsonl").read_bytes() == before
    assert run(out=out, seed=8).complete
    assert (out / "figures" / "paths.png").exists()


@pytest.mark.parametrize("given", [{"resume": True}, {}])
@pytest.mark.parametrize("times", [1, 2, 9])
def test_a_kill_while_old_trajectories_are_removed_blocks_nothing(
    run, out, contents, tmp_path, monkeypatch, times, given
):
    with monkeypatch.context() as patch:
        patch.setenv("FAKE_INTERRUPT", "no_move:12")
        with pytest.raises(detente.Interrupted):
            run(out=out)

    class PowerCut(BaseException):
        pass

    def cut_off(folder):
        inside = sorted(path for path in folder.rglob("*") if path.is_file())
        for path in inside[:times]:
            path.unlink()
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", cut_off)
        with pytest.raises(PowerCut):
            run(out=out, resume=True)
    assert run(out=out, **given).complete
    run(out=tmp_path / "whole")
    mine, whole = contents(out), contents(tmp_path / "whole")
    del mine["manifest.jsonl"], whole["manifest.jsonl"]
    assert mine == whole
    assert not list(out.rglob("*.partial"))


@pytest.mark.parametrize("given", [{"resume": True}, {}])
def test_what_a_kill_leaves_of_a_run_that_began_blocks_nothing(run, out, given):
    """It leaves a part of the first line of the manifest, or empty folders after the last file."""
    for name in ("chunks", ".earlier", "plots"):
        (out / name).mkdir(parents=True)
    temporary_path(out / "manifest.jsonl").write_text('{"version": "0.1')
    temporary_path(out / "trajectories.zarr").mkdir()
    assert run(out=out, **given).complete
    assert not list(out.rglob("*.partial"))
