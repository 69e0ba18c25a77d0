"""The report as a person reads it, in Chromium from a file: on a screen, on a phone, on paper."""

import re
from html.parser import HTMLParser

import pytest
from browsing import SIZES

import detente
from detente.measures.score import forecast_of
from detente.reports import POLICY

MOST = 5_000_000
VARIANTS = ["demand", "no_move", "negotiated"]
#: What must not become markup, in a place where a title or a name stands.
FOREIGN = '<img src=x onerror="alert(1)"><script>alert(2)</script>&amp;"\'</title></style>'


@pytest.fixture(scope="session")
def reported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "bagram"
    scenario = detente.load("bagram-2025").with_variants(VARIANTS)
    results = detente.run(scenario, runs=150, out=folder, progress=False)
    return results, detente.report(results)


@pytest.fixture(scope="session")
def report_file(reported):
    results, report = reported
    return report.save(results.folder / "report.html")


@pytest.fixture
def opened(browser):
    """Return a function that opens a report at a size; nothing may go wrong in any."""
    wrong, contexts = [], []

    def show(file, size="laptop", **options):
        width, height = SIZES[size]
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        tab = contexts[-1].new_page()
        tab.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        tab.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
        tab.on("request", lambda request: wrong.append(request.url)
               if not request.url.startswith((file.as_uri(), "data:")) else None)  # fmt: skip
        tab.goto(file.as_uri())
        return tab

    yield show
    for context in contexts:
        context.close()
    assert wrong == []


class Outline(HTMLParser):
    """Headings, cells, pictures, links and anchors of a file, and what is not closed."""

    VOID = frozenset({"meta", "img", "br", "source"})

    def __init__(self, text):
        super().__init__()
        self.headings, self.images, self.links, self.anchors = [], [], [], []
        self.open, self.elements, self.heads = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        self.elements.append(tag)
        self.anchors += [own["id"]] if "id" in own else []
        self.links += [own["href"]] if "href" in own else []
        self.images += [own] if tag == "img" else []
        self.heads += [own] if tag == "th" else []
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_interval_stands_beside_the_skill_that_it_is_of(reported):
    _, report = reported
    text = " ".join(re.sub(r"<[^>]+>", " ", report.html).split())
    left_out = text.index("left out of the fit the skill on it is")
    own = text.index("On these rows, to which the coefficients may have been fitted")
    assert left_out < own < text.index("Of this skill the 95 % interval, resampling countries, is")


@pytest.mark.parametrize("size", [*SIZES, "wide"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_window(opened, report_file, size, scheme, monkeypatch):
    monkeypatch.setitem(SIZES, "wide", (1920, 1080))
    tab = opened(report_file, size, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    shown = "e => e.complete && e.naturalWidth > 0"
    assert tab.locator("img").evaluate_all(f"all => all.every({shown})")
    assert tab.locator("img").count() >= 4


def test_text_stands_out_from_what_is_behind_it(opened, report_file):
    """By WCAG 2 small text needs a contrast of 4.5; the least of all text elements is taken."""
    script = """() => {
      const parts = (c) => c.match(/[\\d.]+/g).map(Number);
      const light = (c) => { const [r, g, b] = parts(c).slice(0, 3).map((v) => { v /= 255;
        return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const behind = (e) => { for (; e; e = e.parentElement) {
        const c = getComputedStyle(e).backgroundColor; if ((parts(c)[3] ?? 1) > 0.5) return c; }
        return 'rgb(255,255,255)'; };
      const every = 'p,li,th,td,dt,dd,a,caption,figcaption,h1,h2,h3';
      return Math.min(...[...document.querySelectorAll(every)]
        .filter((e) => e.offsetParent && e.textContent.trim()).map((e) => {
          const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
          return (a + 0.05) / (b + 0.05); }));
    }"""
    for scheme in ("light", "dark"):
        assert opened(report_file, color_scheme=scheme).evaluate(script) >= 4.5


def test_it_prints_on_pages_of_paper(opened, report_file):
    tab = opened(report_file)
    paper = tab.pdf(prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert 5 <= pages <= 16
    tab.emulate_media(media="print")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tab.set_viewport_size({"width": 680, "height": 960})  # as wide as the text on A4
    tables = "all => all.map((e) => e.scrollWidth - e.clientWidth)"
    assert max(tab.locator(".scroll").evaluate_all(tables)) <= 0


def test_it_is_one_small_file_that_may_do_nothing(report_file):
    text = report_file.read_text("utf-8")
    assert report_file.stat().st_size < MOST
    assert f'content="{POLICY.replace(chr(39), "&#x27;")}"' in text
    outline = Outline(text)
    assert not {"script", "iframe", "link", "object", "form"} & set(outline.elements)
    assert all(link.startswith("#") for link in outline.links)
    assert {link[1:] for link in outline.links} <= set(outline.anchors)
    assert len(outline.anchors) == len(set(outline.anchors))


def test_headings_tables_and_pictures_are_for_a_screen_reader_too(report_file):
    outline = Outline(report_file.read_text("utf-8"))
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    steps = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)
    assert all(head["scope"] in ("col", "row") for head in outline.heads)
    assert len(outline.heads) > 50
    assert all(len(image["alt"]) > 40 for image in outline.images)


def test_every_finding_stands_in_it(reported, opened, report_file):
    results, report = reported
    text = " ".join(opened(report_file).locator("main").inner_text().split())
    assert report.findings == detente.findings(results)
    for finding in report.findings:
        assert " ".join(finding.sentence.split()) in text
    assert {"moved", "responses", "tension", "courses", "together"} <= {
        finding.kind for finding in report.findings
    }


def test_what_it_rests_on_stands_in_it(reported, opened, report_file):
    results, _ = reported
    text = opened(report_file).locator("main").inner_text()
    for piece in (
        results.scenario.digest, str(results.seed), "detente verify bagram", "numpy",
        "The United States says that it wants Bagram back", "18 September 2025",
        "They are no forecast", "What drives it", "When it flips", "Patterns",
    ):  # fmt: skip
        assert piece in text
    figures = forecast_of(results).figures().to_plain(10)
    assert f"the likeliest response in {figures['hits_response']}." in text


def test_the_same_results_give_the_same_report(reported):
    results, report = reported
    assert detente.report(detente.open(results.folder)).html == report.html


def test_what_others_wrote_is_text(opened, tmp_path):
    scenario = detente.load("bagram-2025").with_variants(["demand", "no_move"])
    scenario = scenario.set({
        "title": FOREIGN, "description": FOREIGN, "countries.PAK.name": FOREIGN,
        "variants.demand.title": FOREIGN, "events.us_demand.title": FOREIGN,
        "issues.foreign_basing.title": FOREIGN, "issues.foreign_basing.low": FOREIGN,
    })  # fmt: skip
    report = detente.report(detente.run(scenario, runs=20, progress=False))
    tab = opened(report.save(tmp_path / "foreign.html"))
    assert tab.locator("h1").inner_text() == FOREIGN
    assert tab.locator("script").count() == 0
    assert tab.locator("img:not([src^='data:'])").count() == 0
    assert FOREIGN in tab.locator("table").first.inner_text()


@pytest.mark.parametrize(
    ("changes", "variants", "absent"),
    [
        ({"theory": "bargaining"}, ["demand", "no_move"], "Other courses"),
        ({}, ["demand"], "changed"),
        ({"events": [], "record": [], "main_event": None, "variants": None, "patterns": []}, None,
         "How governments answer"),
    ],
)  # fmt: skip
def test_any_scenario_has_a_report(changes, variants, absent):
    scenario = detente.load("bagram-2025")
    scenario = scenario.with_variants(variants) if variants else scenario
    results = detente.run(scenario.set(changes) if changes else scenario, runs=40, progress=False)
    report = detente.report(results)
    Outline(report.html)
    assert absent not in re.sub(r"<style>.*?</style>", "", report.html, flags=re.DOTALL)
    assert not re.search(r"\bnan\b", re.sub(r"base64,[^\"]*", "", report.html))


def test_of_few_runs_it_is_said_in_how_many_a_country_moves_the_other_way():
    scenario = detente.load("bagram-2025").with_variants(["demand", "no_move"])
    results = detente.run(scenario, runs=10, progress=False)
    told = re.search(
        r"<p>([^<>]+) moves to [^<>]+? in (\d+) of 10 runs", detente.report(results).html
    )
    name, count = told.groups()
    codes = {each.name: code for code, each in scenario.countries.items()}
    own = results.data["revealed"].sel(country=codes[name])
    change = (own.sel(variant="demand") - own.sel(variant="no_move")).to_numpy()
    assert int(count) == min((change > 0).sum(), (change < 0).sum())


def test_the_live_page_may_stand_in_it(reported, browser, tmp_path):
    results, report = reported
    whole = detente.report(results, page=True)
    file = whole.save(tmp_path / "live.html")
    assert len(report.html) < file.stat().st_size < MOST
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    tab, wrong = context.new_page(), []
    tab.on("console", lambda message: wrong.append(message.text))
    tab.goto(file.as_uri())
    frame = tab.frame_locator("iframe")
    frame.locator("main h2").wait_for(timeout=90_000)
    assert "What will" in frame.locator("main h2").inner_text()
    context.close()
    assert wrong == []


def test_a_variant_that_is_not_there_is_named(reported):
    with pytest.raises(detente.UsageError, match="did you mean 'negotiated'"):
        detente.report(reported[0], "negotiate")
