from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small import programme


@pytest.fixture
def folder(tmp_path):
    return programme(tmp_path / "small")
