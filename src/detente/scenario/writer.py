"""Write plain data as YAML that reads back the same.

Texts stand in double quotes wherever a reader of YAML 1.1 or 1.2 might see something else in them.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from detente.scenario.tree import resolve

#: Texts that need no quotes; words that YAML 1.1 took for truth values get them all the same.
SIMPLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*([ ./(),-]+[A-Za-z0-9_]+)*\.?")
OLD_TRUTHS: Final = frozenset({"y", "n", "yes", "no", "on", "off"})
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
#: The longest list or mapping of scalars that stands on one line.
ONE_LINE: Final = 80


def to_yaml(data: dict[str, Any]) -> str:
    """Return a mapping as the text of a YAML file."""
    return "".join(f"{line}\n" for line in _block(data, 0)) or "{}\n"


def _block(value: Any, depth: int) -> list[str]:
    """Return a mapping or a list as lines, each of its entries on one if it fits."""
    lines: list[str] = []
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for key, item in pairs:
        head = "  " * depth + ("-" if key is None else f"{_text(key, KEY)}:")
        flow = _flow(item)
        if flow is not None:
            lines.append(f"{head} {flow}")
        elif key is None:
            first, *rest = _block(item, depth + 1)
            lines += [f"{head} {first.lstrip(' ')}", *rest]
        else:
            lines += [head, *_block(item, depth + 1)]
    return lines


def _flow(value: Any) -> str | None:
    """Return a value on one line, or None if it is better spread over several."""
    if isinstance(value, str):
        return _text(value, SIMPLE)
    if isinstance(value, float):
        return repr(value) if abs(value) != math.inf else f"{'-' * (value < 0)}.inf"
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value)
    items = list(value.values()) if isinstance(value, dict) else value
    parts = [_flow(item) for item in items]
    if None in parts or max(map(_depth, items)) > 1:
        return None
    if isinstance(value, list):
        return f"[{', '.join(map(str, parts))}]"
    pairs = zip(value, parts, strict=True)
    flow = "{" + ", ".join(f"{_text(key, KEY)}: {part}" for key, part in pairs) + "}"
    return flow if len(flow) <= ONE_LINE else None


def _depth(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    items = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, items), default=0)


def _text(text: str, simple: re.Pattern[str]) -> str:
    if DAY.fullmatch(text):
        return text
    bare = simple.fullmatch(text) and isinstance(resolve(text), str) and "," not in text
    if bare and text.lower() not in OLD_TRUTHS:
        return text
    return "".join(_escaped(char) for char in json.dumps(text, ensure_ascii=False))


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
