"""What no file of the repository may hold, and how long a file may grow."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".lock",
    ".json",
    ".csv",
    ".sh",
    ".typ",
    ".html",
    ".css",
    ".js",
    ".txt",
    ".yml",
    "",
}

# written in two halves, so that this file passes its own test
REGISTRIES = re.compile(
    "|".join(
        (
            r"\b(?:test\.)?pypi\." + "org",
            r"pythonhosted\." + "org",
            r"registry\.npm" + "js",
            r"\b(?:deb|security|ftp)\.deb" + r"ian\.org",
            r"\bregistry\.yarn" + r"pkg",
            r"\bconda\.ana" + r"conda",
            r"\b(?:tuna|aliyun|douban|ustc|npmmirror)\b\." + r"\w+",
        )
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.~$}/-])/(?:ro" + "ot|wo" + "rk|ho" + r"me|Use" + r"rs|t" + r"mp)/[\w.]")

LINES = 500
LONGER = {
    # file: (lines it may have, why it is not split)
    "LICENSE": (None, "the licence text"),
    "requirements.lock": (None, "made by `make lock`"),
    "package-lock.json": (None, "made by npm"),
    "examples/city/generate.py": (600, "one script that makes one city, read from top to bottom"),
    "src/zhiheng/lines/members/migrations/0003_dues_council_payments.py": (None, "written by Django"),
    "src/zhiheng/documents/templates/charts.js": (
        750,
        "one file that the page and the embedded engine both load",
    ),
}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    # a file that a change has just deleted is still listed
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    files = [path for path in tracked() if path.suffix in TEXT]
    assert len(files) > 20, "git lists the files"
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in files}


def found(pattern: re.Pattern[str], texts: dict[str, str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry(texts):
    assert found(REGISTRIES, texts) == []


def test_no_file_names_a_path_of_somebody_s_machine(texts):
    assert found(MACHINE_PATHS, texts) == []


@pytest.mark.parametrize(
    "bad", ["see https://py" + "pi.org/simple", '"resolved": "https://registry.npm' + 'js.org/x"']
)
def test_the_rule_on_registries_bites(bad):
    assert found(REGISTRIES, {"x": bad})


@pytest.mark.parametrize("bad", ["open('/ho" + "me/alice/a.csv')", "data = /ro" + "ot/x"])
def test_the_rule_on_paths_bites(bad):
    assert found(MACHINE_PATHS, {"x": bad})


@pytest.mark.parametrize(
    "good", ["examples/work/x", "#!/usr/bin/env sh", "/usr/share/fonts", "the street/home/x"]
)
def test_the_rule_on_paths_lets_others_pass(good):
    assert not found(MACHINE_PATHS, {"x": good})


def test_a_lock_holds_hashes_and_no_address(texts):
    requirements = texts["requirements.lock"]
    blocks = re.split(r"\n(?=\S)", requirements.strip())
    assert len(blocks) > 30
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"https?:|--(?:extra-)?index-url|--find-links| @ ", requirements) == []
    assert '"resolved"' not in texts["package-lock.json"]
    assert '"integrity"' in texts["package-lock.json"]


def test_a_file_is_split_by_noun_before_it_grows_too_long(texts):
    sources = {name: text for name, text in texts.items() if not name.endswith((".csv", ".json"))}
    long = {name: len(text.splitlines()) for name, text in sources.items()}
    long = {name: lines for name, lines in long.items() if lines > LINES}
    allowed = {name: lines for name, (lines, _) in LONGER.items()}
    over = {n: k for n, k in long.items() if n not in allowed or (allowed[n] is not None and k > allowed[n])}
    assert over == {}, f"split them, or name them in LONGER with a reason (limit {LINES})"


def test_the_list_of_longer_files_is_not_stale(texts):
    assert [name for name, (lines, _) in LONGER.items() if name not in texts] == []
    kept = [
        n for n, (lines, _) in LONGER.items() if lines is not None and len(texts[n].splitlines()) <= LINES
    ]
    assert kept == [], "short again: take them off the list"


def test_data_that_can_be_made_are_not_committed():
    big = [p.relative_to(ROOT).as_posix() for p in tracked() if p.stat().st_size > 1_000_000]
    assert big == []


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "base", "manager", "service", "misc"])
def test_no_module_has_a_name_that_says_nothing(name):
    modules = [p for p in tracked() if p.suffix == ".py" or p.name == "__init__.py"]
    assert [p.as_posix() for p in modules if name in {p.stem, p.stem.rstrip("s"), p.parent.name}] == []
