"""How the tests draw their examples (in CI the same on every run, new ones at a desk) and where their files lie."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest
from hypothesis import settings

# as on the command line: tests run side by side, and threads of the linear algebra would stand in each other's way
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


LONG = ("tests/demo/", "tests/law/test_recipe.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that those who work side by side end together.

    Not with the journeys: as long as their browser is open, Django refuses its database to other tests.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give each test to whoever is free, but those of the demonstration, which is built once, to one."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - where tests run side by side

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "demo" if nodeid.startswith("tests/demo/") else nodeid

    return Scheduling(config, log)


def pytest_configure() -> None:
    """Let passwords cost nothing: to be hard to guess they take a tenth of a second each. Running servers keep that."""
    if find_spec("django") is not None:
        from django.conf import settings as web  # noqa: PLC0415 - the pure rooms are tested without the web

        web.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _files_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let what the web keeps in files lie in a folder of this run."""
    if find_spec("django") is None:
        return
    from django.conf import settings as web  # noqa: PLC0415 - as above

    web.DATA = tmp_path_factory.mktemp("web")
    web.MEDIA_ROOT = web.DATA / "files"
