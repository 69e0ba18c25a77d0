"""A page in a real browser, from a file, watched for errors and requests."""

import os
import shutil

import pytest
from browsing import FLAGS, SIZES, View
from playwright.sync_api import sync_playwright

import detente


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium")
    if program is None and "CI" not in os.environ:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def page_file(tmp_path_factory):
    scenario = detente.load("bagram-2025")
    return detente.page(scenario).save(tmp_path_factory.mktemp("page") / "page.html")


@pytest.fixture
def shown(browser, page_file):
    """Return a function that opens a page at a size; nothing may go wrong in any."""
    views, contexts = [], []

    def show(state="", *, size="laptop", file=page_file, **options):
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        views.append(View(context, file))
        return views[-1].open(state)

    yield show
    for context in contexts:
        context.close()
    assert [each for view in views for each in view.wrong] == []
