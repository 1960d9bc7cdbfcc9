"""How the tests draw their examples (in CI the same on every run, new ones at a desk) and where their files lie."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest
from hypothesis import settings

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session", autouse=True)
def _files_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let what the web keeps in files lie in a folder of this run."""
    if find_spec("django") is None:
        return
    from django.conf import settings as web  # noqa: PLC0415 - the pure rooms are tested without the web

    web.DATA = tmp_path_factory.mktemp("web")
    web.MEDIA_ROOT = web.DATA / "files"
