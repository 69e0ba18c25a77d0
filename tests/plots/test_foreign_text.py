"""Titles and names that others wrote show as they are, and order nothing else anew."""

from __future__ import annotations

import pytest
from matplotlib.text import Text
from synthetic import synthetic

from detente import plots


@pytest.mark.parametrize("kind", sorted(plots.KINDS))
def test_no_text_of_a_picture_acts_on_what_stands_beside_it(kind: str) -> None:
    results = synthetic(runs=20)
    scenario = results.scenario
    scenario.title = "A \u202etitle"
    for country in scenario.countries.values():
        country.name = f"\u202e{country.name}\x1b"
    figure = plots.KINDS[kind](results)
    figure.canvas.draw()
    texts = [text.get_text() for text in figure.findobj(Text)]
    assert all(line.isprintable() for text in texts for line in text.split("\n"))
    named = any("\\u202e" in text for text in texts)
    assert named or kind == "responses"  # which has codes of countries and titles of events
