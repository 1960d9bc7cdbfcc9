"""The scripts of the pages are built where the machine has no Node: by the one that comes as a Python package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = [
    "sh",
    "bash",
    "env",
    "make",
    "sed",
    "cp",
    "mkdir",
    "touch",
    "cat",
    "rm",
    "ls",
    "dirname",
    "basename",
    "uname",
]
BUILT = "src/zhiheng/ui/static/ui/built/main.js"
NEEDED = [
    "Makefile",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "requirements.lock",
    "pyproject.toml",
    "tools",
]


@pytest.mark.slow
def test_the_scripts_are_built_without_node_on_the_machine(tmp_path):
    """It fetches from the registries, as `make setup` does."""
    path, house = tmp_path / "bin", tmp_path / "house"
    path.mkdir()
    for tool in TOOLS:
        (path / tool).symlink_to(shutil.which(tool))
    for name in [*NEEDED, "src/zhiheng/ui/front"]:
        there, here = ROOT / name, house / name
        here.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(there, here) if there.is_dir() else shutil.copy(there, here)
    subprocess.run([sys.executable, "-m", "venv", house / ".venv"], check=True)
    (house / ".venv" / "installed").touch()  # Python's own packages are not what is tried here
    env = os.environ | {"PATH": str(path), "HOME": str(tmp_path), "MAKEFLAGS": ""}
    assert shutil.which("node", path=env["PATH"]) is None
    done = subprocess.run(["make", BUILT], cwd=house, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (house / ".venv" / "bin" / "node").exists()
    assert "htmx" in (house / BUILT).read_text("utf-8")
