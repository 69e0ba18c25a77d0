"""The picture of what was measured of patterns."""

import numpy as np
import pandas as pd
import pytest
from test_pictures import clipped, texts

from detente import UsageError, plots
from detente.measures.claims import Claim, Criterion, Pattern
from detente.measures.patterns import Patterns
from detente.plots.patterns import VERDICTS

NAN = float("nan")
CLAIMS = pd.DataFrame(
    [
        ("P1", "Russia warns first", "P(Russia warns)", 0.7, 0.6, 0.8, 0.5, True, "holds"),
        ("P1", "Russia warns first", "stance of Russia - Iran", -0.1, -0.2, 0.1, 0.0, False,
         "undecided"),
        ("P2", "Tension falls", "tension, restraint - demand", 0.02, 0.01, 0.03, 0.0, False,
         "fails"),
        ("P3", "Nobody speaks", "P(silent)", NAN, NAN, NAN, 0.5, True, "undecided"),
        ("P4", "Kabul refuses", "P(Kabul opposes)", 0.9, 0.8, 0.95, 0.5, True, "holds"),
    ],
    columns=["pattern", "sentence", "statistic", "value", "low", "high", "threshold", "above",
             "verdict"],
)  # fmt: skip


@pytest.fixture(scope="module")
def drawn():
    return plots.patterns(CLAIMS)


def estimates(figure):
    """Marks of estimates, from the top."""
    marks = {look["marker"] for look in VERDICTS.values()}
    lines = [line for line in figure.axes[0].lines if line.get_marker() in marks]
    found = [line for line in lines if len(line.get_xdata())]
    return sorted(found, key=lambda line: line.get_ydata()[0])


def test_it_says_what_each_pattern_and_claim_is(drawn):
    said = texts(drawn)
    for part in ("P1 undecided: Russia warns first", "P2 fails: Tension falls", "P(silent)",
                 "0.700 (0.600 to 0.800)", "\u22120.100 (\u22120.200 to +0.100)", "> 0.5", "< 0",
                 "nothing to measure"):  # fmt: skip
        assert part in said
    assert drawn.get_suptitle() == "Of 4 patterns 1 hold, 1 fail and 2 are undecided"
    assert [said.count(verdict) for verdict in VERDICTS] == [3, 2, 3]  # rows and the legend


def test_a_pattern_has_its_own_verdict_and_not_that_of_the_claims_that_are_left():
    claim = Claim(Criterion("P(silent)", 0.5), 0.9, 0.8, 0.95, 100)
    found = [
        Pattern("P1", "Nobody speaks", "x", (claim,), left_out=1),
        Pattern("P2", "All speak", "x", (), left_out=2),
        Pattern("P3", "Some speak", "x", (claim,)),
    ]
    figure = plots.patterns(Patterns(found))
    assert figure.get_suptitle() == (
        "Of 3 patterns 1 hold, 0 fail, 1 are undecided and 1 are not tested"
    )
    said = texts(figure)
    for heading in (
        "P1 undecided: Nobody speaks",
        "P2 not tested: All speak",
        "P3 holds: Some speak",
    ):
        assert heading in said
    assert "P2 not tested" in plots.alt_text(figure)


def test_an_estimate_stands_right_of_the_line_where_it_is_as_asked(drawn):
    found = estimates(drawn)
    assert len(found) == 4  # what was not measured has no mark
    assert [float(np.sign(line.get_xdata()[0])) for line in found] == [1, 1, -1, 1]


def test_a_row_reaches_to_the_farther_end_of_its_interval(drawn):
    intervals = [line for line in drawn.axes[0].lines if line.get_marker() == "|"]
    ends = [np.asarray(line.get_xdata()) for line in intervals if len(line.get_xdata())]
    assert [float(np.abs(each).max()) for each in ends] == pytest.approx([1, 1, 1, 1])
    assert [bool(each.min() < 0 < each.max()) for each in ends] == [False, True, False, False]


def test_verdicts_differ_in_mark_as_well_as_in_colour(drawn):
    holds, undecided, fails, _ = estimates(drawn)
    assert len({line.get_marker() for line in (holds, undecided, fails)}) == 3
    assert len({line.get_color() for line in (holds, undecided, fails)}) == 3


def test_without_thresholds_the_line_is_at_zero():
    figure = plots.patterns(CLAIMS[["pattern", "statistic", "value", "low", "high", "verdict"]])
    first, second = estimates(figure)[:2]
    assert first.get_xdata()[0] > 0 > second.get_xdata()[0]


@pytest.mark.parametrize("given", [{"theme": "projector"}, {"theme": "paper"}, {"size": "90mm"}])
def test_a_slide_or_column_has_of_each_pattern_the_claim_farthest_from_holding(given):
    figure = plots.patterns(CLAIMS, **given)
    said = "\n".join(texts(figure))
    for claim in ("stance of Russia - Iran", "tension, restraint - demand", "P(Kabul opposes)"):
        assert claim in said
    assert "P(Russia warns)" not in said
    assert "Of each pattern the claim farthest from holding" in said.replace("\n", " ")
    assert "P(Russia warns)" in plots.alt_text(figure)
    assert clipped(figure) == []


@pytest.mark.parametrize("verdict", ["fails", "undecided", "holds"])
@pytest.mark.parametrize("turned", [False, True])
def test_of_claims_with_one_verdict_the_farthest_from_holding_is_drawn(verdict, turned):
    """Each row is scaled to its farther end, so that all of a verdict are equally far by that."""
    ends = {
        "fails": [(-0.30, -0.28), (-0.30, -0.02)],
        "undecided": [(-0.30, 0.02), (-0.30, 0.28)],
        "holds": [(0.02, 0.30), (0.28, 0.30)],
    }
    rows = [
        ("P1", "All speak", claim, (low + high) / 2, low, high, 0.0, True, verdict)
        for claim, (low, high) in zip(("the far one", "the near one"), ends[verdict], strict=True)
    ]
    table = pd.DataFrame(rows[::-1] if turned else rows, columns=CLAIMS.columns)
    said = "\n".join(texts(plots.patterns(table, theme="projector")))
    assert "the far one" in said
    assert "the near one" not in said


def test_nothing_is_cut_off(drawn):
    assert clipped(drawn) == []
    long = CLAIMS.assign(statistic="a long statistic " * 9, sentence="a long sentence " * 30)
    assert clipped(plots.patterns(long)) == []


def test_a_table_without_what_is_drawn_is_refused():
    with pytest.raises(UsageError, match="the table has no low and high"):
        plots.patterns(CLAIMS.drop(columns=["low", "high"]))
    with pytest.raises(UsageError, match="the table has no claims"):
        plots.patterns(CLAIMS.iloc[:0])


def test_it_draws_on_part_of_a_figure():
    from matplotlib.figure import Figure

    left, _ = Figure(figsize=(34, 10)).subfigures(1, 2)
    assert plots.patterns(CLAIMS, fig=left) is left
