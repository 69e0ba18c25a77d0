"""`detente report`: a file to hand on, or the findings for a script."""

import json

import pytest

import detente as package


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("reported") / "bagram"
    scenario = package.load("bagram-2025").with_variants(["demand", "no_move", "forced"])
    package.run(scenario, runs=60, out=place, progress=False)
    return place


def test_it_stands_in_the_folder_and_says_so(detente, folder):
    done = detente("report", folder)
    assert "report.html (" in done.stdout
    text = (folder / "report.html").read_text("utf-8")
    assert "What \u201cAs it happened\u201d changed" in text
    assert package.verify(folder, 1).equal  # it is no part of the results


def test_another_variant_in_another_file(detente, folder, tmp_path):
    target = tmp_path / "forced.html"
    detente("report", folder, "-o", target, "--variant", "forced", "--against", "demand")
    text = target.read_text("utf-8")
    assert "What \u201cA return by force\u201d changed" in text
    assert "the same runs of \u201cAs it happened\u201d" in text


def test_json_is_the_findings_and_writes_nothing_unasked(detente, folder, tmp_path):
    found = json.loads(detente("report", folder, "--json").stdout)
    expected = package.findings(package.open(folder))
    assert [each["sentence"] for each in found] == [each.sentence for each in expected]
    target = tmp_path / "both.html"
    again = json.loads(detente("report", folder, "--json", "-o", target).stdout)
    assert again == found
    assert target.is_file()


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--variant", "forcd"], "did you mean 'forced'"), (["--against", "nobody"], "there are")],
)
def test_what_is_not_there_is_named_and_nothing_written(detente, folder, tmp_path, options, said):
    target = tmp_path / "none.html"
    done = detente("report", folder, "-o", target, *options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not target.exists()


def test_a_folder_without_results_is_refused(detente, tmp_path):
    done = detente("report", tmp_path)
    assert done.exit_code == detente("compare", tmp_path).exit_code == 2
    assert "holds no results" in done.stderr
    assert list(tmp_path.iterdir()) == []
