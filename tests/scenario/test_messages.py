"""Names that name nothing and numbers read the same wherever they are printed."""

from __future__ import annotations

import pytest

from detente.scenario.messages import (
    between,
    did_you_mean,
    percent,
    signed,
    two_digits,
    unknown,
)


def test_an_unknown_name_comes_with_the_nearest_and_all_there_are() -> None:
    assert unknown("variant", "demnd", ["demand", "no_move"]) == (
        "no variant 'demnd' - did you mean 'demand'? there are demand, no_move"
    )
    assert unknown("event", "x", ["us_demand"]) == "no event 'x'; there are us_demand"
    assert unknown("event", "x", []) == "no event 'x'; there are none"
    assert unknown("country", "Iran", ["CHN", "IRN"], nearest="IRN") == (
        "no country 'Iran' - did you mean 'IRN'? there are CHN, IRN"
    )


def test_a_long_list_of_names_is_cut() -> None:
    said = unknown("code", "zzz", [f"{number:03}" for number in range(300)])
    assert said.startswith("no code 'zzz'; there are 000, 001, ")
    assert said.endswith("019 and 280 more")


@pytest.mark.parametrize(
    ("given", "known", "meant"),
    [("PKA", ["PAK", "IND"], "PAK"), ("TITLE", ["title"], "title"), ("x", ["title"], None)],
)
def test_the_nearest_name_is_meant(given: str, known: list[str], meant: str | None) -> None:
    assert did_you_mean(given, known) == (f" - did you mean '{meant}'?" if meant else "")


def test_numbers_are_printed_alike() -> None:
    assert [signed(value) for value in (0.123, -0.001, None, float("nan"))] == [
        "+0.12",
        "+0.00",
        "-",
        "-",
    ]
    assert between(-0.1234, 0.1, 3) == "-0.123 to +0.100"
    assert between(None, 0.1) == "-"
    assert [percent(share) for share in (0.504, 0.001, None)] == ["50 %", "0 %", "-"]
    assert [percent(share, rare=True) for share in (0.001, 0.0)] == ["<1 %", "0 %"]
    assert [two_digits(value) for value in (5.59, 0.0412, 120.4, 30.0)] == [
        "5.6",
        "0.041",
        "120",
        "30",
    ]
