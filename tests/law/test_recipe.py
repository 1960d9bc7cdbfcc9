"""The recipe for a line of work in CONTRIBUTING.md, followed to the letter in a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```\w+ (\S+/\S+?)( \])?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COPIED = (
    "src",
    "tests",
    "docs",
    "examples",
    "tools",
    "demo",
    "pyproject.toml",
    "CONTRIBUTING.md",
    "conftest.py",
)


def run(folder, *command):
    env = {**os.environ, "PYTHONPATH": str(folder / "src"), "ZHIHENG_DATA": str(folder / "out")}
    env.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_line_made_by_the_recipe_passes_every_law(tmp_path):
    recipe = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for name in COPIED:
        leave = shutil.ignore_patterns("__pycache__", "built", "assets", "*.parquet")
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(
            ROOT / name, tmp_path / name, **({"ignore": leave} if (ROOT / name).is_dir() else {})
        )
    blocks = BLOCK.findall(recipe)
    assert len(blocks) >= 12
    for name, before_bracket, text in blocks:
        file = tmp_path / name
        if before_bracket:
            head, bracket, tail = file.read_text("utf-8").rpartition("]")
            file.write_text(head + text + bracket + tail, encoding="utf-8")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    python = sys.executable
    run(tmp_path, python, "-m", "zhiheng.config.command_line", "makemigrations", "suggestions")
    run(tmp_path, python, "-m", "ruff", "check", "src/zhiheng/lines", "src/zhiheng/config")
    run(tmp_path, python, "-m", "ruff", "format", "--check", "src/zhiheng/lines/suggestions/views.py")
    run(tmp_path, str(Path(python).parent / "lint-imports"), "--no-logo")
    laws = ["test_access.py", "test_lines.py"]
    said = run(
        tmp_path, python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "src/zhiheng/lines/suggestions",
        *(f"tests/law/{law}" for law in laws), "-k", "suggestion or every_address or line",
    )  # fmt: skip
    assert re.search(r"\d+ passed", said)
