"""Sizes, themes, palettes, a user's settings, and what a picture says in words."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from synthetic import synthetic
from test_pictures import KINDS, clipped, texts

from detente import UsageError, plots
from detente.plots.look import PALETTES, inches, sides


def image(figure):
    return Image.open(io.BytesIO(plots.picture(figure, "png")))


def page_of(pdf):
    """Width and height of a PDF's page in millimetres."""
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
    return [float(each) / 72 * 25.4 for each in box.groups()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_projector_has_its_dots_and_nothing_is_cut_off(kind, ran):
    figure = plots.KINDS[kind](ran, theme="projector")
    assert image(figure).size == (1920, 1080)
    assert clipped(figure) == []
    smallest = min(t.get_fontsize() for t in figure.findobj(Text) if t.get_text().strip())
    assert smallest * figure.scale * 144 / 72 >= 12  # dots of height of the least letter


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_of_a_paper_is_90_mm_wide_with_type_of_seven_points(kind, ran):
    figure = plots.KINDS[kind](ran, theme="paper")
    width, height = page_of(plots.picture(figure, "pdf"))
    assert width == pytest.approx(90, abs=0.1)
    assert height < 240
    assert clipped(figure) == []
    written = [t for t in figure.findobj(Text) if any(map(str.isalnum, t.get_text()))]
    sizes = [t.get_fontsize() * figure.scale for t in written]
    assert min(sizes) >= 4.9
    assert any(size == pytest.approx(7) for size in sizes)


def out_of_sight(figure):
    """Labels of ticks beyond the ends of their axis."""
    return {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        for label in (tick.label1, tick.label2)
    }


@pytest.mark.parametrize("kind", KINDS)
def test_three_countries_do_not_overprint(kind):
    figure = plots.KINDS[kind](synthetic(3, 2, runs=6))
    figure.canvas.draw()
    boxes = [
        (text.get_text(), Text.get_window_extent(text))  # without the line to what it names
        for text in set(figure.findobj(Text)) - out_of_sight(figure)
        if text.get_text().strip() and text.get_visible() and not text.get_rotation()
    ]
    for at, (said, box) in enumerate(boxes):
        for other, its in boxes[at + 1 :]:
            wide = min(box.x1, its.x1) - max(box.x0, its.x0)
            high = min(box.y1, its.y1) - max(box.y0, its.y0)
            assert not (wide > 3 and high > 5), (said, other)


def test_a_size_is_a_width_or_both_sides_in_any_unit():
    assert sides("90mm") == (pytest.approx(90 / 25.4), None)
    assert sides("160 mm x 90mm") == pytest.approx((160 / 25.4, 90 / 25.4))
    assert sides(["16cm", "9cm"]) == pytest.approx((160 / 25.4, 90 / 25.4))
    assert inches(3.5) == inches("3.5in") == inches("252pt")
    for wrong, message in (
        ("wide", "'wide' is no length"),
        (90, "1 to 60 inches long, not 90: write the unit, such as 90mm"),
        ("300mm x 2mm", "a side of a picture is 1 to 60 inches long"),
        ((3, 4, 5), "a size is a width, or width and height"),
        (float("nan"), "a side of a picture"),
    ):
        with pytest.raises(UsageError, match=message):
            sides(wrong)


def test_type_is_scaled_with_the_page_and_a_file_has_the_size_asked_for(results, tmp_path):
    small, large = (plots.effects(results, size=size) for size in ("120mm", "240mm"))
    assert small.scale < large.scale
    small.savefig(tmp_path / "small.pdf")
    large.savefig(tmp_path / "large.svg")
    assert page_of((tmp_path / "small.pdf").read_bytes())[0] == pytest.approx(120, abs=0.1)
    svg = (tmp_path / "large.svg").read_text("utf-8")
    wide = float(re.search(r'width="([\d.]+)pt"', svg)[1])
    assert wide / 72 * 25.4 == pytest.approx(240, abs=0.1)
    high = plots.fan(results, size=("200mm", "120mm"))
    assert image(high).size == pytest.approx((200 / 25.4 * 150, 120 / 25.4 * 150), abs=1)


def test_a_figure_of_ones_own_has_its_size(results):
    own = Figure(figsize=(9, 9))
    for given in ({"size": "90mm"}, {"theme": "paper"}):
        with pytest.raises(UsageError, match="with fig= the figure has its size"):
            plots.fan(results, fig=own, **given)


def test_a_pdf_has_its_fonts_as_fonts(results):
    pdf = plots.picture(plots.responses(results, theme="paper"), "pdf")
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf


def test_a_font_that_a_user_set_is_used_and_so_is_its_size(results, tmp_path):
    with mpl.rc_context({"font.family": "DejaVu Serif", "font.size": 14}):
        figure = plots.paths(results)
        figure.savefig(tmp_path / "serif.pdf")
    assert {text.get_fontname() for text in figure.findobj(Text)} == {"DejaVu Serif"}
    assert b"DejaVuSerif" in (tmp_path / "serif.pdf").read_bytes()
    assert figure.scale == pytest.approx(1.4)
    width, _ = figure.get_size_inches() * figure.scale
    assert width == pytest.approx(plots.paths(results).get_size_inches()[0])


@pytest.mark.parametrize("kind", KINDS)
def test_the_grey_palette_is_grey(kind, results):
    dots = np.asarray(image(plots.KINDS[kind](results, palette="grey")).convert("RGB"), int)
    assert (dots.max(axis=-1) - dots.min(axis=-1)).max() <= 12  # sea and paper are tinted


@pytest.mark.parametrize("name", sorted(PALETTES))
def test_courses_differ_in_grey_too(name):
    own = PALETTES[name]
    light = [
        np.dot(mpl.colors.to_rgb(colour), [0.2126, 0.7152, 0.0722])
        for colour in (own.main, own.reference)
    ]
    assert abs(light[0] - light[1]) > 0.1
    ends = own.map()([0.1, 0.9])[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert max(ends) < 0.9  # the sign is written beside it; both ends stand out from white


def test_a_palette_may_be_colours_of_ones_own(results):
    figure = plots.effects(results, palette=["red", "black", "#00ff00"])
    assert {line.get_color() for line in figure.axes[0].lines} >= {"red", "#00ff00"}
    with pytest.raises(UsageError, match="'rde' is no colour"):
        plots.effects(results, palette=["rde"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_says_in_words_what_it_shows(kind, results):
    figure = plots.KINDS[kind](results)
    words = plots.alt_text(figure)
    assert words == figure.alt_text
    assert words.startswith(" ".join(figure.get_suptitle().split()))
    assert "60 runs" in words
    for name in ("Afghanistan", "Pakistan", "Uzbekistan"):
        assert name in words
    assert len(re.findall(r"\d", words)) > 20


def test_the_words_are_in_the_files(results, tmp_path):
    figure = plots.effects(results)
    words = plots.alt_text(figure)
    assert image(figure).info["Description"] == words
    svg = plots.picture(figure, "svg").decode()
    assert 'role="img"' in svg
    assert ET.fromstring(svg).get("role") == "img"  # noqa: S314 - our own
    assert f"<desc>{words}</desc>" in svg
    figure.savefig(tmp_path / "own.png")
    with Image.open(tmp_path / "own.png") as own:
        assert own.info["Description"] == words
    pdf = plots.picture(figure, "pdf")
    assert "Synthetic region".encode("utf-16-be") in pdf or b"Synthetic region" in pdf
    data, more = figure._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert more["image/png"]["alt"] == words


def test_words_of_pictures_on_a_figure_of_ones_own(results):
    own = Figure(figsize=(28, 14))
    left, right = own.subfigures(1, 2)
    plots.fan(results, fig=left)
    plots.effects(results, fig=right)
    words = plots.alt_text(own)
    assert "countries\u2019 revealed tilt by" in words
    assert "Mean change of" in words
    assert plots.alt_text(Figure()) == ""
    axes = Figure().add_subplot()
    plots.paths(results, ax=axes)
    assert "Ties of" in plots.alt_text(axes.figure)
    assert texts(axes.figure)


def test_a_scaled_pdf_is_the_same_every_time(results):
    figure = plots.paths(results, theme="paper")
    first, second = (plots.picture(figure, "pdf") for _ in range(2))
    assert first == second
