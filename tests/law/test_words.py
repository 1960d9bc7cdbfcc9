"""docs/words.md is the dictionary of the trade: what it says is named in code is there, once."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "words.md").read_text("utf-8").splitlines()
    cells = [
        [c.strip() for c in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        for line in lines
        if line.startswith("|")
    ]
    return [row for row in cells if not set("".join(row)) <= set("-: ") and row[0] != "中文"]


def source() -> str:
    files = [p for p in (ROOT / "src").rglob("*.py") if "tests" not in p.parts]
    return "\n".join(p.read_text("utf-8") for p in files)


def test_every_row_has_its_four_cells():
    wrong = [
        row
        for row in rows()
        if len(row) != 4 or not all(row) or not CHINESE.search(row[0]) or CHINESE.search(row[1])
    ]
    assert wrong == []
    assert len(rows()) >= 60


def test_a_word_stands_once():
    for column in (0, 1):
        words = [row[column].lower() for row in rows()]
        assert sorted({w for w in words if words.count(w) > 1}) == []


def test_every_name_in_code_is_in_the_code():
    code = source()
    named = [name for row in rows() for name in re.findall(r"`([^`]+)`", row[2])]
    assert len(named) >= 60
    missing = [
        name
        for name in named
        if not all(re.search(rf"\b{part}\b", code) for part in re.findall(r"\w+", name))
    ]
    assert missing == []
