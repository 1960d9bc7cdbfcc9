"""Every problem a person can meet is worded in both languages, with the same details, and does occur."""

from __future__ import annotations

import ast
import re
import string
from importlib import import_module
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
FILES = sorted(SOURCE.rglob("problems.py"))
MODULES = [".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in FILES]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def details(message: str) -> set[str]:
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(message) if name}


def catalogue_of(module: str) -> dict[str, tuple[str, str]]:
    """The messages of a room by code; a web room keeps each as a constant `Rule`, named here by the constant."""
    room = import_module(module)
    if hasattr(room, "CATALOGUE"):
        return {code: (m.zh, m.en) if hasattr(m, "zh") else m for code, m in room.CATALOGUE.items()}
    return {
        name: (rule.breach.zh + rule.remedy.zh, rule.breach.en + rule.remedy.en)
        for name, rule in vars(room).items()
        if type(rule).__name__ == "Rule"
    }


def words_in(folder: Path) -> set[str]:
    """Every string constant and name of the room, its catalogue left out."""
    found = set()
    for path in folder.rglob("*.py"):
        if path.name == "problems.py" or "tests" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        found |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        found |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return found


def test_the_rooms_have_catalogues():
    rooms = {name.split(".")[1] for name in MODULES}
    assert {"measure", "documents", "programme", "core", "gatherings", "lines"} <= rooms


@pytest.mark.parametrize("module", MODULES)
def test_every_problem_is_worded_in_both_languages(module):
    catalogue = catalogue_of(module)
    assert catalogue
    wrong = []
    for code, (chinese, english) in catalogue.items():
        if chinese == english and not re.sub(r"\{\w+\}", "", chinese).strip():
            continue  # handed on: worded in the catalogue of the room it comes from
        if not CHINESE.search(chinese):
            wrong.append(f"{code}: no Chinese")
        if not english.strip() or CHINESE.search(english):
            wrong.append(f"{code}: no English")
        if details(chinese) != details(english):
            wrong.append(f"{code}: {details(chinese)} in Chinese, {details(english)} in English")
    assert wrong == []


@pytest.mark.parametrize(("module", "path"), list(zip(MODULES, FILES, strict=True)), ids=MODULES)
def test_every_problem_can_occur(module, path):
    catalogue = catalogue_of(module)
    # the catalogue of a whole room serves the rooms inside it
    assert sorted(set(catalogue) - words_in(path.parent)) == []
