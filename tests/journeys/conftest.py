"""A site as prepared for every journey, in a real browser: one server a process, its database and files renewed.

The database is a file (SQLite) or made from a template (PostgreSQL), whichever ZHIHENG_DATABASE names. Pictures of
every page opened stay in `out/pictures/`.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from databases import POSTGRES, ROOT, address, environment, on_server, python, renew
from django.db import connection
from playwright.sync_api import sync_playwright
from prepare import PASSWORD

PICTURES = ROOT / "out" / "pictures"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
REFUSED = re.compile(r"responded with a status of (403|409|422)")
SIZES = {"phone": {"width": 375, "height": 760}, "desktop": {"width": 1280, "height": 860}}


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, worker_id, django_db_setup, django_db_blocker):
    """Give the name of the prepared database (a file, or a database of the server): migrated, and the story told.

    It is a copy of the tests' own database, where some test of this run asked for that; else it is migrated anew.
    """
    folder = tmp_path_factory.mktemp("prepared")
    name = f"prepared_{worker_id}" if POSTGRES else str(folder / "prepared.sqlite3")
    with django_db_blocker.unblock():
        of_tests = connection.settings_dict["NAME"]
        if POSTGRES:
            connection.close()
            on_server(
                f"CREATE DATABASE {name}" + (f" TEMPLATE {of_tests}" if of_tests.startswith("test_") else "")
            )
        elif connection.is_in_memory_db():
            connection.ensure_connection()
            with closing(sqlite3.connect(name)) as copy:
                connection.connection.backup(copy)
    python(environment(address(name), folder), str(Path(__file__).parent / "prepare.py"))
    yield name
    if POSTGRES:
        on_server(f"DROP DATABASE {name} WITH (FORCE)")


class World:
    """A database of its own. `do` runs operations against it from outside, as a colleague would."""

    def __init__(self, env: dict[str, str]):
        self.env = env

    def do(self, code: str) -> str:
        """Run Python in this world: `by` is the system's account."""
        start = (
            "import django, datetime as dt; django.setup()\n"
            "from zhiheng.core.people.operations import system_account\nby = system_account()\n"
        )
        env = {**self.env, "DJANGO_SETTINGS_MODULE": "zhiheng.config.settings"}
        return python(env, "-c", start + textwrap.dedent(code))


class Site(World):
    """A world with a running site."""

    def __init__(self, url: str, env: dict[str, str], browser, name: str):
        super().__init__(env)
        self.url, self.browser, self.name = url, browser, name
        self.complaints: list[str] = []

    def listen(self, said) -> None:
        """Note what the console complains of; that the server refused something is what journeys are about."""
        if said.type == "error" and not REFUSED.search(said.text):
            self.complaints.append(said.text)

    @contextmanager
    def visit(self, person: str | None = None, size: str = "desktop"):
        """Open a browser window of a size, signed in as one of the people; whatever its console complains of fails."""
        context = self.browser.new_context(
            viewport=SIZES[size], locale="zh-CN", base_url=self.url, reduced_motion="reduce"
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", self.listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if person:
            page.goto("/sign-in/")
            page.fill("input[name=login], input[name=username]", person)
            page.fill("input[name=password]", PASSWORD)
            page.click("main form button:not(.plain)")
            page.wait_for_url(lambda url: "/sign-in/" not in url)
        yield page
        context.close()

    def sms(self, mobile: str, after: str = "") -> str:
        """Wait for the newest SMS to a number, another one than `after`."""
        outbox = Path(self.env["ZHIHENG_DATA"]) / "outbox"
        for _ in range(50):
            sent = [each.read_text(encoding="utf-8") for each in sorted(outbox.glob("*.sms.txt"))]
            ours = [said for to, _, said in (each.partition("\n") for each in sent) if to == mobile]
            if ours and ours[-1] != after:
                return ours[-1]
            time.sleep(0.2)
        raise AssertionError(f"no SMS to {mobile}")

    def picture(self, page, name: str) -> None:
        """Keep a picture of the whole page, look for what axe finds serious, and for sideways scrolling.

        What a page looks like does not depend on the database: with PostgreSQL only the scrolling is looked for.
        """
        width = page.viewport_size["width"]
        page.wait_for_load_state()  # a page that a click just opened may have no element yet
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
        if POSTGRES:
            return
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{self.name}-{name}-{width}.png", full_page=True)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        serious = [
            (each["id"], [node["html"][:200] for node in each["nodes"]][:3])
            for each in found
            if each["impact"] in {"serious", "critical"}
        ]
        assert serious == [], name


@pytest.fixture(scope="session")
def browser():
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert found, "The journeys need a browser. On Debian: apt-get install chromium-headless-shell"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture(params=[pytest.param("phone", marks=pytest.mark.sqlite), "desktop"])
def size(request):
    """The width of a window, one of `SIZES`."""
    return request.param


@pytest.fixture
def world(prepared, tmp_path, request):
    name = f"journey_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**8}"
    database = name if POSTGRES else str(tmp_path / "site.sqlite3")
    renew(database, prepared)
    yield World(environment(address(database), tmp_path))
    if POSTGRES:
        on_server(f"DROP DATABASE {database} WITH (FORCE)")


@dataclass(frozen=True)
class Server:
    """A running site, whose database and files are renewed for each journey."""

    url: str
    database: str
    data: Path
    log: Path

    def renew(self, prepared: str) -> int:
        """Let the site stand as prepared; give how long its log is by now."""
        renew(self.database, prepared)
        shutil.rmtree(self.data)
        self.data.mkdir()
        return self.log.stat().st_size


@pytest.fixture(scope="session")
def server(prepared, tmp_path_factory, worker_id):
    folder = tmp_path_factory.mktemp("site")
    database = f"site_{worker_id}" if POSTGRES else str(folder / "site.sqlite3")
    (data := folder / "data").mkdir()
    renew(database, prepared)
    with (log := folder / "server.log").open("w") as told:
        running = subprocess.Popen(
            [sys.executable, "-m", "zhiheng.config.command_line", "serve", "--port", "0"],
            env=environment(address(database), data),
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        )
        try:
            url = running.stdout.readline().strip()
            assert url.startswith("http://"), log.read_text()
            yield Server(url, database, data, log)
        finally:
            running.terminate()
            running.wait(10)
            running.stdout.close()
    if POSTGRES:
        on_server(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture
def site(server, prepared, browser, request):
    told = server.renew(prepared)
    env = environment(address(server.database), server.data)
    made = Site(server.url, env, browser, request.node.originalname.removeprefix("test_"))
    yield made
    assert "Traceback" not in server.log.read_bytes()[told:].decode()
    assert made.complaints == []
