"""A page in a tab of a browser, and what a person does there."""

import time

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = {"laptop": (1366, 768), "phone": (390, 844)}
#: Seconds within which a page has drawn what it simulates.
PATIENCE = 90


class View:
    """A tab with a page in it, and what a person does there."""

    def __init__(self, context, file):
        self.tab, self.file = context.new_page(), file
        self.wrong = []
        self.tab.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.tab.on("console", self._told)
        self.tab.on("request", self._asked)

    def _told(self, message):
        if message.type in ("error", "warning"):
            self.wrong.append(f"console: {message.text}")

    def _asked(self, request):
        if not request.url.startswith((self.file.as_uri(), "blob:", "data:")):
            self.wrong.append(f"request: {request.url}")

    def open(self, state=""):
        self.tab.goto("about:blank")
        self.tab.goto(f"{self.file.as_uri()}{f'#{state}' if state else ''}")
        self.drawn(more_than=0)
        return self

    def count(self):
        """How often the page has drawn what it simulated."""
        return int(self.tab.evaluate("document.getElementById('app')?.dataset.drawn ?? 0"))

    def drawn(self, more_than):
        """Wait from outside until it has drawn again and is at rest."""
        until(lambda: self.count() > more_than and not self.busy(), self.wrong)

    def busy(self):
        return self.tab.evaluate("document.getElementById('app').hasAttribute('aria-busy')")

    def doing(self, action):
        """Do what makes the page simulate, and wait until it has drawn."""
        before = self.count()
        action()
        self.drawn(more_than=before)

    def go(self, chapter):
        self.tab.locator(".chapters button", has_text=chapter).click()

    def heading(self):
        return self.tab.locator("main h2").inner_text()

    def pictures(self):
        """The pictures that are shown, as their markup without the numbers of their ids."""
        return self.tab.evaluate(
            "[...document.querySelectorAll('main .slot')].map((e) => e.innerHTML"
            ".replace(/picture-\\d+/g, '')).join('\\n')"
        )

    def slide(self, path, value):
        """Move the control of a path, as typing into its box does."""
        box = self.tab.locator(f'[data-path="{path}"] input[type=number]')
        self.doing(lambda: (box.fill(str(value)), box.press("Enter"), box.blur()))

    def save(self, kind, folder):
        """Press a button that saves, and return the file."""
        with self.tab.expect_download() as waiting:
            self.tab.locator(f'[data-save="{kind}"]').click()
        target = folder / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target


def until(holds, wrong=()):
    """Wait for something: the page's policy forbids to wait inside of it."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert not wrong, wrong
        assert time.monotonic() < end, "the page did not get there"
        time.sleep(0.02)
