"""The outlines of countries and how they come to the page."""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from detente.plots.geography import (
    EARTH,
    Projection,
    frame_region,
    load_outlines,
    middle_of,
)

ELEVEN = ["AFG", "CHN", "IND", "IRN", "KAZ", "KGZ", "PAK", "RUS", "TJK", "USA", "UZB"]
#: Area in thousands of square kilometres and a city inside (longitude, latitude).
KNOWN = {
    "AFG": (652, (69.2, 34.5)),
    "IRN": (1648, (51.4, 35.7)),
    "KAZ": (2725, (71.4, 51.2)),
    "KGZ": (200, (74.6, 42.6)),
    "PAK": (882, (73.0, 33.7)),
    "TJK": (143, (68.8, 38.6)),
    "UZB": (447, (69.2, 41.2)),
}


def contains(rings, place) -> bool:
    """Whether a place lies inside an odd number of rings."""
    x, y = place
    inside = False
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside


def test_the_data_file_is_small_and_has_its_licence_beside_it():
    folder = files("detente.plots").joinpath("data")
    assert len(folder.joinpath("outlines.json").read_bytes()) <= 350_000
    text = folder.joinpath("LICENCE-outlines.txt").read_text("utf-8")
    for word in ("public domain", "Natural Earth", "Kashmir", "Aksai Chin", "Crimea"):
        assert word in text


@pytest.mark.parametrize("code", ELEVEN)
def test_every_country_has_closed_rings_on_the_globe(code):
    rings = load_outlines().countries[code]
    for ring in rings:
        assert len(ring) >= 4
        assert np.allclose(ring[0], ring[-1])
        assert np.all(np.abs(ring[:, 0]) <= 180)
        assert np.all(np.abs(ring[:, 1]) <= 90)


@pytest.mark.parametrize("code", KNOWN)
def test_a_capital_lies_in_its_country_and_areas_are_right(code):
    area, capital = KNOWN[code]
    rings = load_outlines().countries[code]
    assert contains(rings, capital)
    plane = [Projection(*capital).plane(ring) for ring in rings]
    total = sum(
        (p[:-1, 0] * p[1:, 1] - p[1:, 0] * p[:-1, 1]).sum() / 2 for p in plane
    )  # holes run the other way round, and so are taken away
    assert abs(total) / 1000 == pytest.approx(area, rel=0.04)


def test_there_is_the_whole_world_and_disputed_places_stand_apart():
    outlines = load_outlines()
    assert len(outlines.countries) > 225
    assert set(outlines.disputed) >= {"Crimea", "Siachen Glacier"}
    crimea = (34.1, 45.0)
    assert contains(outlines.disputed["Crimea"], crimea)
    assert not contains(outlines.countries["RUS"], crimea)
    assert not contains(outlines.countries["UKR"], crimea)


def test_the_outlines_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        load_outlines().countries["AFG"][0][0, 0] = 0.0


def test_the_projection_keeps_areas_and_its_centre():
    there = Projection(70.0, 38.0)
    assert np.allclose(there.plane(np.array([70.0, 38.0])), 0.0)
    square = np.array([[100, 60], [101, 60], [101, 61], [100, 61], [100, 60]], dtype=float)
    p = there.plane(square)
    area = abs((p[:-1, 0] * p[1:, 1] - p[1:, 0] * p[:-1, 1]).sum() / 2)
    truth = EARTH**2 * np.radians(1) * (np.sin(np.radians(61)) - np.sin(np.radians(60)))
    assert area == pytest.approx(truth, rel=2e-3)


def test_distances_and_middles_cross_the_180th_meridian():
    assert Projection(179.0, 0.0).distance(np.array([-179.0, 0.0])) == pytest.approx(2.0)
    lon, lat = middle_of(np.array([[179.0, 10.0], [-179.0, 10.0]]))
    assert abs(lon) == pytest.approx(180.0)
    assert lat == pytest.approx(10.0, abs=0.01)


def test_the_frame_leaves_out_who_is_far_away():
    framing = frame_region(ELEVEN, load_outlines().countries)
    assert framing is not None
    assert framing.beside == ("USA",)
    assert set(framing.inside) == set(ELEVEN) - {"USA"}
    kabul = framing.projection.plane(np.array([69.2, 34.5]))
    assert framing.left < kabul[0] < framing.right
    assert framing.bottom < kabul[1] < framing.top


def test_without_any_outline_there_is_no_frame():
    assert frame_region(["XAA", "XAB"], load_outlines().countries) is None


def test_neighbours_are_whole_on_the_map():
    codes, outlines = ["PAK", "UZB", "AFG"], load_outlines().countries
    frame = frame_region(codes, outlines)
    for code in codes:
        east, north = np.concatenate([frame.projection.plane(ring) for ring in outlines[code]]).T
        assert frame.left < east.min() < east.max() < frame.right
        assert frame.bottom < north.min() < north.max() < frame.top
