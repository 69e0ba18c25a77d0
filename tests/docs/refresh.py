"""Write the tables and the pictures of the README anew, from runs of the library's scenarios.

To be run by hand when the results have changed: ``uv run python tests/docs/refresh.py fit.json``,
where ``detente fit SCENARIO... --json`` wrote the file; without one the scores stay as they are.
It takes some minutes. What is said of speed is what ``tests/benchmarks/speed.py`` and
``page_moves.py`` print.
"""

import io
import json
import shutil
import sys
import tempfile
import textwrap
from pathlib import Path

import numpy as np

import detente
from detente.engine.sampler import sampler_of
from detente.measures.score import LEFT_OUT, made_from

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PICTURES = ROOT / ".readme"
EPISODES = ("access-2001", "bases-2005", "manas-2009", "moscow-format-2024", "bagram-2025")
BASELINES = {
    "pooled": "how often each response was given, over all rows",
    "same": "everyone does the same: the one response that scores best",
    "bargaining": "expected-utility bargaining on the same positions",
    "position_alone": "this model without ties, peers and exposure",
}
VARIANT = "demand"
SHOWN = ("AFG", "RUS", "CHN", "IND", "PAK", "UZB")
#: Characters in a line of the README.
LINE = 110
#: Enough to look sharp on a screen, few enough to be small in git.
WIDTH, COLOURS = 1300, 256


def table(results):
    """Return rows of the summary as Markdown."""
    repertoire = results.scenario.repertoire
    lines = [
        "| Country | Likeliest response | In so many runs | Revealed | Change | Ties | Change |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for code in SHOWN:
        row = results.summary[VARIANT][code]
        lines.append(
            f"| {results.scenario.countries[code].name} | {repertoire[row['response']].title} "
            f"| {100 * row['probability']:.0f} % | {row['revealed']:+.2f} "
            f"| {changed(row, 'revealed_', 2)} | {row['tilt']:+.2f} | {changed(row, '', 3)} |"
        )
    return "\n".join(lines)


def changed(row, prefix, digits):
    """Return a change with its whole interval, in bold where 0 lies outside."""
    low, high = row[f"{prefix}effect_low"], row[f"{prefix}effect_high"]
    mean = f"{row[f'{prefix}effect']:+.{digits}f}"
    apart = low > 0 or high < 0
    return f"{f'**{mean}**' if apart else mean} ({low:+.{digits}f} to {high:+.{digits}f})"


def caption(results):
    """Say where the numbers come from."""
    countries = results.layout.countries
    told = {
        prefix: [
            results.scenario.countries[code].name
            for code in countries
            if (row := results.summary[VARIANT][code])[f"{prefix}effect_low"] > 0
            or row[f"{prefix}effect_high"] < 0
        ]
        for prefix in ("revealed_", "")
    }
    return "\n".join(
        _wrapped(
            f"Six of the {len(countries)} countries as it happened (variant `{VARIANT}`); "
            f"{results.runs} runs, seed {results.seed}. Change: against the same runs in which "
            f"nobody "
            "asked, on average; in brackets between what 95 % of the runs lie, by chance, "
            "uncertain "
            "figures and uncertain coefficients together; bold where that tells it apart from 0. "
            f"Of all {len(countries)} that is so of what is revealed of "
            f"{_listed(told['revealed_'])}, "
            f"and of the ties of {_listed(told[''])}."
        )
    )


def small(picture):
    """Return a PNG with few colours, those that cover all: also of what is small and coloured."""
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    height = round(image.height * WIDTH / image.width)
    image = image.resize((WIDTH, height), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    few = image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def scores(score, fit, patterns):
    """Return the scores against the record as Markdown."""
    summary = score.summary
    lines = [
        "| Forecast | Ranked probability score | Skill of the model against it |",
        "|---|--:|--:|",
        f"| **the model** | **{summary['rps']:.2f}** | |",
    ]
    for name, words in BASELINES.items():
        figures = summary["baselines"][name]
        low, high = figures["intervals"]["rows"]
        lines.append(
            f"| {words} | {figures['rps']:.2f} | {figures['skill']:.2f} ({low:.2f} to {high:.2f}) |"
        )
    left, together = fit["leave_one_episode_out"], fit["left_out_together"]
    said = ", ".join(f"{left[name]['skill']:.2f} on {name}" for name in EPISODES)
    own = ", ".join(f"{left[name]['skill_own']:.2f} on {name}" for name in EPISODES)
    low, high = summary["intervals"]["parameters"]["skill"]
    others, alone = together["skill_interval"], together["skill_own_interval"]
    revealed, unseen = summary["revealed"], together["revealed"]
    words = (
        f"These are the {summary['of']} rows that the coefficients were fitted to; 0 is perfect; "
        "in brackets 95 % over countries, with nothing fitted anew. The last is this model with "
        "the same coefficients. Single draws of the uncertain figures and coefficients reach a "
        f"skill of {low:.2f} to {high:.2f} against the first. The likeliest side (against, silent, "
        f"for) is right {summary['hits_side']} times of {summary['of']}, the likeliest response "
        f"{summary['hits_response']} times. With nothing fitted, from the priors alone, skill is "
        f"{fit['prior_alone']['skill']:.2f}.\n\n**On episodes left out of the fit**, five in "
        f"turn, the "
        f"skill is {together['skill']:.2f} ({others[0]:.2f} to {others[1]:.2f}) against how often "
        f"each "
        f"response was given in the other episodes ({said}), and {together['skill_own']:.2f} "
        f"({alone[0]:.2f} to {alone[1]:.2f}) against how often it was in the episode itself, "
        f"which no "
        f"forecast could know ({own}); the side is right {together['hits_side']} times of "
        f"{together['of']}. With whom each government sided (its revealed tilt) is ranked with a "
        f"correlation of {unseen['correlation']:.2f} ({unseen['interval'][0]:.2f} to "
        f"{unseen['interval'][1]:.2f}) left out, {revealed['correlation']:.2f} fitted. The "
        "coefficients that come with the package are of an earlier fit: one of the rules as they "
        f"stand moves them by at most {moved(fit):.1f} of the standard deviation that it leaves "
        "open. Forms, costs of "
        "responses and figures marked as judgements were set by people who knew all five.\n\nOf "
        "the "
        f"patterns that the model is meant to show, with 95 % confidence {patterns.sentence}; "
        "`detente check --patterns` says by how much, `detente ablate` which of them hold although "
        "governments say nothing or toss coins."
    )
    return "\n".join([*lines, "", *_wrapped(words)])


def moved(fit):
    """Return by how many standard deviations a fit has another estimate than the package, at most.

    On the scales without bounds, those of the posterior that the package draws from.
    """
    sampler = sampler_of(detente.load(EPISODES[-1]))
    _, centre, factor, scale, _ = sampler.joint
    free = (np.log, lambda x: np.log(x - 1), lambda x: np.log(x / (1 - x)))
    names = [path.removeprefix("dynamics.") for path in sampler.jointly]
    found = [
        free[by](fit["coefficients"][name]["estimate"])
        for name, by in zip(names, scale, strict=True)
    ]
    return float(np.abs((np.array(found) - centre) / np.sqrt((factor**2).sum(axis=1))).max())


def _wrapped(words):
    parts = words.split("\n\n")
    return ["\n\n".join(textwrap.fill(part, LINE, break_on_hyphens=False) for part in parts)]


def _listed(names):
    if len(names) < 2:
        return "".join(names) or "none"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def put(text, name, body):
    """Return the README with a marked place filled."""
    begin, end = f"<!-- {name}: written by tests/docs/refresh.py -->\n", f"<!-- end of {name} -->"
    before, rest = text.split(begin)
    return f"{before}{begin}\n{body}\n\n{end}{rest.split(end, 1)[1]}"


def page():
    """Return a PNG of the page as it stands after two moves."""
    from playwright.sync_api import sync_playwright

    state = (
        "view=whatif&levers=2&attitudes.PAK.USA=0.9"
        "&countries.PAK.preferences.foreign_basing.position=0.8"
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = detente.page(detente.load("bagram-2025")).save(Path(folder, "page.html"))
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        tab = browser.new_page(viewport={"width": WIDTH, "height": 860})
        tab.goto(f"{file.as_uri()}#{state}")
        tab.locator("#app[data-drawn]:not([aria-busy])").wait_for(timeout=120_000)
        picture = tab.screenshot()
        browser.close()
    return picture


def main():
    """Run the scenarios and write all."""
    text = README.read_text("utf-8")
    results = detente.run("bagram-2025", progress=False)
    text = put(text, "table", f"{table(results)}\n\n{caption(results)}")
    (PICTURES / "effects.png").write_bytes(small(detente.plots.effects(results)._repr_png_()))
    (PICTURES / "page.png").write_bytes(small(page()))
    score = detente.score(*EPISODES, progress=False)
    (PICTURES / "record.png").write_bytes(small(detente.plots.record(score)._repr_png_()))
    for file in sys.argv[1:]:
        fit = json.loads(Path(file).read_text("utf-8"))
        text = put(text, "score", scores(score, fit, detente.patterns()))
        skills = {
            name: {key: round(each[key], 2) for key in ("skill", "skill_own")}
            for name, each in fit["leave_one_episode_out"].items()
        }
        found = {"made_from": made_from(), "scenarios": skills}
        LEFT_OUT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    README.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
