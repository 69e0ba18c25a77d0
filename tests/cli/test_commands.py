"""The other commands, and the command as a whole."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import detente as package
from detente.scenario import library, warnings_in


def python(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, **options
    )


def test_help_answers_in_under_half_a_second():
    """By the processor's time, the best of three: other tests may be at work beside this one."""
    took = []
    for _ in range(3):
        before = os.times()
        assert python("-m", "detente", "--help").returncode == 0
        after = os.times()
        spent = after.children_user - before.children_user
        took.append(spent + after.children_system - before.children_system)
    assert min(took) < 0.5


def test_help_imports_nothing_that_takes_time():
    program = (
        "import sys; sys.argv = ['detente', '--help']\n"
        "from detente.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'numpy', 'pandas', 'rich', 'pydantic', 'mesa'} & set(sys.modules)))"
    )
    assert python("-c", program).stdout.splitlines()[-1] == "[]"


def test_importing_the_package_imports_nothing_that_takes_time():
    program = (
        "import sys, detente\n"
        "print(sorted({'numpy', 'pandas', 'pydantic', 'mesa', 'xarray'} & set(sys.modules)))"
    )
    assert python("-c", program).stdout == "[]\n"


def test_the_public_surface_is_all_there():
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(dir(package)) == set(package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        _ = package.runn


def test_version(detente):
    assert detente("--version").stdout == f"detente {package.__version__}\n"


def test_every_command_helps(detente):
    out = detente("--help").stdout
    for command in ("run", "check", "new", "list", "schema", "compare", "explain", "plot"):
        assert f"  {command} " in out
        assert detente(command, "--help").exit_code == 0


def test_a_mistyped_command_ends_with_2(detente):
    done = detente("rnu")
    assert done.exit_code == 2
    assert "run" in done.stderr


def test_check_says_what_is_fine_and_what_is_not(detente, scenario):
    text = Path(scenario).read_text()
    Path("bad.yaml").write_text(text.replace("capability: 0.3", "capability: 3"))
    done = detente("check", scenario, "bad.yaml", "none.yaml")
    assert done.exit_code == 2
    assert "3 countries, 2 events, variants demand, no_move, offer" in done.stdout
    assert "bad.yaml:13:35: countries.RUS.capability: 3 is out of range" in done.stderr
    assert "none.yaml: no such file" in done.stderr
    assert detente("check", scenario).exit_code == 0


#: What each says under `events`, and what is then said of it.
DOUBTFUL = [
    (
        "{id: text, kind: text, at: 0, actor: RUS, type: REJECT, answers: demand_made}",
        "events.text.at: warning: 2025-01-06 is before 'demand_made' (2025-01-13), which this text",
    ),
    (
        "{id: deal, at: 0, actor: USA, recipient: KAZ, type: AID, asks: [KAZ], offers: {RUS: 0.1}}",
        "events.deal.offers.RUS: warning: RUS is offered something and asked for nothing (asks)",
    ),
    (
        "{id: deal, at: 0, actor: USA, recipient: KAZ, type: AID, otherwise: {trade: 0.1}}",
        "events.deal.otherwise.trade: warning: a refusal leads to this, but nothing is proposed on",
    ),
]


@pytest.mark.parametrize(("event", "said"), DOUBTFUL)
def test_check_warns_of_what_is_probably_not_meant(detente, scenario, event, said):
    text = Path(scenario).read_text().split("variants:", maxsplit=1)[0]
    Path("odd.yaml").write_text(f"{text}  - {event}\n")
    done = detente("check", "odd.yaml")
    assert done.exit_code == 0
    place, _, message = done.stderr.partition(": ")
    assert place.startswith("odd.yaml:18:")
    assert message.startswith(said)
    assert "odd.yaml: fine: " in done.stdout
    (row,) = json.loads(detente("check", "odd.yaml", "--json").stdout)["scenarios"]
    assert [each["line"] for each in row["warnings"]] == [18]


def test_check_says_in_which_variant_it_warns_of_something(detente, scenario):
    text = "{id: text, kind: text, at: 2, actor: RUS, type: REJECT, answers: shock}"
    later = "variants:\n  sooner: {set: {events.shock: {at: 2, type: ACCUSE}, events.text.at: 1}}"
    Path("odd.yaml").write_text(
        Path(scenario).read_text().replace("variants:", f"  - {text}\n{later}", 1)
    )
    done = detente("check", "odd.yaml")
    assert done.exit_code == 0
    assert done.stderr.endswith("joining it by then says nothing of that (in sooner)\n")


def test_no_scenario_of_the_package_is_doubtful():
    assert [each for name in library() for each in warnings_in(name)] == []


def test_new_writes_a_scenario_that_is_fine(detente):
    done = detente("new", "border-closure")
    assert done.exit_code == 0, done.stderr
    assert detente("check", "border-closure.yaml").exit_code == 0
    before = Path("border-closure.yaml").read_bytes()
    assert detente("new", "border-closure").exit_code == 2
    assert Path("border-closure.yaml").read_bytes() == before


def test_list_names_the_scenarios_of_the_package(detente):
    done = detente("list")
    assert done.exit_code == 0, done.stderr
    assert "bagram-2025" in done.stdout
    assert "no_move" in done.stdout
    hidden = (
        "Without events, to be extended: region-2001, region-2005, region-2009, region-2024, "
        "region-2025, region; --all lists them too."
    )
    assert hidden in " ".join(done.stdout.split())
    everything = detente("list", "--all").stdout
    assert "--all" not in everything
    assert "region-2025 " in everything


def test_schema_prints_json_or_the_reference(detente):
    schema = json.loads(detente("schema").stdout)
    assert "countries" in schema["properties"]
    docs = detente("schema", "--docs").stdout
    assert docs.startswith("#")
    assert "capability" in docs


@pytest.fixture
def folder(detente, scenario):
    assert detente("run", scenario, "--workers", 1, "--no-plots").exit_code == 0
    return Path("results/small")


def test_compare_shows_effects(detente, folder):
    out = detente("compare", folder, "--against", "demand").stdout
    assert "no_move against demand: change in revealed, 23 runs" in out
    assert "Other outcomes, by --outcome: tilt, " in out
    assert "offer against demand" in out
    assert "Kazakhstan" in out
    table = package.effects(package.open(folder), against="demand", outcome="revealed")
    effect = table.iloc[0]
    of_runs = f"{effect['run_low']:+.3f} to {effect['run_high']:+.3f}"
    of_mean = f"{effect['low']:+.3f} to {effect['high']:+.3f}"
    assert f"{effect['effect']:+.3f} {of_runs} {of_mean}" in " ".join(out.split())


def test_compare_says_why_there_is_nothing_to_compare(detente, folder):
    asked = ["compare", folder, "--outcome", "stance_demand_made"]
    assert " ".join(detente(*asked).stdout.split()) == (
        "Nothing to compare: demand_made never came up in no_move, so no stance on it changed. "
        "Try --against demand."
    )
    out = detente(*asked, "--against", "demand").stdout
    assert "no_move against demand: change in stance_demand_made, 23 runs\nNothing to comp" in out
    assert out.count("Kazakhstan") == 1
    out = detente("compare", folder, "--outcome", "stance_offer_made").stdout
    assert out == "Nothing to compare: offer_made came up in no variant but offer.\n"


def test_compare_takes_one_variant(detente, folder):
    out = detente("compare", folder, "--variant", "offer").stdout
    assert "offer against no_move" in out
    assert "demand against" not in out
    rows = json.loads(detente("compare", folder, "--variant", "offer", "--json").stdout)
    assert {row["variant"] for row in rows} == {"offer"}
    done = detente("compare", folder, "--variant", "ofer")
    assert done.exit_code == 2
    assert "no variant 'ofer' to compare - did you mean 'offer'? there are demand" in done.stderr


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ("explain", "{}", "--country", "kazakhstan", "--event", "shock"),
            "no country 'kazakhstan'",
        ),
        (("sensitivity", "{}", "--outcome", "tilt.Kazakstan"), "no country"),
        (("levers", "{}", "--outcome", "tilt.Kazakhstan"), "no country"),
        (("run", "{}", "--set", "countries.Kazakhstan.resolve=1"), "there is no"),
        (("run", "{}", "--set", "dependence.Kazakhstan.RUS=1"), "unknown country"),
    ],
)
def test_a_country_is_asked_for_by_its_code_and_found_by_its_name(detente, scenario, asked, said):
    done = detente(*(each.format(scenario) for each in asked))
    assert done.exit_code == 2
    assert said in done.stderr
    assert " - did you mean 'KAZ'?" in done.stderr


@pytest.mark.parametrize(
    "asked",
    [
        ("explain", "bagram-2025", "--country", "KZ", "--event", "us_demand"),
        ("levers", "bagram-2025", "--outcome", "revealed.kz"),
        ("run", "bagram-2025", "--set", "countries.KZ.resolve=1"),
        ("paths", "bagram-2025", "KZ"),
    ],
)
def test_two_letters_of_a_country_lead_to_its_three(detente, asked):
    done = detente(*asked)
    assert done.exit_code == 2
    assert " - did you mean 'KAZ'?" in done.stderr  # which KGZ resembles as well


def test_an_outcome_of_a_country_is_asked_of_any(detente):
    swept = ("--sweep", "countries.UZB.resolve=0:1:3")
    for asked in (("levers", "bagram-2025"), ("sensitivity", "bagram-2025", *swept)):
        done = detente(*asked, "--outcome", "revealed")
        assert done.exit_code == 2
        assert "'revealed' is of a country: write revealed.CODE, with a code of" in done.stderr
        assert "UZB" in done.stderr


def test_one_of_a_kind_is_told_in_the_singular(detente):
    detente("new", "border")
    assert (
        "4 countries, 1 event, variants request, no_move" in detente("check", "border.yaml").stdout
    )
    assert "0 events, variant base" in detente("check", "region-2025").stdout
    explained = detente(
        "explain", "border.yaml", "--country", "RUS", "--event", "base_request", "--runs", 1,
        "--no-nearest",
    ).stdout  # fmt: skip
    head = " ".join(explained.split())
    assert "in the first step with the event on the agenda: means over 1 run Response" in head


def test_an_unknown_event_reads_well(detente, scenario):
    asked = ["explain", scenario, "--country", "KAZ", "--event", "shok"]
    for more in ((), ("--run", 0)):
        done = detente(*asked, *more)
        assert done.exit_code == 2
        said = (
            "no event 'shok' in the variant 'demand' - did you mean 'shock'? there are demand_made"
        )
        assert said in done.stderr


def test_compare_gives_json(detente, folder):
    rows = json.loads(detente("compare", folder, "--json").stdout)
    table = package.effects(package.open(folder), outcome="revealed")
    assert [row["country"] for row in rows] == list(table["country"])
    assert rows[0]["effect"] == pytest.approx(table["effect"].iloc[0])
    region = json.loads(detente("compare", folder, "--json", "--outcome", "tension").stdout)
    assert region[0]["country"] is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["results/small", "--against", "no_mov"], "did you mean 'no_move'?"),
        (["results/small", "--outcome", "titl"], "did you mean 'tilt'?"),
    ],
)
def test_compare_refuses_what_is_not_there(detente, folder, options, said):
    assert folder.exists()
    done = detente("compare", *options)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_folder_that_is_not_there_ends_with_2(detente):
    done = detente("compare", "nothing")
    assert done.exit_code == 2
    said = "is not a results folder: there is no such folder"
    assert done.stderr == f"detente: {Path.cwd()}/nothing {said}\n"
    Path("results", "nothing").mkdir(parents=True)
    assert f"{said} - did you mean 'results/nothing'?" in detente("compare", "nothing").stderr


def test_plot_refuses_an_unknown_kind(detente, folder):
    done = detente("plot", folder, "--kind", "fna")
    assert done.exit_code == 2
    assert "did you mean 'fan'?" in done.stderr


def test_plot_draws(detente, folder):
    done = detente("plot", folder, "--kind", "paths", "--format", "pdf", "--format", "svg")
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == ["results/small/plots/paths.pdf", "results/small/plots/paths.svg"]
    assert Path("results/small/plots/paths.pdf").exists()
    assert detente("plot", folder, "--kind", "paths").stdout == "results/small/plots/paths.png\n"


def test_pictures_are_drawn_for_a_paper(detente, folder):
    done = detente(
        "plot", folder, "--kind", "effects", "--format", "pdf", "--width", "90mm",
        "--countries", "KAZ, RUS", "--variants", "demand", "--palette", "grey",
    )  # fmt: skip
    assert done.stdout == "results/small/plots/effects.pdf\n"
    page = Path("results/small/plots/effects.pdf").read_bytes()
    width = float(re.search(rb"/MediaBox \[ 0 0 ([\d.]+)", page)[1])
    assert width / 72 * 25.4 == pytest.approx(90, abs=0.1)
    assert b"/FontFile2" in page
    for option, value, message in (
        ("--theme", "papr", "no theme of pictures 'papr' - did you mean 'paper'"),
        ("--palette", "gray", "no palette 'gray' - did you mean 'grey'"),
        ("--width", "90", "1 to 60 inches long, not 90: write the unit, such as 90mm"),
        ("--countries", "KAZ,RUZ", "no country 'RUZ' - did you mean 'RUS'"),
        ("--variants", "demnad", "no variant 'demnad' - did you mean 'demand'"),
    ):
        done = detente("plot", folder, "--kind", "effects", option, value)
        assert done.exit_code == 2
        assert message in done.stderr


def test_who_stands_together_is_drawn(detente, folder):
    assert detente("pairs", folder, "--plot", "pairs.svg").exit_code == 0
    assert "<title>" in Path("pairs.svg").read_text("utf-8")


@pytest.mark.parametrize("command", ["plot", "run"])
def test_an_unknown_format_of_pictures_is_refused_first(detente, folder, command):
    done = detente(command, folder if command == "plot" else "bagram-2025", "--format", "pgn")
    assert done.exit_code == 2
    assert "did you mean 'png'?" in done.stderr
    assert not Path("results/bagram-2025").exists()


ABOUT = ["--country", "KAZ", "--event", "demand_made"]


def test_explain_takes_a_choice_apart(detente, scenario):
    done = detente("explain", scenario, *ABOUT, "--run", 0)
    assert done.exit_code == 0, done.output
    assert "Kazakhstan on 'A demand': run 0 of demand, after step 2" in done.stdout
    for heading in ("Issues", "Actor", "Peers", "Exposure", "Utility", "Prob."):
        assert heading in done.stdout
    assert "Stay silent" in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--country", "KZA", "--event", "shock"], "no country 'KZA' - did you mean 'KAZ'?"),
        (["--country", "KAZ", "--event", "shok"], "did you mean 'shock'?"),
        (["--country", "KAZ", "--event", "shock", "--variant", "offr"], "did you mean 'offer'?"),
        (
            ["--country", "KAZ", "--event", "demand_made", "--step", "0"],
            "not on the agenda after step 0",
        ),
        ([*ABOUT, "--step", "9"], "a run has 3 steps"),
        (["--country", "KAZ"], "--event"),
    ],
)
def test_explain_refuses_what_is_not_there(detente, scenario, options, said):
    done = detente("explain", scenario, *options)
    assert done.exit_code == 2
    assert said in done.stderr


def test_compare_writes_tables_and_draws(detente, folder):
    done = detente(
        "compare", folder, "--csv", "effects.csv", "--latex", "effects.tex", "--plot", "effects.png"
    )
    assert done.exit_code == 0, done.output
    import pandas as pd

    table = package.effects(package.open(folder), outcome="revealed")
    pd.testing.assert_frame_equal(pd.read_csv("effects.csv"), table)
    tabular = Path("effects.tex").read_text()
    assert tabular.startswith("\\begin{tabular}{ll")
    assert f"${table['effect'].iloc[0]:.3f}$" in tabular
    assert "no\\_move" not in tabular
    assert "\\\\\n\\midrule\n" in tabular
    assert Path("effects.png").read_bytes().startswith(b"\x89PNG")


def test_compare_takes_another_results_folder(detente, scenario, folder):
    asked = ["--set", "countries.KAZ.capability=0.2", "--out", "other", "--no-plots"]
    assert detente("run", scenario, *asked, "--workers", 1).exit_code == 0
    done = detente("compare", folder, "--against", "other", "--json")
    assert done.exit_code == 0, done.output
    assert {row["variant"] for row in json.loads(done.stdout)} == {"demand", "no_move", "offer"}


def test_run_goes_on_until_changes_are_as_precise_as_asked(detente, scenario):
    done = detente("run", scenario, "--precision", 0.03, "--no-plots", "--workers", 1)
    assert done.exit_code == 0, done.output
    table = package.effects(package.open("results/small"))
    assert ((table["high"] - table["low"]) / 2 <= 0.03).all()
    assert table["runs"].max() > 23
    both = detente("run", scenario, "--precision", 0.03, "--runs", 5)
    assert both.exit_code == 2
    assert "give one of them" in both.stderr


def test_pairs_shows_who_stands_together(detente, folder):
    out = detente("pairs", folder).stdout
    table = package.pairs(package.open(folder))
    first = table.iloc[0]
    stands = f"{first['country']} {first['other']} {first['together']:+.2f}"
    assert stands in " ".join(out.split())
    rows = json.loads(detente("pairs", folder, "--json").stdout)
    assert rows[0]["S"] == pytest.approx(first["S"])
