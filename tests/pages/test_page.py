"""The page as a person uses it, in Chromium from a file."""

import csv
import json
import re
import subprocess

import numpy as np
import pytest
import zxingcpp
from browsing import until
from PIL import Image

import detente
from detente.measures.forecasts import ranked_probability
from detente.measures.predictions import observed
from detente.runs.layout import rounded

MOST = 3_000_000
VARIANTS = ["demand", "no_move"]
#: One value of each kind that can be moved of a country and of an event.
COUNTRY = {
    "countries.PAK.preferences.foreign_basing.position": 0.9,
    "countries.PAK.preferences.foreign_basing.salience": 1.0,
    "countries.PAK.preferences.foreign_basing.red_line": 0.1,
    "countries.PAK.resolve": 0.0,
    "attitudes.PAK.USA": 1.0,
    "dependence.PAK.CHN": 1.0,
    "rule.PAK": "Tosses a coin",
}
EVENT = {
    "events.us_demand.type": "AID (10)",
    "events.us_demand.at": "2025-12-01",
    "events.us_demand.proposes.foreign_basing": 0.1,
    "events.us_demand.offers.PAK": 0.1,
    "events.us_demand.asks": "Pakistan",
}


def move(view, path, value):
    """Move a control to a value: a number, a date, a choice by its words, a country to be asked."""
    control = view.tab.locator(f'[data-path="{path}"]')
    if isinstance(value, float):
        view.slide(path, value)
    elif path.endswith(".at"):
        view.doing(lambda: control.locator("input").fill(value))
    elif path.endswith(".asks"):
        view.doing(lambda: control.get_by_label(value, exact=True).check())
    else:
        view.doing(lambda: control.locator("select").select_option(value))


def find(view, path):
    """Bring the control of a path up, by searching for it."""
    search = view.tab.locator("input[type=search]")
    search.fill(path)
    view.tab.locator(f'[data-path="{path}"]').wait_for()


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_the_guided_path_to_its_end(shown, size):
    view = shown(size=size)
    tab = view.tab
    assert "What will Pakistan do?" in view.heading()
    assert "joined" not in tab.locator("main").inner_text().lower()
    tab.get_by_role("button", name="Stay silent").click()
    chapters = ["What Pakistan really did", "week by week", "Hundreds of futures",
                "What if China mattered less to Pakistan?", "Take it home", "Explore"]  # fmt: skip
    for chapter in chapters:
        tab.locator(".steps .next").click()
        until(lambda expected=chapter: expected in view.heading(), view.wrong)
        tab.wait_for_timeout(200)
        wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{chapter}: {wide} pixels too wide"
        if chapter == "What Pakistan really did":
            text = tab.locator("main").inner_text()
            assert "25 Sep 2025" in text
            assert "Your guess: Stay silent" in text
            until(lambda: tab.locator(".why svg").count() == 1, view.wrong)
            assert "Pakistan" in tab.locator(".why .finding").inner_text()
            terms = tab.locator(".why svg").text_content()
            assert "Own word, what it said before" in terms  # named as anywhere, and said in words
            assert "its last answer" in tab.locator(".scores").inner_text()
        elif chapter == "week by week":
            until(lambda: tab.locator(".story section").count() > 0, view.wrong)
            tab.get_by_role("button", name="Play").click()
            until(lambda: "6 Oct 2025" in tab.locator(".day").inner_text(), view.wrong)
            tab.get_by_role("button", name="Pause").click()
        elif chapter == "Hundreds of futures":
            assert tab.locator("main figure svg").count() == 4
        elif chapter.startswith("What if"):
            before = view.pictures()
            view.slide("dependence.PAK.CHN", 0.0)
            assert view.pictures() != before
    assert tab.locator(".steps .next").count() == 0


def test_the_guess_is_scored_as_the_model_is(shown):
    view = shown("view=reveal&guess:PAK=silent*3 warn*1")
    row = next(each for each in observed(detente.load("bagram-2025")) if each.country == "PAK")
    responses = list(detente.load("bagram-2025").repertoire)
    guess = np.array([[{"silent": 0.75, "warn": 0.25}.get(each, 0.0) for each in responses]])
    expected = ranked_probability(guess, np.array([row.index]), np.array([row.opened]))[0]
    until(lambda: view.tab.locator(".scores li").count() == 3, view.wrong)
    assert view.tab.locator(".scores li").first.inner_text().endswith(f"{expected:.2f}")


def test_the_hands_of_a_class_are_counted(shown):
    view = shown()
    tab = view.tab
    tab.get_by_role("button", name="Count the hands of a class").click()
    for _ in range(3):
        tab.get_by_role("button", name="One more for Warn").click()
    tab.get_by_role("button", name="One less for Warn").click()
    tab.get_by_role("button", name="One more for Stay silent").click()
    view.go("Reveal")
    assert "Warn (67 %) and Stay silent (33 %)" in tab.locator(".yours").inner_text()


@pytest.mark.parametrize("moved", [COUNTRY, EVENT], ids=["country", "event"])
def test_each_control_has_an_effect_that_is_marked_and_undone(shown, moved):
    view = shown("view=whatif&levers=3")
    tab, without = view.tab, view.pictures()
    for path, value in moved.items():
        find(view, path)
        move(view, path, value)
        assert view.pictures() != without, path
        assert "changed" in tab.locator(f'[data-path="{path}"]').get_attribute("class")
        assert tab.locator(".chips li").count() == 1
        assert path in tab.url
        view.doing(tab.locator(".chips button").click)
        assert view.pictures() == without, path
        assert "changed" not in tab.locator(f'[data-path="{path}"]').get_attribute("class")
    for path in [*moved][:2]:
        find(view, path)
        move(view, path, moved[path])
    assert tab.locator(".chips li").count() == 2
    view.doing(tab.get_by_role("button", name="Undo all").click)
    assert tab.locator(".chips li").count() == 0
    assert view.pictures() == without


def test_a_coefficient_can_be_moved(shown):
    view = shown("view=explore&tab=responses")
    before = view.pictures()
    view.tab.get_by_text("Advanced").click()
    view.slide("dynamics.conformity", 0.0)
    assert view.pictures() != before


def test_each_choice_of_a_view_has_an_effect(shown):
    view = shown("view=futures")
    tab = view.tab
    seen = {view.pictures()}

    def changes(action, *, simulates=False):
        view.doing(action) if simulates else action()
        tab.wait_for_timeout(150)
        assert view.pictures() not in seen
        seen.add(view.pictures())

    changes(tab.get_by_role("button", name="Ties").click)
    changes(lambda: tab.locator("select", has_text="Pakistan").select_option("India"))
    changes(
        lambda: tab.locator("select", has_text="As it happened").first.select_option("negotiated"),
        simulates=True,
    )
    changes(
        lambda: tab.locator("select", has_text="No move").last.select_option("demand"),
        simulates=True,
    )
    changes(tab.get_by_role("button", name="100", exact=True).click, simulates=True)
    changes(tab.get_by_role("button", name="Dark or light").click)
    changes(tab.get_by_role("button", name="Large type").click)
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_run_is_watched_as_a_story(shown):
    view = shown("view=region&week=5")
    tab = view.tab
    run = tab.locator("select", has_text="The typical run")
    stories, pictures = set(), set()
    for choice in ("typical", "surprising", "number", "all"):
        run.select_option(choice)
        tab.wait_for_timeout(500)
        stories.add(tab.locator(".story").inner_text())
        pictures.add(view.pictures())
    assert len(stories) == 4
    assert len(pictures) > 2
    assert any("run 17" in story for story in stories)
    run.select_option("number")
    tab.get_by_role("spinbutton", name="Run number").fill("18")
    tab.get_by_role("spinbutton", name="Run number").press("Enter")
    until(lambda: "run 18" in tab.locator(".story").inner_text(), view.wrong)
    assert "run=18" in tab.url
    few = tab.locator(".story li").count()
    tab.get_by_label("All events and answers").check()
    until(lambda: tab.locator(".story li").count() > few, view.wrong)
    before = view.pictures()
    tab.get_by_role("button", name="Network").click()
    until(lambda: view.pictures() != before, view.wrong)


def test_a_link_opens_the_same(shown):
    view = shown("view=explore&tab=time&country=IND&outcome=tilt&runs=100")
    find(view, "dependence.IND.RUS")
    view.slide("dependence.IND.RUS", 0.85)
    view.tab.get_by_role("tab", name="Take home").click()
    link = view.tab.get_by_label("A link to what you see").input_value()
    view.tab.get_by_role("tab", name="Over time").click()
    expected = view.pictures()
    other = shown(link.partition("#")[2].replace("tab=home", "tab=time"))
    assert other.pictures() == expected
    assert "0.85" in other.tab.locator(".chips").inner_text()


def test_a_link_that_is_wrong_is_told_of(shown):
    view = shown("view=attic&dependence.IND.RUS=2&nothing.here=1&week=-1")
    notice = view.tab.get_by_role("alert").inner_text()
    for word in ("attic", "dependence.IND.RUS", "nothing.here", "week"):
        assert word in notice
    assert view.tab.locator(".chips li").count() == 0


def rerun(view, folder):
    """Save the changed scenario and its numbers, run it outside, and hold both together."""
    view.go("Take home")
    file = view.save("yaml", folder)
    rows = list(csv.DictReader(view.save("csv-runs", folder).read_text().splitlines()))
    done = subprocess.run(["detente", "check", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    data = detente.run(file, variants=VARIANTS, progress=False).data
    responses = [*data["response"].values, ""]
    assert len(rows) == data.sizes["run"] * 2 * data.sizes["country"]
    for variant in VARIANTS:
        mine = [row for row in rows if row["variant"] == variant]
        cells = [(int(row["run"]), row["country"]) for row in mine]
        assert cells == [(r, c) for r in range(data.sizes["run"]) for c in data["country"].values]
        own = data.sel(variant=variant)
        for name in ("tilt", "revealed"):
            there = own[name].transpose("run", "country").values.reshape(-1)
            here = rounded(np.array([float(row[name]) for row in mine]))  # as results keep numbers
            assert np.array_equal(here, there), (variant, name)
        last = own["last_response"].sel(event="us_demand").transpose("run", "country").values
        given = [row["last_us_demand"] for row in mine]
        assert given == [responses[place] for place in last.reshape(-1)]
    return file


def test_what_is_taken_home_runs_to_the_same_bits(shown, tmp_path):
    moved = {"countries.PAK.resolve": 0.35, "attitudes.PAK.USA": -0.25, "dependence.PAK.CHN": 0.1,
             "events.us_demand.at": "2025-10-01", "events.us_demand.type": "CONSULT",
             "events.us_demand.offers.AFG": 0.03, "events.us_demand.asks": ["AFG", "PAK"],
             "countries.PAK.preferences.foreign_basing.red_line": 0.4, "rule.UZB": "CHN",
             "dynamics.conformity": 1.5, "rule.TJK": "coin"}  # fmt: skip
    state = "&".join(f"{path}={json.dumps(value)}" for path, value in moved.items())
    view = shown(f"runs=100&{state}")
    assert view.tab.locator(".chips li").count() == len(moved)
    file = rerun(view, tmp_path)
    fresh = shown("view=home&runs=100")
    fresh.doing(lambda: fresh.tab.locator("input[type=file]").set_input_files(file))
    assert "taken over" in fresh.tab.locator(".opened").inner_text()
    assert fresh.save("csv-runs", tmp_path).read_text() == (
        view.save("csv-runs", tmp_path).read_text()
    )


def test_nothing_changed_runs_to_the_same_bits(shown, tmp_path):
    rerun(shown("runs=100"), tmp_path)


BAD = [
    "", "not yaml", "\0\1\2", "a: [1, 2", "extends: other.yaml", "extends: region-2025.yaml",
    "extends: bagram-2025.yaml\ncountries: {PAK: {resolve: 0.1}}",
    "extends: bagram-2025.yaml\nvariants: {demand: {drop: [us_demand]}}",
    "extends: bagram-2025.yaml\nvariants: {nowhere: {set: {}}}",
    "extends: bagram-2025.yaml\nvariants: {demand: {set: {countries.PAK.resolve: 2}}}",
    "extends: bagram-2025.yaml\nvariants: {demand: {set: {countries.PAK.resolve: high}}}",
    "extends: bagram-2025.yaml\nvariants: {demand: {set: {countries.PAK.resolv: 0.2}}}",
    "extends: bagram-2025.yaml\nvariants: {demand: {set: {events.us_demand.type: SHOUT}}}",
    "extends: bagram-2025.yaml\nvariants: {demand: {set: {events.us_demand.at: yesterday}}}",
    "extends: bagram-2025.yaml\nvariants: {demand: {set: {events.us_demand.asks: [MARS]}}}",
    "extends: bagram-2025.yaml\nvariants: {no_move: {set: {events.us_demand.type: AID}}}",
    "extends: bagram-2025.yaml\nvariants:\n\tdemand: {}",
    "extends: bagram-2025.yaml\nvariants:\n  demand:\n set: {}",
    "extends: bagram-2025.yaml\nruns: several", "runs: 100", "- a\n- b",
    "extends: bagram-2025.yaml\nruns: 100\nruns: 200",
    "extends: bagram-2025.yaml\nvariants: {demand: {set: {dependence.PAK.CHN: .nan}}}",
]  # fmt: skip


def test_bad_files_of_changes_are_told_of_and_change_nothing(shown):
    view = shown("view=home&countries.PAK.resolve=0.25")
    before = view.tab.locator(".yaml").inner_text()
    for number, text in enumerate(BAD):
        view.tab.locator("input[type=file]").set_input_files(
            {"name": f"bad-{number}.yaml", "mimeType": "text/yaml", "buffer": text.encode()}
        )
        told = view.tab.locator(".opened")
        until(lambda n=number, t=told: f"bad-{n}.yaml" in t.inner_text(), view.wrong)
        assert "was not taken over" in told.inner_text(), text
        assert len(told.locator("li").first.inner_text()) > 15, text
        assert view.tab.locator(".yaml").inner_text() == before, text


def test_predictions_are_compared_by_a_code_and_scored_as_the_model_is(shown, tmp_path):
    view = shown("view=explore&tab=predict")
    tab = view.tab
    scenario = detente.load("bagram-2025")
    rows = observed(scenario)
    responses = list(scenario.repertoire)
    for row in rows:
        tab.locator(f"#guess-{row.country}").select_option(str(responses.index("condemn")))
    code = tab.locator(".spoken").inner_text()
    picture = tmp_path / "code.png"
    tab.locator(".qr").screenshot(path=picture)
    assert zxingcpp.read_barcode(Image.open(picture)).text == code
    tab.get_by_role("button", name="Compare with the record").click()
    sure = np.zeros((len(rows), len(responses)))
    sure[:, responses.index("condemn")] = 1
    expected = ranked_probability(
        sure, np.array([row.index for row in rows]), np.array([row.opened for row in rows])
    ).mean()
    own = tab.locator(".predict tr", has_text="You")
    assert own.locator("td").first.inner_text() == f"{expected:.2f}"
    other = shown("view=explore&tab=predict")
    box = other.tab.get_by_label("Add a code")
    box.first.fill(f"Amina {code.lower()}")
    box.first.press("Enter")
    theirs = other.tab.locator(".predict tr", has_text="Amina")
    assert theirs.locator("td").first.inner_text() == f"{expected:.2f}"
    box.first.fill("Ben QQQQ-QQQQ")
    box.first.press("Enter")
    assert "no code of this page" in other.tab.get_by_role("alert").inner_text()


def test_the_keyboard_is_enough(shown):
    view = shown()
    keys, tab = view.tab.keyboard, view.tab
    keys.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
    keys.press("PageDown")
    assert "really did" in view.heading()
    for _ in range(3):
        keys.press("PageDown")
    assert "What if" in view.heading()
    slider = tab.locator('[data-path="dependence.PAK.CHN"] input[type=range]')
    slider.focus()
    before = view.pictures()
    view.doing(lambda: keys.press("ArrowLeft"))
    assert tab.evaluate("document.activeElement.type") == "range"
    assert tab.locator(".chips li").count() == 1
    view.doing(lambda: keys.press("PageDown"))
    assert view.pictures() != before
    view.go("Explore")
    tab.get_by_role("tab", name="What changed").focus()
    keys.press("ArrowRight")
    assert tab.evaluate("document.activeElement.textContent") == "Responses"


def test_every_picture_and_control_has_words(shown):
    view = shown("view=explore&tab=time")
    for tab_name in ("What changed", "Responses", "Over time", "Week by week", "Why"):
        view.tab.get_by_role("tab", name=tab_name).click()
        until(lambda: view.tab.locator("#part svg").count() > 0, view.wrong)
        for picture in view.tab.locator("#part svg").all():
            assert len(picture.locator("title").first.text_content()) > 5
            assert len(picture.locator("desc").text_content()) > 20
    nameless = view.tab.evaluate(
        "[...document.querySelectorAll('button, input, select')].filter((e) => !(e.ariaLabel || "
        "e.textContent.trim() || e.labels?.[0]?.textContent.trim())).map((e) => e.outerHTML)"
    )
    assert nameless == []


def test_titles_are_text_and_never_markup(shown, tmp_path):
    hostile = '</script><img src=x onerror="document.title=1"><b>&amp;'
    scenario = detente.load("bagram-2025").set({
        "title": hostile, "countries.PAK.name": hostile, "events.us_demand.title": hostile,
        "issues.foreign_basing.title": hostile, "repertoire.joint.title": hostile,
        "variants.demand.title": hostile,
    })  # fmt: skip
    file = detente.page(scenario).save(tmp_path / "hostile.html")
    view = shown(file=file)
    assert hostile in view.heading()
    for chapter in ("Reveal", "The region", "Hundreds", "What if", "Take home", "Explore"):
        view.go(chapter)
        view.tab.wait_for_timeout(300)
        assert view.tab.locator("img, b").count() == 0
    view.go("Take home")
    for kind in ("effects", "responses", "map"):
        picture = view.save(f"svg-{kind}", tmp_path).read_text()
        assert "<img" not in picture
        assert "<b>" not in picture
    assert view.tab.title() == hostile


def test_pictures_and_tables_are_saved(shown, tmp_path):
    view = shown("view=home")
    for kind in ("effects", "responses", "time", "tension", "map"):
        file = view.save(f"svg-{kind}", tmp_path)
        assert file.name == f"bagram-2025-{kind}.svg"
        assert re.match(r'<\?xml version="1.0" encoding="UTF-8"\?>\n<svg ', file.read_text())
    table = list(csv.DictReader(view.save("csv-summary", tmp_path).read_text().splitlines()))
    assert [(row["variant"], row["country"]) for row in table][:1] == [("demand", "AFG")]
    shares = [float(table[0][name]) for name in table[0] if name.startswith("p_")]
    assert sum(shares) == pytest.approx(1)
    runs = list(csv.DictReader(view.save("csv-runs", tmp_path).read_text().splitlines()))
    results = detente.run("bagram-2025", runs=300, variants=VARIANTS, progress=False)
    effects = detente.effects(results, against="no_move", outcome="revealed")
    for row, expected in zip(table, effects.itertuples(), strict=False):
        assert row["country"] == expected.country
        demand, no_move = (
            np.array([
                float(each["revealed"]) for each in runs
                if (each["variant"], each["country"]) == (variant, row["country"])
            ])
            for variant in VARIANTS
        )  # fmt: skip
        change = np.mean(demand - no_move)
        assert float(row["revealed_change"]) == pytest.approx(change, abs=1e-12)
        kept = np.mean(rounded(demand) - rounded(no_move))  # as results keep numbers
        assert kept == pytest.approx(expected.effect, abs=1e-12)


def test_the_file_is_small_and_asks_for_nothing(page_file):
    text = page_file.read_text()
    assert page_file.stat().st_size < MOST
    assert "default-src 'none'" in text
    for word in ("<script src", "<link", "@import", "fetch(", "XMLHttpRequest", "eval(",
                 "innerHTML", "new Function"):  # fmt: skip
        assert word not in text


def test_a_notebook_shows_it_in_a_frame(browser, page_file, tmp_path):
    inside = detente.Page("A title", page_file.read_text())
    file = tmp_path / "notebook.html"
    file.write_text(f"<!doctype html><meta charset=utf-8>{inside._repr_html_()}")
    tab = browser.new_page()
    wrong = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto(file.as_uri())
    frame = tab.frames[1]
    until(lambda: frame.locator("#app[data-drawn]").count() == 1, wrong)
    frame.locator(".chapters button", has_text="Hundreds").click()
    until(lambda: frame.locator("figure svg").count() == 4, wrong)
    tab.close()
    assert wrong == []
