"""Settings of the documentation site: ``uv run --group docs sphinx-build -W docs site``.

Nothing is fetched when the site is built, nor when its pages are opened from disk.
"""

import logging
import sys
from pathlib import Path

import detente
from detente.measures import score

sys.path.insert(0, str(Path(__file__).parent))  # for the extension `generate`
logging.getLogger("MESA").setLevel(logging.WARNING)  # one message a step

if tags.has("quick"):  # noqa: F821 - Sphinx's: `-t quick`, for tests of the site
    score.DRAWS = 2

project = "Détente"
author = "The Détente authors"
copyright = f"2026, {author}"  # noqa: A001 - Sphinx's name for it
version = release = detente.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "generate"]
exclude_patterns = ["*.py"]
default_role = "py:obj"  # single backticks in docstrings
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc states the types
numpydoc_show_class_members = False
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline"]

html_theme = "furo"
html_title = f"Détente {version}"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"footer_icons": []}
