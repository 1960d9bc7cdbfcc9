"""The made-up city is generated once for all tests of its examples; where real data lie, a variable tells."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CITY = Path(__file__).parents[2] / "examples" / "city"
REAL = "ZHIHENG_REAL_DATA"


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the made-up city; nobody changes them."""
    folder = tmp_path_factory.mktemp("city") / "data"
    subprocess.run([sys.executable, CITY / "generate.py", "--out", folder], check=True)
    return folder


@pytest.fixture
def real() -> Path:
    """The folder of real data, which are not shipped."""
    if not (folder := os.environ.get(REAL)):
        pytest.skip(f"set {REAL} to the folder that holds sfo_survey and nyc_inspections")
    return Path(folder)
