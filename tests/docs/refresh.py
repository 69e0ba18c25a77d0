"""Write the tables and the pictures of the README anew, from runs of the library's scenarios.

To be run by hand when the results have changed: ``uv run python tests/docs/refresh.py``. It takes
some minutes. What is said of speed is what ``tests/benchmarks/speed.py`` prints.
"""

import io
import textwrap
from pathlib import Path

import detente

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PICTURES = ROOT / ".readme"
EPISODES = ("bagram-2025", "access-2001")
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
        "| Country | Likeliest last response | In so many runs | Tilt | 90 % of runs | Change |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for code in SHOWN:
        row = results.summary[VARIANT][code]
        lines.append(
            f"| {results.scenario.countries[code].name} | {repertoire[row['response']].title} "
            f"| {100 * row['probability']:.0f} % | {row['tilt']:+.2f} "
            f"| {row['tilt_low']:+.2f} to {row['tilt_high']:+.2f} "
            f"| {row['effect']:+.3f} ± {(row['effect_high'] - row['effect_low']) / 2:.3f} |"
        )
    return "\n".join(lines)


def caption(results):
    """Say where the numbers come from."""
    return (
        f"Six of the {len(results.layout.countries)} countries as it happened (variant "
        f"`{VARIANT}`); {results.runs} runs, seed {results.seed}. Change: the mean, and its\n"
        "95 % confidence interval."
    )


def small(figure):
    """Return a figure as a PNG of few colours."""
    from PIL import Image

    image = Image.open(io.BytesIO(figure._repr_png_())).convert("RGB")
    height = round(image.height * WIDTH / image.width)
    image = image.resize((WIDTH, height), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
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
    verdicts = {
        verdict: [pattern.name for pattern in patterns if pattern.verdict == verdict]
        for verdict in ("holds", "undecided", "fails")
    }
    left = fit.summary["leave_one_episode_out"]
    said = ", ".join(f"{left[name]['skill']:.2f} on {name}" for name in EPISODES)
    own = ", ".join(f"{left[name]['skill_own']:.2f} on {name}" for name in EPISODES)
    low, high = summary["intervals"]["parameters"]["skill"]
    apart = fit.summary["leave_one_country_out"]["skill"]
    words = (
        f"These are the {summary['of']} rows that the coefficients were fitted to; 0 is perfect; "
        "in brackets 95 % over countries, with nothing fitted anew. The last is this model with "
        "the same coefficients. Single draws of the uncertain figures reach a skill of "
        f"{low:.2f} to {high:.2f} against the first. The likeliest side (against, silent, for) is "
        f"right {summary['hits_side']} times of {summary['of']}, the likeliest response "
        f"{summary['hits_response']} times.\n\nOn rows left out of the fit, the skill against "
        f"pooled frequencies is {said}, each from the other episode alone, and {apart:.2f} with "
        "each country left out in turn. Most of that is telling the episodes apart: against how "
        f"often each response was given in the episode itself it is {own}. And leaving out tests "
        "the ten coefficients alone: forms, costs of responses and the figures marked as "
        "judgements were set with both episodes in view.\n\nOf the patterns that the model is "
        f"meant to show, {_listed(verdicts['holds'])} hold with 95 % confidence, "
        f"{_listed(verdicts['undecided'])} undecided, {_listed(verdicts['fails'])} fail; "
        "`detente check --patterns` says by how much."
    )
    return "\n".join([*lines, "", *_wrapped(words)])


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


def main():
    """Run the scenarios and write all."""
    text = README.read_text("utf-8")
    results = detente.run("bagram-2025", progress=False)
    text = put(text, "table", f"{table(results)}\n\n{caption(results)}")
    (PICTURES / "final-tilt.png").write_bytes(small(detente.plots.final_tilt(results)))
    score = detente.score(*EPISODES, progress=False)
    (PICTURES / "record.png").write_bytes(small(detente.plots.record(score)))
    fit = detente.fit(*EPISODES, progress=False)
    text = put(text, "score", scores(score, fit, detente.patterns()))
    README.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
