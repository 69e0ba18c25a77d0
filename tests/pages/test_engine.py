"""The engine of the page: made from these rules, tested in node, and what it cannot serve."""

import json
import os
import subprocess
from pathlib import Path

import pytest

import detente
from detente.pages.build import digest, kept_digest
from detente.pages.data import page_data
from detente.scenario.messages import UsageError
from pages import ENGINE, NODE


def test_the_kept_model_was_made_from_these_rules():
    assert kept_digest() == digest(), "uv run python -m detente.pages.build"


def test_the_engine_alone(tmp_path):
    data = tmp_path / "page.json"
    data.write_text(json.dumps(page_data(detente.load("bagram-2025"))))
    env = os.environ | {"PAGE_DATA": str(data), "PAGE_ENGINE": str(ENGINE.parent)}
    tests = Path(__file__).parent / "js" / "engine.test.mjs"
    done = subprocess.run(
        [NODE, "--test", str(tests)], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_page_of_a_large_region():
    plain = detente.load("bagram-2025").to_plain()
    codes = [f"Q{a}{b}" for a in "ABCDEFGH" for b in "ABCDEFGH"]
    country = plain["countries"]["PAK"]

    def region(count):
        few = {**plain["countries"], **dict.fromkeys(codes[: count - 11], country)}
        return detente.Scenario.model_validate(plain | {"countries": few})

    assert len(page_data(region(60))["engine"]["countries"]) == 60
    with pytest.raises(UsageError, match="at most 60 countries, not 61"):
        page_data(region(61))


def test_variants_that_differ_in_what_all_share_have_no_page():
    longer = detente.load("bagram-2025").set({"variants.longer": {"set": {"steps": 30}}})
    with pytest.raises(UsageError, match=r"the same start, step, steps and seed.*longer"):
        page_data(longer)


def test_a_control_is_hidden_only_where_the_theory_reads_nothing_of_it():
    scenario = detente.load("bagram-2025").set({"theory": "bargaining"})
    rows = {row["field"]: row for row in page_data(scenario)["paths"]
            if row.get("hidden") and row["kind"] == "number" and "variants" not in row}  # fmt: skip
    assert {"dependence", "resolve", "red_line"} <= rows.keys()
    given = {"runs": 4, "variants": ["demand"], "progress": False}
    before = detente.run(scenario, **given).data
    for row in rows.values():
        changed = detente.run(scenario.set({row["path"]: 0.3}), **given).data
        for name in ("tilt", "revealed", "response_count"):
            assert changed[name].equals(before[name]), row["path"]
    shown = page_data(detente.load("bagram-2025"))["paths"]
    assert {row["field"] for row in shown if row.get("hidden")} == {"follows"}
