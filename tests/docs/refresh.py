"""Write the table and the picture of the README anew, from a run of the library's scenario.

To be run by hand when the results have changed: ``uv run python tests/docs/refresh.py``.
"""

import io
from pathlib import Path

import detente

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PICTURE = ROOT / ".readme" / "final-tilt.png"
BEGIN = "<!-- table: written by tests/docs/refresh.py -->\n"
END = "<!-- end of table -->"
VARIANT = "demand"
SHOWN = ("AFG", "RUS", "CHN", "IND", "PAK", "UZB")
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


def main():
    """Run the scenario and write both."""
    results = detente.run("bagram-2025", progress=False)
    before, rest = README.read_text("utf-8").split(BEGIN)
    after = rest.split(END, 1)[1]
    written = f"{before}{BEGIN}\n{table(results)}\n\n{caption(results)}\n\n{END}{after}"
    README.write_text(written, "utf-8")
    PICTURE.write_bytes(small(detente.plots.final_tilt(results)))


if __name__ == "__main__":
    main()
