"""The site is built without a warning, is complete, and no page of it needs a network."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

import detente
from detente.cli import app

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"<!-- not run -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What a browser fetches by itself when it opens a page, by tag.
FETCHED = {
    "audio": "src", "embed": "src", "iframe": "src", "img": "src", "input": "src", "link": "href",
    "object": "data", "script": "src", "source": "src", "track": "src", "video": "src",
}  # fmt: skip


class Page(HTMLParser):
    """What a page fetches, links to and can be linked at."""

    def __init__(self, path):
        super().__init__()
        self.fetches, self.links, self.anchors, self.words = [], [], set(), []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.anchors.add(attributes["id"])
        for key in (FETCHED.get(tag), "srcset", "poster", "background"):
            if attributes.get(key):
                self.fetches.append(attributes[key])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site as its one command does, with fewer draws of the coefficients in scores."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-t", "quick", "-d", folder / "cache"]
    done = subprocess.run(
        [*command, "docs", folder / "html"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def page(pages, name):
    (found,) = (each for path, each in pages.items() if path.as_posix().endswith(name))
    return found


def is_outside(target):
    return bool(urlsplit(target).scheme or urlsplit(target).netloc) and urlsplit(
        target
    ).scheme not in ("data", "mailto")


def test_no_page_fetches_anything_from_outside(site, pages):
    assert len(pages) > 15
    for path, each in pages.items():
        assert each.fetches, path
        assert [target for target in each.fetches if is_outside(target)] == [], path
    styles = list(site.rglob("*.css"))
    assert styles
    for path in styles:
        text = path.read_text("utf-8")
        targets = re.findall(r"url\(\s*[\"']?([^\"')]+)", text)
        assert [target for target in targets if is_outside(target)] == [], path
        assert re.findall(r"@import[^;]*//", text) == [], path


def test_everything_that_pages_point_to_is_there(pages):
    for path, each in pages.items():
        for target in [*each.fetches, *each.links]:
            parts = urlsplit(target)
            if is_outside(target) or parts.scheme:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert there.is_file(), (path, target)
            if parts.fragment and there.suffix == ".html":
                assert unquote(parts.fragment) in pages[there].anchors, (path, target)


def test_every_page_is_in_the_navigation(pages):
    start = page(pages, "html/index.html")
    sources = (ROOT / "docs").rglob("*.md")
    names = {
        source.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for source in sources
    }
    assert len(names) > 15
    assert names - {"index.html"} <= set(start.links)


def test_every_public_name_is_in_the_reference(pages):
    anchors = page(pages, "reference/api.html").anchors
    names = {f"detente.{name}" for name in detente.__all__ if name not in ("plots", "__version__")}
    assert names <= anchors
    plots = {name for name in detente.plots.__all__ if callable(getattr(detente.plots, name))}
    assert {f"detente.plots.{name}" for name in plots} <= anchors


def test_every_command_and_option_is_in_the_reference(pages):
    text = page(pages, "reference/commands.html").text
    for name, command in get_command(app).commands.items():
        assert f"detente {name}" in text
        assert [o for each in command.params for o in each.opts if o not in text and "-" in o] == []


def test_every_picture_is_in_the_gallery_with_its_code(pages):
    gallery = page(pages, "gallery.html")
    drawn = [target for target in gallery.fetches if target.startswith("pictures/")]
    names = set(detente.plots.__all__) - {"KINDS", "alt_text", "draw_all", "picture"}
    assert set(detente.plots.KINDS) < names
    assert len(drawn) == len(names) + 3  # fan and map show two things each, effects a table too
    for name in names:
        assert f"detente.plots.{name}(" in gallery.text


def test_the_guide_shows_what_its_code_prints(pages):
    """All of it is run as the site is built; these are results of the last block of a page."""
    assert "scenario.yaml" in page(pages, "guide/reproduce.html").text
    assert re.search(r"^True$", page(pages, "guide/reproduce.html").text, re.MULTILINE)
    assert re.search(r"^silent +\d\.\d+$", page(pages, "guide/rule.html").text, re.MULTILINE)
    for target in ("guide/response.html", "guide/score.html"):
        assert any("pictures/guide-" in each for each in page(pages, target).fetches)


def test_commands_that_are_not_run_are_commands():
    lines = [
        line
        for source in sorted((ROOT / "docs").rglob("*.md"))
        for block in BLOCK.findall(source.read_text("utf-8"))
        for line in block.splitlines()
        if line.startswith("detente ")
    ]
    assert len(lines) > 5
    commands = get_command(app).commands
    for line in lines:
        _, name, *arguments = line.split()
        commands[name].make_context(name, arguments)  # raises what a person would see


def test_what_one_cites_is_the_package():
    citation = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["version"] == detente.__version__
    released = f"## {detente.__version__} - {citation['date-released']}\n"
    assert released in (ROOT / "CHANGELOG.md").read_text("utf-8")
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert licence.startswith(f"{citation['license']} License")
    assert citation["authors"][0]["name"] in licence
