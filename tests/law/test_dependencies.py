"""What the package imports is declared, and what is declared is imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
#: come with a declared one and are part of what it offers
WITH = {"markupsafe": "jinja2", "lxml": "python-docx"}
#: accepted as input or made as output; whoever hands one in has it
OPTIONAL = {"pandas", "polars"}


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement)[0].lower().replace("_", "-")


def imported() -> set[str]:
    modules = set()
    for path in (ROOT / "src").rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    return modules - set(sys.stdlib_module_names) - {"zhiheng"}


def test_the_package_imports_what_it_declares_and_nothing_else():
    provided = packages_distributions()
    names = {name_of(provided[module][0]) if module in provided else module for module in imported()}
    names = {WITH.get(name, name) for name in names} - OPTIONAL
    declared = {name_of(requirement) for requirement in PROJECT["dependencies"]}
    extra = {name_of(r) for group in PROJECT["optional-dependencies"].values() for r in group}
    assert names - declared - extra == set(), "imported, not declared"
    assert declared - names == set(), "declared, not imported"


def test_the_lock_holds_every_declared_dependency():
    locked = {
        name_of(line)
        for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()
        if line[:1].isalnum()
    }
    wanted = [
        *PROJECT["dependencies"],
        *(r for e in ("web", "postgres") for r in PROJECT["optional-dependencies"][e]),
    ]
    assert {name_of(requirement) for requirement in wanted} - locked == set()
