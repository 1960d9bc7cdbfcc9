"""Why a text is no TOML, in words: the parser tells it in English, and of full-width signs not at all.

Every message of `tomllib` has its words in the catalogue; the parser's own words are kept in brackets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from zhiheng.programme.problems import SYNTAX

if TYPE_CHECKING:
    import tomllib

#: signs of a Chinese keyboard that stand where TOML needs those of an English one
FULL_WIDTH = dict(zip("＝“”‘’，：；｛｝［］（）。＃＂＇　", "=\"\"'',:;{}[]().#\"' ", strict=True))


def place_of(text: str, error: tomllib.TOMLDecodeError) -> tuple[int, int]:
    """Give line and column, from 1, where the parser stopped."""
    place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    if place:
        return int(place[1]), int(place[2])
    lines = text.splitlines() or [""]
    return len(lines), len(lines[-1]) + 1


def why(text: str, error: tomllib.TOMLDecodeError) -> tuple[str, str]:
    """Tell what was found and what was expected, in Chinese and English."""
    raw = str(error).partition(" (at ")[0]
    number, column = place_of(text, error)
    line = [*text.splitlines(), ""][number - 1]
    # the parser stops at the first sign it cannot read; a full-width one often stands before it, outside any text
    wrong = re.sub(r"#.*|\"[^\"]*\"|'[^']*'", lambda m: " " * len(m[0]), line)
    sign = next((c for c in wrong[max(column - 1, 0) :] + wrong[: column - 1] if c in FULL_WIDTH), "")
    if sign:
        half = FULL_WIDTH[sign].replace(" ", "␣")
        chinese = f"用了全角符号 {sign} ，应为半角 {half}"
        return chinese, f"there is a full-width {sign}; write {half}"
    for pattern, words in SYNTAX:
        found = re.fullmatch(pattern, raw)
        if found:
            what = next((v for v in found.groupdict().values() if v), "")
            chinese, english = (w.replace("{what}", _plainly(what)) for w in words)
            return f"{chinese}（{raw}）", english
    return f"读不懂这里的写法（{raw}）", raw


def _plainly(what: str) -> str:
    """A name as people write it: the parser shows tuples and Python texts."""
    return ".".join(re.findall(r"'([^']*)'", what)) or what
